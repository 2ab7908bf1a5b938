// Our part of the bench: each case prints one line of figures.
import '../../src/sim/cli/tiering' // as the command line does
import type { BufferedResponse } from '../../src/sim/api/http'
import { createCluster, type Cluster } from '../../src/sim/cluster'
import type { Deployment } from '../../src/sim/api/types/apps-v1.gen'
import { namespace as namespaceKind } from '../../src/sim/kinds/core/namespace'
import { deployment as deploymentKind } from '../../src/sim/kinds/apps/deployment'
import { pod as podKind } from '../../src/sim/kinds/core/pod'
import { cpuMs, heapBytes, print } from './measure'
import { scheduling } from './scheduling'

const [, , name = '', argument = ''] = process.argv
const size = Number(argument)
const labels = { app: 'bench' }

/** A Deployment of nginx, small enough that the nodes have room. */
const deploymentOf = (replicas: number, image = 'nginx:1.29', probes = false) => ({
  metadata: { name: 'bench', namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        containers: [
          {
            name: 'nginx',
            image,
            ports: [{ containerPort: 80 }],
            ...(probes && { readinessProbe: { httpGet: { path: '/', port: 80 } }, livenessProbe: { httpGet: { path: '/', port: 80 } } }),
          },
        ],
      },
    },
  },
})

const get = (cluster: Cluster) => cluster.client().get<Deployment>(deploymentKind, 'default', 'bench')!
const isReady = (cluster: Cluster, replicas: number) => () => {
  const { status } = get(cluster)
  return status?.readyReplicas === replicas && status.updatedReplicas === replicas && status.replicas === replicas
}

/** Drives time until `condition` holds and tells the CPU used and the longest single event, the shortest slice a driver could make. */
function drive(cluster: Cluster, condition: () => boolean): { cpuMs: number; longestMs: number } {
  const start = cpuMs()
  let longestMs = 0
  for (let count = 0; ; count++) {
    const before = performance.now() // asking for CPU time at every event would cost more than many events do
    if (!cluster.engine.step()) throw new Error('nothing is left to do')
    longestMs = Math.max(longestMs, performance.now() - before)
    if (count % 64 === 0 && condition()) break
  }
  return { cpuMs: cpuMs() - start, longestMs }
}

const nodesFor = (replicas: number) => Math.max(3, Math.ceil(replicas / 100))

function createReady(replicas: number, probes = false) {
  const cluster = createCluster({ workers: nodesFor(replicas) })
  const heap = heapBytes()
  cluster.client().create<Deployment>(deploymentKind, deploymentOf(replicas, 'nginx:1.29', probes) as never) // the server fills in what is left out
  return { cluster, heap, ...drive(cluster, isReady(cluster, replicas)) }
}

const podNamed = (name: string) => ({
  metadata: { name, namespace: 'default', labels },
  spec: { containers: [{ name: 'c', image: 'nginx:1.29' }] },
})

function timed(work: () => void): number {
  const start = cpuMs()
  work()
  return cpuMs() - start
}

function freezeAll<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(Object.freeze(value))) freezeAll(part)
  return value
}

const cases: Readonly<Record<string, () => void>> = {
  rollout() {
    const { cluster, heap, cpuMs: used, longestMs } = createReady(size)
    cluster.advance('10m')
    print({
      'CPU ms/pod': used / size,
      'CPU s': used / 1000,
      'longest event ms': longestMs,
      'heap KB/pod': (heapBytes() - heap) / 1024 / size,
    })
  },

  /** Everything of a Deployment goes at once, with its namespace. */
  namespace() {
    const cluster = createCluster({ workers: nodesFor(size) })
    const client = cluster.client()
    client.create(namespaceKind, { metadata: { name: 'many' }, spec: {} })
    cluster.advance('1m')
    const many = deploymentOf(size)
    client.create<Deployment>(deploymentKind, { ...many, metadata: { name: 'bench', namespace: 'many' } } as never) // as above
    cluster.advance('5m')
    client.delete(namespaceKind, undefined, 'many')
    const { cpuMs: used, longestMs } = drive(cluster, () => client.get(namespaceKind, undefined, 'many') === undefined)
    print({ 'CPU ms/pod': used / size, 'CPU s': used / 1000, 'longest event ms': longestMs })
  },

  update() {
    const { cluster } = createReady(size)
    cluster.client().patch(deploymentKind, 'default', 'bench', 'merge', {
      spec: { template: { spec: { containers: [{ name: 'nginx', image: 'nginx:1.28' }] } } },
    })
    cluster.advance(1000)
    const { cpuMs: used, longestMs } = drive(cluster, isReady(cluster, size))
    print({ 'CPU ms/pod': used / size, 'CPU s': used / 1000, 'longest event ms': longestMs })
  },
  settled() {
    const { cluster } = createReady(size, true)
    cluster.advance('5m')
    const start = cpuMs()
    cluster.advance('1h')
    print({
      'CPU s': (cpuMs() - start) / 1000,
      restarts: cluster
        .client()
        .list(podKind)
        .reduce((sum, pod) => sum + (pod.status?.containerStatuses?.[0]?.restartCount ?? 0), 0),
    })
  },
  /** The API server alone, as no virtual time passes in which Pods could be scheduled: what a request costs, beside frozen copies put in a plain Map. */
  api() {
    const cluster = createCluster({ workers: 1 })
    const client = cluster.client()
    const pods = Array.from({ length: size }, (_, i) => podNamed(`p${i}`))
    const floor = new Map<string, unknown>()
    const floorMs = timed(() => {
      for (const pod of pods) floor.set(pod.metadata.name, freezeAll(structuredClone(pod)))
    })
    const heap = heapBytes()
    const createMs = timed(() => {
      for (const pod of pods) client.create(podKind, pod as never) // the server fills in what is left out
    })
    const heapPerPod = (heapBytes() - heap) / 1024 / size
    const getMs = timed(() => {
      for (const { metadata } of pods) client.get(podKind, 'default', metadata.name)
    })
    const patchMs = timed(() => {
      for (const { metadata } of pods)
        client.patch(podKind, 'default', metadata.name, 'merge', { metadata: { labels: { touched: 'yes' } } })
    })
    const list = () => cluster.request({ method: 'GET', url: '/api/v1/namespaces/default/pods', headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } }) as BufferedResponse // prettier-ignore
    const firstSharedMs = timed(list) // as the page's kubectl reads it: in the same memory
    const sharedMs = timed(list)
    const firstTableMs = timed(() => list().body) // the text; works out who manages which field
    const tableMs = timed(() => list().body)
    let heard = 0
    const stops = Array.from({ length: 100 }, () => client.watch(podKind, (events) => (heard += events.length), { namespace: 'default' }))
    cluster.advance(0)
    const watchMs = timed(() => {
      for (const { metadata } of pods.slice(0, 100))
        client.patch(podKind, 'default', metadata.name, 'merge', { metadata: { labels: { touched: 'again' } } })
      cluster.advance(0)
    })
    for (const stop of stops) stop()
    print({
      'creates/s': (size / createMs) * 1000,
      'create, times the floor': createMs / floorMs,
      'gets/s': (size / getMs) * 1000,
      'patches/s': (size / patchMs) * 1000,
      'first list as Table in memory ms': firstSharedMs,
      'list as Table in memory ms': sharedMs,
      'first list as Table ms': firstTableMs,
      'list as Table ms': tableMs,
      'heap KB/stored pod': heapPerPod,
      'µs an event to each of 100 watchers': (watchMs * 1000) / heard,
    })
  },
  scheduling: () => print(scheduling(size)),
  boot() {
    const start = cpuMs()
    createCluster({ workers: size })
    print({ 'CPU ms': cpuMs() - start })
  },
}

const run = cases[name]
if (!run) throw new Error(`no case ${name}`)
run()
