import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimCondition, Pod } from '../api/types/core-v1.gen'
import type { StorageClass } from '../api/types/storage-v1.gen'
import { timestamp } from '../engine/time'
import { compareQuantities } from '../formats/quantity'
import { persistentVolume } from '../kinds/core/persistent-volume'
import { persistentVolumeClaim } from '../kinds/core/persistent-volume-claim'
import { pod } from '../kinds/core/pod'
import { storageClass } from '../kinds/storage/storage-class'
import { classNameOf } from './matching'
import { provisioners } from './provisioners'
import type { StorageContext } from './storage'

/** How long the driver takes to grow the disk, and the kubelet the file system on it. */
const GROW_DISK_MS = 3000
const GROW_FILES_MS = 1000
/** How often it is looked whether a Pod uses a disk that has grown. */
const LOOK_MS = 5000

const PENDING = 'FileSystemResizePending'
const WAITING = 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.'

/** A bound claim that asks for more than it has: its driver grows the disk, then the kubelet the file system, where a Pod uses it. */
export function expand(context: StorageContext, claim: PersistentVolumeClaim, volume: PersistentVolume): void {
  const { client, engine, pending } = context
  const { namespace, name, uid } = claim.metadata
  const wanted = claim.spec?.resources?.requests?.storage ?? '0'
  const has = claim.status?.capacity?.storage ?? '0'
  if (claim.status?.phase !== 'Bound' || compareQuantities(wanted, has) <= 0 || pending.has(uid)) return
  const driver = volume.spec?.csi?.driver
  const resizer = context.recorderOf(`external-resizer ${driver}`)
  /** Goes on after a while with the claim as it is then, unless it is another one. */
  const later = (afterMs: number, next: (current: PersistentVolumeClaim) => void, background = false) =>
    void engine.after(
      afterMs,
      () => {
        const current = client.get<PersistentVolumeClaim>(persistentVolumeClaim, namespace, name)
        if (context.running() && current?.metadata.uid === uid) next(current)
        else pending.delete(uid)
      },
      { background },
    )

  function growFiles(): void {
    const user = client.list<Pod>(pod, { namespace }).find((it) => it.status?.phase === 'Running' && usesClaim(it, name))
    const nodeName = user?.spec.nodeName
    if (!user || !nodeName) return later(LOOK_MS, growFiles, true)
    later(GROW_FILES_MS, (then) => {
      pending.delete(uid)
      finish(then)
      const kubelet = context.recorderOf('kubelet', nodeName)
      const text = `MountVolume.NodeExpandVolume succeeded for volume "${volume.metadata.name}" ${nodeName}`
      for (const about of [user, then]) kubelet.event(about, 'Normal', 'FileSystemResizeSuccessful', text)
    })
  }

  function finish(current: PersistentVolumeClaim) {
    const { conditions: _, ...status } = current.status ?? {}
    client.updateStatus<PersistentVolumeClaim>(persistentVolumeClaim, {
      ...current,
      status: { ...status, capacity: { ...status.capacity, storage: wanted } },
    })
    context.grow({ ...volume, spec: { ...volume.spec, capacity: { storage: wanted } } })
  }

  if (claim.status.conditions?.some(({ type }) => type === PENDING) && isLarge(volume, wanted)) {
    pending.add(uid)
    return growFiles()
  }
  const storage = client.get<StorageClass>(storageClass, undefined, classNameOf(claim))
  if (!storage?.allowVolumeExpansion || isLarge(volume, wanted)) return
  context.recorderOf('volume_expand').event(claim, 'Normal', 'ExternalExpanding', 'waiting for an external controller to expand this PVC')
  // Directories of a node have nobody who would: the claim waits for ever.
  if (!driver || !provisioners[driver]) return
  pending.add(uid)
  resizer.event(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${volume.metadata.name}`)
  setCondition(context, claim, { type: 'Resizing', status: 'True' })
  later(GROW_DISK_MS, (current) => {
    client.patch(persistentVolume, undefined, volume.metadata.name, 'merge', { spec: { capacity: { storage: wanted } } })
    if (provisioners[driver ?? '']?.growsWithoutNode) {
      pending.delete(uid)
      resizer.event(current, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded')
      return finish(current)
    }
    resizer.event(current, 'Normal', 'FileSystemResizeRequired', 'Require file system resize of volume on node')
    setCondition(context, current, { type: PENDING, status: 'True', message: WAITING })
    growFiles()
  })
}

const isLarge = ({ spec }: PersistentVolume, wanted: string) => compareQuantities(spec?.capacity?.storage ?? '0', wanted) >= 0

const usesClaim = ({ spec }: Pod, claimName: string) =>
  spec.volumes?.some(({ persistentVolumeClaim: source }) => source?.claimName === claimName) ?? false

/** Of the conditions that tell how far a claim has grown there is one at a time. */
function setCondition({ client, engine }: StorageContext, claim: PersistentVolumeClaim, condition: PersistentVolumeClaimCondition) {
  client.updateStatus<PersistentVolumeClaim>(persistentVolumeClaim, {
    ...claim,
    status: { ...claim.status, conditions: [{ ...condition, lastTransitionTime: timestamp(engine.nowMs) }] },
  })
}
