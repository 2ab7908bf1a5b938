import type { Pod } from '../../api/types/core-v1.gen'
import type { DeviceTaint, DeviceToleration, ResourceClaim, ResourceSlice } from '../../api/types/resource-v1.gen'
import type { DeviceTaintRule } from '../../api/types/resource-v1beta2.gen'
import { parseTimestamp } from '../../engine/time'
import { pod as podKind } from '../../kinds/core/pod'
import { taintsByRules, toleratesDeviceTaint, type DeviceId } from '../../kinds/resource/device-taints'
import type { KubeObject } from '../../api/object'
import type { Find } from '../controller'

/** When Pods that use a claim have to go: the earliest time at which one of its devices has a NoExecute taint that is not tolerated any more. Never: Infinity. */
export function evictionMs(claim: ResourceClaim, slices: readonly ResourceSlice[], rules: readonly DeviceTaintRule[]): number {
  const times = (claim.status?.allocation?.devices?.results ?? []).flatMap((result) => {
    const id = { driver: result.driver, pool: result.pool, device: result.device }
    return [...publishedTaints(slices, id), ...taintsByRules(rules, id)]
      .filter(({ effect }) => effect === 'NoExecute')
      .map((taint) => toleratedUntilMs(taint, result.tolerations ?? []))
  })
  return Math.min(Infinity, ...times)
}

/** Taints that a driver publishes with a device, in the newest generation of its pool. */
function publishedTaints(slices: readonly ResourceSlice[], { driver, pool, device }: DeviceId): readonly DeviceTaint[] {
  const mine = slices.filter(({ spec }) => spec.driver === driver && spec.pool.name === pool)
  const newest = Math.max(...mine.map(({ spec }) => spec.pool.generation))
  return mine
    .filter(({ spec }) => spec.pool.generation === newest)
    .flatMap(({ metadata, spec }) =>
      (spec.devices ?? [])
        .filter(({ name }) => name === device)
        .flatMap(({ taints = [] }) => taints.map((taint) => ({ ...taint, timeAdded: taint.timeAdded ?? metadata.creationTimestamp }))),
    )
}

function toleratedUntilMs(taint: DeviceTaint, tolerations: readonly DeviceToleration[]): number {
  const matching = tolerations.filter((toleration) => toleratesDeviceTaint(toleration, taint))
  const sinceMs = parseTimestamp(taint.timeAdded ?? '')
  if (matching.length === 0) return sinceMs
  const seconds = matching.map(({ tolerationSeconds }) => tolerationSeconds)
  // One that sets no time tolerates the taint for ever, whatever the others say.
  if (seconds.includes(undefined)) return Infinity
  return sinceMs + Math.max(0, Math.min(...seconds.map((it) => it ?? 0))) * 1000
}

/** The Pods that use a claim now, those that are being deleted included. */
export const usersOf = ({ metadata, status }: ResourceClaim, find: Find<KubeObject>): readonly Pod[] =>
  (status?.reservedFor ?? []).flatMap(({ resource, name, uid }) => {
    const pod = resource === 'pods' ? find.get(podKind, metadata.namespace, name) : undefined
    return pod?.metadata.uid === uid && pod.spec.nodeName ? [pod] : []
  })
