import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../api/types/core-v1.gen'
import type { VolumeAttachment } from '../api/types/storage-v1.gen'
import { sha256 } from '../formats/sha256'
import { node as nodeKind } from '../kinds/core/node'
import { persistentVolume } from '../kinds/core/persistent-volume'
import { persistentVolumeClaim } from '../kinds/core/persistent-volume-claim'
import { volumeAttachment } from '../kinds/storage/volume-attachment'
import { attacherFinalizer, isAttachable } from './csi-drivers'
import type { StorageContext } from './storage'

/** How long a driver takes to attach a disk, and to detach it once nobody uses it. */
const ATTACH_MS = 1500
const DETACH_MS = 1000
/** How long a disk stays with a node that nobody hears of, before it is taken away by force. */
const FORCE_DETACH_MS = 360_000

/** A disk that Pods of a node want there. */
interface Wanted {
  readonly volume: PersistentVolume
  readonly nodeName: string
  readonly pods: readonly Pod[]
}

/**
 * Attaches disks to the nodes where Pods want them and detaches those that no Pod wants any more, as the attachdetach controller does with a
 * driver's attacher. A disk that only one node may have stays where it is as long as a Pod there wants it.
 */
export function createAttaching(context: StorageContext, users: () => Iterable<Pod>): () => void {
  const { client, engine, pending } = context
  const recorder = context.recorderOf('attachdetach-controller')
  const told = new Set<string>()
  const idleSince = new Map<string, number>()

  function attach({ volume, nodeName, pods }: Wanted) {
    const { driver = '', volumeHandle = '' } = volume.spec?.csi ?? {}
    const name = `csi-${sha256(`${volumeHandle}${driver}${nodeName}`)}`
    if (pending.has(name)) return
    pending.add(name)
    const finalizer = attacherFinalizer(driver)
    const made = client.create<VolumeAttachment>(volumeAttachment, {
      metadata: { name, annotations: { 'csi.alpha.kubernetes.io/node-id': nodeName }, finalizers: [finalizer] },
      spec: { attacher: driver, nodeName, source: { persistentVolumeName: volume.metadata.name } },
    })
    if (!volume.metadata.finalizers?.includes(finalizer)) setFinalizers(context, volume, [...(volume.metadata.finalizers ?? []), finalizer])
    engine.after(ATTACH_MS, () => {
      pending.delete(name)
      const current = client.get<VolumeAttachment>(volumeAttachment, undefined, name)
      if (!context.running() || current?.metadata.uid !== made.metadata.uid) return
      client.updateStatus<VolumeAttachment>(volumeAttachment, { ...current, status: { attached: true } })
      tellNodes()
      for (const pod of pods)
        recorder.event(pod, 'Normal', 'SuccessfulAttachVolume', `AttachVolume.Attach succeeded for volume "${volume.metadata.name}" `)
    })
  }

  /** Nobody wants it there any more: the attachment is deleted, and gone when the driver has detached the disk. */
  function detach(attachment: VolumeAttachment) {
    const { metadata, spec } = attachment
    const { name, uid } = metadata
    if (pending.has(name)) return
    if (!metadata.deletionTimestamp) {
      const sinceMs = idleSince.get(name) ?? engine.nowMs
      idleSince.set(name, sinceMs)
      const isLost = isSilent(client.get<Node>(nodeKind, undefined, spec.nodeName))
      const waitMs = isLost ? sinceMs + FORCE_DETACH_MS - engine.nowMs : 0
      if (waitMs > 0) return void engine.after(waitMs, round, { background: true })
      client.delete(volumeAttachment, undefined, name, { preconditions: { uid } })
    }
    idleSince.delete(name)
    pending.add(name)
    engine.after(DETACH_MS, () => {
      pending.delete(name)
      const current = client.get<VolumeAttachment>(volumeAttachment, undefined, name)
      if (!context.running() || current?.metadata.uid !== uid) return
      client.patch(volumeAttachment, undefined, name, 'merge', { metadata: { finalizers: null } })
      tellNodes()
      const volume = client.get<PersistentVolume>(persistentVolume, undefined, spec.source.persistentVolumeName ?? '')
      if (volume) letGo(context, volume)
    })
  }

  /** Each node lists what is attached to it. */
  function tellNodes() {
    const attached = new Map<string, string[]>()
    for (const { spec, status } of client.list<VolumeAttachment>(volumeAttachment)) {
      const volume = status?.attached && client.get<PersistentVolume>(persistentVolume, undefined, spec.source.persistentVolumeName ?? '')
      if (volume) attached.set(spec.nodeName, [...(attached.get(spec.nodeName) ?? []), uniqueName(volume)])
    }
    for (const { metadata, status } of client.list<Node>(nodeKind)) {
      const names = (attached.get(metadata.name) ?? []).sort()
      if (names.join() === (status?.volumesAttached ?? []).map(({ name }) => name).join()) continue
      const volumesAttached = names.length > 0 ? names.map((name) => ({ name, devicePath: '' })) : null
      client.patch(nodeKind, undefined, metadata.name, 'merge', { status: { volumesAttached } }, { subresource: 'status' })
    }
  }

  function round() {
    if (!context.running()) return
    const wanted = wantedBy(context, users())
    const attachments = client.list<VolumeAttachment>(volumeAttachment)
    const placeOf = ({ spec }: VolumeAttachment) => `${spec.source.persistentVolumeName}/${spec.nodeName}`
    for (const attachment of attachments) {
      if (wanted.has(placeOf(attachment)) && !attachment.metadata.deletionTimestamp) idleSince.delete(attachment.metadata.name)
      else if (isAttachable(attachment.spec.attacher)) detach(attachment)
    }
    const attached = new Set(attachments.map(placeOf))
    for (const [place, want] of wanted) {
      if (attached.has(place)) continue
      const elsewhere = attachments.filter(({ spec }) => spec.source.persistentVolumeName === want.volume.metadata.name)
      if (elsewhere.length === 0 || want.volume.spec?.accessModes?.some((mode) => mode.endsWith('Many'))) attach(want)
      else refuse(want, [...wanted.values()])
    }
  }

  /** Tells each Pod once that another node has its disk, and whose it is there. */
  function refuse({ volume, nodeName, pods }: Wanted, all: readonly Wanted[]) {
    const rivals = all
      .filter((other) => other.volume.metadata.name === volume.metadata.name && other.nodeName !== nodeName)
      .flatMap((other) => other.pods)
    for (const pod of pods) {
      const key = `${pod.metadata.uid}/${volume.metadata.name}`
      if (told.has(key)) continue
      told.add(key)
      const names = rivals.filter(({ metadata }) => metadata.namespace === pod.metadata.namespace).map(({ metadata }) => metadata.name)
      const why =
        names.length > 0
          ? `Volume is already used by pod(s) ${names.join(', ')}`
          : "Volume is already exclusively attached to one node and can't be attached to another"
      recorder.event(pod, 'Warning', 'FailedAttachVolume', `Multi-Attach error for volume "${volume.metadata.name}" ${why}`)
    }
  }

  return round
}

/** `kubernetes.io/csi/disk.csi.tabernetes.io^disk-0123`: as nodes name a volume. */
const uniqueName = ({ spec }: PersistentVolume) => `kubernetes.io/csi/${spec?.csi?.driver}^${spec?.csi?.volumeHandle}`

/** The attachable volumes that Pods of a node want there. */
export function volumesOn(context: StorageContext, users: Iterable<Pod>, nodeName: string): readonly string[] {
  const here = [...users].filter(({ spec }) => spec.nodeName === nodeName)
  return [...wantedBy(context, here).values()].map(({ volume }) => uniqueName(volume)).sort()
}

function setFinalizers({ client }: StorageContext, { metadata: { name } }: PersistentVolume, finalizers: readonly string[]) {
  client.patch(persistentVolume, undefined, name, 'merge', { metadata: { finalizers: finalizers.length > 0 ? finalizers : null } })
}

/** An attacher does not hold back a volume that is to go once it is attached nowhere. */
export function letGo(context: StorageContext, { metadata, spec }: PersistentVolume): void {
  const finalizer = attacherFinalizer(spec?.csi?.driver ?? '')
  if (!metadata.deletionTimestamp || !metadata.finalizers?.includes(finalizer)) return
  const attachments = context.client.list<VolumeAttachment>(volumeAttachment)
  if (attachments.some(({ spec: { source } }) => source.persistentVolumeName === metadata.name)) return
  setFinalizers(
    context,
    { metadata, spec } as PersistentVolume,
    metadata.finalizers.filter((each) => each !== finalizer),
  ) // only its name is read
}

/** Where which disk is wanted, by `volume/node`. A Pod that has ended wants nothing any more; one that is being deleted still does. */
function wantedBy({ client }: StorageContext, users: Iterable<Pod>): ReadonlyMap<string, Wanted> {
  const wanted = new Map<string, Wanted>()
  for (const pod of users) {
    const { nodeName } = pod.spec
    if (!nodeName || ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '')) continue
    for (const { name, persistentVolumeClaim: source, ephemeral } of pod.spec.volumes ?? []) {
      const claimName = source?.claimName ?? (ephemeral ? `${pod.metadata.name}-${name}` : undefined)
      const claim = claimName && client.get<PersistentVolumeClaim>(persistentVolumeClaim, pod.metadata.namespace, claimName)
      const volumeName = claim && claim.status?.phase === 'Bound' ? claim.spec?.volumeName : undefined
      const volume = volumeName && client.get<PersistentVolume>(persistentVolume, undefined, volumeName)
      if (!volume || !isAttachable(volume.spec?.csi?.driver)) continue
      const key = `${volume.metadata.name}/${nodeName}`
      wanted.set(key, { volume, nodeName, pods: [...(wanted.get(key)?.pods ?? []), pod] })
    }
  }
  return wanted
}

/** A node that may still be writing, for all that anybody knows: it is not ready, and nobody has said that it is out of service. */
function isSilent(node: Node | undefined): boolean {
  if (!node) return false
  const isReady = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')
  return !isReady && !node.spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/out-of-service')
}
