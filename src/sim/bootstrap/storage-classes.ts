import { csiDrivers } from '../storage/csi-drivers'

/** What the drivers of disks and of shared files say of themselves. */
export const csiDriverObjects = csiDrivers.map(({ name, attaches }) => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIDriver',
  metadata: { name },
  spec: { attachRequired: attaches, fsGroupPolicy: attaches ? 'ReadWriteOnceWithFSType' : 'File' },
}))

/** The three kinds of storage a cluster offers (DESIGN §4): disks on the node, disks of a zone, files for everybody. */
export const storageClasses = [
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'local-path', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'rancher.io/local-path',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'zonal-disk' },
    provisioner: 'disk.csi.tabernetes.io',
    reclaimPolicy: 'Delete',
    allowVolumeExpansion: true,
    volumeBindingMode: 'WaitForFirstConsumer',
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'shared-files' },
    provisioner: 'files.csi.tabernetes.io',
    reclaimPolicy: 'Delete',
    allowVolumeExpansion: true,
    volumeBindingMode: 'Immediate',
  },
]
