import type { FieldError, FieldPath } from '../../api/field-path'
import type { Service, ServicePort, ServiceSpec } from '../../api/types/core-v1.gen'
import { dnsLabel, dnsSubdomain, notBetween, portNumber, qualifiedName } from '../../formats/names'
import { isIPv4, isIP } from '../../formats/ip'
import { invalidName, labels, oneOf, requiredOneOf } from '../field-checks'
import { portErrors } from './probe-validation'
import { addressProblem, nodePortProblem, type Taken } from './service-addresses'

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
    ...affinityErrors(spec, here('sessionAffinityConfig', 'clientIP', 'timeoutSeconds')),
    ...requiredOneOf(spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'], here('type')),
    ...oneOf(spec.internalTrafficPolicy, ['Cluster', 'Local'], here('internalTrafficPolicy')),
    ...oneOf(spec.ipFamilyPolicy, ['SingleStack', 'PreferDualStack', 'RequireDualStack'], here('ipFamilyPolicy')),
    ...oneOf(spec.trafficDistribution, ['PreferClose', 'PreferSameZone', 'PreferSameNode'], here('trafficDistribution')),
    ...trafficPolicyErrors(spec, here('externalTrafficPolicy')),
  )
  spec.externalIPs?.forEach((ip, index) => {
    if (!isIP(ip)) errors.push(here('externalIPs', index).invalid(ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'))
  })
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
    if (numbers.has(key)) errors.push(here.duplicate({ protocol: port.protocol, port: port.port }))
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

function affinityErrors({ sessionAffinity, sessionAffinityConfig }: ServiceSpec, at: FieldPath): FieldError[] {
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds
  if (sessionAffinity !== 'ClientIP' || seconds === undefined || (seconds > 0 && seconds <= 86_400)) return []
  return [at.invalid(seconds, 'must be greater than 0 and less than 86400')]
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
    const problem = addressProblem(address, taken().addresses)
    if (problem) errors.push(at('clusterIPs').invalid(spec.clusterIPs, problem))
  }
  spec.ports?.forEach(({ nodePort, protocol = 'TCP' }, index) => {
    if (!nodePort || stored?.ports?.some((old) => old.nodePort === nodePort)) return
    const problem = nodePortProblem(nodePort, taken().nodePorts, protocol)
    if (problem) errors.push(at('ports', index, 'nodePort').invalid(nodePort, problem))
  })
  return errors
}

/** Complaints about a changed Service: its first address stays. */
export function serviceUpdateErrors({ spec }: Service, old: Service, at: FieldPath): FieldError[] {
  const before = old.spec.clusterIP
  const staysVirtual = spec.type !== 'ExternalName' && old.spec.type !== 'ExternalName'
  return staysVirtual && before && spec.clusterIP !== before
    ? [at('spec', 'clusterIPs', 0).invalid(spec.clusterIPs, 'may not change once set')]
    : []
}
