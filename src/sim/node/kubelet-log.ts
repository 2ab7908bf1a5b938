import type { EventRecorder } from '../api/event-recorder'
import type { KubeObject } from '../api/object'
import type { ContainerStateWaiting } from '../api/types/core-v1.gen'
import type { Engine } from '../engine/engine'
import { klogHead } from './programs/dates'

/** The process id that systemd has given the kubelet. */
export const KUBELET_PID = 812

/** Why a container of a Pod (by its uid) does not run. */
type WaitingOf = (uid: string, container: string) => ContainerStateWaiting | undefined

/**
 * A recorder that has the kubelet say in its own log, too, what goes wrong with Pods: `journalctl -u kubelet` is where people look when the API
 * server cannot be asked. `log` takes a line without its end.
 */
export function saidInLog(recorder: EventRecorder, engine: Engine, log: (line: string) => void, waitingOf: WaitingOf): EventRecorder {
  return {
    ...recorder,
    event(about, type, reason, message, details) {
      recorder.event(about, type, reason, message, details)
      if (type !== 'Warning' || about.kind !== 'Pod') return
      const container = /\{(.*)\}$/.exec(details?.fieldPath ?? '')?.[1]
      const waiting = container === undefined ? undefined : waitingOf(about.metadata.uid!, container)
      const [severity, line] = lineFor(about, reason, message, container, waiting)
      log(`${klogHead(engine.nowMs, severity, KUBELET_PID)}${line}`)
    },
  }
}

const probed = /^(\w+) probe (failed|errored[^:]*): ([^]*)$/

function lineFor(
  about: KubeObject,
  reason: string,
  message: string,
  container = '',
  waiting: ContainerStateWaiting | undefined,
): readonly [severity: 'I' | 'E', line: string] {
  const { name, namespace, uid } = about.metadata
  const pod = `pod="${namespace}/${name}" podUID="${uid}"`
  const probe = reason === 'Unhealthy' ? probed.exec(message) : null
  if (probe)
    return ['I', `prober.go:107] "Probe failed" probeType="${probe[1]}" ${pod} containerName="${container}" probeResult="failure" output=${JSON.stringify(probe[3])}`] // prettier-ignore
  if (reason === 'Evicted')
    return ['I', `eviction_manager.go:627] "Eviction manager: pod is evicted successfully" pod="${namespace}/${name}"`]
  const why =
    container === '' || !waiting
      ? message
      : `failed to "StartContainer" for "${container}" with ${waiting.reason}: ${JSON.stringify(waiting.message ?? '')}`
  return ['E', `pod_workers.go:1324] "Error syncing pod, skipping" err=${JSON.stringify(why)} ${pod}`]
}
