import type { NewObject } from '../api/object'
import type { Node, PersistentVolume, PersistentVolumeClaim } from '../api/types/core-v1.gen'
import type { StorageClass } from '../api/types/storage-v1.gen'
import { node as nodeKind } from '../kinds/core/node'
import { persistentVolume } from '../kinds/core/persistent-volume'
import { persistentVolumeClaim } from '../kinds/core/persistent-volume-claim'
import { csiDrivers } from './csi-drivers'
import { SELECTED_NODE } from './matching'
import { provisioners } from './provisioners'
import type { StorageContext } from './storage'

export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'

/** Has a volume made for a claim by its class's provisioner; it is bound once it is there. Until then others may ask again: one volume is made. */
export function provision(context: StorageContext, claim: PersistentVolumeClaim, storage: StorageClass): void {
  const { client, recorder, engine, pending } = context
  const { namespace, name, uid } = claim.metadata
  const provisioner = provisioners[storage.provisioner]
  if (storage.provisioner === 'kubernetes.io/no-provisioner' || pending.has(uid)) return
  recorder.event(
    claim,
    'Normal',
    'ExternalProvisioning',
    `Waiting for a volume to be created either by the external provisioner '${storage.provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
  )
  const annotations = {
    'volume.beta.kubernetes.io/storage-provisioner': storage.provisioner,
    'volume.kubernetes.io/storage-provisioner': storage.provisioner,
  }
  if (claim.metadata.annotations?.['volume.kubernetes.io/storage-provisioner'] !== storage.provisioner) {
    client.patch(persistentVolumeClaim, namespace, name, 'merge', { metadata: { annotations } })
  }
  if (!provisioner) return // nobody answers to that name: the claim stays Pending
  context.external.event(claim, 'Normal', 'Provisioning', `External provisioner is provisioning volume for claim "${namespace}/${name}"`)
  const refusal = provisioner.refuses?.(claim)
  if (refusal !== undefined) {
    context.external.event(
      claim,
      'Warning',
      'ProvisioningFailed',
      `failed to provision volume with StorageClass "${storage.metadata.name}": ${refusal}`,
    )
    return
  }
  pending.add(uid)
  engine.after(provisioner.takesMs, () => {
    pending.delete(uid)
    const current = client.get<PersistentVolumeClaim>(persistentVolumeClaim, namespace, name)
    if (!context.running() || current?.metadata.uid !== uid || current.spec?.volumeName) return
    const volume = newVolume(context, current, storage)
    if (!client.get<PersistentVolume>(persistentVolume, undefined, volume.metadata.name))
      client.create<PersistentVolume>(persistentVolume, volume)
    context.external.event(current, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${volume.metadata.name}`)
    context.lookAt(current)
  })
}

/** Keeps a volume of a CSI driver that is to be deleted until its contents are gone, in whatever order it and its claim go. */
export const PROVISIONER_FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer'
const DELETION_SECRETS = {
  'volume.kubernetes.io/provisioner-deletion-secret-name': '',
  'volume.kubernetes.io/provisioner-deletion-secret-namespace': '',
}
const isCSI = (provisioner: string) => csiDrivers.some(({ name }) => name === provisioner)
const isHeldBack = ({ provisioner, reclaimPolicy }: StorageClass) => isCSI(provisioner) && (reclaimPolicy ?? 'Delete') === 'Delete'

function newVolume(
  { client, engine }: StorageContext,
  claim: PersistentVolumeClaim,
  storage: StorageClass,
): NewObject<PersistentVolume> & { metadata: { name: string } } {
  const provisioner = provisioners[storage.provisioner]!
  const { namespace, name, uid, resourceVersion, annotations } = claim.metadata
  const chosen = annotations?.[SELECTED_NODE]
  const node = chosen === undefined ? undefined : client.get<Node>(nodeKind, undefined, chosen)
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: `pvc-${uid}`,
      ...(isHeldBack(storage) && { finalizers: [PROVISIONER_FINALIZER] }),
      annotations: {
        ...provisioner.annotations?.(node),
        [PROVISIONED_BY]: storage.provisioner,
        ...(isCSI(storage.provisioner) && DELETION_SECRETS),
      },
    },
    spec: {
      capacity: { storage: claim.spec?.resources?.requests?.storage ?? '0' },
      accessModes: claim.spec?.accessModes,
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion },
      persistentVolumeReclaimPolicy: storage.reclaimPolicy ?? 'Delete',
      storageClassName: storage.metadata.name,
      volumeMode: claim.spec?.volumeMode ?? 'Filesystem',
      ...(storage.mountOptions && { mountOptions: storage.mountOptions }),
      ...provisioner.source(claim, node, engine.random.hex(12)),
    },
  }
}
