import type { AdmissionPlugin } from '../hooks'
import type { AnyObject } from '../object'
import { isAbout, resource } from './lookup'

const GUARDED = [
  { what: resource<never>('', 'v1', 'persistentvolumeclaims'), finalizer: 'kubernetes.io/pvc-protection' },
  { what: resource<never>('', 'v1', 'persistentvolumes'), finalizer: 'kubernetes.io/pv-protection' },
  { what: resource<never>('storage.k8s.io', 'v1', 'volumeattributesclasses'), finalizer: 'kubernetes.io/vac-protection' },
]

/** Claims and volumes are born guarded, so that none can go while it is in use; the controllers of the same name lift the guard. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  about: ['persistentvolumeclaims', 'persistentvolumes', 'volumeattributesclasses.storage.k8s.io'],
  mutate(request) {
    const object = request.object!
    const guard = request.operation === 'CREATE' ? GUARDED.find(({ what }) => isAbout(request, what)) : undefined
    const finalizers = object.metadata.finalizers ?? []
    if (!guard || finalizers.includes(guard.finalizer)) return object
    return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, guard.finalizer] } } as AnyObject // still what it was
  },
}
