import { compareQuantities } from '../../formats/quantity'
import type { AdmissionPlugin } from '../hooks'
import { forbidden } from '../status'
import type { PersistentVolumeClaim } from '../types/core-v1.gen'
import type { StorageClass } from '../types/storage-v1.gen'
import { find, isAbout, resource } from './lookup'

const claims = resource<never>('', 'v1', 'persistentvolumeclaims')
const storageClasses = resource<StorageClass>('storage.k8s.io', 'v1', 'storageclasses')

const sizeOf = ({ spec }: PersistentVolumeClaim) => spec.resources?.requests?.storage ?? '0'

/** A claim grows only where its class says that volumes can. */
export const claimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  validate(request) {
    if (request.operation !== 'UPDATE' || !isAbout(request, claims)) return
    const [claim, old] = [request.object, request.old] as unknown as readonly PersistentVolumeClaim[] // an update of a claim has both
    if (compareQuantities(sizeOf(claim!), sizeOf(old!)) <= 0) return
    const storageClass = find(request.server, storageClasses, undefined, claim!.spec.storageClassName ?? '')
    if (storageClass?.allowVolumeExpansion) return
    throw forbidden(
      claims,
      request.name,
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    )
  },
}
