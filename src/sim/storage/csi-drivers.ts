/** What a node plugin of a driver registers, and what the driver's CSIDriver says. */
export interface CSIDriverFacts {
  readonly name: string
  /** A volume has to be attached to a node before it can be mounted there, and to one only unless its access modes say otherwise. */
  readonly attaches: boolean
  /** Labels of nodes by which the driver tells from where a volume can be reached. */
  readonly topologyKeys?: readonly string[]
  /** More volumes than this cannot be attached to a node. */
  readonly mostVolumes?: number
}

/** The drivers that run on every node of a new cluster: disks of a zone, and files for everybody. */
export const csiDrivers: readonly CSIDriverFacts[] = [
  { name: 'disk.csi.tabernetes.io', attaches: true, topologyKeys: ['topology.kubernetes.io/zone'], mostVolumes: 16 },
  { name: 'files.csi.tabernetes.io', attaches: false },
]

/** Whether volumes of a driver have to be attached to nodes. */
export const isAttachable = (driver: string | undefined): boolean => csiDrivers.some(({ name, attaches }) => attaches && name === driver)

/** What a driver's sidecar calls itself in finalizers: `external-attacher/disk-csi-tabernetes-io`. */
export const attacherFinalizer = (driver: string): string => `external-attacher/${driver.replaceAll('.', '-')}`
