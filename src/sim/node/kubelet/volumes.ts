import type { Client } from '../../api/client'
import type {
  ConfigMap,
  Container,
  KeyToPath,
  PersistentVolume,
  Pod,
  ProjectedVolumeSource,
  Secret,
  Volume as VolumeSpec,
  VolumeMount,
} from '../../api/types/core-v1.gen'
import { quantityValue } from '../../formats/quantity'
import { configMap } from '../../kinds/core/config-map'
import { pod as podKind } from '../../kinds/core/pod'
import { secret } from '../../kinds/core/secret'
import { createVolume, directory, LazyVolume, type FileSystem, type Mount, type Volume } from '../os/file-system'
import { textFromBase64 } from './base64'
import { podField, resourceField } from './downward'
import { payloadPath, payloadTree, type PayloadFile } from './payload'

/** A volume of a Pod, ready to be mounted in its containers. */
export interface PodVolume {
  readonly volume: Volume
  /** Path inside `volume` that is the volume's top. */
  readonly top: string
  readonly source: string
  readonly type: string
  readonly readOnly: boolean
  /** Projects its sources again; undefined for volumes that have none. Throws MountError when a source is gone. */
  readonly refresh?: () => void
}

export type MountedVolumes = ReadonlyMap<string, PodVolume>

/** What mounting may ask of the node. */
export interface VolumeContext {
  readonly client: Client
  readonly nowMs: () => number
  readonly hostFiles: FileSystem
  readonly hostIP: string
  readonly podIP: () => string
  readonly allocatable: Readonly<Record<string, string>>
  /** Disks that outlive Pods and nodes, by the PersistentVolume that stands for them. */
  readonly disks: (volume: PersistentVolume) => Volume | undefined
  /** The volume bound to a claim, or why there is none. */
  readonly claimed: (namespace: string, claimName: string) => PersistentVolume | string
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

/** All volumes of a Pod but those of images, which are pulled later (image-volumes.ts). Throws MountError for the first that cannot be set up. */
export function mountVolumes(pod: Pod, context: VolumeContext): MountedVolumes {
  const specs = (pod.spec.volumes ?? []).filter(({ image }) => !image)
  return new Map(specs.map((spec) => [spec.name, mountVolume(spec, pod, context)]))
}

function mountVolume(spec: VolumeSpec, pod: Pod, context: VolumeContext): PodVolume {
  const { name } = spec
  if (spec.configMap || spec.secret || spec.projected || spec.downwardAPI) return projectedVolume(spec, pod, context)
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

// ---- volumes that show objects as files ----

function projectedVolume(spec: VolumeSpec, pod: Pod, context: VolumeContext): PodVolume {
  const gid = pod.spec.securityContext?.fsGroup
  const tokens = new Map<string, IssuedToken>()
  const treeOf = (files: ReadonlyMap<string, PayloadFile>, nowMs: number) => () => payloadTree(files, nowMs, { gid })
  let files = payloadOf(spec, pod, context, tokens)
  // Most Pods never look at what is mounted in them: the tree is built for those that do.
  const volume = new LazyVolume(treeOf(files, context.nowMs()))
  return {
    volume,
    top: '/',
    source: spec.secret || spec.projected ? 'tmpfs' : '/dev/vda1',
    type: spec.secret || spec.projected ? 'tmpfs' : 'ext4',
    readOnly: true,
    refresh() {
      const fresh = payloadOf(spec, pod, context, tokens)
      if (samePayload(files, fresh)) return
      files = fresh
      volume.replace(treeOf(files, context.nowMs()))
    },
  }
}

function samePayload(a: ReadonlyMap<string, PayloadFile>, b: ReadonlyMap<string, PayloadFile>): boolean {
  if (a.size !== b.size) return false
  for (const [path, file] of a) {
    const other = b.get(path)
    if (other !== file && (other?.mode !== file.mode || other.text !== file.text)) return false
  }
  return true
}

/** A token in a volume, and when the kubelet replaces it. */
interface IssuedToken {
  readonly file: PayloadFile
  readonly renewAtMs: number
}

/** A kubelet asks for a new token when four fifths of the time have passed, or a day. */
const DAY_SECONDS = 24 * 3600
const RENEW_AFTER = 0.8

function payloadOf(spec: VolumeSpec, pod: Pod, context: VolumeContext, tokens: Map<string, IssuedToken>): ReadonlyMap<string, PayloadFile> {
  const files = new Map<string, PayloadFile>()
  const defaultMode = (spec.configMap ?? spec.secret ?? spec.projected ?? spec.downwardAPI)?.defaultMode ?? 0o644
  if (spec.configMap) addConfigMap(files, spec.name, spec.configMap, defaultMode, pod, context)
  if (spec.secret) addSecret(files, spec.name, { ...spec.secret, name: spec.secret.secretName }, defaultMode, pod, context)
  if (spec.downwardAPI) addFields(files, spec.downwardAPI.items, defaultMode, pod, context)
  if (spec.projected) addProjections(files, spec.name, spec.projected, defaultMode, pod, context, tokens)
  return files
}

function addProjections(
  files: Map<string, PayloadFile>,
  volume: string,
  projected: ProjectedVolumeSource,
  mode: number,
  pod: Pod,
  context: VolumeContext,
  tokens: Map<string, IssuedToken>,
) {
  for (const source of projected.sources ?? []) {
    if (source.configMap) addConfigMap(files, volume, source.configMap, mode, pod, context)
    if (source.secret) addSecret(files, volume, source.secret, mode, pod, context)
    if (source.downwardAPI) addFields(files, source.downwardAPI.items, mode, pod, context)
    if (source.serviceAccountToken) {
      const { path, audience, expirationSeconds = 3600 } = source.serviceAccountToken
      let issued = tokens.get(path)
      if (!issued || context.nowMs() >= issued.renewAtMs) {
        const file = new LateFile(context.token(pod, audience, expirationSeconds), mode)
        issued = { file, renewAtMs: context.nowMs() + Math.min(expirationSeconds * RENEW_AFTER, DAY_SECONDS) * 1000 }
        tokens.set(path, issued)
      }
      files.set(path, issued.file)
    }
  }
}

/** A file whose text is asked for once, by its first reader. */
class LateFile implements PayloadFile {
  private known: string | undefined

  constructor(
    private readonly read: () => string,
    readonly mode: number,
  ) {}

  get text(): string {
    return (this.known ??= this.read())
  }
}

interface ObjectProjection {
  readonly name?: string
  readonly items?: readonly KeyToPath[]
  readonly optional?: boolean
}

function addConfigMap(
  files: Map<string, PayloadFile>,
  volume: string,
  projection: ObjectProjection,
  mode: number,
  pod: Pod,
  context: VolumeContext,
) {
  const { namespace } = pod.metadata
  const found = context.client.get<ConfigMap>(configMap, namespace, projection.name ?? '')
  if (!found && !projection.optional) throw new MountError(volume, `configmap "${projection.name}" not found`)
  const binary = Object.entries(found?.binaryData ?? {}).map(([key, value]) => [key, textFromBase64(value)] as const)
  addItems(files, volume, new Map([...Object.entries(found?.data ?? {}), ...binary]), projection, mode)
}

function addSecret(
  files: Map<string, PayloadFile>,
  volume: string,
  projection: ObjectProjection,
  mode: number,
  pod: Pod,
  context: VolumeContext,
) {
  const { namespace } = pod.metadata
  const found = context.client.get<Secret>(secret, namespace, projection.name ?? '')
  if (!found && !projection.optional) throw new MountError(volume, `secret "${projection.name}" not found`)
  addItems(files, volume, new Map(Object.entries(found?.data ?? {}).map(([key, value]) => [key, textFromBase64(value)])), projection, mode)
}

function addItems(
  files: Map<string, PayloadFile>,
  volume: string,
  data: ReadonlyMap<string, string>,
  { items, optional }: ObjectProjection,
  defaultMode: number,
) {
  if (!items) for (const [key, text] of data) files.set(key, { text, mode: defaultMode })
  for (const { key, path, mode } of items ?? []) {
    const text = data.get(key)
    if (text !== undefined) files.set(path, { text, mode: mode ?? defaultMode })
    else if (!optional) throw new MountError(volume, `references non-existent config key: ${key}`)
  }
}

function addFields(
  files: Map<string, PayloadFile>,
  items: NonNullable<VolumeSpec['downwardAPI']>['items'],
  defaultMode: number,
  pod: Pod,
  context: VolumeContext,
) {
  for (const { path, fieldRef, resourceFieldRef, mode } of items ?? []) {
    const current = context.client.get<Pod>(podKind, pod.metadata.namespace, pod.metadata.name) ?? pod
    const text = fieldRef
      ? podField(fieldRef.fieldPath, current, { hostIP: context.hostIP, podIP: context.podIP() })
      : resourceFieldRef && resourceField(resourceFieldRef, current, undefined, context.allocatable)
    files.set(path, { text: text ?? '', mode: mode ?? defaultMode })
  }
}

// ---- volumes with files of their own ----

function hostPathVolume(name: string, path: string, type: string, { hostFiles }: VolumeContext): PodVolume {
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
): Map<string, Mount> {
  return new Map((container.volumeMounts ?? []).map((mount) => [mount.mountPath, mountAt(mount, volumes, env, expand)]))
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
