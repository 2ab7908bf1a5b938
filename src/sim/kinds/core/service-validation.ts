import type { FieldError, FieldPath } from '../../api/field-path'
import type { Service, ServicePort, ServiceSpec } from '../../api/types/core-v1.gen'
import { dnsLabel, dnsSubdomain, notBetween, portNumber, qualifiedName } from '../../formats/names'
import { isCIDR, isIPv4, isIP } from '../../formats/ip'
import { invalidName, labels, oneOf, requiredOneOf } from '../field-checks'
import { portErrors } from './probe-validation'
import { addressProblem, nodePortProblem, type Taken } from './service-addresses'
import { internalForm } from './internal-form'

/**
 * Complaints about a Service. `taken` looks up what other Services hold; it is asked only when the Service holds something it did not hold
 * as `stored`. See `ValidateService`.
 */
export function serviceErrors(object: Service, at: FieldPath, taken: () => Taken, stored: Service | undefined): FieldError[] {
  const { spec } = object
  const here = at('spec')
  const headless = spec.clusterIP === 'None'
  const errors: FieldError[] = []
  if (!spec.ports?.length && !headless && spec.type !== 'ExternalName') errors.push(here('ports').required())
  if (headless && (spec.type === 'LoadBalancer' || spec.type === 'NodePort'))
    errors.push(here('clusterIPs', 0).invalid('None', `may not be set to 'None' for ${spec.type} services`))
  if (spec.type === 'ExternalName') errors.push(...externalNameErrors(spec, here))
  errors.push(
    ...portsErrors(spec, here('ports')),
    ...labels(spec.selector, here('selector')),
    ...requiredOneOf(spec.sessionAffinity, ['ClientIP', 'None'], here('sessionAffinity')),
    ...affinityErrors(spec, here('sessionAffinityConfig')),
    ...requiredOneOf(spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'], here('type')),
    ...oneOf(spec.internalTrafficPolicy, ['Cluster', 'Local'], here('internalTrafficPolicy')),
    ...oneOf(spec.ipFamilyPolicy, ['SingleStack', 'PreferDualStack', 'RequireDualStack'], here('ipFamilyPolicy')),
    ...oneOf(spec.trafficDistribution, ['PreferClose', 'PreferSameZone', 'PreferSameNode'], here('trafficDistribution')),
    ...trafficPolicyErrors(spec, here('externalTrafficPolicy')),
  )
  errors.push(...loadBalancerErrors(spec, here), ...familyErrors(spec, here))
  spec.externalIPs?.forEach((ip, index) => errors.push(...externalIPErrors(ip, here('externalIPs', index))))
  if (spec.clusterIP && !headless && !isIP(spec.clusterIP))
    errors.push(here('clusterIPs', 0).invalid(spec.clusterIP, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'))
  return errors.length > 0 ? errors : allocationErrors(spec, stored?.spec, here, taken)
}

function externalNameErrors({ clusterIP, externalName }: ServiceSpec, at: FieldPath): FieldError[] {
  const errors: FieldError[] = clusterIP ? [at('clusterIPs').forbidden("may not be set when `type` is 'ExternalName'")] : []
  const name = (externalName ?? '').replace(/\.$/, '')
  return [...errors, ...(name ? invalidName(name, at('externalName'), dnsSubdomain) : [at('externalName').required()])]
}

function portsErrors(spec: ServiceSpec, at: FieldPath): FieldError[] {
  const ports = spec.ports ?? []
  const names = new Set<string>()
  const numbers = new Set<string>()
  return ports.flatMap((port, index) => {
    const here = at(index)
    const errors = portErrorsOf(port, here, ports.length > 1)
    if (port.name && names.has(port.name)) errors.push(here('name').duplicate(port.name))
    names.add(port.name ?? '')
    const key = `${port.protocol}/${port.port}`
    if (numbers.has(key)) errors.push(here.duplicate(internalForm('ServicePort', { protocol: port.protocol, port: port.port })))
    numbers.add(key)
    if (port.nodePort && (spec.type === 'ClusterIP' || spec.type === 'ExternalName'))
      errors.push(here('nodePort').forbidden(`may not be used when \`type\` is '${spec.type}'`))
    return errors
  })
}

function portErrorsOf(port: ServicePort, at: FieldPath, needsName: boolean): FieldError[] {
  return [
    ...(port.name ? invalidName(port.name, at('name'), dnsLabel) : needsName ? [at('name').required()] : []),
    ...(portNumber(port.port ?? 0).length ? [at('port').invalid(port.port ?? 0, notBetween(1, 65535))] : []),
    ...requiredOneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], at('protocol')),
    ...portErrors(port.targetPort, at('targetPort')),
    ...(port.appProtocol ? invalidName(port.appProtocol, at('appProtocol'), qualifiedName) : []),
  ]
}

const ONLY_BALANCERS = "may only be used when `type` is 'LoadBalancer'"

/** What only Services with a load balancer may say. */
function loadBalancerErrors(spec: ServiceSpec, at: FieldPath): FieldError[] {
  const { type, loadBalancerSourceRanges: ranges = [], loadBalancerClass, allocateLoadBalancerNodePorts, healthCheckNodePort } = spec
  const isBalanced = type === 'LoadBalancer'
  const here = at('LoadBalancerSourceRanges') // a real server spells it so
  const errors: FieldError[] = isBalanced
    ? ranges.flatMap((range, index) =>
        isCIDR(range.trim()) ? [] : [here(index).invalid(range, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')],
      )
    : ranges.length > 0
      ? [here.forbidden(ONLY_BALANCERS)]
      : []
  if (!isBalanced && loadBalancerClass) errors.push(at('loadBalancerClass').forbidden(ONLY_BALANCERS))
  if (!isBalanced && allocateLoadBalancerNodePorts !== undefined) errors.push(at('allocateLoadBalancerNodePorts').forbidden(ONLY_BALANCERS))
  if (healthCheckNodePort && !(isBalanced && spec.externalTrafficPolicy === 'Local'))
    errors.push(
      at('healthCheckNodePort').invalid(
        healthCheckNodePort,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ),
    )
  return errors
}

/** This cluster has IPv4 addresses only. A headless Service without a selector needs none from it, and may be of any family. */
function familyErrors({ ipFamilies = [], ipFamilyPolicy, clusterIP, selector }: ServiceSpec, at: FieldPath): FieldError[] {
  const seen = new Set<string>()
  const isFree = clusterIP === 'None' && !selector
  const errors = ipFamilies.flatMap((family, index): readonly FieldError[] => {
    const here = at('ipFamilies', index)
    if (seen.has(family)) return [here.duplicate(family)]
    seen.add(family)
    if (family === 'IPv6' && !isFree) return [here.invalid(family, 'not configured on this cluster')]
    return oneOf(family, ['IPv4', 'IPv6'], here)
  })
  if (ipFamilyPolicy === 'RequireDualStack' && !isFree)
    errors.push(at('ipFamilyPolicy').invalid(ipFamilyPolicy, 'this cluster is not configured for dual-stack services'))
  return errors
}

function externalIPErrors(ip: string, at: FieldPath): readonly FieldError[] {
  if (!isIP(ip)) return [at.invalid(ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]
  if (/^(0\.0\.0\.0|::)$/.test(ip)) return [at.invalid(ip, `may not be unspecified (${ip})`)]
  if (/^(127\.|::1$)/.test(ip)) return [at.invalid(ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')]
  if (/^(169\.254\.|fe80:)/i.test(ip)) return [at.invalid(ip, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')]
  return /^(224\.0\.0\.|ff02:)/i.test(ip) ? [at.invalid(ip, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')] : []
}

function affinityErrors({ sessionAffinity, sessionAffinityConfig }: ServiceSpec, at: FieldPath): FieldError[] {
  if (sessionAffinity === 'None') return sessionAffinityConfig ? [at.forbidden('must not be set when session affinity is None')] : []
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds
  if (seconds === undefined || (seconds > 0 && seconds <= 86_400)) return []
  return [at('clientIP', 'timeoutSeconds').invalid(seconds, 'must be greater than 0 and less than 86400')]
}

function trafficPolicyErrors({ type, externalIPs, externalTrafficPolicy: policy }: ServiceSpec, at: FieldPath): readonly FieldError[] {
  if (!policy) return []
  const accessible = type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && externalIPs?.length)
  return accessible ? oneOf(policy, ['Cluster', 'Local'], at) : [at.invalid(policy, 'may only be set for externally-accessible services')]
}

function allocationErrors(spec: ServiceSpec, stored: ServiceSpec | undefined, at: FieldPath, taken: () => Taken): FieldError[] {
  const errors: FieldError[] = []
  const address = spec.clusterIP
  if (address && address !== 'None' && address !== stored?.clusterIP && isIPv4(address)) {
    const problem = addressProblem(address, taken())
    if (problem) errors.push(at('clusterIPs').invalid(spec.clusterIPs, problem))
  }
  spec.ports?.forEach(({ nodePort, protocol = 'TCP' }, index) => {
    if (!nodePort || stored?.ports?.some((old) => old.nodePort === nodePort)) return
    const problem = nodePortProblem(nodePort, taken().nodePorts, protocol)
    if (problem) errors.push(at('ports', index, 'nodePort').invalid(nodePort, problem))
  })
  return errors
}

const ONCE = 'may not change once set'

/** Complaints about a changed Service: its first address and family stay, and who balances its load. See `ValidateServiceUpdate`. */
export function serviceUpdateErrors({ spec }: Service, { spec: old }: Service, at: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return errors
  if (old.clusterIP && spec.clusterIP !== old.clusterIP) errors.push(at('spec', 'clusterIPs', 0).invalid(spec.clusterIPs, ONCE))
  const [family] = old.ipFamilies ?? []
  if (family && spec.ipFamilies?.[0] !== family) errors.push(at('spec', 'ipFamilies', 0).invalid(spec.ipFamilies, ONCE))
  if (spec.type === 'LoadBalancer' && old.type === 'LoadBalancer' && spec.loadBalancerClass !== old.loadBalancerClass)
    errors.push(at('spec', 'loadBalancerClass').invalid(spec.loadBalancerClass, ONCE))
  return errors
}
