import type { CallSubresource, SubresourceRequest } from '../../api/hooks'
import type { AnyObject } from '../../api/object'
import { failure, forbidden, type Status, type StatusError } from '../../api/status'
import type { Pod } from '../../api/types/core-v1.gen'
import type { Eviction, PodDisruptionBudget } from '../../api/types/policy-v1.gen'
import { timestamp } from '../../engine/time'
import { matches, selectorOf } from '../../formats/selector'
import { podDisruptionBudget } from '../policy/pod-disruption-budget'
import { pod } from './pod'
import { isTrue, withCondition } from './pod-conditions'
import { success } from './success'

/** POST …/pods/{name}/eviction: a delete that asks the disruption budgets first. See `pkg/registry/core/pod/storage/eviction.go` for the rules. */
export const podEviction: CallSubresource = {
  of: { group: '', plural: 'pods' },
  subresource: 'eviction',
  verbs: ['create'],
  body: { group: 'policy', version: 'v1', kind: 'Eviction' },
  handle: (asked) => {
    const request = withOwnDryRun(asked)
    const evicted = request.object as unknown as Pod // the handler is asked for Pods only
    if (!needsNoBudget(evicted)) {
      const [budget, second] = budgetsOf(evicted, request)
      if (second) return tooManyBudgets
      if (budget && !mayIgnore(budget, evicted)) spend(budget, evicted, request)
    }
    remove(evicted, request)
    return success(201)
  },
}

/** An eviction may ask for a dry run in its own delete options, as kubectl drain does, instead of in the URL. */
function withOwnDryRun(request: SubresourceRequest): SubresourceRequest {
  const { deleteOptions } = (request.body ?? {}) as unknown as Partial<Eviction> // decoded as an Eviction
  return { ...request, dryRun: request.dryRun || (deleteOptions?.dryRun ?? []).includes('All') }
}

/** What is not running yet, or no longer, serves nobody. */
function needsNoBudget({ metadata, status }: Pod): boolean {
  return ['Succeeded', 'Failed', 'Pending'].includes(status?.phase ?? '') || metadata.deletionTimestamp !== undefined
}

function budgetsOf({ metadata }: Pod, { server }: SubresourceRequest): readonly PodDisruptionBudget[] {
  return [...server.storage.list(podDisruptionBudget, metadata.namespace)]
    .map(({ object }) => object as unknown as PodDisruptionBudget) // stored under this kind
    .filter(({ spec }) => matches(selectorOf(spec.selector), metadata.labels))
}

const tooManyBudgets: Status = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  code: 500,
}

/** Whether a Pod that is not ready may go without being counted. */
function mayIgnore({ spec, status }: PodDisruptionBudget, evicted: Pod): boolean {
  if (isTrue(evicted, 'Ready')) return false
  if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {}
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy
}

/** Takes one disruption from the budget, or refuses. */
function spend(budget: PodDisruptionBudget, evicted: Pod, { server, user, manager, dryRun }: SubresourceRequest) {
  const { name, generation = 0 } = budget.metadata
  const { observedGeneration = 0, disruptionsAllowed = 0, desiredHealthy = 0, currentHealthy = 0, disruptedPods = {} } = budget.status ?? {}
  if (observedGeneration < generation) throw tooManyRequests(`The disruption budget ${name} is still being processed by the server.`, 10)
  if (disruptionsAllowed < 0)
    throw forbidden({ group: 'policy', plural: 'poddisruptionbudgets' }, name, 'pod disruption budget disruptions allowed is negative')
  if (disruptionsAllowed === 0)
    throw tooManyRequests(`The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`)
  if (dryRun) return
  const spent: PodDisruptionBudget = {
    ...budget,
    status: {
      ...budget.status,
      disruptionsAllowed: disruptionsAllowed - 1,
      disruptedPods: { ...disruptedPods, [evicted.metadata.name]: timestamp(server.engine.nowMs) },
    },
  }
  server.storage.replace(podDisruptionBudget, spent as unknown as AnyObject, { user: user.name, manager }) // a budget is an object
}

function tooManyRequests(why: string, retryAfterSeconds = 0): StatusError {
  return failure(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
    causes: [{ reason: 'DisruptionBudget', message: why }],
  })
}

/** Marks the Pod as disrupted, so that its controller can tell an eviction from a failure, and deletes it. */
function remove(evicted: Pod, { server, user, manager, dryRun, body }: SubresourceRequest) {
  if (dryRun) return
  const { namespace, name } = evicted.metadata
  const condition = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' }
  const marked = withCondition(evicted, condition, server.engine.nowMs)
  server.storage.replace(pod, marked as unknown as AnyObject, { user: user.name, manager }) // a Pod is an object
  const { deleteOptions } = (body ?? {}) as unknown as Partial<Eviction>
  const { gracePeriodSeconds, preconditions } = deleteOptions ?? {}
  // Who may create evictions need not be allowed to delete Pods: the server does that itself.
  const apiServer = server.client({ user: 'system:apiserver', groups: ['system:masters'], manager })
  apiServer.delete(pod, namespace, name, {
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(preconditions?.uid && { preconditions: { uid: preconditions.uid } }),
  })
}
