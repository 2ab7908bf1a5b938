import { defineKind, type KindContext, type KindDefinition } from '../../api/kind'
import type { Service, ServicePort, ServiceSpec } from '../../api/types/core-v1.gen'
import { changeField, mapSame, withDefaults, withEmpty, withoutAbsent } from '../defaulting'
import { rulesOf } from '../late-rules'
import { freeAddress, freeNodePort, takenByOthers, withNodePorts } from './service-addresses'

export const service: KindDefinition<Service> = defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  returnsDeleted: true,
  subresources: ['proxy', 'status'],
  nameRule: 'dns-1035-label',
  defaults: (object) => changeField(withEmpty(object, 'spec'), 'spec', specDefaults),
  beforeCreate: (object, context) => ({
    ...object,
    spec: withoutAbsent(allocated(object, undefined, context)),
    status: { loadBalancer: {} },
  }),
  beforeUpdate: (object, old, context) => ({ ...object, spec: withoutAbsent(allocated(object, old, context)) }),
  selectableFields: { 'spec.clusterIP': ({ spec }) => spec.clusterIP ?? '', 'spec.type': ({ spec }) => spec.type ?? '' },
  rules: rulesOf('service'),
})

function specDefaults(spec: ServiceSpec): ServiceSpec {
  let result = withDefaults(spec, { sessionAffinity: 'None', type: 'ClusterIP' })
  const { type } = result
  if (result.sessionAffinity === 'ClientIP')
    result = withDefaults(result, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } })
  if (result.sessionAffinity === 'None' && result.sessionAffinityConfig) result = { ...result, sessionAffinityConfig: undefined }
  if (type !== 'ExternalName') result = withDefaults(result, { internalTrafficPolicy: 'Cluster' })
  if (isExternallyAccessible(result)) result = withDefaults(result, { externalTrafficPolicy: 'Cluster' })
  if (type === 'LoadBalancer') result = withDefaults(result, { allocateLoadBalancerNodePorts: true })
  return changeField(result, 'ports', (ports) => mapSame(ports, portDefaults)!)
}

const isExternallyAccessible = ({ type, externalIPs }: ServiceSpec) =>
  type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && (externalIPs ?? []).length > 0)

function portDefaults(port: ServicePort): ServicePort {
  return withDefaults(port, { protocol: 'TCP', targetPort: port.targetPort || port.port })
}

/** Who changes the type of a Service need not clear what only the old type had, as long as it was left alone. */
function withoutLeftovers(spec: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const leftovers = [
    ...(isExternallyAccessible(spec) ? [] : (['externalTrafficPolicy'] as const)),
    ...(spec.type === 'LoadBalancer' ? [] : (['allocateLoadBalancerNodePorts', 'loadBalancerClass', 'healthCheckNodePort'] as const)),
    ...(spec.type === 'ExternalName' ? (['internalTrafficPolicy'] as const) : []),
  ].filter((field) => spec[field] !== undefined && spec[field] === before[field])
  return leftovers.length === 0 ? spec : { ...spec, ...Object.fromEntries(leftovers.map((field) => [field, undefined])) }
}

/** The spec with the addresses and node ports that the server hands out, keeping what the Service had. */
function allocated(object: Service, old: Service | undefined, context: KindContext): ServiceSpec {
  const before = old?.spec
  const spec = before && before.type !== object.spec.type ? withoutLeftovers(object.spec, before) : object.spec
  if (spec.type === 'ExternalName') return withoutAddresses(spec, before)
  const asked = spec.clusterIP || spec.clusterIPs?.[0]
  const kept = before && before.type !== 'ExternalName' ? before.clusterIP : undefined
  const headless = asked === 'None'
  const taken = takenByOthers(service, object, context)
  const clusterIP = asked || kept || freeAddress(taken, context)
  const dual = headless && !Object.keys(spec.selector ?? {}).length
  const wantsNodePorts = spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false)
  const ports =
    spec.ports && (wantsNodePorts ? withNodePorts(spec.ports, before?.ports ?? [], taken, context) : withoutOldNodePorts(spec, before))
  const local = spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local'
  const result = withDefaults(
    { ...spec, clusterIP, clusterIPs: spec.clusterIPs?.length && spec.clusterIPs[0] === clusterIP ? spec.clusterIPs : [clusterIP], ports },
    {
      ipFamilies: before?.ipFamilies ?? (dual ? ['IPv4', 'IPv6'] : ['IPv4']),
      ipFamilyPolicy: before?.ipFamilyPolicy ?? (dual ? 'RequireDualStack' : 'SingleStack'),
    },
  )
  if (local && !result.healthCheckNodePort)
    return { ...result, healthCheckNodePort: before?.healthCheckNodePort || freeNodePort(taken.nodePorts, 'TCP', context) }
  return local || result.healthCheckNodePort !== before?.healthCheckNodePort ? result : { ...result, healthCheckNodePort: undefined }
}

/** A Service that becomes a mere name gives back what it did not insist on. */
function withoutAddresses(spec: ServiceSpec, before: ServiceSpec | undefined): ServiceSpec {
  if (!before || before.type === 'ExternalName') return spec
  return {
    ...spec,
    clusterIP: spec.clusterIP === before.clusterIP ? undefined : spec.clusterIP,
    clusterIPs: spec.clusterIPs?.[0] === before.clusterIP ? undefined : spec.clusterIPs,
    ipFamilies: undefined,
    ipFamilyPolicy: undefined,
    ports: withoutOldNodePorts(spec, before),
  }
}

function withoutOldNodePorts(spec: ServiceSpec, before: ServiceSpec | undefined): readonly ServicePort[] | undefined {
  if (!before || before.type === spec.type) return spec.ports
  return spec.ports?.map((port) =>
    port.nodePort && before.ports?.some((old) => old.nodePort === port.nodePort) ? { ...port, nodePort: undefined } : port,
  )
}
