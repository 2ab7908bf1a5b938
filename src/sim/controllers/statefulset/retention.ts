import type { StatefulSet } from '../../api/types/apps-v1.gen'
import type { PersistentVolumeClaim, Pod } from '../../api/types/core-v1.gen'
import type { OwnerReference } from '../../api/types/meta-v1.gen'
import { apiVersionOf } from '../../api/object'
import { statefulSet } from '../../kinds/apps/stateful-set'
import { persistentVolumeClaim } from '../../kinds/core/persistent-volume-claim'
import type { Step } from '../controller'
import { same } from '../../formats/same'
import { update } from '../steps'
import { claimsFor, ordinalOf } from './identity'

/**
 * Says in the claims' owner references what they are to outlive: by `whenDeleted: Delete` the set owns its claims, by `whenScaled: Delete` a Pod
 * that is to go owns its own. The garbage collector does the rest.
 */
export function retentionSteps(
  set: StatefulSet,
  pods: readonly Pod[],
  claimNamed: (name: string) => PersistentVolumeClaim | undefined,
): Step[] {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec.persistentVolumeClaimRetentionPolicy ?? {}
  const start = set.spec.ordinals?.start ?? 0
  const end = start + (set.spec.replicas ?? 1)
  return pods.flatMap((pod) => {
    const ordinal = ordinalOf(set, pod)!
    const isSurplus = ordinal < start || ordinal >= end
    const ours = new Set([set.metadata.uid, pod.metadata.uid])
    return claimsFor(set, ordinal).flatMap((wanted) => {
      const claim = claimNamed(wanted.metadata.name!)
      if (!claim) return []
      const others = (claim.metadata.ownerReferences ?? []).filter(({ uid }) => !ours.has(uid))
      const owners: OwnerReference[] = [...others]
      if (isSurplus && whenScaled === 'Delete')
        owners.push({ apiVersion: 'v1', kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid })
      else if (whenDeleted === 'Delete')
        owners.push({
          apiVersion: apiVersionOf(statefulSet),
          kind: 'StatefulSet',
          name: set.metadata.name,
          uid: set.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        })
      if (same(owners, claim.metadata.ownerReferences ?? [])) return []
      return [update(persistentVolumeClaim, { ...claim, metadata: { ...claim.metadata, ownerReferences: owners } })]
    })
  })
}
