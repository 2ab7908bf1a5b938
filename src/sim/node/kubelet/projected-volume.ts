import type { ConfigMap, KeyToPath, Pod, ProjectedVolumeSource, Secret, Volume as VolumeSpec } from '../../api/types/core-v1.gen'
import { configMap } from '../../kinds/core/config-map'
import { pod as podKind } from '../../kinds/core/pod'
import { secret } from '../../kinds/core/secret'
import { LazyVolume } from '../os/volume'
import { textFromBase64 } from './base64'
import { podField, resourceField } from './downward'
import { payloadTree, type PayloadFile } from './payload'
import { MountError, type PodVolume, type VolumeContext } from './volumes'

/**
 * A volume that shows objects as files. What it shows is looked up when it is mounted and at each refresh; files are made of it when somebody looks,
 * as most Pods never do.
 */
export class ProjectedVolume implements PodVolume {
  readonly volume: LazyVolume
  private readonly gid: number | undefined
  private parts: readonly Part[]
  private projectedMs: number

  constructor(
    private readonly spec: VolumeSpec,
    pod: Pod,
    private readonly context: VolumeContext,
    podIP: string,
  ) {
    this.parts = partsOf(spec, pod, podIP, context, NO_PARTS)
    this.projectedMs = context.nowMs()
    this.gid = pod.spec.securityContext?.fsGroup
    this.volume = new LazyVolume(this)
  }

  get top() {
    return '/'
  }

  get readOnly() {
    return true
  }

  get type() {
    return this.spec.secret || this.spec.projected ? 'tmpfs' : 'ext4'
  }

  get source() {
    return this.type === 'tmpfs' ? 'tmpfs' : '/dev/vda1'
  }

  build() {
    return payloadTree(filesOf(this.parts), this.projectedMs, { gid: this.gid })
  }

  refresh(pod: Pod, podIP: string) {
    const fresh = partsOf(this.spec, pod, podIP, this.context, this.parts)
    if (fresh.every((part, i) => samePart(part, this.parts[i]))) return
    this.parts = fresh
    this.projectedMs = this.context.nowMs()
    this.volume.forget()
  }
}

/** What one source gives: an object's data, a token, or fields of the Pod. */
type Part = DataPart | TokenFile | readonly FieldFile[]

interface DataPart {
  readonly plain: Readonly<Record<string, string>> | undefined
  readonly encoded: Readonly<Record<string, string>> | undefined
  readonly items: readonly KeyToPath[] | undefined
  readonly mode: number
}

interface FieldFile extends PayloadFile {
  readonly path: string
}

const NO_PARTS: readonly Part[] = []

/** Objects are frozen and share what did not change: the same data is the same object. */
function samePart(a: Part, b: Part | undefined): boolean {
  if (a === b) return true
  if (b === undefined || a instanceof TokenFile || b instanceof TokenFile) return false
  if ('plain' in a) return 'plain' in b && a.plain === b.plain && a.encoded === b.encoded
  return !('plain' in b) && a.length === b.length && a.every(({ text }, i) => text === b[i]!.text)
}

function filesOf(parts: readonly Part[]): ReadonlyMap<string, PayloadFile> {
  const files = new Map<string, PayloadFile>()
  for (const part of parts) {
    if (part instanceof TokenFile) files.set(part.path, part)
    else if ('plain' in part) addData(files, part)
    else for (const field of part) files.set(field.path, field)
  }
  return files
}

function addData(files: Map<string, PayloadFile>, { plain = {}, encoded = {}, items, mode }: DataPart) {
  const textOf = (key: string) => (Object.hasOwn(encoded, key) ? textFromBase64(encoded[key]!) : plain[key])
  if (!items) for (const key of [...Object.keys(plain), ...Object.keys(encoded)]) files.set(key, { text: textOf(key)!, mode })
  for (const { key, path, mode: own } of items ?? []) {
    const text = textOf(key)
    if (text !== undefined) files.set(path, { text, mode: own ?? mode })
  }
}

/** A kubelet asks for a new token when four fifths of the time have passed, or a day. */
const DAY_SECONDS = 24 * 3600
const RENEW_AFTER = 0.8

/** A token, signed by its first reader. */
class TokenFile implements PayloadFile {
  private known: string | undefined

  constructor(
    readonly path: string,
    readonly mode: number,
    readonly renewAtMs: number,
    private readonly read: () => string,
  ) {}

  get text(): string {
    return (this.known ??= this.read())
  }
}

/** What the sources give now, in their order. `before`: what they gave last. Throws MountError. */
function partsOf(spec: VolumeSpec, pod: Pod, podIP: string, context: VolumeContext, before: readonly Part[]): readonly Part[] {
  const defaultMode = (spec.configMap ?? spec.secret ?? spec.projected ?? spec.downwardAPI)?.defaultMode ?? 0o644
  const from = { volume: spec.name, mode: defaultMode, pod, podIP, context }
  if (spec.configMap) return [configMapPart(from, spec.configMap)]
  if (spec.secret) return [secretPart(from, { ...spec.secret, name: spec.secret.secretName })]
  if (spec.downwardAPI) return [fieldFiles(from, spec.downwardAPI.items)]
  const parts: Part[] = []
  for (const source of spec.projected?.sources ?? []) addParts(parts, from, source, before)
  return parts.slice() // as large as it must be: every Pod has one
}

interface From {
  readonly volume: string
  readonly mode: number
  readonly pod: Pod
  readonly podIP: string
  readonly context: VolumeContext
}

function addParts(parts: Part[], from: From, source: NonNullable<ProjectedVolumeSource['sources']>[number], before: readonly Part[]) {
  if (source.configMap) parts.push(configMapPart(from, source.configMap))
  if (source.secret) parts.push(secretPart(from, source.secret))
  if (source.downwardAPI) parts.push(fieldFiles(from, source.downwardAPI.items))
  if (source.serviceAccountToken) {
    const { path, audience, expirationSeconds = 3600 } = source.serviceAccountToken
    const { nowMs, token } = from.context
    const issued = before[parts.length]
    if (issued instanceof TokenFile && nowMs() < issued.renewAtMs) parts.push(issued)
    else {
      const renewAtMs = nowMs() + Math.min(expirationSeconds * RENEW_AFTER, DAY_SECONDS) * 1000
      parts.push(new TokenFile(path, from.mode, renewAtMs, token(from.pod, audience, expirationSeconds)))
    }
  }
}

interface ObjectProjection {
  readonly name?: string
  readonly items?: readonly KeyToPath[]
  readonly optional?: boolean
}

function configMapPart(from: From, projection: ObjectProjection): DataPart {
  const found = from.context.client.get<ConfigMap>(configMap, from.pod.metadata.namespace, projection.name ?? '')
  if (!found && !projection.optional) throw new MountError(from.volume, `configmap "${projection.name}" not found`)
  return dataPart(from, projection, found?.data, found?.binaryData)
}

function secretPart(from: From, projection: ObjectProjection): DataPart {
  const found = from.context.client.get<Secret>(secret, from.pod.metadata.namespace, projection.name ?? '')
  if (!found && !projection.optional) throw new MountError(from.volume, `secret "${projection.name}" not found`)
  return dataPart(from, projection, undefined, found?.data)
}

function dataPart(
  { volume, mode }: From,
  { items, optional }: ObjectProjection,
  plain: DataPart['plain'],
  encoded: DataPart['encoded'],
): DataPart {
  for (const { key } of optional ? [] : (items ?? []))
    if (plain?.[key] === undefined && encoded?.[key] === undefined)
      throw new MountError(volume, `references non-existent config key: ${key}`)
  return { plain, encoded, items, mode }
}

/** A kubelet notes on each Pod where it heard of it and when, and volumes show that beside the Pod's own annotations. */
const annotatedAsSeen = (pod: Pod): Pod => ({
  ...pod,
  metadata: {
    ...pod.metadata,
    annotations: {
      'kubernetes.io/config.seen': pod.status?.startTime ?? pod.metadata.creationTimestamp ?? '',
      'kubernetes.io/config.source': 'api',
      ...pod.metadata.annotations,
    },
  },
})

function fieldFiles(
  { mode: defaultMode, pod, podIP, context }: From,
  items: NonNullable<VolumeSpec['downwardAPI']>['items'],
): readonly FieldFile[] {
  const current = annotatedAsSeen(context.client.get<Pod>(podKind, pod.metadata.namespace, pod.metadata.name) ?? pod)
  return (items ?? []).map(({ path, fieldRef, resourceFieldRef, mode }) => {
    const text = fieldRef
      ? podField(fieldRef.fieldPath, current, { hostIP: context.hostIP, podIP })
      : resourceFieldRef && resourceField(resourceFieldRef, current, undefined, context.allocatable)
    return { path, text: text ?? '', mode: mode ?? defaultMode }
  })
}
