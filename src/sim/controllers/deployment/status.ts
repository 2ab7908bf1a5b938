import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../api/types/apps-v1.gen'
import { parseTimestamp, timestamp } from '../../engine/time'
import type { Step } from '../controller'
import { positive } from '../replicaset'
import { again } from '../steps'
import { availableReplicas, desired, fenceposts, statusReplicas } from './limits'

/** What a Deployment that has no progress deadline carries in its place. */
const NO_DEADLINE = 2_147_483_647

type Conditions = readonly DeploymentCondition[]

export const hasDeadline = ({ spec }: Deployment): boolean => (spec.progressDeadlineSeconds ?? NO_DEADLINE) !== NO_DEADLINE

export const conditionOf = (conditions: Conditions, type: string): DeploymentCondition | undefined =>
  conditions.find((condition) => condition.type === type)

/** A condition that begins to hold now. */
export function newCondition(
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
  nowMs: number,
): DeploymentCondition {
  return { type, status, lastUpdateTime: timestamp(nowMs), lastTransitionTime: timestamp(nowMs), reason, message }
}

/** Sets a condition; one with the same status and reason stays as it was, one with the same status keeps its transition time. */
export function withCondition(conditions: Conditions, condition: DeploymentCondition): Conditions {
  const present = conditionOf(conditions, condition.type)
  if (present?.status === condition.status && present.reason === condition.reason) return conditions
  const kept = present?.status === condition.status ? { ...condition, lastTransitionTime: present.lastTransitionTime } : condition
  return [...withoutCondition(conditions, condition.type), kept]
}

export const withoutCondition = (conditions: Conditions, type: string): Conditions =>
  conditions.filter((condition) => condition.type !== type)

/** Counts and availability, from the ReplicaSets' own statuses. */
export function countedStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  conditions: Conditions,
  nowMs: number,
): DeploymentStatus {
  const available = availableReplicas(sets)
  const replicas = statusReplicas(sets)
  const enough = available >= desired(deployment) - fenceposts(deployment).maxUnavailable
  const availability = enough
    ? newCondition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', nowMs)
    : newCondition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.', nowMs)
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    ...positive('replicas', replicas),
    ...positive('updatedReplicas', newSet?.status?.replicas ?? 0),
    ...positive(
      'readyReplicas',
      sets.reduce((sum, rs) => sum + (rs.status?.readyReplicas ?? 0), 0),
    ),
    ...positive('availableReplicas', available),
    ...positive('unavailableReplicas', Math.max(0, replicas - available)),
    ...terminatingOf(sets),
    ...(deployment.status?.collisionCount !== undefined && { collisionCount: deployment.status.collisionCount }),
    conditions: withCondition(conditions, availability),
  }
}

/** How many Pods are on their way out; nothing as long as one of the ReplicaSets has not told. */
function terminatingOf(sets: readonly ReplicaSet[]): Pick<DeploymentStatus, 'terminatingReplicas'> {
  let sum = 0
  for (const { status } of sets) {
    if (status?.terminatingReplicas === undefined) return {}
    sum += status.terminatingReplicas
  }
  return sets.length === 0 ? {} : { terminatingReplicas: sum }
}

/** The rollout is over: everything updated, everything available, nothing old left, and the controller has seen the latest spec. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = desired(deployment)
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  )
}

/** The status during a rollout: counts, and the Progressing condition that `kubectl rollout status` waits for. */
export function rolloutStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  conditions: Conditions,
  nowMs: number,
): DeploymentStatus {
  const status = countedStatus(deployment, sets, newSet, conditions, nowMs)
  const progress = conditionOf(conditions, 'Progressing')
  const settled = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && progress?.reason === 'NewReplicaSetAvailable'
  const progressed = !hasDeadline(deployment)
    ? withoutCondition(status.conditions ?? [], 'Progressing')
    : settled
      ? status.conditions!
      : withProgress(deployment, status, newSet, progress, nowMs)
  return { ...status, conditions: withReplicaFailure(progressed, sets, newSet) }
}

function withProgress(
  deployment: Deployment,
  status: DeploymentStatus,
  newSet: ReplicaSet | undefined,
  progress: DeploymentCondition | undefined,
  nowMs: number,
): Conditions {
  const conditions = status.conditions ?? []
  const subject = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${deployment.metadata.name}"`
  if (isComplete(deployment, status))
    return withCondition(
      conditions,
      newCondition('Progressing', 'True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`, nowMs),
    )
  if (hasProgressed(deployment.status ?? {}, status)) {
    const condition = newCondition('Progressing', 'True', 'ReplicaSetUpdated', `${subject} is progressing.`, nowMs)
    const since = progress?.status === 'True' ? progress.lastTransitionTime : condition.lastTransitionTime
    // Replaced even if it says the same: its update time is what the deadline is counted from.
    return [...withoutCondition(conditions, 'Progressing'), { ...condition, lastTransitionTime: since }]
  }
  if (hasTimedOut(deployment, progress, nowMs))
    return withCondition(
      conditions,
      newCondition('Progressing', 'False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`, nowMs),
    )
  return conditions
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0)
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  )
}

function deadlineMs(deployment: Deployment, progress: DeploymentCondition): number {
  return parseTimestamp(progress.lastUpdateTime ?? '') + (deployment.spec.progressDeadlineSeconds ?? NO_DEADLINE) * 1000
}

function hasTimedOut(deployment: Deployment, progress: DeploymentCondition | undefined, nowMs: number): boolean {
  if (!progress || progress.reason === 'NewReplicaSetAvailable') return false
  return progress.reason === 'ProgressDeadlineExceeded' || deadlineMs(deployment, progress) < nowMs
}

/** Another look just after the deadline, in case nothing at all happens until then. */
export function lookAgainAtDeadline(deployment: Deployment, status: DeploymentStatus, nowMs: number): Step[] {
  const progress = conditionOf(status.conditions ?? [], 'Progressing')
  if (!hasDeadline(deployment) || !progress || progress.reason === 'ProgressDeadlineExceeded' || isComplete(deployment, status)) return []
  return [again(Math.max(0, deadlineMs(deployment, progress) - nowMs) + 1000, { background: true })]
}

function withReplicaFailure(conditions: Conditions, sets: readonly ReplicaSet[], newSet: ReplicaSet | undefined): Conditions {
  const others = withoutCondition(conditions, 'ReplicaFailure')
  const failing = [...(newSet ? [newSet] : []), ...sets].flatMap(
    (rs) => rs.status?.conditions?.filter((condition) => condition.type === 'ReplicaFailure') ?? [],
  )[0]
  if (!failing) return others
  const { status, reason, message, lastTransitionTime } = failing
  const failure: DeploymentCondition = {
    type: 'ReplicaFailure',
    status,
    lastUpdateTime: lastTransitionTime,
    lastTransitionTime,
    reason,
    message,
  }
  return withCondition(conditionOf(conditions, 'ReplicaFailure') ? conditions : others, failure)
}
