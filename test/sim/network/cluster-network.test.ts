import { expect, test } from 'vitest'
import type { NetworkPolicy } from '../../../src/sim/api/types/networking-v1.gen'
import type { DnsAnswer } from '../../../src/sim/node/os/calls'
import { miniCluster, podOf } from '../node/mini-cluster'

type Mini = ReturnType<typeof miniCluster>

/** Where a Pod's container stands on the network. */
function placeOf(cluster: Mini, name: string) {
  for (const host of cluster.nodes.hosts.values())
    for (const { pod, containers } of host.kubelet.pods.values())
      if (pod.metadata.name === name) for (const { running } of containers.values()) if (running) return running.machine.place
  throw new Error(`${name} does not run`)
}

/** How an attempt to connect from a Pod ends: `connected`, or an error code. */
function attempt(cluster: Mini, from: string, host: string, port: number) {
  const { answer } = cluster.network.connect(placeOf(cluster, from), host, port, 'tcp')
  return 'error' in answer ? answer.error : 'connected'
}

function lookUp(cluster: Mini, from: string, name: string, type: DnsAnswer['type'] = 'A') {
  const { answer } = cluster.network.resolve(placeOf(cluster, from), { name, type })
  return 'error' in answer ? answer.error : answer.map(({ name, value }) => (type === 'A' ? `${name} ${value}` : value))
}

const service = (name: string, spec: string, namespace = 'default') =>
  `{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: ${namespace}}, spec: {${spec}}}`
const slice = (name: string, address: string, port: number, more = '', namespace = 'default', portName = '') =>
  `{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4, metadata: {name: ${name}-abcde, namespace: ${namespace}, labels: {kubernetes.io/service-name: ${name}}}, endpoints: [{addresses: [${address}], conditions: {ready: true}, nodeName: node01${more}}], ports: [{port: ${port}, protocol: TCP, name: "${portName}"}]}`

/** Two nginx Pods, cluster DNS, and Services in front of the first Pod. */
function webCluster() {
  const cluster = miniCluster()
  cluster.apply(podOf('web', 'containers: [{name: c, image: nginx, ports: [{name: http, containerPort: 80}]}]', 'labels: {app: web}'))
  cluster.apply(podOf('client', 'containers: [{name: c, image: nginx}]', 'labels: {app: client}').replace('node01', 'node02'))
  cluster.apply(podOf('coredns', 'containers: [{name: c, image: "registry.k8s.io/coredns/coredns:v1.13.1"}]', 'namespace: kube-system'))
  cluster.advance('15s')
  cluster.apply(
    [
      service('kube-dns', 'clusterIP: 10.96.0.10, ports: [{name: dns, port: 53, protocol: UDP}]', 'kube-system'),
      slice('kube-dns', '192.168.1.3', 53, '', 'kube-system', 'dns').replace('protocol: TCP', 'protocol: UDP'),
      service('web', 'type: NodePort, clusterIP: 10.96.1.1, ports: [{name: http, port: 8080, targetPort: 80, nodePort: 30080}]'),
      slice('web', '192.168.1.2', 80, '', 'default', 'http'),
      service('empty', 'clusterIP: 10.96.1.2, ports: [{port: 80}]'),
      service('headless', 'clusterIP: None, ports: [{name: http, port: 80}]'),
      slice('headless', '192.168.1.2', 80, ', hostname: web-0', 'default', 'http'),
      service('elsewhere', 'type: ExternalName, externalName: web.default.svc.cluster.local'),
    ].join('\n---\n'),
  )
  cluster.advance('1s')
  return cluster
}

test.each([
  ['a Pod by its address', '192.168.1.2', 80, 'connected'],
  ['a port where nobody listens', '192.168.1.2', 81, 'ECONNREFUSED'],
  ['a Service by its name', 'web', 8080, 'connected'],
  ['a Service by its full name', 'web.default.svc.cluster.local', 8080, 'connected'],
  ['a Service by its address', '10.96.1.1', 8080, 'connected'],
  ['a port the Service does not have', 'web', 80, 'ETIMEDOUT'],
  ['a Service without endpoints', 'empty', 80, 'ECONNREFUSED'],
  ['a node port of another node', '172.30.3.2', 30080, 'connected'],
  ['a headless Service', 'headless', 80, 'connected'],
  ['an ExternalName', 'elsewhere', 8080, 'connected'],
  ['a name nobody has', 'nowhere', 80, 'ENOTFOUND'],
  ['itself over localhost', 'localhost', 80, 'connected'],
])('a Pod that connects to %s', (_, host, port, outcome) => {
  expect(attempt(webCluster(), 'client', host, port)).toBe(outcome)
})

test.each<[string, string, DnsAnswer['type'], readonly string[]]>([
  ['a short name goes through the search path', 'web', 'A', ['web.default.svc.cluster.local 10.96.1.1']],
  ['so does one with a namespace', 'kube-dns.kube-system', 'A', ['kube-dns.kube-system.svc.cluster.local 10.96.0.10']],
  ['a headless name has the addresses of its Pods', 'headless', 'A', ['headless.default.svc.cluster.local 192.168.1.2']],
  ['a Pod of a headless Service has a name', 'web-0.headless', 'A', ['web-0.headless.default.svc.cluster.local 192.168.1.2']],
  [
    'a Pod has a name made of its address',
    '192-168-1-2.default.pod.cluster.local',
    'A',
    ['192-168-1-2.default.pod.cluster.local 192.168.1.2'],
  ],
  ['ports are SRV records', '_http._tcp.web.default.svc.cluster.local', 'SRV', ['0 100 8080 web.default.svc.cluster.local']],
  ['an address leads back to its Service', '10.96.1.1', 'PTR', ['web.default.svc.cluster.local']],
  [
    'a Pod is known by its names as an endpoint',
    '192.168.1.2',
    'PTR',
    ['192-168-1-2.web.default.svc.cluster.local', 'web-0.headless.default.svc.cluster.local'],
  ],
  ['what does not exist has no records', 'nosuch.default.svc.cluster.local', 'A', []],
])('DNS: %s', (_, name, type, answers) => {
  expect(lookUp(webCluster(), 'client', name, type)).toEqual(answers)
})

test('without a CoreDNS Pod names time out, addresses go on working', () => {
  const cluster = webCluster()
  cluster.server.request({
    method: 'DELETE',
    url: '/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices/kube-dns-abcde',
    headers: {},
  })
  cluster.advance('1s')
  expect(lookUp(cluster, 'client', 'web')).toBe('ETIMEDOUT')
  expect(attempt(cluster, 'client', '10.96.1.1', 8080)).toBe('connected')
})

const policy = (name: string, spec: NetworkPolicy['spec']): NetworkPolicy => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'default', uid: name, resourceVersion: '1', creationTimestamp: '' },
  spec,
})

test.each<[string, NetworkPolicy['spec'], string]>([
  ['an empty selector without rules denies everybody', { podSelector: {}, policyTypes: ['Ingress'] }, 'ETIMEDOUT'],
  [
    'a rule for other labels does not help',
    { podSelector: { matchLabels: { app: 'web' } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'friend' } } }] }] },
    'ETIMEDOUT',
  ],
  [
    'a rule for its labels lets the client in',
    { podSelector: { matchLabels: { app: 'web' } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'client' } } }] }] },
    'connected',
  ],
  [
    'a rule for another port keeps it out',
    { podSelector: { matchLabels: { app: 'web' } }, ingress: [{ ports: [{ port: 443 }] }] },
    'ETIMEDOUT',
  ],
  [
    'a port may be meant by its name',
    { podSelector: { matchLabels: { app: 'web' } }, ingress: [{ ports: [{ port: 'http' }] }] },
    'connected',
  ],
  ['a policy for others changes nothing', { podSelector: { matchLabels: { app: 'other' } } }, 'connected'],
  ['egress can be denied at the client', { podSelector: { matchLabels: { app: 'client' } }, policyTypes: ['Egress'] }, 'ETIMEDOUT'],
])('policies: %s', (_, spec, outcome) => {
  const cluster = webCluster()
  cluster.policies.push(policy('p', spec))
  expect(attempt(cluster, 'client', '192.168.1.2', 80)).toBe(outcome)
  expect(attempt(cluster, 'client', '10.96.1.1', 8080)).toBe(outcome)
})

test('a kubelet probes its own Pods whatever policies say', () => {
  const cluster = miniCluster()
  cluster.policies.push(policy('deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }))
  cluster.apply(podOf('web', 'containers: [{name: c, image: nginx, readinessProbe: {httpGet: {port: 80}}}]'))
  cluster.advance('15s')
  expect(cluster.condition('web', 'Ready')?.status).toBe('True')
})

test('a node without network is not reached, and its Pods reach nobody', () => {
  const cluster = webCluster()
  cluster.nodes.hosts.get('node01')!.disconnect()
  expect(attempt(cluster, 'client', '192.168.1.2', 80)).toBe('ETIMEDOUT')
  expect(attempt(cluster, 'web', '172.30.3.2', 10250)).toBe('ETIMEDOUT')
  cluster.nodes.hosts.get('node01')!.reconnect()
  expect(attempt(cluster, 'client', '192.168.1.2', 80)).toBe('connected')
})

test('a connection leaves a trace, hop by hop', () => {
  const cluster = webCluster()
  attempt(cluster, 'client', 'web', 8080)
  const trace = cluster.network.traces.latest().at(-1)
  expect(trace).toMatchObject({ from: 'pod/default/client', to: 'web', port: 8080, outcome: 'connected' })
  expect(trace?.hops.map(({ at, text }) => `${at}: ${text}`)).toEqual([
    'dns: web is 10.96.1.1',
    'service: default/web:8080',
    'endpoint: 192.168.1.2:80',
    'arrived: 192.168.1.2:80',
  ])
})

test('a hostPort is open on the node that runs the Pod', () => {
  const cluster = webCluster()
  cluster.apply(podOf('edge', 'containers: [{name: c, image: nginx, ports: [{containerPort: 80, hostPort: 8088}]}]'))
  expect(attempt(cluster, 'client', '172.30.2.2', 8088)).toBe('ECONNREFUSED')
  cluster.advance('10s')
  expect(attempt(cluster, 'client', '172.30.2.2', 8088)).toBe('connected')
  expect(attempt(cluster, 'client', '172.30.3.2', 8088)).toBe('ECONNREFUSED')
})
