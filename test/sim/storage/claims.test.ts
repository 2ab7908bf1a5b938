import { expect, test } from 'vitest'
import type { Event, PersistentVolume, PersistentVolumeClaim } from '../../../src/sim/api/types/core-v1.gen'
import { event } from '../../../src/sim/kinds/core/event'
import { persistentVolume } from '../../../src/sim/kinds/core/persistent-volume'
import { persistentVolumeClaim } from '../../../src/sim/kinds/core/persistent-volume-claim'
import { miniCluster, podOf } from '../node/mini-cluster'

type Mini = ReturnType<typeof miniCluster>

const claim = (name: string, size: string, className = 'manual', more = '') =>
  `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: ${name}}, spec: {storageClassName: ${className}, accessModes: [ReadWriteOnce], resources: {requests: {storage: ${size}}}${more}}}`
const volume = (name: string, size: string, more = '') =>
  `{apiVersion: v1, kind: PersistentVolume, metadata: {name: ${name}}, spec: {storageClassName: manual, capacity: {storage: ${size}}, accessModes: [ReadWriteOnce], hostPath: {path: /tmp/${name}}${more}}}`
const localPath =
  '{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: local-path}, provisioner: rancher.io/local-path, volumeBindingMode: WaitForFirstConsumer}'

const claimOf = (cluster: Mini, name: string) => cluster.client.get<PersistentVolumeClaim>(persistentVolumeClaim, 'default', name)
const volumeOf = (cluster: Mini, name: string) => cluster.client.get<PersistentVolume>(persistentVolume, undefined, name)
const messages = (cluster: Mini, name: string) =>
  cluster.client
    .list<Event>(event)
    .filter(({ involvedObject }) => involvedObject.name === name)
    .map(({ reason, message }) => `${reason} ${message}`)
const remove = (cluster: Mini, path: string) => cluster.server.request({ method: 'DELETE', url: path, headers: {} })

test('a claim gets the smallest volume that is large enough', () => {
  const cluster = miniCluster()
  cluster.apply(
    [volume('small', '1Gi'), volume('large', '100Gi'), volume('fitting', '10Gi'), claim('c', '3Gi'), claim('too-big', '300Gi')].join(
      '\n---\n',
    ),
  )
  cluster.advance('1s')
  expect(claimOf(cluster, 'c')).toMatchObject({
    metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' } },
    spec: { volumeName: 'fitting' },
    status: { phase: 'Bound', capacity: { storage: '10Gi' }, accessModes: ['ReadWriteOnce'] },
  })
  expect(volumeOf(cluster, 'fitting')).toMatchObject({
    status: { phase: 'Bound' },
    spec: { claimRef: { namespace: 'default', name: 'c' } },
  })
  expect(claimOf(cluster, 'too-big')?.status?.phase).toBe('Pending')
  expect(volumeOf(cluster, 'small')?.status?.phase).toBe('Available')
})

test('a volume that is kept turns Released with its contents; its claim gone, nobody else gets it', () => {
  const cluster = miniCluster()
  cluster.apply([volume('pv', '1Gi'), claim('c', '1Gi')].join('\n---\n'))
  cluster.apply(
    podOf(
      'p',
      'containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /data}]}], volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]',
    ),
  )
  cluster.advance('10s')
  cluster.exec('p', ['sh', '-c', 'echo kept > /data/f'])
  remove(cluster, '/api/v1/namespaces/default/pods/p')
  cluster.advance('35s')
  remove(cluster, '/api/v1/namespaces/default/persistentvolumeclaims/c')
  cluster.apply(claim('other', '1Gi'))
  cluster.advance('5s')
  expect(volumeOf(cluster, 'pv')?.status?.phase).toBe('Released')
  expect(claimOf(cluster, 'other')?.status?.phase).toBe('Pending')
  expect(cluster.nodes.hosts.get('node01')!.files.read('/tmp/pv/f')).toBe('kept\n')
})

test('a claim of a class that waits gets its volume where the scheduler wants the Pod', () => {
  const cluster = miniCluster()
  cluster.apply([localPath, claim('c', '2Gi', 'local-path')].join('\n---\n'))
  cluster.advance('5s')
  expect(messages(cluster, 'c')).toEqual(['WaitForFirstConsumer waiting for first consumer to be created before binding'])
  cluster.server.request({
    method: 'PATCH',
    url: '/api/v1/namespaces/default/persistentvolumeclaims/c',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: '{"metadata":{"annotations":{"volume.kubernetes.io/selected-node":"node02"}}}',
  })
  cluster.advance('10s')
  const bound = claimOf(cluster, 'c')!
  expect(bound.status).toMatchObject({ phase: 'Bound', capacity: { storage: '2Gi' } })
  expect(volumeOf(cluster, bound.spec!.volumeName!)?.spec).toMatchObject({
    persistentVolumeReclaimPolicy: 'Delete',
    nodeAffinity: {
      required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node02'] }] }] },
    },
  })
  expect(messages(cluster, 'c')).toContain(`ProvisioningSucceeded Successfully provisioned volume ${bound.spec!.volumeName}`)
  remove(cluster, '/api/v1/namespaces/default/persistentvolumeclaims/c')
  cluster.advance('10s')
  expect(volumeOf(cluster, bound.spec!.volumeName!)).toBeUndefined()
})

test.each([
  ['a class that does not exist', claim('c', '1Gi', 'nope'), 'ProvisioningFailed storageclass.storage.k8s.io "nope" not found'],
  [
    'no class and no volume',
    claim('c', '1Gi', '""'),
    'FailedBinding no persistent volumes available for this claim and no storage class is set',
  ],
])('a claim with %s stays Pending and says why', (_, manifest, message) => {
  const cluster = miniCluster()
  cluster.apply(manifest)
  cluster.advance('2s')
  expect(claimOf(cluster, 'c')?.status?.phase).toBe('Pending')
  expect(messages(cluster, 'c')).toContain(message)
})

test('a volume that was deleted by hand leaves its claim Lost', () => {
  const cluster = miniCluster()
  cluster.apply([volume('pv', '1Gi'), claim('c', '1Gi')].join('\n---\n'))
  cluster.advance('2s')
  remove(cluster, '/api/v1/persistentvolumes/pv')
  cluster.advance('2s')
  expect(claimOf(cluster, 'c')?.status?.phase).toBe('Lost')
})

test('a claim from before there was a default class takes the newest one there is; one that wants none stays so', () => {
  const cluster = miniCluster()
  const bare = claim('early', '1Gi').replace('storageClassName: manual, ', '')
  cluster.apply([bare, claim('none', '1Gi', '""')].join('\n---\n'))
  cluster.advance('20s')
  expect(claimOf(cluster, 'early')?.spec?.storageClassName).toBeUndefined()
  cluster.apply(localPath.replace('name: local-path', 'name: gold, annotations: {storageclass.kubernetes.io/is-default-class: "true"}'))
  cluster.advance('20s')
  expect(claimOf(cluster, 'early')?.spec?.storageClassName).toBe('gold')
  expect(messages(cluster, 'early').at(-1)).toBe('WaitForFirstConsumer waiting for first consumer to be created before binding')
  expect(claimOf(cluster, 'none')?.spec?.storageClassName).toBe('')
})
