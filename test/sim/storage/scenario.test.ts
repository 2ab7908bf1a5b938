import { expect, test } from 'vitest'
import { persistentVolume } from '../../../src/sim/kinds/core/persistent-volume'
import { persistentVolumeClaim } from '../../../src/sim/kinds/core/persistent-volume-claim'
import { node } from '../../../src/sim/kinds/core/node'
import { pod as podKind } from '../../../src/sim/kinds/core/pod'
import { volumeAttachment } from '../../../src/sim/kinds/storage/volume-attachment'
import { miniCluster, podOf } from '../node/mini-cluster'
import { story, storyOf } from '../story'

/** Volumes and claims as a manifest, and what is told of them. */
function given(...manifests: readonly string[]) {
  const cluster = miniCluster()
  const heard = storyOf(cluster, [persistentVolumeClaim, persistentVolume])
  cluster.apply(manifests.join('\n---\n'))
  /** What has been told; the Pods that use a volume have their own stories. */
  const told = (about = 'Persistent') => heard.told({ about }).replaceAll(/pvc-[-0-9a-f]{36}/g, 'pvc-UID')
  const remove = (path: string) => cluster.server.request({ method: 'DELETE', url: path, headers: {} })
  const patch = (url: string, body: string) =>
    cluster.server.request({ method: 'PATCH', url, headers: { 'content-type': 'application/merge-patch+json' }, body })
  return { ...cluster, told, remove, patch }
}
const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims'
const claim = (name: string, className: string, more = '') =>
  `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: ${name}}, spec: {storageClassName: ${className}, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}${more}}}`
const volume = (name: string, more = '') =>
  `{apiVersion: v1, kind: PersistentVolume, metadata: {name: ${name}}, spec: {storageClassName: manual, capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /tmp/${name}}${more}}}`
const storageClass = (name: string, provisioner: string, mode: string, more = '') =>
  `{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: ${name}}, provisioner: ${provisioner}, volumeBindingMode: ${mode}${more}}`
const using = (name: string) =>
  podOf(
    'web',
    `containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /data}]}], volumes: [{name: v, persistentVolumeClaim: {claimName: ${name}}}]`,
  )

test('given a volume and a claim for it, when both have found each other, the claim is deleted and the volume kept, then each phase is told, and no event', () => {
  const cluster = given(volume('disk'), claim('data', 'manual'))
  cluster.advance('5s')
  cluster.remove(`${CLAIMS}/data`)
  cluster.advance('5s')
  expect(cluster.told()).toBe(story`
    0s  PersistentVolume/disk  Pending
    0s  PersistentVolumeClaim/data  Pending
    0s  PersistentVolume/disk  Available
    0s  PersistentVolume/disk  Bound
    0s  PersistentVolumeClaim/data  Bound
    5s  PersistentVolumeClaim/data  is gone
    5s  PersistentVolume/disk  Released
  `)
})

test('given a claim that no volume fits, without a class and with one that does not exist, then it is told each time somebody looks', () => {
  const cluster = given(claim('none', '""'), claim('lost', 'nope'))
  cluster.advance('20s')
  expect(cluster.told()).toBe(story`
    0s  PersistentVolumeClaim/none  Pending
    0s  PersistentVolumeClaim/lost  Pending
    0s  PersistentVolumeClaim/none  persistentvolume-controller: Normal FailedBinding: no persistent volumes available for this claim and no storage class is set
    0s  PersistentVolumeClaim/lost  persistentvolume-controller: Warning ProvisioningFailed: storageclass.storage.k8s.io "nope" not found
    14s  PersistentVolumeClaim/none  persistentvolume-controller: Normal FailedBinding: no persistent volumes available for this claim and no storage class is set (x2)
    14s  PersistentVolumeClaim/lost  persistentvolume-controller: Warning ProvisioningFailed: storageclass.storage.k8s.io "nope" not found (x2)
  `)
})

test('given a class that provisions at once, then the claim waits for the provisioner, which tells how it goes', () => {
  const cluster = given(storageClass('fast', 'rancher.io/local-path', 'Immediate'), claim('data', 'fast'))
  cluster.advance('20s')
  expect(cluster.told()).toBe(story`
    0s  PersistentVolumeClaim/data  Pending
    0s  PersistentVolumeClaim/data  persistentvolume-controller: Normal ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'rancher.io/local-path' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.
    0s  PersistentVolumeClaim/data  external-provisioner: Normal Provisioning: External provisioner is provisioning volume for claim "default/data"
    3s  PersistentVolume/pvc-UID  Pending
    3s  PersistentVolumeClaim/data  external-provisioner: Normal ProvisioningSucceeded: Successfully provisioned volume pvc-UID
    3s  PersistentVolume/pvc-UID  Bound
    3s  PersistentVolumeClaim/data  Bound
  `)
})

test('given a class that waits for the first consumer, then the claim waits for a Pod, and for the scheduler', () => {
  const cluster = given(storageClass('local-path', 'rancher.io/local-path', 'WaitForFirstConsumer'), claim('data', 'local-path'))
  cluster.advance('5s')
  cluster.apply(using('data').replace('nodeName: node01, ', ''))
  cluster.advance('20s')
  cluster.patch(`${CLAIMS}/data`, '{"metadata":{"annotations":{"volume.kubernetes.io/selected-node":"node02"}}}')
  cluster.advance('10s')
  expect(cluster.told()).toBe(story`
    0s  PersistentVolumeClaim/data  Pending
    0s  PersistentVolumeClaim/data  persistentvolume-controller: Normal WaitForFirstConsumer: waiting for first consumer to be created before binding
    14s  PersistentVolumeClaim/data  persistentvolume-controller: Normal WaitForPodScheduled: waiting for pod web to be scheduled
    25s  PersistentVolumeClaim/data  persistentvolume-controller: Normal ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'rancher.io/local-path' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.
    25s  PersistentVolumeClaim/data  external-provisioner: Normal Provisioning: External provisioner is provisioning volume for claim "default/data"
    28s  PersistentVolume/pvc-UID  Pending
    28s  PersistentVolumeClaim/data  external-provisioner: Normal ProvisioningSucceeded: Successfully provisioned volume pvc-UID
    28s  PersistentVolume/pvc-UID  Bound
    28s  PersistentVolumeClaim/data  Bound
  `)
})

test('given a volume that goes although it is bound, then its claim is lost', () => {
  const cluster = given(volume('disk'), claim('data', 'manual'))
  cluster.advance('5s')
  cluster.told()
  cluster.patch('/api/v1/persistentvolumes/disk', '{"metadata":{"finalizers":null}}')
  cluster.remove('/api/v1/persistentvolumes/disk')
  cluster.advance('5s')
  expect(cluster.told()).toBe(story`
    5s  PersistentVolume/disk  is gone
    5s  PersistentVolumeClaim/data  persistentvolume-controller: Warning ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!
    5s  PersistentVolumeClaim/data  Lost
  `)
})

test('given a claim that names a volume which is too small or taken, then it stays pending and is told why', () => {
  const cluster = given(volume('disk'), claim('first', 'manual'), claim('second', 'manual', ', volumeName: disk'))
  cluster.advance('2s')
  expect(cluster.told()).toBe(story`
    0s  PersistentVolume/disk  Pending
    0s  PersistentVolumeClaim/first  Pending
    0s  PersistentVolumeClaim/second  Pending
    0s  PersistentVolume/disk  Available
    0s  PersistentVolume/disk  Bound
    0s  PersistentVolumeClaim/first  Bound
    0s  PersistentVolumeClaim/second  persistentvolume-controller: Warning FailedBinding: volume "disk" already bound to a different claim.
    0s  PersistentVolumeClaim/second  persistentvolume-controller: Warning FailedBinding: volume "disk" already bound to a different claim. (x2)
  `)
  const small = given(volume('disk'), claim('data', 'manual', ', volumeName: disk').replace('storage: 1Gi', 'storage: 2Gi'))
  small.advance('2s')
  expect(small.told()).toBe(story`
    0s  PersistentVolume/disk  Pending
    0s  PersistentVolumeClaim/data  Pending
    0s  PersistentVolume/disk  Available
    0s  PersistentVolumeClaim/data  persistentvolume-controller: Warning VolumeMismatch: Cannot bind to requested volume "disk": requested PV is too small
    0s  PersistentVolumeClaim/data  persistentvolume-controller: Warning VolumeMismatch: Cannot bind to requested volume "disk": requested PV is too small (x2)
  `)
})

test('given a claim whose class lets it grow, when it asks for more, then it is resized where it is used, and tells', () => {
  const cluster = given(storageClass('csi', 'disk.csi.tabernetes.io', 'Immediate', ', allowVolumeExpansion: true'), claim('data', 'csi'))
  cluster.advance('20s')
  cluster.told()
  cluster.patch(`${CLAIMS}/data`, '{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}')
  cluster.advance('30s')
  cluster.apply(using('data'))
  cluster.advance('30s')
  expect(cluster.told()).toBe(story`
    20s  PersistentVolumeClaim/data  volume_expand: Normal ExternalExpanding: waiting for an external controller to expand this PVC
    20s  PersistentVolumeClaim/data  external-resizer disk.csi.tabernetes.io: Normal Resizing: External resizer is resizing volume pvc-UID
    20s  PersistentVolumeClaim/data  Resizing=True
    23s  PersistentVolumeClaim/data  external-resizer disk.csi.tabernetes.io: Normal FileSystemResizeRequired: Require file system resize of volume on node
    23s  PersistentVolumeClaim/data  FileSystemResizePending=True: Waiting for user to (re-)start a pod to finish file system resize of volume on node.
    23s  PersistentVolumeClaim/data  no longer Resizing
    59s  PersistentVolumeClaim/data  no longer FileSystemResizePending
    59s  PersistentVolumeClaim/data  kubelet: Normal FileSystemResizeSuccessful: MountVolume.NodeExpandVolume succeeded for volume "pvc-UID" node01
  `)
})

test('given a shared directory that is to grow, then nothing need be done on a node', () => {
  const cluster = given(
    storageClass('files', 'files.csi.tabernetes.io', 'Immediate', ', allowVolumeExpansion: true'),
    claim('data', 'files'),
  )
  cluster.advance('20s')
  cluster.told()
  cluster.patch(`${CLAIMS}/data`, '{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}')
  cluster.advance('30s')
  expect(cluster.told()).toBe(story`
    20s  PersistentVolumeClaim/data  volume_expand: Normal ExternalExpanding: waiting for an external controller to expand this PVC
    20s  PersistentVolumeClaim/data  external-resizer files.csi.tabernetes.io: Normal Resizing: External resizer is resizing volume pvc-UID
    20s  PersistentVolumeClaim/data  Resizing=True
    23s  PersistentVolumeClaim/data  external-resizer files.csi.tabernetes.io: Normal VolumeResizeSuccessful: Resize volume succeeded
    23s  PersistentVolumeClaim/data  no longer Resizing
  `)
})

test('given a directory of a node that is to grow, then there is nobody who would, and the claim stays as it is', () => {
  const cluster = given(storageClass('local', 'rancher.io/local-path', 'Immediate', ', allowVolumeExpansion: true'), claim('data', 'local'))
  cluster.advance('20s')
  cluster.told()
  cluster.patch(`${CLAIMS}/data`, '{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}')
  cluster.advance('60s')
  expect(cluster.client.get(persistentVolumeClaim, 'default', 'data')?.status?.capacity).toEqual({ storage: '1Gi' })
  expect(cluster.told()).toBe(story`
    20s  PersistentVolumeClaim/data  volume_expand: Normal ExternalExpanding: waiting for an external controller to expand this PVC
  `)
})

/** A disk that only one node may have, and a Pod `web` on node01 that uses it; nothing told of how that came about. */
function attached() {
  const cluster = given(storageClass('disk', 'disk.csi.tabernetes.io', 'Immediate'), claim('data', 'disk'))
  cluster.advance('10s')
  cluster.apply(using('data'))
  cluster.advance('20s')
  const attachments = () =>
    cluster.client
      .list(volumeAttachment)
      .map(({ metadata, spec, status }) => `${metadata.name.slice(0, 4)} ${spec.nodeName} ${status?.attached}`)
  const second = using('data').replace('name: web', 'name: second').replace('node01', 'node02')
  const attaching = (about = 'Pod') =>
    cluster
      .told(about)
      .split('\n')
      .filter((line) => /Attach|FailedMount|is gone/.test(line))
      .join('\n')
  return { ...cluster, attachments, attaching, second }
}

test('given a disk that a Pod wants, then it is attached to the node before it is mounted, and detached when the Pod is gone', () => {
  const cluster = attached()
  expect(cluster.attachments()).toEqual(['csi- node01 true'])
  expect(cluster.attaching()).toBe(story`
    11s  Pod/web  attachdetach-controller: Normal SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "pvc-UID"
  `)
  cluster.remove('/api/v1/namespaces/default/pods/web')
  cluster.advance('40s')
  expect(cluster.attachments()).toEqual([])
})

test('given an attached disk, then its node lists it, and finalizers hold attachment and volume until the driver has let go', () => {
  const cluster = attached()
  cluster.advance('20s')
  const [handle] = cluster.client
    .list(persistentVolume)
    .map(({ spec }) => `kubernetes.io/csi/disk.csi.tabernetes.io^${spec?.csi?.volumeHandle}`)
  const listed = () => {
    const { volumesAttached, volumesInUse } = cluster.client.get(node, undefined, 'node01')!.status!
    return { volumesAttached, volumesInUse }
  }
  expect(listed()).toEqual({ volumesAttached: [{ name: handle, devicePath: '' }], volumesInUse: [handle] })
  const finalizersOf = (kind: typeof persistentVolume | typeof volumeAttachment) =>
    cluster.client.list(kind as typeof persistentVolume).map(({ metadata }) => metadata.finalizers)
  expect(finalizersOf(volumeAttachment)).toEqual([['external-attacher/disk-csi-tabernetes-io']])
  expect(finalizersOf(persistentVolume)).toEqual([
    ['external-provisioner.volume.kubernetes.io/finalizer', 'external-attacher/disk-csi-tabernetes-io'],
  ])
  // The volume is deleted before its claim: it goes after it all the same, when its disk is attached nowhere and its contents are gone.
  const [name] = cluster.client.list(persistentVolume).map(({ metadata }) => metadata.name)
  cluster.remove(`/api/v1/persistentvolumes/${name}`)
  cluster.remove('/api/v1/namespaces/default/pods/web')
  cluster.advance('60s')
  expect(finalizersOf(persistentVolume)).toEqual([['external-provisioner.volume.kubernetes.io/finalizer']])
  cluster.remove('/api/v1/namespaces/default/persistentvolumeclaims/data')
  cluster.advance('5s')
  expect(cluster.client.list(persistentVolume)).toEqual([])
  expect(cluster.attachments()).toEqual([])
  expect(listed()).toEqual({})
})

test('given a Pod on another node that wants the same disk, then it waits and is told who has it, until that one has gone', () => {
  const cluster = attached()
  cluster.attaching()
  cluster.apply(cluster.second)
  cluster.advance('130s')
  expect(cluster.pod('second')?.status?.phase).toBe('Pending')
  cluster.remove('/api/v1/namespaces/default/pods/web')
  cluster.advance('60s')
  expect(cluster.attachments()).toEqual(['csi- node02 true'])
  expect(cluster.pod('second')?.status?.phase).toBe('Running')
  expect(cluster.attaching()).toBe(story`
    30s  Pod/second  attachdetach-controller: Warning FailedAttachVolume: Multi-Attach error for volume "pvc-UID" Volume is already used by pod(s) web
    153s  Pod/second  kubelet: Warning FailedMount: Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[]: context deadline exceeded
    163s  Pod/second  attachdetach-controller: Normal SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "pvc-UID"
  `)
})

test.each([false, true])(
  'given a node that nobody hears of, then its disk is taken away by force six minutes after its Pod, or once somebody says that it is out of service (%j)',
  (isToldOf) => {
    const cluster = attached()
    const silence = () =>
      cluster.client.patch(
        node,
        undefined,
        'node01',
        'strategic',
        { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } },
        { subresource: 'status' },
      )
    cluster.nodes.hosts.get('node01')!.powerOff()
    silence()
    cluster.client.delete(podKind, 'default', 'web', { gracePeriodSeconds: 0 })
    cluster.apply(cluster.second)
    cluster.advance('5m')
    expect(cluster.attachments()).toEqual(['csi- node01 true'])
    if (isToldOf) {
      cluster.client.patch(node, undefined, 'node01', 'strategic', {
        spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] },
      })
      cluster.apply(
        '{apiVersion: v1, kind: Pod, metadata: {name: other}, spec: {nodeName: node02, containers: [{name: c, image: nginx}], volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]}}',
      )
      cluster.advance('10s')
    } else cluster.advance('90s')
    expect(cluster.attachments()).toEqual(['csi- node02 true'])
  },
)
