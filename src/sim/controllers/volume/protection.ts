import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../api/types/core-v1.gen'
import { persistentVolume } from '../../kinds/core/persistent-volume'
import { persistentVolumeClaim } from '../../kinds/core/persistent-volume-claim'
import { pod as podKind } from '../../kinds/core/pod'
import type { KindDefinition } from '../../api/kind'
import type { KubeObject } from '../../api/object'
import { anyKind, defineController, type Step, type Watch } from '../controller'
import { isFinished } from '../pod-state'
import { update } from '../steps'

const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection'
const VOLUME_FINALIZER = 'kubernetes.io/pv-protection'

const claimsOf = ({ spec, metadata }: Pod): readonly string[] =>
  (spec?.volumes ?? []).flatMap((volume) =>
    volume.persistentVolumeClaim ? [volume.persistentVolumeClaim.claimName] : volume.ephemeral ? [`${metadata.name}-${volume.name}`] : [],
  )

/** Pods that use a claim; looked for only when the claim is to be deleted. Wakes claims when such a Pod ends or goes. */
const users: Watch<PersistentVolumeClaim, () => boolean> = {
  kind: anyKind(podKind),
  concerns(object, _old, _find, change) {
    const pod = object as unknown as Pod // this watch sees Pods only
    return change === 'DELETED' || isFinished(pod) ? claimsOf(pod).map((name) => `${pod.metadata.namespace}/${name}`) : []
  },
  read:
    ({ metadata }, find) =>
    () =>
      find.list(podKind, metadata.namespace).some((pod) => pod.spec?.nodeName && !isFinished(pod) && claimsOf(pod).includes(metadata.name)),
}

/** Keeps a claim from going while a Pod uses it. */
export const claimProtectionController = defineController({
  name: 'pvc-protection-controller',
  reconciles: persistentVolumeClaim,
  watches: { isUsed: users },
  reconcile: (claim, { isUsed }) => guard(persistentVolumeClaim, claim, CLAIM_FINALIZER, isUsed),
})

/** Keeps a volume from going while a claim is bound to it. */
export const volumeProtectionController = defineController({
  name: 'pv-protection-controller',
  reconciles: persistentVolume,
  watches: {},
  reconcile: (volume: PersistentVolume) => guard(persistentVolume, volume, VOLUME_FINALIZER, () => volume.status?.phase === 'Bound'),
})

/** Puts a finalizer on an object and takes it away when the object is to go and nobody uses it. Writes the whole object, as the real controllers do: their roles let them update, not patch. */
export function guard<T extends KubeObject>(kind: KindDefinition<T>, object: T, finalizer: string, isUsed: () => boolean): Step[] {
  const { finalizers: present = [], deletionTimestamp } = object.metadata
  const isGuarded = present.includes(finalizer)
  const withFinalizers = (finalizers: readonly string[]) => [update(kind, { ...object, metadata: { ...object.metadata, finalizers } })]
  if (!deletionTimestamp) return isGuarded ? [] : withFinalizers([...present, finalizer])
  return isGuarded && !isUsed() ? withFinalizers(present.filter((it) => it !== finalizer)) : []
}
