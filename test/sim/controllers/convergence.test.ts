import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KindDefinition } from '../../../src/sim/api/kind'
import type { KubeObject } from '../../../src/sim/api/object'
import { StatusError } from '../../../src/sim/api/status'
import { isActive, isReady } from '../../../src/sim/controllers/pod-state'
import { microTimestamp } from '../../../src/sim/engine/time'
import { deployment } from '../../../src/sim/kinds/apps/deployment'
import { statefulSet } from '../../../src/sim/kinds/apps/stateful-set'
import { job } from '../../../src/sim/kinds/batch/job'
import { lease } from '../../../src/sim/kinds/coordination/lease'
import { namespace } from '../../../src/sim/kinds/core/namespace'
import { node } from '../../../src/sim/kinds/core/node'
import { pod } from '../../../src/sim/kinds/core/pod'
import { podDisruptionBudget } from '../../../src/sim/kinds/policy/pod-disruption-budget'
import { smallCluster, template } from './small-cluster'

/** CI runs 2,000 histories; fewer are enough while working on something else. */
const HISTORIES = Number(process.env['HISTORIES'] ?? 250)
const REPLICAS = 4
const MAX_SURGE = 1
const MAX_UNAVAILABLE = 1
const PARALLELISM = 2
const MIN_AVAILABLE = 3
const NODES = ['node01', 'node02', 'node03']

type Disturbance =
  | { readonly do: 'deletePod'; readonly which: number }
  | { readonly do: 'evict'; readonly which: number }
  | { readonly do: 'image'; readonly of: 'web' | 'db'; readonly tag: number }
  | { readonly do: 'killNode' | 'reviveNode'; readonly which: number }
  | { readonly do: 'stop' | 'start'; readonly what: 'controllers' | 'scheduler' }
type Step = Disturbance & { readonly thenMs: number }

const number = fc.nat({ max: 1000 })
const disturbance: fc.Arbitrary<Disturbance> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deletePod' as const), which: number }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('evict' as const), which: number }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('image' as const),
      of: fc.constantFrom('web' as const, 'db' as const),
      tag: fc.nat({ max: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('killNode' as const, 'reviveNode' as const), which: number }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('stop' as const, 'start' as const),
      what: fc.constantFrom('controllers' as const, 'scheduler' as const),
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
    only: [
      'deployment-controller',
      'replicaset-controller',
      'statefulset-controller',
      'job-controller',
      'disruption-controller',
      'node-controller',
      'taint-eviction-controller',
      'generic-garbage-collector',
    ],
    fate: ({ metadata }) =>
      metadata.labels?.['job-name'] ? { readyAfterMs: 300, ends: { afterMs: 4000, exitCode: 0 } } : { readyAfterMs: 700 },
  })
  const { client, engine, kubelet, create } = cluster
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
  create(podDisruptionBudget, {
    metadata: { name: 'web' },
    spec: { minAvailable: MIN_AVAILABLE, selector: { matchLabels: { app: 'web' } } },
  })

  const broken: string[] = []
  client.watch(pod, () => {
    const web = cluster.pods('app=web').filter(isActive)
    if (web.length > REPLICAS + MAX_SURGE) broken.push(`${web.length} Pods of web at ${engine.nowMs}`)
    const work = cluster.pods('job-name=work').filter(isActive)
    if (work.length > PARALLELISM) broken.push(`${work.length} Pods of work at ${engine.nowMs}`)
    const ordinals = cluster.pods('app=db').map((it) => it.metadata.labels!['apps.kubernetes.io/pod-index'])
    if (new Set(ordinals).size < ordinals.length) broken.push(`two Pods of one identity at ${engine.nowMs}`)
  })
  let controllersRun = true

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
        if (!victim || !controllersRun) break
        letBudgetCatchUp()
        evict(victim.metadata.name)
        break
      }
      case 'image':
        client.patch(
          step.of === 'web'
            ? (deployment as unknown as KindDefinition<KubeObject>)
            : (statefulSet as unknown as KindDefinition<KubeObject>),
          'default',
          step.of,
          'strategic',
          {
            spec: { template: { spec: { containers: [{ name: 'web', image: `nginx:1.2${step.tag}` }] } } },
          },
        )
        break
      case 'killNode':
        kubelet.kill(NODES[step.which % NODES.length]!)
        break
      case 'reviveNode':
        kubelet.revive(NODES[step.which % NODES.length]!)
        break
      default: {
        if (step.what === 'controllers') controllersRun = step.do === 'start'
        cluster[step.what][step.do]()
      }
    }
    cluster.advance(step.thenMs)
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

  function whatIsLeft(): readonly string[] {
    const web = client.get(deployment, 'default', 'web')!
    const db = client.get(statefulSet, 'default', 'db')!
    const { conditions = [] } = client.get(job, 'default', 'work')!.status ?? {}
    const image = web.spec.template.spec!.containers[0]!.image
    const right = cluster.pods('app=web').filter((it) => isReady(it) && it.spec.containers[0]!.image === image)
    const dbImage = db.spec.template.spec!.containers[0]!.image
    const rightDb = cluster.pods('app=db').filter((it) => isReady(it) && it.spec.containers[0]!.image === dbImage)
    return [
      ...(right.length === REPLICAS && cluster.pods('app=web').length === REPLICAS && web.status?.availableReplicas === REPLICAS
        ? []
        : [`web: ${JSON.stringify(web.status)}`]),
      ...(rightDb.length === 3 && db.status?.readyReplicas === 3 && db.status.updatedReplicas === 3
        ? []
        : [`db: ${JSON.stringify(db.status)}`]),
      ...(conditions.some((it) => it.type === 'Complete' && it.status === 'True')
        ? []
        : [`work: ${JSON.stringify(client.get(job, 'default', 'work')!.status)}`]),
    ]
  }

  return { cluster, apply, broken, whatIsLeft }
}

/** How long the cluster may take to recover; a Job's back-off after many deleted Pods is ten minutes by itself. */
const BOUND_MS = 30 * 60_000

describe('whatever happens', () => {
  test('the cluster reaches the declared state once it is left alone, and breaks no promise on the way', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000 }), history, (seed, steps) => {
        const { cluster, apply, broken, whatIsLeft } = disturbed(seed)
        cluster.advance(500)
        steps.forEach(apply)
        for (const name of NODES) cluster.kubelet.revive(name)
        cluster.controllers.start()
        cluster.scheduler.start()
        const end = cluster.engine.nowMs + BOUND_MS
        while (whatIsLeft().length > 0 && cluster.engine.nowMs < end) cluster.advance(5000)
        expect(whatIsLeft()).toEqual([])
        expect(broken).toEqual([])
      }),
      { numRuns: HISTORIES, seed: 7 },
    )
  }, 300_000)
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
    { numRuns: Math.ceil(HISTORIES / 4), seed: 7 },
  )
}, 300_000)
