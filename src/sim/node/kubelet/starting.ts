import type { ContainerStateWaiting } from '../../api/types/core-v1.gen'
import type { Starting } from './start-actions'
import type { Latency } from './latency'

/** A step on a container's way to running. The first row that matches applies. */
export interface Stage {
  readonly name: string
  readonly when: (c: Starting) => boolean
  /** What `kubectl get` shows meanwhile; nothing: what it showed before. */
  readonly waiting?: (c: Starting) => ContainerStateWaiting
  /** How long it takes; the rest of the Pod waits for it. */
  readonly takes?: (c: Starting, latency: Latency) => number
  /** Instead of `takes`: when to look again. Others may go on meanwhile. */
  readonly until?: (c: Starting) => number
  /** What is true then; with `until`, what is told at each such look. */
  readonly then: (c: Starting) => void
}

/** Every container passes these rows from the top each time: why is it stuck? Read on until one matches. */
export const starting: readonly Stage[] = [
  {
    name: 'wait before restarting',
    when: (c) => c.restartDueMs() !== undefined,
    waiting: (c) => ({ reason: 'CrashLoopBackOff', message: c.backOffMessage() }),
    until: (c) => Math.min(c.restartDueMs()!, c.now() + c.jittered(12_000)),
    then: (c) => c.tellBackOff(),
  },
  {
    name: 'the image has an impossible name',
    when: (c) => 'error' in c.reference(),
    waiting: (c) => ({ reason: 'InvalidImageName', message: c.invalidName() }),
    until: (c) => c.now() + c.jittered(12_000),
    then: (c) => c.tellInvalidName(),
  },
  {
    name: 'the image may not be pulled',
    when: (c) => c.policy() === 'Never' && !c.present(),
    waiting: (c) => ({
      reason: 'ErrImageNeverPull',
      message: `Container image "${c.spec.image}" is not present with pull policy of Never`,
    }),
    until: (c) => c.now() + c.jittered(12_000),
    then: (c) => c.tellNeverPull(),
  },
  {
    name: 'wait before pulling again',
    when: (c) => c.needsPull() && c.pullDueMs() !== undefined,
    waiting: (c) => ({ reason: 'ImagePullBackOff', message: c.pullBackOffMessage() }),
    until: (c) => Math.min(c.pullDueMs()!, c.now() + c.jittered(12_000)),
    then: (c) => c.tellPullBackOff(),
  },
  {
    name: 'pull the image', // shows no reason of its own: a kubelet keeps the last one on display meanwhile
    when: (c) => c.needsPull(),
    takes: (c) => c.pull(),
    then: (c) => c.pulled(),
  },
  {
    name: 'the configuration is incomplete',
    when: (c) => c.configure() !== undefined,
    waiting: (c) => c.configure()!,
    until: (c) => c.now() + c.jittered(12_000),
    then: (c) => c.tellConfigError(),
  },
  {
    name: 'create the container and run its entrypoint',
    when: () => true,
    takes: (_, latency) => latency.createMs + latency.startMs,
    then: (c) => c.run(),
  },
]
