import type { Deployment, ReplicaSet } from '../../api/types/apps-v1.gen'
import { intOrPercent } from '../int-or-percent'

/** How many Pods a Deployment wants. */
export const desired = (deployment: Deployment): number => deployment.spec.replicas ?? 1

export const isRecreate = (deployment: Deployment): boolean => deployment.spec.strategy?.type === 'Recreate'

/** How many Pods more than desired there may be, and how many fewer may be available, during a rolling update. Never both zero. */
export function fenceposts(deployment: Deployment): { readonly maxSurge: number; readonly maxUnavailable: number } {
  const count = desired(deployment)
  if (isRecreate(deployment) || count === 0) return { maxSurge: 0, maxUnavailable: 0 }
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy?.rollingUpdate ?? {}
  const surge = intOrPercent(maxSurge, count, 'up')
  const unavailable = intOrPercent(maxUnavailable, count, 'down')
  // Percentages can both round to nothing; then one Pod may be missing, or the update could never begin.
  return { maxSurge: surge, maxUnavailable: Math.min(count, surge === 0 && unavailable === 0 ? 1 : unavailable) }
}

/** maxSurge counts even while the Deployment is scaled to zero: ReplicaSets remember it for proportional scaling. */
export function maxSurgeOf(deployment: Deployment): number {
  if (isRecreate(deployment)) return 0
  return intOrPercent(deployment.spec.strategy?.rollingUpdate?.maxSurge ?? '25%', desired(deployment), 'up')
}

export const specReplicas = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, rs) => sum + (rs.spec.replicas ?? 1), 0)
export const statusReplicas = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, rs) => sum + (rs.status?.replicas ?? 0), 0)
export const availableReplicas = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((sum, rs) => sum + (rs.status?.availableReplicas ?? 0), 0)
