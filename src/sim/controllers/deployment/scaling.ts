import type { Deployment, ReplicaSet } from '../../api/types/apps-v1.gen'
import { desired, fenceposts, isRecreate, maxSurgeOf, specReplicas, statusReplicas } from './limits'
import { byAge, rememberedDesired, rememberedMax, revisionOf } from './revisions'

/** ReplicaSets by name, with the size each should have. */
export type Sizes = ReadonlyMap<string, number>

const sizeOf = (rs: ReplicaSet) => rs.spec.replicas ?? 1
/**
 * Pods to rely on: a ReplicaSet that has just been told to shrink still reports those it is about to give up. Counting them would let two quick
 * changes of a template take away more than maxUnavailable.
 */
const reliable = (rs: ReplicaSet) => Math.min(sizeOf(rs), rs.status?.availableReplicas ?? 0)

/** Places taken: one that has been told to shrink still has the Pods it has, until its controller gets to it. */
const occupied = (rs: ReplicaSet) => Math.max(sizeOf(rs), rs.status?.replicas ?? 0)
const isUp = (rs: ReplicaSet) => sizeOf(rs) > 0

/** Whether `spec.replicas` of the Deployment has changed since its ReplicaSets were last sized. */
export const wasScaled = (deployment: Deployment, sets: readonly ReplicaSet[]): boolean =>
  sets.some((rs) => isUp(rs) && (rememberedDesired(rs) ?? desired(deployment)) !== desired(deployment))

/** Sizes after the Deployment itself was scaled: all to the one ReplicaSet in use, or in proportion when a rollout is under way. */
export function scaledSizes(deployment: Deployment, newSet: ReplicaSet | undefined, old: readonly ReplicaSet[]): Sizes {
  const only = activeOrLatest(newSet, old)
  if (only) return new Map([[only.metadata.name, desired(deployment)]])
  if (newSet && isSaturated(deployment, newSet)) return new Map(old.filter(isUp).map((rs) => [rs.metadata.name, 0]))
  if (isRecreate(deployment)) return new Map()
  return proportionalSizes(deployment, [...old, ...(newSet ? [newSet] : [])].filter(isUp))
}

function activeOrLatest(newSet: ReplicaSet | undefined, old: readonly ReplicaSet[]): ReplicaSet | undefined {
  const active = [...old, ...(newSet ? [newSet] : [])].filter(isUp)
  if (active.length > 1) return undefined
  return active[0] ?? newSet ?? [...old].sort(byAge).at(-1)
}

function isSaturated(deployment: Deployment, rs: ReplicaSet): boolean {
  const wanted = desired(deployment)
  return sizeOf(rs) === wanted && rememberedDesired(rs) === wanted && (rs.status?.availableReplicas ?? 0) === wanted
}

/** Each ReplicaSet gets its share of what is added or taken away; what rounding leaves over goes to the first. */
function proportionalSizes(deployment: Deployment, sets: readonly ReplicaSet[]): Sizes {
  const allowed = desired(deployment) > 0 ? desired(deployment) + fenceposts(deployment).maxSurge : 0
  const change = allowed - specReplicas(sets)
  const ageOrder = change > 0 ? (a: ReplicaSet, b: ReplicaSet) => byAge(b, a) : byAge
  const sorted = [...sets].sort((a, b) => sizeOf(b) - sizeOf(a) || ageOrder(a, b))
  const sizes = new Map<string, number>()
  let given = 0
  for (const rs of sorted) {
    const share = change === 0 ? 0 : shareOf(deployment, rs, change, given)
    given += share
    sizes.set(rs.metadata.name, sizeOf(rs) + share)
  }
  const first = sorted[0]
  if (first && change !== 0) sizes.set(first.metadata.name, Math.max(0, sizes.get(first.metadata.name)! + change - given))
  return sizes
}

function shareOf(deployment: Deployment, rs: ReplicaSet, change: number, given: number): number {
  if (sizeOf(rs) === 0 || change === given) return 0
  if (desired(deployment) === 0) return Math.max(-sizeOf(rs), change - given)
  const maxBefore = rememberedMax(rs) ?? (deployment.status?.replicas || 1)
  const fraction = Math.round((sizeOf(rs) * (desired(deployment) + maxSurgeOf(deployment))) / maxBefore) - sizeOf(rs)
  return change > 0 ? Math.min(fraction, change - given) : Math.max(fraction, change - given)
}

/** The size to which the new ReplicaSet may grow (or must shrink) now. */
export function newSetSize(deployment: Deployment, newSet: ReplicaSet | undefined, sets: readonly ReplicaSet[]): number {
  const wanted = desired(deployment)
  const present = newSet ? sizeOf(newSet) : 0
  if (isRecreate(deployment) || present >= wanted) return wanted
  const room = wanted + fenceposts(deployment).maxSurge - sets.reduce((sum, rs) => sum + occupied(rs), 0)
  return room <= 0 ? present : present + Math.min(room, wanted - present)
}

/** Old ReplicaSets' sizes in the next step of a rolling update: first what is broken anyway goes, then as much as availability allows. */
export function oldSetSizes(deployment: Deployment, newSet: ReplicaSet | undefined, old: readonly ReplicaSet[]): Sizes {
  const all = [...old, ...(newSet ? [newSet] : [])]
  const minAvailable = desired(deployment) - fenceposts(deployment).maxUnavailable
  const newUnavailable = newSet ? sizeOf(newSet) - reliable(newSet) : 0
  const removable = specReplicas(all) - minAvailable - newUnavailable
  if (specReplicas(old) === 0 || removable <= 0) return new Map()

  const sizes = new Map<string, number>()
  const sorted = [...old].sort(byAge)
  let removed = 0
  for (const rs of sorted) {
    const broken = Math.min(removable - removed, sizeOf(rs) - reliable(rs))
    if (broken <= 0) continue
    removed += broken
    sizes.set(rs.metadata.name, sizeOf(rs) - broken)
  }
  let spare = all.reduce((sum, rs) => sum + reliable(rs), 0) - minAvailable
  for (const rs of sorted) {
    const size = sizes.get(rs.metadata.name) ?? sizeOf(rs)
    const fewer = Math.min(size, spare)
    if (fewer <= 0) continue
    spare -= fewer
    sizes.set(rs.metadata.name, size - fewer)
  }
  return sizes
}

/** Old ReplicaSets beyond the history limit that have nothing left, the oldest revisions first. */
export function beyondHistory(deployment: Deployment, old: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const candidates = old.filter((rs) => !rs.metadata.deletionTimestamp).sort((a, b) => revisionOf(a) - revisionOf(b) || byAge(a, b))
  const excess = candidates.length - (deployment.spec.revisionHistoryLimit ?? 10)
  return candidates
    .slice(0, Math.max(0, excess))
    .filter((rs) => !isUp(rs) && statusReplicas([rs]) === 0 && (rs.metadata.generation ?? 0) <= (rs.status?.observedGeneration ?? 0))
}
