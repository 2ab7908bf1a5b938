import type { PersistentVolumeClaim, SecretReference, Volume } from '../../api/types/core-v1.gen'
import { compareQuantities } from '../../formats/quantity'
import { writeClaim } from './claim'
import type { Description, Labels } from './writer'

/** The section `Volumes:`. */
export function writeVolumes(description: Description, volumes: readonly Volume[] | undefined, space: '' | '  '): void {
  const { write } = description
  if (!volumes?.length) return write(0, `${space}Volumes:\t<none>`)
  write(0, `${space}Volumes:`)
  for (const { name, ...sources } of volumes) {
    write(1, `${space ? ' ' : ''}${name}:`)
    writeVolumeSource(description, sources as Sources) // every other field of a volume is a source
  }
}

type Fields = Readonly<Record<string, unknown>>
export type Sources = Readonly<Record<string, Fields | undefined>>

/** What a volume comes from; with `lasting` as a PersistentVolume has it, which says more in places. */
export function writeVolumeSource(description: Description, sources: Sources, lasting = false): void {
  const { write } = description
  const found = kinds.find(({ source }) => sources[source] !== undefined)
  if (!found) return write(1, '<unknown>')
  const fields = sources[found.source]!
  write(2, `Type:\t${found.type}`)
  for (const [title, value] of (lasting && found.lasting) || found.rows) {
    const shown = typeof value === 'function' ? value(fields) : goValue(fields[value])
    // Where a real kubectl forgot the colon, so do we.
    write(2, title === 'ISCSIInterface' ? `${title}\t${shown}` : `${title}:\t${shown}`)
  }
  found.more?.(description, fields)
}

type Row = readonly [title: string, value: string | ((fields: Fields) => string)]

interface VolumeKind {
  readonly source: string
  readonly type: string
  readonly rows: readonly Row[]
  /** Rows for a PersistentVolume, where they differ. */
  readonly lasting?: readonly Row[]
  readonly more?: (description: Description, fields: Fields) => void
}

const text = (field: string) => (fields: Fields) => String(fields[field] ?? '')
const number = (field: string) => (fields: Fields) => String(fields[field] ?? 0)
const flag = (field: string) => (fields: Fields) => String(fields[field] ?? false)
const textOr = (field: string, otherwise: string) => (fields: Fields) => String(fields[field] ?? otherwise)
/** Go prints a list of words in brackets. */
const list = (field: string) => (fields: Fields) => `[${((fields[field] as readonly string[] | undefined) ?? []).join(' ')}]` // a list of strings by its schema
const reference =
  (field: string, type = 'LocalObjectReference') =>
  (fields: Fields) => {
    const value = fields[field] as { readonly name?: string; readonly namespace?: string } | undefined // a reference by its schema
    if (!value) return 'nil'
    const namespace = type === 'SecretReference' ? `Namespace:${value.namespace ?? ''},` : ''
    return `&${type}{Name:${value.name ?? ''},${namespace}}`
  }
const goValue = (value: unknown): string => String(value ?? '')

const fsType: Row = ['FSType', text('fsType')]
const readOnly: Row = ['ReadOnly', flag('readOnly')]
const optional: Row = ['Optional', flag('optional')]

const rbd = (secret: string): Row[] => [
  ['CephMonitors', list('monitors')],
  ['RBDImage', text('image')],
  fsType,
  ['RBDPool', text('pool')],
  ['RadosUser', text('user')],
  ['Keyring', text('keyring')],
  ['SecretRef', reference('secretRef', secret)],
  readOnly,
]
const cephfs = (secret: string): Row[] => [
  ['Monitors', list('monitors')],
  ['Path', text('path')],
  ['User', text('user')],
  ['SecretFile', text('secretFile')],
  ['SecretRef', reference('secretRef', secret)],
  readOnly,
]
const iscsi = (secret: string): Row[] => [
  ['TargetPortal', text('targetPortal')],
  ['IQN', text('iqn')],
  ['Lun', number('lun')],
  ['ISCSIInterface', text('iscsiInterface')],
  fsType,
  readOnly,
  ['Portals', list('portals')],
  ['DiscoveryCHAPAuth', flag('chapAuthDiscovery')],
  ['SessionCHAPAuth', flag('chapAuthSession')],
  ['SecretRef', reference('secretRef', secret)],
  ['InitiatorName', textOr('initiatorName', '<none>')],
]
const cinder = (secret: string): Row[] => [['VolumeID', text('volumeID')], fsType, readOnly, ['SecretRef', reference('secretRef', secret)]]
const flex = (secret: string): Row[] => [
  ['Driver', text('driver')],
  fsType,
  ['SecretRef', reference('secretRef', secret)],
  readOnly,
  ['Options', ({ options }) => goMap(options as Labels | undefined)], // a map of strings by its schema
]
const disk = (id: Row): Row[] => [id, fsType, ['Partition', number('partition')], readOnly]

const scaleIO = (...secret: Row[]): Row[] => [
  ['Gateway', text('gateway')],
  ['System', text('system')],
  ['Protection Domain', text('protectionDomain')],
  ['Storage Pool', text('storagePool')],
  ['Storage Mode', text('storageMode')],
  ['VolumeName', text('volumeName')],
  ...secret,
  fsType,
  readOnly,
]

const goMap = (map: Labels | undefined) =>
  `map[${Object.keys(map ?? {})
    .sort()
    .map((key) => `${key}:${map![key]}`)
    .join(' ')}]`

/** In the order in which kubectl looks for them. */
const kinds: readonly VolumeKind[] = [
  {
    source: 'hostPath',
    type: 'HostPath (bare host directory volume)',
    rows: [
      ['Path', text('path')],
      ['HostPathType', textOr('type', '<none>')],
    ],
  },
  {
    source: 'emptyDir',
    type: "EmptyDir (a temporary directory that shares a pod's lifetime)",
    rows: [
      ['Medium', text('medium')],
      [
        'SizeLimit',
        ({ sizeLimit }) => (sizeLimit !== undefined && compareQuantities(String(sizeLimit), '0') > 0 ? String(sizeLimit) : '<unset>'),
      ],
    ],
  },
  {
    source: 'gcePersistentDisk',
    type: 'GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)',
    rows: disk(['PDName', text('pdName')]),
  },
  {
    source: 'awsElasticBlockStore',
    type: 'AWSElasticBlockStore (a Persistent Disk resource in AWS)',
    rows: disk(['VolumeID', text('volumeID')]),
  },
  {
    source: 'gitRepo',
    type: 'GitRepo (a volume that is pulled from git when the pod is created)',
    rows: [
      ['Repository', text('repository')],
      ['Revision', text('revision')],
    ],
  },
  { source: 'secret', type: 'Secret (a volume populated by a Secret)', rows: [['SecretName', text('secretName')], optional] },
  { source: 'configMap', type: 'ConfigMap (a volume populated by a ConfigMap)', rows: [['Name', text('name')], optional] },
  {
    source: 'nfs',
    type: 'NFS (an NFS mount that lasts the lifetime of a pod)',
    rows: [['Server', text('server')], ['Path', text('path')], readOnly],
  },
  {
    source: 'iscsi',
    type: "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
    rows: iscsi('LocalObjectReference'),
    lasting: iscsi('SecretReference'),
  },
  {
    source: 'glusterfs',
    type: "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)",
    rows: [['EndpointsName', text('endpoints')], ['Path', text('path')], readOnly],
    lasting: [
      ['EndpointsName', text('endpoints')],
      ['EndpointsNamespace', textOr('endpointsNamespace', '<unset>')],
      ['Path', text('path')],
      readOnly,
    ],
  },
  {
    source: 'persistentVolumeClaim',
    type: 'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    rows: [['ClaimName', text('claimName')], readOnly],
  },
  {
    source: 'ephemeral',
    type: 'EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)',
    rows: [],
    more: (description, { volumeClaimTemplate }) => {
      if (volumeClaimTemplate) writeClaim(nested(description, 2), volumeClaimTemplate as PersistentVolumeClaim, false) // has its metadata and spec
    },
  },
  {
    source: 'rbd',
    type: "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
    rows: rbd('LocalObjectReference'),
    lasting: rbd('SecretReference'),
  },
  {
    source: 'quobyte',
    type: "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)",
    rows: [['Registry', text('registry')], ['Volume', text('volume')], readOnly],
  },
  {
    source: 'downwardAPI',
    type: 'DownwardAPI (a volume populated by information about the pod)',
    rows: [],
    more: ({ write }, { items }) => {
      write(2, 'Items:')
      for (const { path, fieldRef, resourceFieldRef } of (items as readonly DownwardItem[] | undefined) ?? []) {
        if (fieldRef) write(3, `${fieldRef.fieldPath} -> ${path}`)
        if (resourceFieldRef) write(3, `${resourceFieldRef.resource} -> ${path}`)
      }
    },
  },
  {
    source: 'azureDisk',
    type: 'AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)',
    rows: [
      ['DiskName', text('diskName')],
      ['DiskURI', text('diskURI')],
      ['Kind', text('kind')],
      fsType,
      ['CachingMode', text('cachingMode')],
      readOnly,
    ],
  },
  {
    source: 'vsphereVolume',
    type: 'vSphereVolume (a Persistent Disk resource in vSphere)',
    rows: [['VolumePath', text('volumePath')], fsType, ['StoragePolicyName', text('storagePolicyName')]],
  },
  {
    source: 'cinder',
    type: 'Cinder (a Persistent Disk resource in OpenStack)',
    rows: cinder('LocalObjectReference'),
    lasting: cinder('SecretReference'),
  },
  {
    source: 'photonPersistentDisk',
    type: 'PhotonPersistentDisk (a Persistent Disk resource in photon platform)',
    rows: [['PdID', text('pdID')], fsType],
  },
  { source: 'portworxVolume', type: 'PortworxVolume (a Portworx Volume resource)', rows: [['VolumeID', text('volumeID')]] },
  {
    source: 'scaleIO',
    type: 'ScaleIO (a persistent volume backed by a block device in ScaleIO)',
    rows: scaleIO(),
    lasting: scaleIO(
      ['SecretName', ({ secretRef }) => (secretRef as SecretReference | undefined)?.name ?? ''],
      ['SecretNamespace', ({ secretRef }) => (secretRef as SecretReference | undefined)?.namespace ?? ''],
    ),
  },
  {
    source: 'local',
    type: 'LocalVolume (a persistent volume backed by local storage on a node)',
    rows: [['Path', text('path')]],
  },
  {
    source: 'cephfs',
    type: "CephFS (a CephFS mount on the host that shares a pod's lifetime)",
    rows: cephfs('LocalObjectReference'),
    lasting: cephfs('SecretReference'),
  },
  {
    source: 'storageos',
    type: 'StorageOS (a StorageOS Persistent Disk resource)',
    rows: [['VolumeName', text('volumeName')], ['VolumeNamespace', text('volumeNamespace')], fsType, readOnly],
  },
  {
    source: 'fc',
    type: 'FC (a Fibre Channel disk)',
    rows: [
      ['TargetWWNs', ({ targetWWNs }) => ((targetWWNs as readonly string[] | undefined) ?? []).join(', ')],
      ['LUN', textOr('lun', '<none>')],
      fsType,
      readOnly,
    ],
  },
  {
    source: 'azureFile',
    type: 'AzureFile (an Azure File Service mount on the host and bind mount to the pod)',
    rows: [['SecretName', text('secretName')], ['ShareName', text('shareName')], readOnly],
    lasting: [['SecretName', text('secretName')], ['SecretNamespace', text('secretNamespace')], ['ShareName', text('shareName')], readOnly],
  },
  {
    source: 'flexVolume',
    type: 'FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)',
    rows: flex('LocalObjectReference'),
    lasting: flex('SecretReference'),
  },
  {
    source: 'flocker',
    type: 'Flocker (a Flocker volume mounted by the Flocker agent)',
    rows: [
      ['DatasetName', text('datasetName')],
      ['DatasetUUID', text('datasetUUID')],
    ],
  },
  {
    source: 'projected',
    type: 'Projected (a volume that contains injected data from multiple sources)',
    rows: [],
    more: ({ write }, { sources }) => {
      for (const source of (sources as readonly Sources[] | undefined) ?? []) for (const line of projectedLines(source)) write(2, line) // by its schema
    },
  },
  {
    source: 'csi',
    type: 'CSI (a Container Storage Interface (CSI) volume source)',
    rows: [['Driver', text('driver')], fsType, readOnly],
    lasting: [['Driver', text('driver')], fsType, ['VolumeHandle', text('volumeHandle')], readOnly],
    more: writeAttributes,
  },
  {
    source: 'image',
    type: 'Image (a container image or OCI artifact)',
    rows: [
      ['Reference', text('reference')],
      ['PullPolicy', text('pullPolicy')],
    ],
  },
]

interface DownwardItem {
  readonly path: string
  readonly fieldRef?: { readonly fieldPath: string }
  readonly resourceFieldRef?: { readonly resource: string }
}

function projectedLines({ secret, downwardAPI, configMap, serviceAccountToken: token }: Sources): string[] {
  if (secret) return [`SecretName:\t${text('name')(secret)}`, `Optional:\t${flag('optional')(secret)}`]
  if (downwardAPI) return ['DownwardAPI:\ttrue']
  if (configMap) return [`ConfigMapName:\t${text('name')(configMap)}`, `Optional:\t${flag('optional')(configMap)}`]
  if (token) return [`TokenExpirationSeconds:\t${String(token.expirationSeconds ?? 3600)}`]
  return []
}

const longestAttribute = 140

/** Attributes repeat the indentation before each value, as kubectl's writer adds it to every piece it is handed. */
function writeAttributes({ write }: Description, { volumeAttributes }: Fields): void {
  const attributes = (volumeAttributes as Labels | undefined) ?? {} // a map of strings by its schema
  const lines = Object.keys(attributes).sort().map((key) => `${key}=${attributes[key]}`) // prettier-ignore
  if (lines.length === 0) return write(2, 'VolumeAttributes:\t<none>')
  lines.forEach((line, i) =>
    write(
      2,
      `${i === 0 ? 'VolumeAttributes:' : '    '}\t    ${line.length > longestAttribute ? `${line.slice(0, longestAttribute)}...` : line}`,
    ),
  )
}

/** A description that stands inside another: every piece, not only every line, is indented, as kubectl has it. */
function nested({ write, ...rest }: Description, depth: number): Description {
  const indent = '  '.repeat(depth)
  return {
    ...rest,
    write: (level, line) => {
      const labels = /^(Labels:|Annotations:|)\t(.*)$/.exec(line)
      if (!labels) return write(level + depth, line)
      const [, title = '', value = ''] = labels
      write(depth, title ? `${title}\t${indent}${value}` : `${indent}\t${indent}${value}`)
    },
  }
}
