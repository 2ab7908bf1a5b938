import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../api/types/core-v1.gen'
import { newestDefault } from '../api/admission/default-storage-class'
import type { StorageClass } from '../api/types/storage-v1.gen'
import { persistentVolume } from '../kinds/core/persistent-volume'
import { persistentVolumeClaim } from '../kinds/core/persistent-volume-claim'
import { pod } from '../kinds/core/pod'
import { storageClass } from '../kinds/storage/storage-class'
import { classNameOf, isReservedFor, mismatch, SELECTED_NODE, volumeFor } from './matching'
import { expand } from './expanding'
import { provision } from './provisioning'
import type { StorageContext } from './storage'

const COMPLETED = 'pv.kubernetes.io/bind-completed'
const BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller'

/** Brings a claim nearer to being bound, as the persistentvolume-binder does: a reserved volume, a free one, or a new one. */
export function syncClaim(context: StorageContext, claim: PersistentVolumeClaim): void {
  const { client, recorder } = context
  if (claim.metadata.annotations?.[COMPLETED]) return syncBoundClaim(context, claim)
  if (takeDefaultClass(context, claim)) return
  const wanted = claim.spec?.volumeName
  if (wanted) return bindWanted(context, claim, client.get<PersistentVolume>(persistentVolume, undefined, wanted))
  const className = classNameOf(claim)
  const storage = className === '' ? undefined : client.get<StorageClass>(storageClass, undefined, className)
  const selectedNode = claim.metadata.annotations?.[SELECTED_NODE]
  const waits = storage?.volumeBindingMode === 'WaitForFirstConsumer' && selectedNode === undefined
  const volumes = client.list<PersistentVolume>(persistentVolume)
  const volume = waits ? volumes.find((each) => isReservedFor(each, claim)) : volumeFor(volumes, claim)
  if (volume) return bind(context, volume, claim)
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string) => recorder.event(claim, type, reason, message)
  if (waits) tell(...firstConsumer(context, claim))
  else if (storage) provision(context, claim, storage)
  else if (className !== '') tell('Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${className}" not found`)
  else tell('Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set')
}

/** A claim that waits for a Pod is told so, and one that has Pods which wait for the scheduler themselves, which. */
function firstConsumer(
  { client }: StorageContext,
  { metadata: { namespace, name } }: PersistentVolumeClaim,
): [type: 'Normal', reason: string, message: string] {
  const waiting = client
    .list<Pod>(pod, { namespace })
    .filter(({ spec }) => !spec.nodeName && spec.volumes?.some(({ persistentVolumeClaim: source }) => source?.claimName === name))
    .map((it) => it.metadata.name)
  const text = `waiting for pod${waiting.length > 1 ? 's' : ''} ${waiting.join(',')} to be scheduled`
  return waiting.length > 0
    ? ['Normal', 'WaitForPodScheduled', text]
    : ['Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding']
}

/** A claim from a time without a default class gets the one there is now. Answers whether it did: then it is looked at again. */
function takeDefaultClass({ client }: StorageContext, { metadata, spec }: PersistentVolumeClaim): boolean {
  if (spec?.storageClassName !== undefined || metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined) return false
  const storageClassName = newestDefault(client.list<StorageClass>(storageClass))?.metadata.name
  if (storageClassName === undefined) return false
  client.patch<PersistentVolumeClaim>(persistentVolumeClaim, metadata.namespace, metadata.name, 'merge', { spec: { storageClassName } })
  return true
}

function bindWanted(context: StorageContext, claim: PersistentVolumeClaim, volume: PersistentVolume | undefined) {
  if (!volume) return
  if (volume.spec?.claimRef && !isReservedFor(volume, claim)) {
    context.recorder.event(claim, 'Warning', 'FailedBinding', `volume "${volume.metadata.name}" already bound to a different claim.`)
    return
  }
  const why = mismatch(volume, claim)
  if (why === undefined) bind(context, volume, claim)
  else context.recorder.event(claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume "${volume.metadata.name}": ${why}`)
}

/** Writes both sides of a binding: the volume's reservation first, so that two claims never share one. */
function bind({ client }: StorageContext, volume: PersistentVolume, claim: PersistentVolumeClaim) {
  const { namespace, name, uid, resourceVersion } = claim.metadata
  const byController = volume.spec?.claimRef === undefined || volume.metadata.annotations?.[BY_CONTROLLER] !== undefined
  const reserved = client.patch<PersistentVolume>(persistentVolume, undefined, volume.metadata.name, 'merge', {
    metadata: { annotations: { ...(byController && { [BY_CONTROLLER]: 'yes' }) } },
    spec: { claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion } },
  })
  client.updateStatus<PersistentVolume>(persistentVolume, { ...reserved, status: { phase: 'Bound' } })
  const bound = client.patch<PersistentVolumeClaim>(persistentVolumeClaim, namespace, name, 'merge', {
    metadata: { annotations: { [COMPLETED]: 'yes', ...(!claim.spec?.volumeName && { [BY_CONTROLLER]: 'yes' }) } },
    spec: { volumeName: volume.metadata.name },
  })
  const { accessModes, capacity } = volume.spec ?? {}
  client.updateStatus<PersistentVolumeClaim>(persistentVolumeClaim, { ...bound, status: { phase: 'Bound', accessModes, capacity } })
}

function syncBoundClaim(context: StorageContext, claim: PersistentVolumeClaim) {
  const volume = context.client.get<PersistentVolume>(persistentVolume, undefined, claim.spec?.volumeName ?? '')
  if (volume) return expand(context, claim, volume)
  if (claim.status?.phase === 'Lost') return
  context.recorder.event(claim, 'Warning', 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!')
  context.client.updateStatus<PersistentVolumeClaim>(persistentVolumeClaim, { ...claim, status: { phase: 'Lost' } })
}
