// Our part of the bench: each case prints one line of figures.
import { createCluster, type Cluster } from '../../src/sim/cluster'
import type { Deployment } from '../../src/sim/api/types/apps-v1.gen'
import { deployment as deploymentKind } from '../../src/sim/kinds/apps/deployment'
import { pod as podKind } from '../../src/sim/kinds/core/pod'
import { cpuMs, heapBytes, print } from './measure'

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
    const before = performance.now()
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
  update() {
    const { cluster } = createReady(size)
    cluster
      .client()
      .patch(deploymentKind, 'default', 'bench', 'merge', {
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
  boot() {
    const start = cpuMs()
    createCluster({ workers: size })
    print({ 'CPU ms': cpuMs() - start })
  },
}

const run = cases[name]
if (!run) throw new Error(`no case ${name}`)
run()
