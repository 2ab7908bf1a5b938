import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KindDefinition } from '../../../src/sim/api/kind'
import type { KubeObject } from '../../../src/sim/api/object'
import { StatusError } from '../../../src/sim/api/status'
import { resourceQuota as quotaAdmission } from '../../../src/sim/api/admission/resource-quota'
import { isActive, isReady } from '../../../src/sim/controllers/pod-state'
import { microTimestamp } from '../../../src/sim/engine/time'
import { createEventRecorder } from '../../../src/sim/api/event-recorder'
import { event } from '../../../src/sim/kinds/core/event'
import { createScheduler } from '../../../src/sim/scheduler/scheduler'
import { createControllerManager } from '../../../src/sim/controllers/all'
import type { ReplicaSet } from '../../../src/sim/api/types/apps-v1.gen'
import type { Pod } from '../../../src/sim/api/types/core-v1.gen'
import { daemonSet } from '../../../src/sim/kinds/apps/daemon-set'
import { replicaSet } from '../../../src/sim/kinds/apps/replica-set'
import { deployment } from '../../../src/sim/kinds/apps/deployment'
import { statefulSet } from '../../../src/sim/kinds/apps/stateful-set'
import { job } from '../../../src/sim/kinds/batch/job'
import { lease } from '../../../src/sim/kinds/coordination/lease'
import { namespace } from '../../../src/sim/kinds/core/namespace'
import { node } from '../../../src/sim/kinds/core/node'
import { pod } from '../../../src/sim/kinds/core/pod'
import { resourceQuota } from '../../../src/sim/kinds/core/resource-quota'
import { podDisruptionBudget } from '../../../src/sim/kinds/policy/pod-disruption-budget'
import { smallCluster, template } from './small-cluster'

/** CI runs 2,000 histories; fewer are enough while working on something else. */
const HISTORIES = Number(process.env['HISTORIES'] ?? 250)
const SEED = Number(process.env['SEED'] ?? 7)
const REPLICAS = 4
const MAX_SURGE = 1
const MAX_UNAVAILABLE = 1
const PARALLELISM = 2
const MIN_AVAILABLE = 3
const NODES = ['node01', 'node02', 'node03']

type Disturbance =
  | { readonly do: 'deletePod'; readonly which: number }
  | { readonly do: 'evict'; readonly which: number }
  | { readonly do: 'image'; readonly of: Workload; readonly tag: number }
  | { readonly do: 'scale'; readonly of: Workload; readonly to: number }
  | { readonly do: 'pause' | 'resume' | 'suspend' | 'unsuspend' }
  | { readonly do: 'relabel' | 'deleteSet'; readonly which: number }
  | { readonly do: 'killNode' | 'reviveNode' | 'cordon' | 'uncordon' | 'drain'; readonly which: number }
  | { readonly do: 'quota'; readonly pods: number }
  | { readonly do: 'stop' | 'start'; readonly what: Process | 'everything' | 'scheduler' }
type Step = Disturbance & { readonly thenMs: number }

type Workload = 'web' | 'db' | 'agent' | 'work'

/** Three processes, so that one part of the control plane can be away while the others work: who scales, who makes Pods, and the rest. */
const PROCESSES = {
  rollouts: ['deployment-controller'],
  pods: ['replicaset-controller', 'statefulset-controller', 'daemonset-controller', 'job-controller'],
  others: [
    'resourcequota-controller',
    'disruption-controller',
    'node-controller',
    'taint-eviction-controller',
    'generic-garbage-collector',
  ],
}
type Process = keyof typeof PROCESSES
const ALL = Object.keys(PROCESSES) as readonly Process[]

const number = fc.nat({ max: 1000 })
const disturbance: fc.Arbitrary<Disturbance> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deletePod' as const), which: number }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('evict' as const), which: number }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('image' as const),
      of: fc.constantFrom('web' as const, 'db' as const, 'agent' as const),
      tag: fc.nat({ max: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('scale' as const),
      of: fc.constantFrom('web' as const, 'db' as const, 'work' as const),
      to: fc.nat({ max: 6 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'suspend' as const, 'unsuspend' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('relabel' as const, 'deleteSet' as const), which: number }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('killNode' as const, 'reviveNode' as const, 'cordon' as const, 'uncordon' as const, 'drain' as const),
      which: number,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('quota' as const), pods: fc.nat({ max: 14 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('stop' as const, 'start' as const),
      what: fc.constantFrom('everything' as const, 'scheduler' as const, ...ALL),
    }),
  },
)
const history = fc.array(
  fc
    .tuple(disturbance, fc.oneof(fc.nat({ max: 500 }), fc.nat({ max: 20_000 }), fc.constant(60_000)))
    .map(([what, thenMs]): Step => ({ ...what, thenMs })),
  { maxLength: 12 },
)

function disturbed(seed: number) {
  const cluster = smallCluster({
    seed,
    only: [],
    admission: [quotaAdmission],
    scheduler({ engine, client }) {
      const identity = client({ user: 'system:kube-scheduler', manager: 'kube-scheduler' })
      const recorder = createEventRecorder(identity, { engine, kind: event, component: 'default-scheduler', style: 'events.k8s.io' })
      return createScheduler({ engine, client: identity, recorder })
    },
    fate: ({ metadata }) =>
      metadata.labels?.['job-name'] ? { readyAfterMs: 300, ends: { afterMs: 4000, exitCode: 0 } } : { readyAfterMs: 700 },
  })
  const { client, engine, kubelet, create, server } = cluster
  const managers = new Map(ALL.map((name) => [name, createControllerManager({ server, only: PROCESSES[name] })]))
  const running = new Set<Process>(ALL)
  for (const manager of managers.values()) manager.start()
  client.create(namespace, { metadata: { name: 'kube-node-lease' }, spec: {} })
  for (const name of NODES)
    client.create(lease, { metadata: { name, namespace: 'kube-node-lease' }, spec: { renewTime: microTimestamp(engine.nowMs) } })
  const renew = () => {
    for (const name of NODES) {
      if (kubelet.isDead(name)) continue
      client.patch(lease, 'kube-node-lease', name, 'merge', { spec: { renewTime: microTimestamp(engine.nowMs) } })
      // A kubelet that is back posts its node's status again.
      const silent = client.get(node, undefined, name)!.status!.conditions!.some((it) => it.type === 'Ready' && it.status !== 'True')
      if (silent) {
        const conditions = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({
          type,
          status: type === 'Ready' ? 'True' : 'False',
        }))
        client.patch(node, undefined, name, 'strategic', { status: { conditions } }, { subresource: 'status' })
        for (const it of client.onNode(pod, name))
          if (it.status?.phase === 'Running' && !isReady(it) && !it.metadata.deletionTimestamp)
            client.patch(
              pod,
              'default',
              it.metadata.name,
              'strategic',
              { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
              { subresource: 'status' },
            )
      }
    }
    engine.after(10_000, renew, { background: true })
  }
  renew()
  const rollingUpdate = { maxSurge: MAX_SURGE, maxUnavailable: MAX_UNAVAILABLE }
  create(deployment, {
    metadata: { name: 'web' },
    spec: {
      replicas: REPLICAS,
      strategy: { type: 'RollingUpdate', rollingUpdate },
      selector: { matchLabels: { app: 'web' } },
      template: template({ app: 'web' }),
    },
  })
  create(statefulSet, {
    metadata: { name: 'db' },
    spec: { serviceName: 'db', replicas: 3, selector: { matchLabels: { app: 'db' } }, template: template({ app: 'db' }) },
  })
  create(job, {
    metadata: { name: 'work' },
    spec: {
      completions: 6,
      parallelism: PARALLELISM,
      backoffLimit: 1000,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'work', image: 'busybox' }] } },
    },
  })
  create(daemonSet, {
    metadata: { name: 'agent' },
    spec: { selector: { matchLabels: { app: 'agent' } }, template: template({ app: 'agent' }) },
  })
  create(podDisruptionBudget, {
    metadata: { name: 'web' },
    spec: { minAvailable: MIN_AVAILABLE, selector: { matchLabels: { app: 'web' } } },
  })

  const broken: string[] = []
  const desired = () => client.get(deployment, 'default', 'web')!.spec.replicas!
  const sets = () => client.list(replicaSet, { namespace: 'default', labelSelector: 'app=web' })
  const sum = (count: (set: ReplicaSet) => number) => sets().reduce((total, set) => total + count(set), 0)
  /** Not one whose set has just been deleted: that waits for the garbage collector, and nobody counts it any more. */
  const isOwned = ({ metadata: { ownerReferences: [owner] = [] } }: Pod) =>
    owner !== undefined && (owner.kind !== 'ReplicaSet' || sets().some(({ metadata }) => metadata.uid === owner.uid))
  const activeOf = (selector: string) => cluster.pods(selector).filter((it) => isActive(it) && isOwned(it))
  client.watch(pod, (events) => {
    const says = (what: string) => broken.push(`${what} at ${engine.nowMs}`)
    if (events.some(({ type, object }) => type === 'ADDED' && object.metadata.labels?.['app'] === 'web')) {
      // Pods that a set still reports, or is told to have, are there by an earlier decision.
      const [web, most] = [
        activeOf('app=web').length,
        Math.max(
          desired() + MAX_SURGE,
          sum(({ spec, status }) => Math.max(spec.replicas ?? 1, status?.replicas ?? 0)),
        ),
      ]
      if (web > most) says(`${web} Pods of web where ${most} are allowed`)
    }
    if (events.some(({ type, object }) => type === 'ADDED' && object.metadata.labels?.['job-name'] === 'work')) {
      const { parallelism = 1 } = client.get(job, 'default', 'work')!.spec
      const work = activeOf('job-name=work').length
      if (work > parallelism) says(`${work} Pods of work where ${parallelism} are allowed`)
    }
    const concerns = (app: string) => events.some(({ type, object }) => type !== 'DELETED' && object.metadata.labels?.['app'] === app)
    if (concerns('db')) {
      const ordinals = cluster.pods('app=db').map((it) => it.metadata.labels!['apps.kubernetes.io/pod-index'])
      if (new Set(ordinals).size < ordinals.length) says('two Pods of one identity')
    }
    if (concerns('agent')) {
      const places = activeOf('app=agent').flatMap((it) => it.spec.nodeName ?? [])
      if (new Set(places).size < places.length) says('two daemons on a node')
    }
  })
  client.watch(replicaSet, (events) => {
    for (const { object, old } of events) {
      const [before, after] = [old?.spec.replicas ?? 0, object.spec.replicas ?? 1]
      if (object.metadata.labels?.['app'] !== 'web' || object.metadata.deletionTimestamp) continue
      const total = sum(({ spec }) => spec.replicas ?? 1)
      if (after > before && total > desired() + MAX_SURGE) broken.push(`${total} Pods of web wanted at ${engine.nowMs}`)
      // Whoever is available is only given up while enough others are.
      const available = object.status?.availableReplicas ?? 0
      const givenUp = Math.min(before, available) - Math.min(after, available)
      const left = sum(({ spec, status }) => Math.min(spec.replicas ?? 1, status?.availableReplicas ?? 0))
      if (old && givenUp > 0 && left < desired() - MAX_UNAVAILABLE)
        broken.push(`${left} of ${desired()} Pods of web left available at ${engine.nowMs}`)
    }
  })

  function apply(step: Step) {
    switch (step.do) {
      case 'deletePod': {
        const all = cluster.pods()
        const victim = all[step.which % Math.max(1, all.length)]
        if (victim) client.delete(pod, 'default', victim.metadata.name)
        break
      }
      case 'evict': {
        const all = cluster.pods('app=web')
        const victim = all[step.which % Math.max(1, all.length)]
        if (!victim || !running.has('others')) break
        letBudgetCatchUp()
        evict(victim.metadata.name)
        break
      }
      case 'image':
        change(step.of, { spec: { template: { spec: { containers: [{ name: 'web', image: `nginx:1.2${step.tag}` }] } } } })
        break
      case 'scale':
        change(step.of, { spec: step.of === 'work' ? { parallelism: step.to } : { replicas: step.to } })
        break
      case 'pause':
      case 'resume':
        change('web', { spec: { paused: step.do === 'pause' } })
        break
      case 'suspend':
      case 'unsuspend':
        change('work', { spec: { suspend: step.do === 'suspend' } })
        break
      case 'relabel': {
        // Let go by its owner. A StatefulSet's Pod would keep the name that its successor needs.
        const all = cluster.pods('app in (web,agent)')
        const it = all[step.which % Math.max(1, all.length)]
        if (it) client.patch(pod, 'default', it.metadata.name, 'merge', { metadata: { labels: { app: 'debug' } } })
        break
      }
      case 'deleteSet': {
        const all = sets()
        const it = all[step.which % Math.max(1, all.length)]
        if (it) client.delete(replicaSet, 'default', it.metadata.name)
        break
      }
      case 'quota': {
        const hard = { pods: String(step.pods) }
        if (client.get(resourceQuota, 'default', 'few')) client.patch(resourceQuota, 'default', 'few', 'merge', { spec: { hard } })
        else create(resourceQuota, { metadata: { name: 'few' }, spec: { hard } })
        break
      }
      case 'cordon':
      case 'uncordon':
        cordon(NODES[step.which % NODES.length]!, step.do === 'cordon')
        break
      case 'drain': {
        const name = NODES[step.which % NODES.length]!
        cordon(name, true)
        for (const victim of cluster.pods('app=web').filter(({ spec }) => spec.nodeName === name)) {
          if (!running.has('others')) break
          letBudgetCatchUp()
          evict(victim.metadata.name)
        }
        break
      }
      case 'killNode':
        kubelet.kill(NODES[step.which % NODES.length]!)
        break
      case 'reviveNode':
        kubelet.revive(NODES[step.which % NODES.length]!)
        break
      default:
        turn(step.do, step.what)
    }
    cluster.advance(step.thenMs)
  }

  const cordon = (name: string, unschedulable: boolean) => client.patch(node, undefined, name, 'merge', { spec: { unschedulable } })

  const kindsOf: Readonly<Record<Workload, unknown>> = { web: deployment, db: statefulSet, agent: daemonSet, work: job }
  function change(of: Workload, patch: object) {
    client.patch(kindsOf[of] as KindDefinition<KubeObject>, 'default', of, 'strategic', patch) // each of them by its own name
  }

  function turn(way: 'start' | 'stop', what: Process | 'everything' | 'scheduler') {
    if (what === 'scheduler') return cluster.scheduler[way]()
    for (const name of what === 'everything' ? ALL : [what]) {
      managers.get(name)![way]()
      if (way === 'start') running.add(name)
      else running.delete(name)
    }
  }

  /** A budget counts a moment after its Pods have changed, in a real cluster too; within that moment it may promise too much. */
  function letBudgetCatchUp() {
    const versions = () =>
      cluster
        .pods('app=web')
        .map((it) => it.metadata.resourceVersion)
        .join()
    for (let before = ''; before !== versions(); cluster.advance(100)) before = versions()
  }

  function evict(name: string) {
    const healthy = cluster.pods('app=web').filter((it) => isReady(it) && !it.metadata.deletionTimestamp)
    const counts = healthy.some((it) => it.metadata.name === name)
    try {
      client.create(
        pod as unknown as KindDefinition<KubeObject>,
        { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'default' } },
        { subresource: 'eviction' },
      )
      if (counts && healthy.length - 1 < MIN_AVAILABLE)
        broken.push(`an eviction left ${healthy.length - 1} healthy Pods at ${engine.nowMs}`)
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
    }
  }

  /** Everything that runs again, and nothing that is held back on purpose. */
  function leaveAlone() {
    for (const name of NODES) {
      kubelet.revive(name)
      cordon(name, false)
    }
    if (client.get(resourceQuota, 'default', 'few')) client.delete(resourceQuota, 'default', 'few')
    turn('start', 'everything')
    turn('start', 'scheduler')
    change('web', { spec: { paused: false } })
    change('work', { spec: { suspend: false, parallelism: PARALLELISM } })
  }

  function whatIsLeft(): readonly string[] {
    const web = client.get(deployment, 'default', 'web')!
    const db = client.get(statefulSet, 'default', 'db')!
    const agent = client.get(daemonSet, 'default', 'agent')!
    const { conditions = [] } = client.get(job, 'default', 'work')!.status ?? {}
    const right = (app: string, { spec }: { readonly spec?: { readonly containers: readonly { readonly image?: string }[] } }) =>
      cluster.pods(`app=${app}`).filter((it) => isReady(it) && it.spec.containers[0]!.image === spec!.containers[0]!.image).length
    const isSettled = (app: string, wanted: number, at: number, object: Parameters<typeof right>[1]) =>
      right(app, object) === wanted && cluster.pods(`app=${app}`).length === wanted && at === wanted
    const replicas = db.spec.replicas!
    return [
      ...(isSettled('web', desired(), web.status?.availableReplicas ?? 0, web.spec.template) ? [] : [`web: ${JSON.stringify(web.status)}`]),
      ...(isSettled('db', replicas, db.status?.readyReplicas ?? 0, db.spec.template) && (db.status?.updatedReplicas ?? 0) === replicas
        ? []
        : [`db: ${JSON.stringify(db.status)}`]),
      ...(isSettled('agent', NODES.length, agent.status?.numberAvailable ?? 0, agent.spec.template)
        ? []
        : [`agent: ${JSON.stringify(agent.status)}`]),
      ...(conditions.some((it) => it.type === 'Complete' && it.status === 'True')
        ? []
        : [`work: ${JSON.stringify(client.get(job, 'default', 'work')!.status)}`]),
    ]
  }

  return { cluster, apply, broken, leaveAlone, whatIsLeft }
}

/** How long the cluster may take to recover; a Job's back-off after many deleted Pods is ten minutes by itself. */
const BOUND_MS = 30 * 60_000

describe('whatever happens', () => {
  test('the cluster reaches the declared state once it is left alone, and breaks no promise on the way', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000 }), history, (seed, steps) => {
        const { cluster, apply, broken, leaveAlone, whatIsLeft } = disturbed(seed)
        cluster.advance(500)
        steps.forEach(apply)
        leaveAlone()
        const end = cluster.engine.nowMs + BOUND_MS
        while (whatIsLeft().length > 0 && cluster.engine.nowMs < end) cluster.advance(5000)
        expect(whatIsLeft()).toEqual([])
        expect(broken).toEqual([])
      }),
      { numRuns: HISTORIES, seed: SEED, endOnFailure: process.env['SHRINK'] === undefined },
    )
  }, 1_500_000)
})

test('a rollout that nobody disturbs never has fewer Pods available than promised', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 1_000_000 }),
      fc.array(fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 6000 })), { minLength: 1, maxLength: 5 }),
      (seed, images) => {
        const { cluster, apply, whatIsLeft } = disturbed(seed)
        cluster.until(() => whatIsLeft().length === 0)
        let fewest = Infinity
        cluster.client.watch(pod, () => {
          fewest = Math.min(fewest, cluster.pods('app=web').filter((it) => isActive(it) && isReady(it)).length)
        })
        for (const [tag, thenMs] of images) apply({ do: 'image', of: 'web', tag, thenMs })
        cluster.advance(60_000)
        expect(whatIsLeft()).toEqual([])
        expect(fewest).toBeGreaterThanOrEqual(REPLICAS - MAX_UNAVAILABLE)
      },
    ),
    { numRuns: Math.ceil(HISTORIES / 4), seed: SEED },
  )
}, 1_500_000)
