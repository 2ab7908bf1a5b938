import type { PersistentVolume, PersistentVolumeClaim } from '../api/types/core-v1.gen'
import { persistentVolume } from '../kinds/core/persistent-volume'
import { persistentVolumeClaim } from '../kinds/core/persistent-volume-claim'
import { provisioners } from './provisioners'
import { letGo } from './attaching'
import { PROVISIONED_BY, PROVISIONER_FINALIZER } from './provisioning'
import type { StorageContext } from './storage'

/** How long a provisioner takes to throw a volume away. */
const DELETE_MS = 2000

/** Keeps a volume's phase true to its claim, and reclaims it when the claim is gone. */
export function syncVolume(context: StorageContext, volume: PersistentVolume): void {
  const { client } = context
  const { claimRef } = volume.spec ?? {}
  if (volume.spec?.csi && volume.metadata.deletionTimestamp) letGo(context, volume)
  if (!claimRef?.uid) return setPhase(context, volume, 'Available')
  const claim = client.get<PersistentVolumeClaim>(persistentVolumeClaim, claimRef.namespace, claimRef.name ?? '')
  if (claim?.metadata.uid === claimRef.uid) {
    if (claim.spec?.volumeName === volume.metadata.name) setPhase(context, volume, 'Bound')
    else if (volume.status?.phase === undefined || volume.status.phase === 'Pending') setPhase(context, volume, 'Available')
    return
  }
  if (volume.status?.phase === 'Failed') return
  if (volume.status?.phase !== 'Released') return setPhase(context, volume, 'Released')
  reclaim(context, volume)
}

function setPhase({ client }: StorageContext, volume: PersistentVolume, phase: string, more: { reason?: string; message?: string } = {}) {
  if (volume.status?.phase === phase) return
  client.updateStatus<PersistentVolume>(persistentVolume, { ...volume, status: { phase, ...more } })
}

/** Retain keeps everything, Delete throws volume and contents away, Recycle (of old) empties it for the next claim. */
function reclaim(context: StorageContext, volume: PersistentVolume) {
  const { client, engine, recorder } = context
  const policy = volume.spec?.persistentVolumeReclaimPolicy ?? 'Retain'
  const { name, uid } = volume.metadata
  const isHeld = volume.metadata.finalizers?.includes(PROVISIONER_FINALIZER)
  if (policy === 'Retain' || context.pending.has(uid) || (volume.metadata.deletionTimestamp && !isHeld)) return
  if (policy === 'Delete' && !provisioners[volume.metadata.annotations?.[PROVISIONED_BY] ?? '']) {
    const message = `error getting deleter volume plugin for volume "${name}": no deletable volume plugin matched`
    recorder.event(volume, 'Warning', 'VolumeFailedDelete', message)
    return setPhase(context, volume, 'Failed', { message })
  }
  context.pending.add(uid)
  engine.after(DELETE_MS, () => {
    context.pending.delete(uid)
    const current = client.get<PersistentVolume>(persistentVolume, undefined, name)
    if (!context.running() || current?.metadata.uid !== uid || current.spec?.persistentVolumeReclaimPolicy !== policy) return
    context.erase(current)
    if (policy === 'Delete') remove(context, current)
    else client.patch(persistentVolume, undefined, name, 'merge', { spec: { claimRef: null } })
  })
}

/** Deletes a volume whose contents are gone, and lets it go. */
function remove({ client }: StorageContext, { metadata: { name, finalizers, deletionTimestamp } }: PersistentVolume) {
  if (!deletionTimestamp) client.delete(persistentVolume, undefined, name)
  if (!finalizers?.includes(PROVISIONER_FINALIZER)) return
  const current = client.get<PersistentVolume>(persistentVolume, undefined, name)
  const others = (current?.metadata.finalizers ?? []).filter((each) => each !== PROVISIONER_FINALIZER)
  if (current) client.patch(persistentVolume, undefined, name, 'merge', { metadata: { finalizers: others.length > 0 ? others : null } })
}
