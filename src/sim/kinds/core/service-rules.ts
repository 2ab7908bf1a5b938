import { age, labelsText } from '../../api/columns'
import type { KindContext, KindRules } from '../../api/kind'
import type { Service, ServicePort } from '../../api/types/core-v1.gen'
import { serviceErrors, serviceUpdateErrors } from './service-validation'
import { service } from './service'
import { takenByOthers } from './service-addresses'

/** What may be written of a Service, and what `kubectl get` shows of it. */
export const serviceRules: KindRules<Service> = {
  validate: (object, at, context) =>
    serviceErrors(
      object,
      at,
      () => takenByOthers(service, object, context),
      context.read.get(service, object.metadata.namespace, object.metadata.name),
    ),
  validateUpdate: serviceUpdateErrors,
  warnings: serviceWarnings,
  columns: [
    ['Type', ({ spec }) => spec.type ?? ''],
    ['Cluster-IP', ({ spec }) => spec.clusterIPs?.[0] || spec.clusterIP || '<none>'],
    ['External-IP', externalIPText],
    ['Port(s)', ({ spec }) => portsText(spec.ports ?? [])],
    age,
    ['Selector', ({ spec }) => labelsText(spec.selector), { wide: true }],
  ],
}

function externalIPText({ spec, status }: Service): string {
  const given = spec.externalIPs ?? []
  switch (spec.type) {
    case 'ExternalName':
      return spec.externalName ?? ''
    case 'LoadBalancer': {
      const balanced = [...new Set((status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || ''))]
        .filter(Boolean)
        .sort()
      return [...balanced, ...given].join(',') || '<pending>'
    }
    default:
      return given.join(',') || '<none>'
  }
}

function portsText(ports: readonly ServicePort[]): string {
  return ports.map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`).join(',') || '<none>'
}

/** What a server warns of in a Service: `GetWarningsForService`. */
function serviceWarnings({ metadata, spec }: Service, _old: Service | undefined, { release: [, minor] }: KindContext): readonly string[] {
  const { type, externalIPs = [], externalName, loadBalancerIP, sessionAffinity, trafficDistribution } = spec
  const isHeadless = type === 'ClusterIP' && spec.clusterIP === 'None'
  const isOutside = type === 'ExternalName'
  const hints = 'service.kubernetes.io/topology-aware-hints'
  const rows: readonly (readonly [warned: boolean, text: string])[] = [
    [
      metadata.annotations?.[hints] !== undefined,
      `annotation ${hints} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    ],
    [isHeadless && !!loadBalancerIP, 'spec.loadBalancerIP is ignored for headless services'],
    [isHeadless && externalIPs.length > 0, 'spec.externalIPs is ignored for headless services'],
    [isHeadless && sessionAffinity !== 'None', 'spec.SessionAffinity is ignored for headless services'],
    [
      minor >= 36 && externalIPs.length > 0 && !isHeadless && !isOutside,
      'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
    ],
    [isOutside && externalIPs.length > 0, 'spec.externalIPs is ignored when spec.type is "ExternalName"'],
    [!isOutside && !!externalName, 'spec.externalName is ignored when spec.type is not "ExternalName"'],
    [minor >= 35 && trafficDistribution === 'PreferClose', 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'],
  ]
  return rows.filter(([warned]) => warned).map(([, text]) => text)
}
