import type { Node, PersistentVolume, PersistentVolumeClaim } from '../api/types/core-v1.gen'

/** A program that makes volumes for claims of its StorageClasses. */
export interface Provisioner {
  /** A volume that is larger is so at once for whoever uses it: there is no file system of its own to grow. */
  readonly growsWithoutNode?: boolean
  /** How long it takes to make a volume. */
  readonly takesMs: number
  /** Access modes it cannot give, and what it says then. */
  readonly refuses?: (claim: PersistentVolumeClaim) => string | undefined
  /** Where the volume is and who can reach it. */
  readonly source: (
    claim: PersistentVolumeClaim,
    node: Node | undefined,
    id: string,
  ) => Pick<NonNullable<PersistentVolume['spec']>, 'hostPath' | 'csi' | 'nodeAffinity'>
  readonly annotations?: (node: Node | undefined) => Readonly<Record<string, string>>
}

const only = (key: string, value: string) => ({
  required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values: [value] }] }] },
})
const LOCAL_PATHS = '/opt/local-path-provisioner'

/** By the name in `provisioner` of a StorageClass. */
export const provisioners: Readonly<Record<string, Provisioner>> = {
  'rancher.io/local-path': {
    takesMs: 3000,
    refuses: ({ spec }) =>
      spec?.accessModes?.every((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod')
        ? undefined
        : 'NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes',
    source: ({ metadata }, node) => ({
      hostPath: { path: `${LOCAL_PATHS}/pvc-${metadata.uid}_${metadata.namespace}_${metadata.name}`, type: 'DirectoryOrCreate' },
      ...(node && { nodeAffinity: only('kubernetes.io/hostname', node.metadata.labels?.['kubernetes.io/hostname'] ?? node.metadata.name) }),
    }),
    annotations: (node) => ({ ...(node && { 'local.path.provisioner/selected-node': node.metadata.name }) }),
  },
  'disk.csi.tabernetes.io': {
    takesMs: 4000,
    source: (_, node, id) => ({
      csi: { driver: 'disk.csi.tabernetes.io', volumeHandle: `disk-${id}`, fsType: 'ext4' },
      ...(node?.metadata.labels?.['topology.kubernetes.io/zone'] && {
        nodeAffinity: only('topology.kubernetes.io/zone', node.metadata.labels['topology.kubernetes.io/zone']),
      }),
    }),
  },
  'files.csi.tabernetes.io': {
    takesMs: 3000,
    growsWithoutNode: true,
    source: (_, __, id) => ({ csi: { driver: 'files.csi.tabernetes.io', volumeHandle: `share-${id}` } }),
  },
}
