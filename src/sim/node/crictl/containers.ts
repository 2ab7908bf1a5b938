import type { Host } from '../host'
import { containersOf, type ContainerState, type PodState } from '../kubelet/pod-state'
import type { Container } from '../runtime/container'

/** A container that the runtime knows, running or not, with the Pod that it belongs to. */
export interface Known {
  readonly pod: PodState
  readonly state: ContainerState
  readonly container: Container
  readonly attempt: number
}

/** All containers on a host, the newest first: what runs, and of each the run before, which the kubelet keeps for its log. */
export function knownContainers(host: Host): readonly Known[] {
  return [...host.kubelet.pods.values()]
    .flatMap((pod) => containersOf(pod, 'init', 'sidecar', 'app', 'ephemeral').flatMap((state) => runsOf(pod, state)))
    .sort((one, other) => other.container.startedMs - one.container.startedMs)
}

function runsOf(pod: PodState, state: ContainerState): Known[] {
  const { running, ended, previous, restarts } = state
  const runs = running ? [running, previous?.container] : [ended?.container, previous?.container]
  const distinct = runs.filter((container, at) => container !== undefined && runs.indexOf(container) === at) as Container[]
  return distinct.map((container, at) => ({ pod, state, container, attempt: Math.max(0, restarts - at) }))
}

export const isRunning = ({ state, container }: Known): boolean => state.running === container

/** Pods with a sandbox, the newest first. */
export const knownPods = (host: Host): readonly PodState[] =>
  [...host.kubelet.pods.values()].filter(({ sandbox }) => sandbox !== undefined).sort((one, other) => other.startedMs - one.startedMs)

/** An id as tables show it: its first thirteen characters, without the name of the digest. */
export const short = (id: string): string => id.replace(/^.*sha256:/, '').slice(0, 13)

const LABELS = 'io.kubernetes'

/** What the kubelet writes on every container, besides nothing of the Pod's own. */
export const labelsOfContainer = ({ pod: { pod }, state }: Known): Readonly<Record<string, string>> => ({
  [`${LABELS}.container.name`]: state.spec.name,
  [`${LABELS}.pod.name`]: pod.metadata.name,
  [`${LABELS}.pod.namespace`]: pod.metadata.namespace ?? '',
  [`${LABELS}.pod.uid`]: pod.metadata.uid,
})

/** A sandbox carries the Pod's labels besides. */
export const labelsOfPod = ({ pod: { metadata } }: PodState): Readonly<Record<string, string>> => ({
  ...metadata.labels,
  [`${LABELS}.pod.name`]: metadata.name,
  [`${LABELS}.pod.namespace`]: metadata.namespace ?? '',
  [`${LABELS}.pod.uid`]: metadata.uid,
})
