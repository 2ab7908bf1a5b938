import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types/core-v1.gen'
import type { KubeObject } from '../../api/object'
import { persistentVolume } from '../../kinds/core/persistent-volume'
import { persistentVolumeClaim } from '../../kinds/core/persistent-volume-claim'
import { volumeAttributesClass } from '../../kinds/storage/volume-attributes-class'
import { anyKind, defineController, type Watch } from '../controller'
import { guard } from './protection'

const FINALIZER = 'kubernetes.io/vac-protection'

/** The classes that a claim wants, has, or is on its way to. */
const classesOfClaim = ({ spec, status }: PersistentVolumeClaim) =>
  [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ].flatMap((name) => name ?? [])
const classesOfVolume = ({ spec }: PersistentVolume) => (spec?.volumeAttributesClassName ? [spec.volumeAttributesClassName] : [])

/** Whether objects of a kind refer to a class; wakes classes that an object has let go of. */
const referring = <O extends KubeObject>(
  kind: Parameters<typeof anyKind<O>>[0],
  classesOf: (object: O) => readonly string[],
): Watch<KubeObject, () => boolean> => ({
  kind: anyKind(kind),
  concerns: (object, old) => [object, old].flatMap((it) => (it ? classesOf(it as O) : [])), // this watch sees that kind only
  read:
    ({ metadata }, find) =>
    () =>
      find.list(kind).some((object) => classesOf(object).includes(metadata.name)),
})

/** Keeps a VolumeAttributesClass from going while a claim or a volume refers to it. */
export const attributesClassProtectionController = defineController({
  name: 'volumeattributesclass-protection-controller',
  reconciles: volumeAttributesClass,
  watches: { isClaimed: referring(persistentVolumeClaim, classesOfClaim), isUsed: referring(persistentVolume, classesOfVolume) },
  reconcile: (object, { isClaimed, isUsed }) => guard(volumeAttributesClass, object, FINALIZER, () => isClaimed() || isUsed()),
})
