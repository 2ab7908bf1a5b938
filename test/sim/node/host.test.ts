import { expect, test } from 'vitest'
import type { Lease } from '../../../src/sim/api/types/coordination-v1.gen'
import type { Node } from '../../../src/sim/api/types/core-v1.gen'
import { lease } from '../../../src/sim/kinds/coordination/lease'
import { node } from '../../../src/sim/kinds/core/node'
import { nullDevice, sinkFile } from '../../../src/sim/node/os/pipe'
import { miniCluster, podOf } from './mini-cluster'

type Mini = ReturnType<typeof miniCluster>
const renewed = (cluster: Mini) => cluster.client.get<Lease>(lease, 'kube-node-lease', 'node01')?.spec?.renewTime

/** Runs a command on node01 itself. */
function onHost(cluster: Mini, argv: readonly string[]) {
  let output = ''
  let code: number | undefined
  const out = () => sinkFile((text) => void (output += text))
  cluster.nodes.hosts
    .get('node01')!
    .machine.start({ argv, fds: { 0: nullDevice(), 1: out(), 2: out() }, onExit: (result) => void (code = result.code) })
  cluster.advance('1s')
  return { output, code }
}

test('a kubelet registers its node with what the machine is and has', () => {
  const cluster = miniCluster()
  expect(cluster.client.get<Node>(node, undefined, 'node01')).toMatchObject({
    metadata: { labels: { 'kubernetes.io/hostname': 'node01', 'topology.kubernetes.io/zone': 'a' } },
    spec: { podCIDR: '192.168.1.0/24' },
    status: {
      addresses: [
        { type: 'InternalIP', address: '172.30.2.2' },
        { type: 'Hostname', address: 'node01' },
      ],
      capacity: { cpu: '4', memory: '8134292Ki', pods: '110' },
      nodeInfo: { kubeletVersion: 'v1.36.0', containerRuntimeVersion: expect.stringMatching(/^containerd:/) },
    },
  })
  const ready = cluster.client.get<Node>(node, undefined, 'node01')?.status?.conditions?.find(({ type }) => type === 'Ready')
  expect(ready).toMatchObject({ status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' })
})

test('the lease is renewed every ten seconds, and no longer once the kubelet is stopped', () => {
  const cluster = miniCluster()
  cluster.advance('25s')
  expect(renewed(cluster)).toBe('2026-01-01T00:00:20.000000Z')
  expect(onHost(cluster, ['systemctl', 'stop', 'kubelet'])).toEqual({ output: '', code: 0 })
  expect(onHost(cluster, ['systemctl', 'is-active', 'kubelet'])).toEqual({ output: 'inactive\n', code: 3 })
  cluster.advance('60s')
  expect(renewed(cluster)).toBe('2026-01-01T00:00:20.000000Z')
  onHost(cluster, ['systemctl', 'start', 'kubelet'])
  expect(renewed(cluster)! > '2026-01-01T00:01').toBe(true)
  expect(onHost(cluster, ['journalctl', '-u', 'kubelet']).output).toContain('systemd[1]: Stopped kubelet.service')
})

test('containers live on while the kubelet is stopped; what was deleted meanwhile ends when it is back', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('web', 'containers: [{name: c, image: nginx}]'))
  cluster.advance('10s')
  const host = cluster.nodes.hosts.get('node01')!
  host.stopService('kubelet')
  cluster.server.request({ method: 'DELETE', url: '/api/v1/namespaces/default/pods/web', headers: {} })
  cluster.apply(podOf('late', 'containers: [{name: c, image: nginx}]'))
  cluster.advance('1m')
  expect(cluster.pod('web')?.metadata.deletionTimestamp).toBeDefined()
  expect(cluster.network.places.at('192.168.1.2')).toBeDefined()
  expect(cluster.pod('late')?.status?.phase).toBe('Pending')
  host.startService('kubelet')
  cluster.advance('10s')
  expect(cluster.pod('web')).toBeUndefined()
  expect(cluster.pod('late')?.status?.phase).toBe('Running')
})

test('a node that comes back from a power cut runs its Pods again and counts the restart', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('web', 'containers: [{name: c, image: nginx}]'))
  cluster.advance('10s')
  const host = cluster.nodes.hosts.get('node01')!
  host.powerOff()
  cluster.advance('1m')
  expect(cluster.pod('web')?.status?.phase).toBe('Running')
  host.powerOn()
  cluster.advance('10s')
  expect(cluster.container('web')).toMatchObject({
    restartCount: 1,
    ready: true,
    lastState: { terminated: { reason: 'Unknown', exitCode: 255 } },
  })
})

test('a static Pod runs from its file, whatever happens to its mirror', () => {
  const cluster = miniCluster()
  const host = cluster.nodes.hosts.get('node01')!
  host.files.makeDirectory('/etc/kubernetes/manifests', { parents: true })
  host.files.write(
    '/etc/kubernetes/manifests/web.yaml',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: c, image: nginx}]}\n',
  )
  cluster.advance('10s')
  expect(cluster.pod('web-node01')).toMatchObject({
    metadata: { annotations: { 'kubernetes.io/config.source': 'file' }, ownerReferences: [{ kind: 'Node', name: 'node01' }] },
    status: { phase: 'Running' },
  })
  const before = cluster.pod('web-node01')!
  cluster.server.request({ method: 'DELETE', url: '/api/v1/namespaces/default/pods/web-node01', headers: {} })
  cluster.advance('5s')
  expect(cluster.pod('web-node01')?.metadata.uid).not.toBe(before.metadata.uid)
  expect(cluster.container('web-node01')?.containerID).toBe(before.status?.containerStatuses?.[0]?.containerID)
  host.files.remove('/etc/kubernetes/manifests/web.yaml')
  cluster.advance('10s')
  expect(cluster.pod('web-node01')).toBeUndefined()
})

test('a Pod that does not fit is turned away by the kubelet itself', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('big', 'containers: [{name: c, image: nginx, resources: {requests: {cpu: "8"}}}]'))
  cluster.advance('5s')
  expect(cluster.pod('big')?.status).toMatchObject({
    phase: 'Failed',
    reason: 'OutOfcpu',
    message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 8000, used: 0, capacity: 4000",
  })
})
