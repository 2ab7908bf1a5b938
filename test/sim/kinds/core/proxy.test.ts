import { beforeAll, expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../../src/sim/cluster'

let cluster: Cluster
let pod = ''
beforeAll(() => {
  cluster = createCluster()
  cluster.run(`kubectl create deployment web --image=nginx --port=80; kubectl expose deployment web --port=80
    kubectl expose deployment web --name=named --port=8080 --target-port=80
    kubectl patch service named -p '{"spec":{"ports":[{"port":8080,"name":"http"}]}}'
    kubectl create service clusterip lonely --tcp=80; kubectl rollout status deployment/web`)
  pod = cluster.run("kubectl get pods -o jsonpath='{.items[0].metadata.name}'").stdout
}, 60_000)
const raw = (path: string) => cluster.run(`kubectl get --raw /api/v1/${path}`)
const inDefault = (path: string) => raw(`namespaces/default/${path}`)

test.each([
  ['services/web/proxy/'],
  ['services/web:80/proxy/'],
  ['services/http:web:/proxy/'],
  ['services/named:http/proxy/'],
  ['services/named:8080/proxy/'],
])('%s leads to a Pod behind the Service', (path) => {
  expect(inDefault(path).stdout).toContain('Welcome to nginx!')
})

test('a Pod is reached at its first port, or at the one that is named', () => {
  expect(inDefault(`pods/${pod}/proxy/`).stdout).toContain('Welcome to nginx!')
  expect(inDefault(`pods/${pod}:80/proxy/index.html`).stdout).toContain('Welcome to nginx!')
})

test('what the Pod answers keeps its status', () => {
  expect(inDefault(`pods/${pod}/proxy/missing`)).toMatchObject({
    code: 1,
    stderr: 'Error from server (NotFound): the server could not find the requested resource\n',
  })
})

test.each([
  ['services/web:81/proxy/', 'no service port 81 found for service "web"'],
  ['services/named/proxy/', 'no endpoints available for service "named"'],
  ['services/lonely/proxy/', 'no endpoints available for service "lonely"'],
])('%s cannot be reached', (path, message) => {
  expect(inDefault(path).stderr).toBe(`Error from server (ServiceUnavailable): ${message}\n`)
})

test('a port on which nobody listens is refused', () => {
  expect(inDefault(`pods/${pod}:81/proxy/`).stderr).toMatch(
    /^Error from server \(ServiceUnavailable\): error trying to reach service: dial tcp 192\.168\.\d+\.\d+:81: connect: connection refused\n$/,
  )
})

test("a node's proxy shows the kubelet's own pages", () => {
  expect(raw('nodes/node01/proxy/healthz').stdout).toBe('ok')
  const stats = JSON.parse(raw('nodes/node01/proxy/stats/summary').stdout)
  expect(stats).toMatchObject({
    node: { nodeName: 'node01', cpu: { usageNanoCores: expect.any(Number) }, memory: { workingSetBytes: expect.any(Number) } },
  })
  expect(stats.pods.map((each: { podRef: { name: string } }) => each.podRef.name.slice(0, 10))).toContain('kube-proxy')
  expect(JSON.parse(raw('nodes/node01/proxy/configz').stdout).kubeletconfig).toMatchObject({ maxPods: 110, cgroupDriver: 'systemd' })
  expect(raw('nodes/node01/proxy/metrics/resource').stdout).toMatch(/^node_memory_working_set_bytes \d+$/m)
  expect(raw('nodes/node01/proxy/metrics').stdout).toMatch(/^kubelet_running_pods \d+$/m)
  expect(raw('nodes/node01:10256/proxy/healthz').stdout).toBe('ok')
})
