import type { Client, Identity } from '../api/client'
import { createEventRecorder, type EventRecorder } from '../api/event-recorder'
import type { KindDefinition } from '../api/kind'
import { keyOf, type KubeObject } from '../api/object'
import { StatusError } from '../api/status'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../api/types/core-v1.gen'
import type { VolumeAttachment } from '../api/types/storage-v1.gen'
import type { Engine } from '../engine/engine'
import { event } from '../kinds/core/event'
import { persistentVolume } from '../kinds/core/persistent-volume'
import { persistentVolumeClaim } from '../kinds/core/persistent-volume-claim'
import { pod as podKind } from '../kinds/core/pod'
import { storageClass } from '../kinds/storage/storage-class'
import { volumeAttachment } from '../kinds/storage/volume-attachment'
import type { FileSystem } from '../node/os/file-system'
import type { Volume } from '../node/os/volume'
import { isAttachable } from './csi-drivers'
import type { createDisks } from './disks'
import { lateStorage } from './late-storage'

export interface StorageOptions {
  readonly engine: Engine
  readonly clientFor: (identity: Identity) => Client
  /** Files of a node, where volumes of its own disk lie; undefined when there is no such node. */
  readonly hostFiles: (nodeName: string) => FileSystem | undefined
}

/** What the storage controllers work with. */
export interface StorageContext {
  readonly engine: Engine
  readonly client: Client
  readonly recorder: EventRecorder
  /** Records as the provisioner, not as the controller manager. */
  readonly external: EventRecorder
  /** Records as somebody else: a driver's resizer, the kubelet of a node. */
  readonly recorderOf: (component: string, host?: string) => EventRecorder
  /** Objects for which something is under way outside the API. */
  readonly pending: Set<string>
  readonly running: () => boolean
  readonly lookAt: (object: PersistentVolumeClaim | PersistentVolume) => void
  /** Destroys the contents of a volume. */
  readonly erase: (volume: PersistentVolume) => void
  readonly grow: (volume: PersistentVolume) => void
}

/** Volumes and claims: the binder, the provisioners, and the disks behind them. */
export interface Storage {
  /** Begins to work (with the controller manager). */
  start(): void
  stop(): void
  /** The disk behind a volume that is not a node's own directory; undefined for drivers nobody runs. */
  readonly disks: (volume: PersistentVolume) => Volume | undefined
  /** The volume bound to a claim; why a Pod cannot have it; undefined while it is not attached to the node. */
  readonly claimed: (namespace: string, claimName: string, nodeName: string) => PersistentVolume | string | undefined
  /** Attachable volumes that Pods of a node use, by the names under which a Node lists them. */
  readonly inUse: (nodeName: string) => readonly string[]
}

const NONE: readonly string[] = []

/** A claim that could not be bound is looked at again this often, as the binder's resync does. */
const RESYNC_MS = 15_000
/** How soon it is seen that a disk is wanted elsewhere. */
const ATTACH_REACTION_MS = 100

export function createStorage({ engine, clientFor, hostFiles }: StorageOptions): Storage {
  const client = clientFor({
    user: 'system:serviceaccount:kube-system:persistent-volume-binder',
    groups: ['system:serviceaccounts', 'system:masters'],
    manager: 'kube-controller-manager',
  })
  let made: ReturnType<typeof createDisks> | undefined
  const disks = () => (made ??= lateStorage.code.createDisks(hostFiles))
  const queue = new Map<string, KindDefinition<KubeObject>>()
  const recorders = new Map<string, EventRecorder>()
  let working = false
  let stops: (() => void)[] = []

  const context: StorageContext = {
    engine,
    client,
    recorder: createEventRecorder(client, { engine, kind: event, component: 'persistentvolume-controller' }),
    external: createEventRecorder(client, { engine, kind: event, component: 'external-provisioner' }),
    recorderOf(component, host = '') {
      const key = `${component}/${host}`
      let known = recorders.get(key)
      if (!known) recorders.set(key, (known = createEventRecorder(client, { engine, kind: event, component, host })))
      return known
    },
    pending: new Set(),
    running: () => working,
    lookAt: (object) => enqueue(object),
    erase: (volume) => disks().erase(volume),
    grow: (volume) => disks().grow(volume),
  }

  /** Work is done in an event of its own, each object once however often it was mentioned. */
  function enqueue(object: PersistentVolumeClaim | PersistentVolume) {
    if (!working) return
    const kind = object.kind === 'PersistentVolume' ? persistentVolume : persistentVolumeClaim
    const key = `${object.kind}:${keyOf(object)}`
    if (queue.has(key)) return
    queue.set(key, kind as unknown as KindDefinition<KubeObject>) // only its identity matters below
    engine.after(0, () => {
      queue.delete(key)
      if (working) sync(object)
    })
  }

  function sync({ kind, metadata: { namespace, name } }: PersistentVolumeClaim | PersistentVolume) {
    try {
      if (kind === 'PersistentVolume') {
        const volume = client.get<PersistentVolume>(persistentVolume, undefined, name)
        if (volume) lateStorage.code.syncVolume(context, volume)
      } else {
        const claim = client.get<PersistentVolumeClaim>(persistentVolumeClaim, namespace, name)
        if (claim) lateStorage.code.syncClaim(context, claim)
      }
    } catch (error) {
      // Refused now; the next change or resync tries again.
      if (!(error instanceof StatusError)) throw error
    }
  }

  const users = new Map<string, Pod>()
  let attachRound: (() => void) | undefined
  let attaching = false
  /** Disks are attached and detached in one round for all that has changed meanwhile. */
  function attachSoon() {
    if (attaching || !working) return
    attaching = true
    engine.after(ATTACH_REACTION_MS, () => {
      attaching = false
      if (working) (attachRound ??= lateStorage.code.createAttaching(context, () => users.values()))()
    })
  }
  function seen(pod: Pod, isGone: boolean) {
    if (!hasClaims(pod)) return
    if (isGone) users.delete(pod.metadata.uid)
    else users.set(pod.metadata.uid, pod)
    attachSoon()
  }
  const isAttached = (volumeName: string, nodeName: string) =>
    client
      .list<VolumeAttachment>(volumeAttachment)
      .some(({ spec, status }) => spec.source.persistentVolumeName === volumeName && spec.nodeName === nodeName && status?.attached)

  const unbound = () => client.list<PersistentVolumeClaim>(persistentVolumeClaim).filter(({ status }) => status?.phase !== 'Bound')
  const lookAtUnbound = () => unbound().forEach(enqueue)

  function resync() {
    lookAtUnbound()
    const timer = engine.after(RESYNC_MS, resync, { background: true })
    stops[0] = () => engine.cancel(timer)
  }

  return {
    disks: (volume) => disks().of(volume),
    claimed(namespace, claimName, nodeName) {
      const claim = client.get<PersistentVolumeClaim>(persistentVolumeClaim, namespace, claimName)
      if (!claim) return `persistentvolumeclaim "${claimName}" not found`
      const volume =
        claim.status?.phase === 'Bound' && client.get<PersistentVolume>(persistentVolume, undefined, claim.spec?.volumeName ?? '')
      if (!volume) return `PVC ${namespace}/${claimName} is not bound`
      return isAttachable(volume.spec?.csi?.driver) && !isAttached(volume.metadata.name, nodeName) ? undefined : volume
    },
    inUse: (nodeName) => (users.size === 0 ? NONE : lateStorage.code.volumesOn(context, users.values(), nodeName)),
    start() {
      if (working) return
      working = true
      stops = [() => {}]
      stops.push(
        client.watch<PersistentVolumeClaim>(persistentVolumeClaim, (events) => {
          for (const { type, object } of events) {
            if (type !== 'DELETED') enqueue(object)
            if (object.status?.phase === 'Bound') attachSoon()
            const volume = object.spec?.volumeName && client.get<PersistentVolume>(persistentVolume, undefined, object.spec.volumeName)
            if (volume) enqueue(volume)
          }
        }),
        client.watch<PersistentVolume>(persistentVolume, (events) => {
          for (const { type, object } of events) {
            if (type !== 'DELETED') enqueue(object)
            const { namespace, name } = object.spec?.claimRef ?? {}
            const claim = name && client.get<PersistentVolumeClaim>(persistentVolumeClaim, namespace, name)
            if (claim) enqueue(claim)
            else lookAtUnbound()
          }
        }),
        client.watch(storageClass, lookAtUnbound),
        client.watch<Pod>(podKind, (events) => {
          for (const { type, object } of events) seen(object, type === 'DELETED')
        }),
        client.watch<VolumeAttachment>(volumeAttachment, attachSoon),
      )
      users.clear()
      for (const pod of client.list<Pod>(podKind)) seen(pod, false)
      client.list<PersistentVolume>(persistentVolume).forEach(enqueue)
      client.list<PersistentVolumeClaim>(persistentVolumeClaim).forEach(enqueue)
      resync()
    },
    stop() {
      working = false
      for (const stop of stops) stop()
      context.pending.clear()
    },
  }
}

/** Whether a Pod has a claim, by name or one of its own. */
const hasClaims = ({ spec }: Pod): boolean => spec.volumes?.some((volume) => volume.persistentVolumeClaim ?? volume.ephemeral) ?? false
