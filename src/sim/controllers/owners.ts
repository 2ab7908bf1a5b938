import type { KindDefinition } from '../api/kind'
import { apiVersionOf, type KubeObject } from '../api/object'
import { controllerOf } from '../api/owners'
import type { LabelSelector, OwnerReference } from '../api/types/meta-v1.gen'
import { matches, selectorOf } from '../formats/selector'
import type { Step } from './controller'
import { patch } from './steps'

/** The reference by which `owner` manages what it creates. */
export function controllerReference<T extends KubeObject>(kind: KindDefinition<T>, owner: T): OwnerReference {
  const { name, uid } = owner.metadata
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, name, uid, controller: true, blockOwnerDeletion: true }
}

/** What a controller has after it has taken in matching orphans and let go what no longer matches, and the steps for both. */
export interface Claim<O> {
  readonly mine: readonly O[]
  readonly steps: readonly Step[]
}

/**
 * Adopts orphans that match the owner's selector and releases owned objects that do not, as every workload controller does before it counts.
 * An owner that is being deleted neither adopts nor releases.
 */
export function claim<T extends KubeObject, O extends KubeObject>(
  ownerKind: KindDefinition<T>,
  owner: T,
  kind: KindDefinition<O>,
  candidates: readonly O[],
  labelSelector: LabelSelector,
): Claim<O> {
  const selector = selectorOf(labelSelector)
  const { uid, deletionTimestamp } = owner.metadata
  const mine: O[] = []
  const steps: Step[] = []
  let asked: KubeObject['metadata']['labels']
  let wanted = matches(selector, {})
  for (const candidate of candidates) {
    const manager = controllerOf(candidate)
    const { labels } = candidate.metadata
    // Objects made from one template have the same labels, most even the same object.
    if (labels !== asked) {
      asked = labels
      wanted = matches(selector, labels ?? {})
    }
    if (manager?.uid === uid) {
      if (wanted) mine.push(candidate)
      else if (!deletionTimestamp) steps.push(release(kind, candidate, uid))
    } else if (!manager && wanted && !deletionTimestamp && !candidate.metadata.deletionTimestamp) {
      mine.push(candidate)
      steps.push(adopt(ownerKind, owner, kind, candidate))
    }
  }
  return { mine, steps }
}

const adopt = <T extends KubeObject, O extends KubeObject>(
  ownerKind: KindDefinition<T>,
  owner: T,
  kind: KindDefinition<O>,
  orphan: O,
): Step =>
  patch(kind, orphan, {
    metadata: {
      uid: orphan.metadata.uid,
      ownerReferences: [...(orphan.metadata.ownerReferences ?? []), controllerReference(ownerKind, owner)],
    },
  })

/** Takes away the reference to one owner and leaves the others. */
export const release = <O extends KubeObject>(kind: KindDefinition<O>, object: O, ownerUid: string): Step => {
  const others = (object.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== ownerUid)
  return patch(kind, object, { metadata: { uid: object.metadata.uid, ownerReferences: others.length > 0 ? others : null } })
}
