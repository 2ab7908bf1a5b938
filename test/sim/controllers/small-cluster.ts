import { createEventRecorder } from '../../../src/sim/api/event-recorder'
import { createApiServer } from '../../../src/sim/api/server'
import type { Client } from '../../../src/sim/api/client'
import type { AdmissionPlugin } from '../../../src/sim/api/hooks'
import type { KindDefinition } from '../../../src/sim/api/kind'
import type { KubeObject, NewObject } from '../../../src/sim/api/object'
import type { Node, Pod } from '../../../src/sim/api/types/core-v1.gen'
import { createControllerManager } from '../../../src/sim/controllers/all'
import { createEngine } from '../../../src/sim/engine/engine'
import { timestamp } from '../../../src/sim/engine/time'
import { allKinds } from '../../../src/sim/kinds/all'
import { event } from '../../../src/sim/kinds/core/event'
import { namespace } from '../../../src/sim/kinds/core/namespace'
import { node } from '../../../src/sim/kinds/core/node'
import { pod } from '../../../src/sim/kinds/core/pod'
import { createScheduler } from '../../../src/sim/scheduler/scheduler'
import { subresourceHandlers } from '../../../src/sim/kinds/subresource-handlers'

export const START_MS = 1_767_225_600_000

/** How the pretended kubelet treats a Pod: what becomes of it, after how long. */
export interface Fate {
  /** The Pod is Running and Ready after this; never when undefined. */
  readonly readyAfterMs?: number
  /** The Pod ends after this with an exit code. */
  readonly ends?: { readonly afterMs: number; readonly exitCode: number }
  readonly stopsAfterMs?: number
}

export interface SmallClusterOptions {
  readonly seed?: number
  readonly nodes?: readonly NewObject<Node>[]
  readonly only?: readonly string[]
  readonly release?: string
  readonly admission?: readonly AdmissionPlugin[]
  readonly fate?: (pod: Pod) => Fate
  /** Called when engine and server exist; returns what starts and stops with the cluster. */
  readonly scheduler?: (server: ReturnType<typeof createApiServer>) => { start(): void; stop(): void }
}

export interface NodeOverrides {
  readonly labels?: Readonly<Record<string, string>>
  readonly allocatable?: Readonly<Record<string, string>>
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[]
}

export const aNode = (name: string, overrides: NodeOverrides = {}): NewObject<Node> => ({
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...overrides.labels } },
  spec: { ...(overrides.taints && { taints: overrides.taints }) },
  status: {
    allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...overrides.allocatable },
    capacity: { cpu: '4', memory: '8Gi', pods: '110', ...overrides.allocatable },
    conditions: [{ type: 'Ready', status: 'True' }],
  },
})

/** An API server with controllers, and a kubelet that only pretends. */
export function smallCluster(options: SmallClusterOptions = {}) {
  const engine = createEngine({ seed: options.seed ?? 1, startMs: START_MS })
  const server = createApiServer({
    engine,
    kinds: allKinds,
    subresourceHandlers,
    admission: options.admission ?? [],
    ...(options.release && { release: options.release }),
  })
  const client = server.client({ user: 'kubernetes-admin', groups: ['system:masters'], manager: 'test' })
  const controllers = createControllerManager({ server, ...(options.only && { only: options.only }) })
  for (const name of ['default', 'kube-system']) client.create(namespace, { metadata: { name }, spec: {} })
  for (const it of options.nodes ?? [aNode('node01'), aNode('node02'), aNode('node03')])
    client.updateStatus(node, { ...client.create(node, it), status: it.status })
  const kubelet = pretendKubelet(client, engine, options.fate ?? (() => ({ readyAfterMs: 1000 })))
  controllers.start()
  const scheduler = options.scheduler?.(server) ?? roundRobin(client)
  scheduler.start()

  return {
    engine,
    server,
    client,
    controllers,
    scheduler,
    kubelet,
    create: <T extends KubeObject>(kind: KindDefinition<T>, object: NewObject<T>): T =>
      client.create(kind, {
        ...object,
        metadata: { namespace: kind.namespaced ? 'default' : undefined, ...object.metadata } as NewObject<T>['metadata'],
      }),
    advance: (ms: number) => engine.advanceTo(engine.nowMs + ms),
    /** Lets time pass until a condition holds; says so when it does not within two minutes. */
    until(condition: () => boolean, what = 'the condition', limitMs = 120_000) {
      const end = engine.nowMs + limitMs
      while (!condition()) {
        const due = engine.nextDueMs()
        if (due === undefined || due > end) throw new Error(`${what} does not hold after ${limitMs} ms`)
        engine.step()
      }
    },
    pods: (labelSelector?: string): readonly Pod[] => client.list(pod, { namespace: 'default', ...(labelSelector && { labelSelector }) }),
    events: (name: string): readonly string[] =>
      client
        .list(event, { namespace: 'default' })
        .filter((it) => it.involvedObject.name === name)
        .map((it) => `${it.type} ${it.reason} ${it.message}`),
  }
}

/** The scheduler itself, for tests in which it matters which node a Pod gets. */
export const realScheduler: SmallClusterOptions['scheduler'] = (server) => {
  const client = server.client({ user: 'system:kube-scheduler', manager: 'kube-scheduler' })
  return createScheduler({
    engine: server.engine,
    client,
    recorder: createEventRecorder(client, { engine: server.engine, kind: event, component: 'default-scheduler' }),
  })
}

/** Puts Pods on nodes in turn, for tests that are not about scheduling. */
function roundRobin(client: Client) {
  let turn = 0
  let stop: (() => void) | undefined
  const place = ({ metadata }: Pod) => {
    const it = client.get(pod, metadata.namespace, metadata.name)
    if (!it || it.spec?.nodeName || it.metadata.deletionTimestamp) return
    const nodes = client.list(node)
    const target = nodes[turn++ % nodes.length]!
    bind(client, it, target.metadata.name)
  }
  return {
    start() {
      stop ??= client.watch(pod, (events) => {
        for (const { type, object } of events) if (type === 'ADDED') place(object)
      })
      for (const it of client.list(pod)) place(it)
    },
    stop() {
      stop?.()
      stop = undefined
    },
  }
}

export function bind(client: Client, it: Pod, nodeName: string) {
  const { name, namespace, uid } = it.metadata
  client.create(
    pod as unknown as KindDefinition<KubeObject>,
    { metadata: { name, namespace, uid }, target: { kind: 'Node', name: nodeName } } as unknown as KubeObject,
    { subresource: 'binding' },
  )
}

function pretendKubelet(client: Client, engine: ReturnType<typeof createEngine>, fate: (pod: Pod) => Fate) {
  const known = new Set<string>()
  const dead = new Set<string>()
  const stopping = new Set<string>()
  let address = 0
  const current = (it: Pod) => {
    const now = client.get(pod, it.metadata.namespace, it.metadata.name)
    return now?.metadata.uid === it.metadata.uid ? now : undefined
  }
  const patch = (it: Pod, status: Pod['status']) => {
    const now = current(it)
    if (now && !dead.has(now.spec?.nodeName ?? '') && !['Succeeded', 'Failed'].includes(now.status?.phase ?? ''))
      client.patch(pod, it.metadata.namespace, it.metadata.name, 'strategic', { status }, { subresource: 'status' })
  }
  const ready = (status: 'True' | 'False') =>
    ['Initialized', 'ContainersReady', 'Ready'].map((type) => ({
      type,
      status: type === 'Initialized' ? 'True' : status,
      lastTransitionTime: timestamp(engine.nowMs),
    }))
  const consider = (it: Pod) => {
    const { uid } = it.metadata
    if (!it.spec?.nodeName || dead.has(it.spec.nodeName)) return
    const { readyAfterMs, ends, stopsAfterMs = 500 } = fate(it)
    if (!known.has(uid)) {
      known.add(uid)
      if (readyAfterMs !== undefined)
        engine.after(readyAfterMs, () => {
          if (current(it)?.metadata.deletionTimestamp) return
          patch(it, {
            phase: 'Running',
            podIP: `192.168.1.${++address % 250}`,
            podIPs: [{ ip: `192.168.1.${address % 250}` }],
            startTime: timestamp(engine.nowMs),
            conditions: ready('True'),
            containerStatuses: it.spec!.containers.map(({ name, image = '' }) => ({
              name,
              image,
              imageID: '',
              ready: true,
              restartCount: 0,
              state: { running: { startedAt: timestamp(engine.nowMs) } },
            })),
          })
        })
      if (ends)
        engine.after(ends.afterMs, () =>
          patch(it, {
            phase: ends.exitCode === 0 ? 'Succeeded' : 'Failed',
            conditions: ready('False'),
            containerStatuses: it.spec!.containers.map(({ name, image = '' }) => ({
              name,
              image,
              imageID: '',
              ready: false,
              restartCount: 0,
              state: {
                terminated: {
                  exitCode: ends.exitCode,
                  reason: ends.exitCode === 0 ? 'Completed' : 'Error',
                  finishedAt: timestamp(engine.nowMs),
                },
              },
            })),
          }),
        )
    }
    if (it.metadata.deletionTimestamp && !stopping.has(uid)) {
      stopping.add(uid)
      engine.after(stopsAfterMs, () => {
        const now = current(it)
        if (!now || dead.has(now.spec?.nodeName ?? '')) return
        patch(now, { phase: 'Failed', conditions: ready('False') })
        client.delete(pod, now.metadata.namespace, now.metadata.name, { gracePeriodSeconds: 0, preconditions: { uid } })
      })
    }
  }
  client.watch(pod, (events) => events.forEach(({ object, type }) => type !== 'DELETED' && consider(object)))
  return {
    kill: (nodeName: string) => void dead.add(nodeName),
    revive(nodeName: string) {
      dead.delete(nodeName)
      // A kubelet that is back begins anew with every Pod it finds.
      for (const it of client.onNode(pod, nodeName)) {
        known.delete(it.metadata.uid)
        stopping.delete(it.metadata.uid)
        consider(it)
      }
    },
    isDead: (nodeName: string) => dead.has(nodeName),
  }
}

/** A Deployment's usual spec. */
export const template = (labels: Record<string, string>, image = 'nginx:1.27') => ({
  metadata: { labels } as never,
  spec: { containers: [{ name: 'web', image }] },
})
