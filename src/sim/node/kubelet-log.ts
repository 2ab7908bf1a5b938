import type { EventRecorder } from '../api/event-recorder'
import type { ContainerStateWaiting, Pod } from '../api/types/core-v1.gen'
import type { Trouble } from './journal'

/** Why a container of a Pod (by its uid) does not run. */
type WaitingOf = (uid: string, container: string) => ContainerStateWaiting | undefined

/**
 * A recorder that has the kubelet note in its own log, too, what goes wrong with Pods: `journalctl -u kubelet` is where people look when the API
 * server cannot be asked.
 */
export const notingTrouble = (recorder: EventRecorder, note: (trouble: Trouble) => void, waitingOf: WaitingOf): EventRecorder => ({
  ...recorder,
  event(about, type, reason, message, details) {
    recorder.event(about, type, reason, message, details)
    if (type !== 'Warning' || about.kind !== 'Pod') return
    const pod = about.metadata as Pod['metadata'] // stored objects have a uid
    const container = /\{(.*)\}$/.exec(details?.fieldPath ?? '')?.[1]
    note({ pod, reason, message, container, waiting: container === undefined ? undefined : waitingOf(pod.uid, container) })
  },
})
