import type { AdmissionPlugin, ApiServer } from '../hooks'
import type { PersistentVolumeClaim } from '../types/core-v1.gen'
import type { StorageClass } from '../types/storage-v1.gen'
import { asObject, findAll, isAbout, resource } from './lookup'

const claims = resource<never>('', 'v1', 'persistentvolumeclaims')
const storageClasses = resource<StorageClass>('storage.k8s.io', 'v1', 'storageclasses')
const IS_DEFAULT = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']

/** A claim that names no class (and not "none" either) gets the default one. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  about: ['persistentvolumeclaims'],
  mutate(request) {
    if (request.operation !== 'CREATE' || !isAbout(request, claims)) return request.object!
    const claim = request.object as unknown as PersistentVolumeClaim // a create of a claim carries one
    const named = claim.spec.storageClassName ?? claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class']
    const storageClassName = named === undefined ? defaultClassName(request.server) : undefined
    if (storageClassName === undefined) return request.object!
    return asObject<PersistentVolumeClaim>({ ...claim, spec: { ...claim.spec, storageClassName } })
  },
}

const defaultClassName = (server: ApiServer) => newestDefault([...findAll(server, storageClasses)])?.metadata.name

/** The newest of several defaults, as since 1.26; among equally old ones the first by name. */
export function newestDefault(classes: readonly StorageClass[]): StorageClass | undefined {
  const defaults = classes.filter(({ metadata }) => IS_DEFAULT.some((key) => metadata.annotations?.[key] === 'true'))
  const [newest] = defaults.sort(
    (x, y) => y.metadata.creationTimestamp.localeCompare(x.metadata.creationTimestamp) || x.metadata.name.localeCompare(y.metadata.name),
  )
  return newest
}
