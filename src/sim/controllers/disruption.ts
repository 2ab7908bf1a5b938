import type { Pod } from '../api/types/core-v1.gen'
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../api/types/policy-v1.gen'
import { parseTimestamp, timestamp } from '../engine/time'
import { labelSelectorInGo } from '../formats/go-label-selector'
import { same } from '../formats/same'
import { formatSelector, matches, selectorOf } from '../formats/selector'
import { deployment } from '../kinds/apps/deployment'
import { replicaSet } from '../kinds/apps/replica-set'
import { statefulSet } from '../kinds/apps/stateful-set'
import { pod as podKind } from '../kinds/core/pod'
import { replicationController } from '../kinds/core/replication-controller'
import { podDisruptionBudget } from '../kinds/policy/pod-disruption-budget'
import { anyKind, defineController, type Find, type Step } from './controller'
import { intOrPercent } from './int-or-percent'
import { controllerOf } from '../api/owners'
import { isFinished, isReady } from './pod-state'
import { again, say, setStatus } from './steps'
import { looksAt, selected } from './watches'
import type { KubeObject } from '../api/object'

/** An eviction that has not led to a deletion after this long is forgotten. */
const DELETION_TIMEOUT_MS = 120_000

const covers = ({ spec }: PodDisruptionBudget, labels: Readonly<Record<string, string>>) =>
  spec.selector !== undefined && matches(selectorOf(spec.selector), labels)

/** How many Pods the workloads behind some Pods want, and whether some have none behind them; or why nobody knows. */
type ScaleOf = (pods: readonly Pod[]) => { readonly wanted: number; readonly someUnmanaged?: boolean } | { readonly failure: string }

/** Workloads that have no scale. */
const SCALELESS: Readonly<Record<string, string>> = { Job: 'jobs.batch', DaemonSet: 'daemonsets.apps', Node: 'nodes' }

/** Counts how many Pods a PodDisruptionBudget can spare right now. */
export const disruptionController = defineController({
  name: 'disruption-controller',
  source: 'controllermanager',
  reconciles: podDisruptionBudget,
  watches: {
    pods: selected(
      podKind,
      ({ spec }: PodDisruptionBudget) => (spec.selector ? formatSelector(spec.selector).replace('<none>', '') : undefined),
      covers,
    ),
    scaleOf: looksAt(
      anyKind(podKind),
      (_budget: PodDisruptionBudget, find): ScaleOf =>
        (pods) =>
          scaleThrough(find, pods),
    ),
  },

  reconcile(budget, { pods, scaleOf, nowMs }) {
    if (budget.metadata.deletionTimestamp) return []
    const counted = pods.filter((pod) => !isFinished(pod))
    const { minAvailable, maxUnavailable } = budget.spec
    const needsScale = maxUnavailable !== undefined || typeof minAvailable === 'string'
    const scale = needsScale ? scaleOf(counted) : { wanted: counted.length }
    const none: Step[] = counted.length === 0 ? [say('Normal', 'NoPods', 'No matching pods found')] : []
    if ('failure' in scale) return [...none, ...failed(budget, scale.failure, counted, nowMs)]
    const desired =
      maxUnavailable !== undefined
        ? Math.max(0, scale.wanted - intOrPercent(maxUnavailable, scale.wanted, 'up'))
        : intOrPercent(minAvailable ?? 1, scale.wanted, 'up')
    const disrupted = stillDisrupted(budget, counted, nowMs)
    const healthy = counted.filter(
      (pod) => isReady(pod) && !pod.metadata.deletionTimestamp && disrupted[pod.metadata.name] === undefined,
    ).length
    const status = statusOf(budget, { healthy, desired, expected: scale.wanted, disrupted }, nowMs)
    // An event each time would never end: it is said when the answer changes.
    return [
      ...(budget.status?.expectedPods === 0 && budget.status.observedGeneration === budget.metadata.generation ? [] : none),
      ...(scale.someUnmanaged && !same(status, budget.status) ? [say('Warning', 'UnmanagedPods', unmanaged(budget))] : []),
      setStatus(budget, status),
      ...(Object.keys(disrupted).length > 0 ? [again(DELETION_TIMEOUT_MS, { background: true })] : []),
    ]
  },
})

function scaleThrough(find: Find<KubeObject>, pods: readonly Pod[]): ReturnType<ScaleOf> {
  const counts = new Map<string, number>()
  let someUnmanaged = false
  for (const pod of pods) {
    const owner = controllerOf(pod)
    const namespace = pod.metadata.namespace
    if (!owner) {
      someUnmanaged = true
      continue
    }
    if (counts.has(owner.uid)) continue
    const set = owner.kind === 'ReplicaSet' ? find.get(replicaSet, namespace, owner.name) : undefined
    const above = set && controllerOf(set)
    const web = above?.kind === 'Deployment' ? find.get(deployment, namespace, above.name) : undefined
    const other =
      owner.kind === 'StatefulSet'
        ? find.get(statefulSet, namespace, owner.name)
        : owner.kind === 'ReplicationController'
          ? find.get(replicationController, namespace, owner.name)
          : undefined
    const source = web ?? set ?? other
    if (!source) {
      const plural = SCALELESS[owner.kind]
      return {
        failure: plural ? `${plural} does not implement the scale subresource` : `found no controllers for pod "${pod.metadata.name}"`,
      }
    }
    // Pods of several ReplicaSets of one Deployment share its size.
    counts.set(web ? web.metadata.uid : owner.uid, source.spec?.replicas ?? 1)
    counts.set(owner.uid, web ? 0 : (source.spec?.replicas ?? 1))
  }
  return { wanted: [...counts.values()].reduce((sum, count) => sum + count, 0), someUnmanaged }
}

const unmanaged = ({ spec: { selector } }: PodDisruptionBudget) =>
  `Pods selected by this PodDisruptionBudget (selector: ${labelSelectorInGo(selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`

/** Pods that were evicted and are still there: they are as good as gone, for a while. */
function stillDisrupted(budget: PodDisruptionBudget, pods: readonly Pod[], nowMs: number): Record<string, string> {
  const present = new Map(pods.map((pod) => [pod.metadata.name, pod]))
  return Object.fromEntries(
    Object.entries(budget.status?.disruptedPods ?? {}).filter(([name, at]) => {
      const pod = present.get(name)
      return pod && !pod.metadata.deletionTimestamp && parseTimestamp(at) + DELETION_TIMEOUT_MS > nowMs
    }),
  )
}

interface Counts {
  readonly healthy: number
  readonly desired: number
  readonly expected: number
  readonly disrupted: Readonly<Record<string, string>>
}

function statusOf(
  budget: PodDisruptionBudget,
  { healthy, desired, expected, disrupted }: Counts,
  nowMs: number,
): PodDisruptionBudgetStatus {
  const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0
  const [status, reason] = allowed > 0 ? (['True', 'SufficientPods'] as const) : (['False', 'InsufficientPods'] as const)
  return {
    observedGeneration: budget.metadata.generation ?? 0,
    ...(Object.keys(disrupted).length > 0 && { disruptedPods: disrupted }),
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    conditions: [condition(budget, status, reason, '', nowMs)],
  }
}

function condition(budget: PodDisruptionBudget, status: 'True' | 'False', reason: string, message: string, nowMs: number) {
  const present = budget.status?.conditions?.find(({ type }) => type === 'DisruptionAllowed')
  const lastTransitionTime = present?.status === status ? present.lastTransitionTime : timestamp(nowMs)
  return { type: 'DisruptionAllowed', status, reason, message, lastTransitionTime, observedGeneration: budget.metadata.generation ?? 0 }
}

function failed(budget: PodDisruptionBudget, message: string, pods: readonly Pod[], nowMs: number): Step[] {
  const conditions = [condition(budget, 'False', 'SyncFailed', message, nowMs)]
  const isNews = budget.status?.conditions?.[0]?.reason !== 'SyncFailed'
  const events = isNews
    ? [say('Warning', 'CalculateExpectedPodCountFailed', `Failed to calculate the number of expected pods: ${message}`)]
    : []
  const status = {
    ...budget.status,
    disruptionsAllowed: 0,
    currentHealthy: budget.status?.currentHealthy ?? 0,
    desiredHealthy: budget.status?.desiredHealthy ?? 0,
    expectedPods: budget.status?.expectedPods ?? pods.length,
    conditions,
  }
  return [...events, setStatus(budget, status)]
}
