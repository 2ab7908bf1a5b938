// Pods with affinity and spread on many nodes: the API server and the scheduler alone, so that only decisions and what they write are measured.
import { createApiServer } from '../../src/sim/api/server'
import { createEventRecorder } from '../../src/sim/api/event-recorder'
import { createEngine } from '../../src/sim/engine/engine'
import { allKinds } from '../../src/sim/kinds/all'
import { event } from '../../src/sim/kinds/core/event'
import { namespace } from '../../src/sim/kinds/core/namespace'
import { node } from '../../src/sim/kinds/core/node'
import { pod } from '../../src/sim/kinds/core/pod'
import { podBinding } from '../../src/sim/kinds/core/pod-binding'
import { createScheduler } from '../../src/sim/scheduler/scheduler'
import { cpuMs } from './measure'

const HOSTNAME = 'kubernetes.io/hostname'
const ZONE = 'topology.kubernetes.io/zone'
const NODES = 500
const ZONES = 5
/** Pods of one app keep off each other's nodes and spread over the zones; each app likes to be where the one before it is. */
const PODS_AN_APP = 100

const room = { cpu: '8', memory: '32Gi', pods: '110' }
const aNode = (index: number) => {
  const name = `node${String(index).padStart(3, '0')}`
  return {
    metadata: { name, labels: { [HOSTNAME]: name, [ZONE]: `zone-${index % ZONES}` } },
    spec: {},
    status: { capacity: room, allocatable: room, conditions: [{ type: 'Ready', status: 'True' }] },
  }
}

const selecting = (app: number) => ({ matchLabels: { app: `app-${app}` } })
const aPod = (index: number) => {
  const app = Math.floor(index / PODS_AN_APP)
  return {
    metadata: { name: `app-${app}-${index}`, namespace: 'default', labels: { app: `app-${app}` } },
    spec: {
      containers: [{ name: 'c', image: 'nginx:1.29', resources: { requests: { cpu: '250m', memory: '256Mi' } } }],
      affinity: {
        podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: selecting(app), topologyKey: HOSTNAME }] },
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 10, podAffinityTerm: { labelSelector: selecting(Math.max(0, app - 1)), topologyKey: HOSTNAME } },
          ],
        },
      },
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector: selecting(app) },
        { maxSkew: 2, topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: selecting(app) },
      ],
    },
  }
}

/** Schedules as many Pods; tells what it cost, and a number that stands for where they went. */
export function scheduling(size: number): Readonly<Record<string, number | string>> {
  const engine = createEngine({ seed: 1, startMs: 1_767_225_600_000 })
  const server = createApiServer({ engine, kinds: allKinds, subresourceHandlers: [podBinding], admission: [] })
  const client = server.client({ user: 'kubernetes-admin', groups: ['system:masters'], manager: 'bench' })
  client.create(namespace, { metadata: { name: 'default' }, spec: {} })
  for (let i = 0; i < NODES; i++) {
    const wanted = aNode(i)
    client.updateStatus(node, { ...client.create(node, wanted as never), status: wanted.status }) // the server fills in what is left out
  }
  const own = server.client({ user: 'system:kube-scheduler', manager: 'kube-scheduler' })
  const recorder = createEventRecorder(own, { engine, kind: event, component: 'default-scheduler', style: 'events.k8s.io' })
  createScheduler({ engine, client: own, recorder }).start()
  for (let i = 0; i < size; i++) client.create(pod, aPod(i) as never)

  const start = cpuMs()
  let longestMs = 0
  let bound = 0
  const stop = client.watch(pod, (events) =>
    events.forEach(({ old, object }) => void (!old?.spec?.nodeName && object.spec?.nodeName && bound++)),
  )
  while (bound < size) {
    const before = performance.now()
    if (!engine.step()) break
    longestMs = Math.max(longestMs, performance.now() - before)
  }
  stop()
  const used = cpuMs() - start
  return {
    'Pods/s': (bound / used) * 1000,
    'CPU ms/pod': used / bound,
    'longest event ms': longestMs,
    unplaced: size - bound,
    'placements (hash)': hashOf(client.list(pod).map(({ metadata, spec }) => `${metadata.name}@${spec?.nodeName}`)),
  }
}

/** One number for all placements: two runs that decide alike print the same. */
function hashOf(texts: readonly string[]): string {
  let hash = 0x811c9dc5
  for (const character of texts.join(' ')) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193)
  return (hash >>> 0).toString(16)
}
