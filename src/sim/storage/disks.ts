import type { PersistentVolume } from '../api/types/core-v1.gen'
import { quantityValue } from '../formats/quantity'
import { directory } from '../node/os/file-nodes'
import type { FileSystem } from '../node/os/file-system'
import { createVolume, type Volume } from '../node/os/volume'
import { provisioners } from './provisioners'

/** Storage outside any node: block disks and file shares, by what identifies them to their driver. Their contents outlive Pods, claims and nodes. */
export interface Disks {
  /** Undefined when no driver of the cluster knows such a volume. */
  of(volume: PersistentVolume): Volume | undefined
  erase(volume: PersistentVolume): void
  grow(volume: PersistentVolume): void
}

export function createDisks(hostFiles: (nodeName: string) => FileSystem | undefined): Disks {
  const known = new Map<string, Volume>()

  function handleOf({ spec }: PersistentVolume): string | undefined {
    if (spec?.nfs) return `nfs/${spec.nfs.server}:${spec.nfs.path}`
    return spec?.csi && provisioners[spec.csi.driver] ? `csi/${spec.csi.driver}/${spec.csi.volumeHandle}` : undefined
  }

  return {
    of(volume) {
      const handle = handleOf(volume)
      if (handle === undefined) return undefined
      let disk = known.get(handle)
      if (!disk) known.set(handle, (disk = createVolume(directory({}, 0o777))))
      return disk
    },
    erase(volume) {
      const handle = handleOf(volume)
      if (handle !== undefined) known.delete(handle)
      const path = volume.spec?.hostPath?.path
      const node = volume.metadata.annotations?.['local.path.provisioner/selected-node']
      const files = node === undefined ? undefined : hostFiles(node)
      if (path !== undefined && files?.stat(path)) files.remove(path, { recursive: true })
    },
    grow(volume) {
      const disk = known.get(handleOf(volume) ?? '')
      const size = volume.spec?.capacity?.storage
      if (disk && size !== undefined) disk.capacityBytes = quantityValue(size)
    },
  }
}
