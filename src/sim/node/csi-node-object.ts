import type { NewObject } from '../api/object'
import type { Node } from '../api/types/core-v1.gen'
import type { CSINode } from '../api/types/storage-v1.gen'
import { csiDrivers } from '../storage/csi-drivers'

/** Plugins of old that are drivers now, which every kubelet says of itself. */
const MIGRATED =
  'kubernetes.io/aws-ebs,kubernetes.io/azure-disk,kubernetes.io/azure-file,kubernetes.io/cinder,kubernetes.io/gce-pd,kubernetes.io/portworx-volume,kubernetes.io/vsphere-volume'

/** What a kubelet writes of the CSI drivers that have registered with it. */
export const csiNodeOf = ({ metadata: { name, uid } }: Node): NewObject<CSINode> => ({
  metadata: {
    name,
    annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': MIGRATED },
    ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
  },
  spec: {
    drivers: csiDrivers.map(({ name: driver, topologyKeys, mostVolumes }) => ({
      name: driver,
      nodeID: name,
      ...(mostVolumes !== undefined && { allocatable: { count: mostVolumes } }),
      ...(topologyKeys && { topologyKeys }),
    })),
  },
})
