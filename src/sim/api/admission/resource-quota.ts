import { compareQuantities, subtractQuantities } from '../../formats/quantity'
import type { AdmissionPlugin, AdmissionRequest } from '../hooks'
import type { KindDefinition } from '../kind'
import { forbidden } from '../status'
import type { Container, Pod, ResourceQuota } from '../types/core-v1.gen'
import { findAll, newPod, resource } from './lookup'
import { sum, type Quantities } from './pod-resources'
import { isInScope, totalUsage, usageOf } from './quota-usage'

const quotas = resource<ResourceQuota>('', 'v1', 'resourcequotas')

/** Refuses what would take a namespace over one of its quotas, and counts what it lets through. Asked last, so that what it counts is stored. */
export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  validate(request) {
    const { operation, subresource, namespace, server, kind, object, old } = request
    if (namespace === undefined || subresource !== undefined || !object || operation === 'DELETE' || operation === 'CONNECT') return
    const relevant = [...findAll(server, quotas, namespace)].filter((quota) => isInScope(quota, kind, object))
    if (relevant.length === 0) return
    const { nowMs } = server.engine
    const added = increase(usageOf(kind, object, nowMs), old ? usageOf(kind, old, nowMs) : {})
    const pod = newPod(request)
    const charged = relevant.map((quota) => ({ quota, requested: limitedBy(quota, added) }))
    for (const { quota, requested } of charged) {
      if (pod) checkAllSaid(request, quota, pod)
      if (Object.keys(requested).length > 0) checkFits(request, quota, requested)
    }
    if (request.dryRun) return
    for (const { quota, requested } of charged) if (Object.keys(requested).length > 0) charge(request, quota, requested)
  },
}

function increase(now: Quantities, before: Quantities): Quantities {
  const changed = Object.entries(now).map(
    ([name, quantity]) => [name, before[name] === undefined ? quantity : subtractQuantities(quantity, before[name])] as const,
  )
  return Object.fromEntries(changed.filter(([, quantity]) => compareQuantities(quantity, '0') > 0))
}

const limitedBy = ({ spec }: ResourceQuota, usage: Quantities): Quantities =>
  Object.fromEntries(Object.entries(usage).filter(([name]) => spec.hard?.[name] !== undefined))

/** What every container must say when a quota limits it. */
const COMPUTE = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']

function checkAllSaid(request: AdmissionRequest, { metadata, spec }: ResourceQuota, { spec: { containers, initContainers = [] } }: Pod) {
  const lacking = COMPUTE.filter((name) => spec.hard?.[name] !== undefined)
    .sort()
    .map((name) => ({
      name,
      by: [...containers, ...initContainers].filter((container) => !says(container, name)).map((container) => container.name),
    }))
    .filter(({ by }) => by.length > 0)
  if (lacking.length === 0) return
  const what = lacking.map(({ name, by }) => `${name} for: ${by.sort().join(',')}`).join('; ')
  throw forbidden(request.kind, request.name, `failed quota: ${metadata.name}: must specify ${what}`)
}

function says({ resources }: Container, name: string): boolean {
  const [kind, resourceName] = name.includes('.') ? name.split('.') : ['requests', name]
  const given = kind === 'limits' ? resources?.limits : { ...resources?.limits, ...resources?.requests }
  return given?.[resourceName ?? ''] !== undefined
}

function checkFits(request: AdmissionRequest, quota: ResourceQuota, requested: Quantities) {
  const used = usedOf(request, quota)
  const hard = quota.spec.hard ?? {}
  const exceeded = Object.keys(requested)
    .filter((name) => compareQuantities(sum({ [name]: used[name] ?? '0' }, { [name]: requested[name]! })[name]!, hard[name]!) > 0)
    .sort()
  if (exceeded.length === 0) return
  const text = (all: Quantities) => exceeded.map((name) => `${name}=${all[name] ?? '0'}`).join(',')
  throw forbidden(
    request.kind,
    request.name,
    `exceeded quota: ${quota.metadata.name}, requested: ${text(requested)}, used: ${text(used)}, limited: ${text(hard)}`,
  )
}

/** What the quota's status says, or, as long as no controller has looked at a new quota, what can be counted. */
function usedOf({ server, kind }: AdmissionRequest, quota: ResourceQuota): Quantities {
  const { hard = {} } = quota.spec
  if (quota.status?.used && Object.keys(hard).every((name) => quota.status?.used?.[name] !== undefined)) return quota.status.used
  const counted = [...server.storage.list(kind as never, quota.metadata.namespace)].map(({ object }) => object)
  return totalUsage(quota, kind, counted, server.engine.nowMs)
}

function charge(request: AdmissionRequest, quota: ResourceQuota, requested: Quantities) {
  const served = request.server.registry.find('', 'v1', quotas.plural)
  const { hard = {} } = quota.spec
  if (!served || !quota.status?.used) return // the controller counts a new quota from scratch
  const client = request.server.client({ user: 'system:apiserver', groups: ['system:masters'], manager: 'kube-apiserver' })
  const kind = served.kind as unknown as KindDefinition<ResourceQuota> // found under this name
  client.updateStatus(kind, { ...quota, status: { hard, used: sum(quota.status.used, requested) } })
}
