import { SmallMap } from '../os/small-map'
import type { Client } from '../../api/client'
import type { Container, PersistentVolume, Pod, Volume as VolumeSpec, VolumeMount } from '../../api/types/core-v1.gen'
import { quantityValue } from '../../formats/quantity'
import { directory } from '../os/file-nodes'
import type { FileSystem } from '../os/file-system'
import { createVolume, type Mount, type Volume } from '../os/volume'
import { payloadPath } from './payload'
import { ProjectedVolume } from './projected-volume'

/** A volume of a Pod, ready to be mounted in its containers. */
export interface PodVolume {
  readonly volume: Volume
  /** Path inside `volume` that is the volume's top. */
  readonly top: string
  readonly source: string
  readonly type: string
  readonly readOnly: boolean
  /** Projects its sources again; undefined for volumes that have none. Throws MountError when a source is gone. */
  refresh?(pod: Pod, podIP: string): void
}

export type MountedVolumes = ReadonlyMap<string, PodVolume>

/** What mounting may ask of the node. */
export interface VolumeContext {
  readonly client: Client
  readonly nowMs: () => number
  readonly hostFiles: FileSystem
  readonly hostIP: string
  readonly allocatable: Readonly<Record<string, string>>
  /** Disks that outlive Pods and nodes, by the PersistentVolume that stands for them. */
  readonly disks: (volume: PersistentVolume) => Volume | undefined
  /** The volume bound to a claim; why there is none; undefined while it is not attached to this node. */
  readonly claimed: (namespace: string, claimName: string) => PersistentVolume | string | undefined
  /** Issues a token now; it is signed when somebody reads it, as most never are. */
  readonly token: (pod: Pod, audience: string | undefined, expirationSeconds: number) => () => string
}

/** Why a volume cannot be mounted: the text of a FailedMount event. */
export class MountError extends Error {
  constructor(
    readonly volume: string,
    message: string,
  ) {
    super(message)
  }
}

/** A disk that is still on its way to the node: nothing has gone wrong, it is waited for. */
export class NotAttached extends MountError {}

/** All volumes of a Pod but those of images, which are pulled later (image-volumes.ts). Throws MountError for the first that cannot be set up. */
export function mountVolumes(pod: Pod, context: VolumeContext, podIP: string): MountedVolumes {
  const specs = (pod.spec.volumes ?? []).filter(({ image }) => !image)
  return new SmallMap(specs.map((spec) => [spec.name, mountVolume(spec, pod, context, podIP)]))
}

function mountVolume(spec: VolumeSpec, pod: Pod, context: VolumeContext, podIP: string): PodVolume {
  const { name } = spec
  if (spec.configMap || spec.secret || spec.projected || spec.downwardAPI) return new ProjectedVolume(spec, pod, context, podIP)
  if (spec.hostPath) return hostPathVolume(name, spec.hostPath.path, spec.hostPath.type ?? '', context)
  if (spec.persistentVolumeClaim)
    return claimedVolume(name, spec.persistentVolumeClaim.claimName, spec.persistentVolumeClaim.readOnly ?? false, pod, context)
  if (spec.ephemeral) return claimedVolume(name, `${pod.metadata.name}-${name}`, false, pod, context)
  if (spec.nfs) {
    const disk = context.disks(nfsVolume(spec.nfs.server, spec.nfs.path))
    if (disk)
      return { volume: disk, top: '/', source: `${spec.nfs.server}:${spec.nfs.path}`, type: 'nfs4', readOnly: spec.nfs.readOnly ?? false }
  }
  const inMemory = spec.emptyDir?.medium === 'Memory'
  const limit = spec.emptyDir?.sizeLimit
  const root = directory({}, 0o777, context.nowMs())
  const { fsGroup } = pod.spec.securityContext ?? {}
  if (fsGroup !== undefined) Object.assign(root, { gid: fsGroup, mode: 0o2777 })
  return {
    volume: createVolume(root, inMemory && limit !== undefined ? quantityValue(limit) : undefined),
    top: '/',
    source: inMemory ? 'tmpfs' : '/dev/vda1',
    type: inMemory ? 'tmpfs' : 'ext4',
    readOnly: false,
  }
}

const nfsVolume = (server: string, path: string): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: `nfs-${server}-${path}`, uid: '', resourceVersion: '', creationTimestamp: '' },
  spec: { nfs: { server, path } },
})

// ---- volumes with files of their own ----

/** People end the path of a folder with a slash. */
const plainPath = (path: string) => path.replace(/(?!^)\/+$/, '')

function hostPathVolume(name: string, given: string, type: string, { hostFiles }: VolumeContext): PodVolume {
  const path = plainPath(given)
  const failed = (what: string) => new MountError(name, `hostPath type check failed: ${path} is not ${what}`)
  const found = hostFiles.stat(path)
  if (type === 'Directory' && found?.type !== 'directory') throw failed('a directory')
  if (type === 'File' && found?.type !== 'file') throw failed('a file')
  if (type === 'Socket' || type === 'CharDevice' || type === 'BlockDevice')
    throw failed(type === 'Socket' ? 'a socket file' : type === 'CharDevice' ? 'a character device' : 'a block device')
  if (type === 'FileOrCreate' && found === undefined) {
    hostFiles.makeDirectory(path.slice(0, path.lastIndexOf('/')) || '/', { parents: true })
    hostFiles.write(path, '')
  } else if (found === undefined) hostFiles.makeDirectory(path, { parents: true })
  return { volume: hostFiles.root, top: path, source: '/dev/vda1', type: 'ext4', readOnly: false }
}

function claimedVolume(name: string, claimName: string, readOnly: boolean, pod: Pod, context: VolumeContext): PodVolume {
  const volume = context.claimed(pod.metadata.namespace ?? '', claimName)
  if (volume === undefined) throw new NotAttached(name, 'not attached yet')
  if (typeof volume === 'string') throw new MountError(name, volume)
  const { hostPath, local, capacity } = volume.spec ?? {}
  const path = hostPath?.path ?? local?.path
  if (path === undefined) {
    const disk = context.disks(volume)
    if (!disk) throw new MountError(name, `no volume plugin matched name: ${volume.spec?.csi?.driver ?? 'unknown'}`)
    disk.capacityBytes ??= capacity?.storage === undefined ? undefined : quantityValue(capacity.storage)
    const { fsGroup } = pod.spec.securityContext ?? {}
    // A file system of the Pod's own is handed to its group; a share of others is not.
    if (fsGroup !== undefined && !volume.spec?.nfs) Object.assign(disk.root, { gid: fsGroup, mode: 0o2775 })
    return { volume: disk, top: '/', source: `/dev/disk/${volume.metadata.name}`, type: volume.spec?.nfs ? 'nfs4' : 'ext4', readOnly }
  }
  // The provisioner makes its folders for everybody before a Pod sees them.
  if (volume.metadata.annotations?.['pv.kubernetes.io/provisioned-by'] === 'rancher.io/local-path' && !context.hostFiles.stat(path))
    context.hostFiles.makeDirectory(path, { parents: true, mode: 0o777 })
  if (local && context.hostFiles.stat(path)?.type !== 'directory') throw new MountError(name, `path "${path}" does not exist`)
  return { ...hostPathVolume(name, path, hostPath?.type ?? '', context), readOnly }
}

// ---- in a container ----

/** Where a container sees which volume. Throws MountError for a mount that names no volume. */
export function mountsOf(
  container: Container,
  volumes: MountedVolumes,
  env: Readonly<Record<string, string>>,
  expand: (text: string, env: Readonly<Record<string, string>>) => string,
): ReadonlyMap<string, Mount> {
  return new SmallMap((container.volumeMounts ?? []).map((mount) => [plainPath(mount.mountPath), mountAt(mount, volumes, env, expand)]))
}

function mountAt(
  mount: VolumeMount,
  volumes: MountedVolumes,
  env: Readonly<Record<string, string>>,
  expand: (text: string, env: Readonly<Record<string, string>>) => string,
): Mount {
  const found = volumes.get(mount.name)
  if (!found) throw new MountError(mount.name, `volume "${mount.name}" not found`)
  const subPath = mount.subPathExpr !== undefined ? expand(mount.subPathExpr, env) : mount.subPath
  const { source, type, top } = found
  const readOnly = found.readOnly || (mount.readOnly ?? false)
  if (!subPath) return { volume: found.volume, subPath: top, readOnly, source, type }
  if (found.refresh)
    return { volume: createVolume(found.volume.root), subPath: payloadPath(found.volume.root, subPath), readOnly, source, type }
  ensureDirectory(found.volume, `${top}/${subPath}`)
  return { volume: found.volume, subPath: `${top}/${subPath}`, readOnly, source, type }
}

/** A subPath that is not there yet becomes a directory of the volume. */
function ensureDirectory(volume: Volume, path: string) {
  let at = volume.root
  for (const name of path.split('/').filter(Boolean)) {
    let next = at.entries.get(name)
    if (!next) at.entries.set(name, (next = directory({}, 0o755)))
    if (next.type !== 'directory') return
    at = next
  }
}
