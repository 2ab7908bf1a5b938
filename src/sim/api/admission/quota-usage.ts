import { parseTimestamp } from '../../engine/time'
import type { AnyObject } from '../object'
import type { PersistentVolumeClaim, Pod, ResourceQuota, ScopedResourceSelectorRequirement, Service } from '../types/core-v1.gen'
import { podTotals, sum, type Quantities } from './pod-resources'

/** The kinds that quotas count under names of their own, besides `count/{plural}.{group}`. */
const COUNTED_BY_NAME = ['configmaps', 'persistentvolumeclaims', 'pods', 'replicationcontrollers', 'resourcequotas', 'secrets', 'services']
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage']

export interface CountedKind {
  readonly group: string
  readonly plural: string
}

/** What one object uses of the resources that quotas limit. A Pod that has ended uses nothing but its place. */
export function usageOf({ group, plural }: CountedKind, object: AnyObject, nowMs: number): Quantities {
  const counted = {
    [`count/${plural}${group && `.${group}`}`]: '1',
    ...(group === '' && COUNTED_BY_NAME.includes(plural) && { [plural]: '1' }),
  }
  if (group !== '') return counted
  if (plural === 'pods') return podUsage(object as unknown as Pod, counted, nowMs) // told by its resource, as the others
  if (plural === 'services') return { ...counted, ...serviceUsage(object as unknown as Service) }
  if (plural === 'persistentvolumeclaims') return { ...counted, ...claimUsage(object as unknown as PersistentVolumeClaim) }
  return counted
}

function podUsage(pod: Pod, counted: Readonly<Record<string, string>>, nowMs: number): Quantities {
  const { pods: _, ...place } = counted
  if (hasEnded(pod, nowMs)) return place
  const requests = podTotals(pod.spec, 'requests')
  const limits = podTotals(pod.spec, 'limits')
  const named = (prefix: string, all: Quantities) =>
    Object.fromEntries(Object.entries(all).map(([name, quantity]) => [`${prefix}${name}`, quantity]))
  const plain = Object.fromEntries(Object.entries(requests).filter(([name]) => COMPUTE.includes(name) || name.startsWith('hugepages-')))
  return { ...counted, ...plain, ...named('requests.', requests), ...named('limits.', limits) }
}

function hasEnded({ metadata, status }: Pod, nowMs: number): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return true
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds !== undefined && nowMs > parseTimestamp(deletionTimestamp)
}

function serviceUsage({ spec }: Service): Quantities {
  const ports = spec.ports ?? []
  const nodePorts =
    spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false) ? ports.length : 0
  return {
    ...(nodePorts > 0 && { 'services.nodeports': String(nodePorts) }),
    ...(spec.type === 'LoadBalancer' && { 'services.loadbalancers': '1' }),
  }
}

function claimUsage({ spec }: PersistentVolumeClaim): Quantities {
  const storage = spec.resources?.requests?.storage
  const own: Quantities = storage === undefined ? {} : { 'requests.storage': storage }
  if (!spec.storageClassName) return own
  const prefix = `${spec.storageClassName}.storageclass.storage.k8s.io`
  return { ...own, [`${prefix}/persistentvolumeclaims`]: '1', ...(storage !== undefined && { [`${prefix}/requests.storage`]: storage }) }
}

/** Whether a quota's scopes include this object. Scopes speak of Pods (and, by class, of claims); a quota with scopes counts nothing else. */
export function isInScope({ spec }: ResourceQuota, { group, plural }: CountedKind, object: AnyObject): boolean {
  const scopes = spec.scopes ?? []
  const expressions = spec.scopeSelector?.matchExpressions ?? []
  if (scopes.length + expressions.length === 0) return true
  if (group !== '' || plural !== 'pods') return false
  const pod = object as unknown as Pod // told by its resource
  return (
    scopes.every((scopeName) => matchesScope(pod, { scopeName, operator: 'Exists' })) &&
    expressions.every((each) => matchesScope(pod, each))
  )
}

function matchesScope({ spec }: Pod, { scopeName, operator, values = [] }: ScopedResourceSelectorRequirement): boolean {
  switch (scopeName) {
    case 'Terminating':
      return spec.activeDeadlineSeconds !== undefined
    case 'NotTerminating':
      return spec.activeDeadlineSeconds === undefined
    case 'BestEffort':
      return isBestEffort(spec)
    case 'NotBestEffort':
      return !isBestEffort(spec)
    case 'CrossNamespacePodAffinity':
      return JSON.stringify(spec.affinity ?? {}).includes('"namespace') // namespaces or namespaceSelector in one of its terms
    case 'PriorityClass': {
      const name = spec.priorityClassName
      if (operator === 'Exists') return !!name
      if (operator === 'DoesNotExist') return !name
      return values.includes(name ?? '') === (operator === 'In')
    }
    default:
      return false
  }
}

const isBestEffort = ({ containers, initContainers = [] }: Pod['spec']) =>
  [...containers, ...initContainers].every(({ resources }) => {
    const named = [...Object.keys(resources?.requests ?? {}), ...Object.keys(resources?.limits ?? {})]
    return !named.some((name) => name === 'cpu' || name === 'memory')
  })

/** What objects of one kind use together of the resources in `names`. */
export function totalUsage(quota: ResourceQuota, kind: CountedKind, objects: Iterable<AnyObject>, nowMs: number): Quantities {
  let total: Quantities = {}
  for (const object of objects) if (isInScope(quota, kind, object)) total = sum(total, usageOf(kind, object, nowMs))
  const hard = Object.keys(quota.spec.hard ?? {})
  return Object.fromEntries(Object.entries(total).filter(([name]) => hard.includes(name)))
}
