import type { FieldError, FieldPath } from '../../api/field-path'
import type { KeyToPath, PodSpec, ProjectedVolumeSource, Volume, DownwardAPIVolumeFile } from '../../api/types/core-v1.gen'
import { dnsLabel } from '../../formats/names'
import { compareQuantities, quantityError } from '../../formats/quantity'
import { checkedOnce, oneOf, requiredName } from '../field-checks'
import { fieldRefErrors, localPathErrors } from './container-validation'

const LARGEST_MODE = 0o777
const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']

/** Complaints about a Pod's volumes. */
export function volumesErrors(spec: PodSpec, at: FieldPath): FieldError[] {
  const names = new Set<string>()
  return (spec.volumes ?? []).flatMap((volume, index) => {
    const here = at('volumes', index)
    const errors = [...sourceErrors(volume, here), ...requiredName(volume.name, here('name'), dnsLabel)]
    if (volume.name && names.has(volume.name)) errors.push(here('name').duplicate(volume.name))
    names.add(volume.name)
    return errors
  })
}

type Source = Exclude<keyof Volume, 'name'>
type SourceCheck<S extends Source> = (source: NonNullable<Volume[S]>, at: FieldPath, volume: Volume) => readonly FieldError[]

const required = (value: unknown, at: FieldPath): FieldError[] => (value ? [] : [at.required()])

const noParent = (path: string, at: FieldPath): FieldError[] =>
  path.split('/').includes('..') ? [at.invalid(path, "must not contain '..'")] : []

const modeErrors = (mode: number | undefined, at: FieldPath): FieldError[] =>
  mode !== undefined && (mode < 0 || mode > LARGEST_MODE)
    ? [at.invalid(mode, 'must be a number between 0 and 0777 (octal), both inclusive')]
    : []

function itemsErrors(items: readonly KeyToPath[] | undefined, at: FieldPath): FieldError[] {
  return (items ?? []).flatMap((item, index) => {
    const here = at('items', index)
    return [
      ...required(item.key, here('key')),
      ...(item.path ? localPathErrors(item.path, here('path')) : [here('path').required()]),
      ...modeErrors(item.mode, here('mode')),
    ]
  })
}

const DOWNWARD_PATHS = ['metadata.name', 'metadata.namespace', 'metadata.uid', 'metadata.labels', 'metadata.annotations']

function downwardErrors(items: readonly DownwardAPIVolumeFile[] | undefined, at: FieldPath): FieldError[] {
  return (items ?? []).flatMap((item, index) => {
    const here = at('items', index)
    const errors = item.path ? localPathErrors(item.path, here('path')) : [here('path').required()]
    if (item.fieldRef) {
      errors.push(...fieldRefErrors(item.fieldRef.fieldPath, here('fieldRef', 'fieldPath'), DOWNWARD_PATHS))
      if (item.resourceFieldRef) errors.push(here.invalid('resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'))
    } else if (!item.resourceFieldRef) errors.push(here('fieldRef').required('one of fieldRef and resourceFieldRef is required'))
    else if (!item.resourceFieldRef.containerName) errors.push(here('resourceFieldRef', 'containerName').required())
    return [...errors, ...modeErrors(item.mode, here('mode'))]
  })
}

function projectedErrors(source: ProjectedVolumeSource, at: FieldPath): FieldError[] {
  const errors = modeErrors(source.defaultMode, at('defaultMode'))
  const paths = new Set<string>()
  source.sources?.forEach((projection, index) => {
    const here = at('sources', index)
    const [first, ...others] = (
      ['secret', 'configMap', 'downwardAPI', 'serviceAccountToken', 'clusterTrustBundle', 'podCertificate'] as const
    ).filter((sort) => projection[sort])
    if (!first) errors.push(here.required('must specify one of'))
    errors.push(...others.map((sort) => here(sort).forbidden('may not specify more than 1 volume type')))
    if (projection.secret)
      errors.push(...required(projection.secret.name, here('secret', 'name')), ...itemsErrors(projection.secret.items, here('secret')))
    if (projection.configMap)
      errors.push(
        ...required(projection.configMap.name, here('configMap', 'name')),
        ...itemsErrors(projection.configMap.items, here('configMap')),
      )
    if (projection.downwardAPI) errors.push(...downwardErrors(projection.downwardAPI.items, here('downwardAPI')))
    for (const { named, items } of [
      { named: projection.secret?.name, items: projection.secret?.items },
      { named: projection.configMap?.name, items: projection.configMap?.items },
      { named: undefined, items: projection.downwardAPI?.items },
    ]) {
      for (const { path } of items ?? []) {
        if (path && paths.has(path)) errors.push(at.invalid(named ?? path, 'conflicting duplicate paths'))
        paths.add(path)
      }
    }
    const token = projection.serviceAccountToken
    if (token) {
      const seconds = token.expirationSeconds ?? 3600
      const life = here('serviceAccountToken', 'expirationSeconds')
      if (seconds < 600) errors.push(life.invalid(seconds, 'may not specify a duration less than 10 minutes'))
      else if (seconds > 2 ** 32) errors.push(life.invalid(seconds, 'may not specify a duration larger than 2^32 seconds'))
      if (!token.path) errors.push(here('serviceAccountToken', 'path').required())
    }
  })
  return errors
}

const checks: { readonly [S in Source]?: SourceCheck<S> } = {
  emptyDir: ({ sizeLimit }, at) =>
    sizeLimit !== undefined && !quantityError(sizeLimit) && compareQuantities(sizeLimit, '0') < 0
      ? [at('sizeLimit').forbidden('SizeLimit field must be a valid resource quantity')]
      : [],
  hostPath: ({ path, type }, at) => [
    ...(path ? noParent(path, at('path')) : [at('path').required()]),
    ...oneOf(type, HOST_PATH_TYPES, at('type')),
  ],
  secret: ({ secretName, defaultMode, items }, at) => [
    ...required(secretName, at('secretName')),
    ...modeErrors(defaultMode, at('defaultMode')),
    ...itemsErrors(items, at),
  ],
  configMap: ({ name, defaultMode, items }, at) => [
    ...required(name, at('name')),
    ...modeErrors(defaultMode, at('defaultMode')),
    ...itemsErrors(items, at),
  ],
  nfs: ({ server, path }, at) => [
    ...required(server, at('server')),
    ...required(path, at('path')),
    ...(path?.startsWith('/') ? [] : [at('path').invalid(path ?? '', 'must be an absolute path')]),
  ],
  persistentVolumeClaim: ({ claimName }, at) => required(claimName, at('claimName')),
  downwardAPI: ({ items, defaultMode }, at) => [...modeErrors(defaultMode, at('defaultMode')), ...downwardErrors(items, at)],
  projected: checkedOnce(projectedErrors),
  csi: ({ driver }, at) => (driver ? [] : [at('driver').required()]),
  ephemeral: ({ volumeClaimTemplate }, at) => (volumeClaimTemplate ? [] : [at('volumeClaimTemplate').required()]),
  gitRepo: ({ repository }, at) => required(repository, at('repository')),
  iscsi: ({ targetPortal, iqn }, at) => [...required(targetPortal, at('targetPortal')), ...required(iqn, at('iqn'))],
  gcePersistentDisk: ({ pdName }, at) => required(pdName, at('pdName')),
  awsElasticBlockStore: ({ volumeID }, at) => required(volumeID, at('volumeID')),
  image: ({ reference }, at) => required(reference, at('reference')),
  flexVolume: ({ driver }, at) => required(driver, at('driver')),
  azureFile: ({ secretName, shareName }, at) => [...required(secretName, at('secretName')), ...required(shareName, at('shareName'))],
  azureDisk: ({ diskName, diskURI }, at) => [...required(diskName, at('diskName')), ...required(diskURI, at('diskURI'))],
  cinder: ({ volumeID }, at) => required(volumeID, at('volumeID')),
  glusterfs: ({ endpoints, path }, at) => [...required(endpoints, at('endpoints')), ...required(path, at('path'))],
  vsphereVolume: ({ volumePath }, at) => required(volumePath, at('volumePath')),
}

function sourceErrors(volume: Volume, at: FieldPath): FieldError[] {
  const sources = (Object.keys(volume) as (keyof Volume)[]).filter((key): key is Source => key !== 'name' && volume[key] !== undefined)
  const [first, ...others] = sources
  if (!first) return [at.required('must specify a volume type')]
  // The table's row and the source go together by the key that found both.
  const check = checks[first] as SourceCheck<Source> | undefined
  return [
    ...(check?.(volume[first]!, at(first), volume) ?? []),
    ...others.map((source) => at(source).forbidden('may not specify more than 1 volume type')),
  ]
}

/** Names that may be mounted. */
export const volumeNames = (spec: PodSpec): ReadonlySet<string> => new Set((spec.volumes ?? []).map((volume) => volume.name))
