import type { Pod, ReplicationController, ReplicationControllerStatus } from '../api/types/core-v1.gen'
import { pod } from '../kinds/core/pod'
import { replicationController as kind } from '../kinds/core/replication-controller'
import { defineController, type Refusal } from './controller'
import { claim } from './owners'
import { isActive, tally } from './pod-state'
import { failureConditions, lookAgainWhenAvailable, manageReplicas, positive } from './replicaset'
import { setStatus } from './steps'
import { ownedOrAdoptable } from './watches'

const selectorOf = ({ spec }: ReplicationController) => ({ matchLabels: spec?.selector ?? {} })

/** The ancestor of ReplicaSets: the same work with a plain map for a selector. */
export const replicationControllerController = defineController({
  name: 'replication-controller',
  reconciles: kind,
  watches: { pods: ownedOrAdoptable(pod, kind, selectorOf) },

  reconcile(rc, { pods, refused, nowMs }) {
    const { mine, steps } = claim(kind, rc, pod, pods, selectorOf(rc))
    const active = mine.filter(isActive)
    return [
      ...steps,
      ...(rc.metadata.deletionTimestamp ? [] : manageReplicas(kind, rc, active, () => active, nowMs)),
      setStatus(rc, statusOf(rc, active, refused, nowMs)),
      ...lookAgainWhenAvailable(active, rc.spec?.minReadySeconds ?? 0, nowMs),
    ]
  },
})

function statusOf(
  rc: ReplicationController,
  active: readonly Pod[],
  refused: readonly Refusal[],
  nowMs: number,
): ReplicationControllerStatus {
  const conditions = failureConditions(rc.status?.conditions, refused, nowMs)
  const { fullyLabeled, ready, available } = tally(active, rc.spec?.template?.metadata?.labels, rc.spec?.minReadySeconds ?? 0, nowMs)
  return {
    replicas: active.length,
    ...positive('fullyLabeledReplicas', fullyLabeled),
    ...positive('readyReplicas', ready),
    ...positive('availableReplicas', available),
    observedGeneration: rc.metadata.generation ?? 0,
    ...(conditions.length > 0 && { conditions }),
  }
}
