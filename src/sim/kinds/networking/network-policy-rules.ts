import { age } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from '../../api/types/networking-v1.gen'
import { isCIDR, isStrictSubset } from '../../formats/ip'
import { formatSelector } from '../../formats/selector'
import { portErrors } from '../core/probe-validation'
import { changeField, mapSame, withDefaults, withEmpty } from '../defaulting'
import { labelSelector, oneOf } from '../field-checks'

/** What may be written of a NetworkPolicy, and what `kubectl get` shows of it. */
export const networkPolicyRules: KindRules<NetworkPolicy> = {
  defaults: (object) => changeField(withEmpty(object, 'spec'), 'spec', specDefaults),
  validate: ({ spec = {} }, at) => {
    const here = at('spec')
    const errors = [...labelSelector(spec.podSelector, here('podSelector'))]
    spec.ingress?.forEach(({ ports, from }, index) => errors.push(...ruleErrors(ports, from, here('ingress', index), 'from')))
    spec.egress?.forEach(({ ports, to }, index) => errors.push(...ruleErrors(ports, to, here('egress', index), 'to')))
    const types = spec.policyTypes ?? []
    if (types.length > 2) errors.push(here('policyTypes').invalid(types, 'may not specify more than two policyTypes'))
    types.forEach((type, index) => errors.push(...oneOf(type, ['Egress', 'Ingress'], here('policyTypes', index))))
    return errors
  },
  columns: [['Pod-Selector', ({ spec }) => formatSelector(spec?.podSelector)], age],
}

/** A policy speaks of what comes in, and of what goes out if it has rules for that. */
function specDefaults(spec: NetworkPolicySpec): NetworkPolicySpec {
  const types = spec.policyTypes?.length ? spec.policyTypes : spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress']
  const result = withDefaults(withEmpty(spec, 'podSelector'), { policyTypes: types })
  const withProtocol = <R extends { ports?: readonly NetworkPolicyPort[] }>(rule: R): R =>
    changeField(rule, 'ports', (ports) => mapSame(ports!, (port) => withDefaults(port, { protocol: 'TCP' })) as NonNullable<R['ports']>)
  const inbound = changeField(result, 'ingress', (rules) => mapSame(rules, withProtocol)!)
  return changeField(inbound, 'egress', (rules) => mapSame(rules, withProtocol)!)
}

function ruleErrors(
  ports: readonly NetworkPolicyPort[] = [],
  peers: readonly NetworkPolicyPeer[] = [],
  at: FieldPath,
  side: 'from' | 'to',
): FieldError[] {
  const portComplaints = ports.flatMap(({ protocol, port, endPort }, index) => {
    const here = at('ports', index)
    const errors = [
      ...oneOf(protocol, ['SCTP', 'TCP', 'UDP'], here('protocol')),
      ...(port === undefined ? [] : portErrors(port, here('port'))),
    ]
    if (endPort !== undefined && typeof port === 'string')
      errors.push(here('endPort').invalid(endPort, 'may not be specified when `port` is non-numeric'))
    else if (endPort !== undefined && port === undefined)
      errors.push(here('endPort').invalid(endPort, 'may not be specified when `port` is not specified'))
    // A real server shows the first port here, not the last.
    else if (endPort !== undefined && endPort < Number(port))
      errors.push(here('endPort').invalid(port, 'must be greater than or equal to `port`'))
    return errors
  })
  return [...portComplaints, ...peers.flatMap((peer, index) => peerErrors(peer, at(side, index)))]
}

function peerErrors({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, at: FieldPath): FieldError[] {
  if (!podSelector && !namespaceSelector && !ipBlock) return [at.required('must specify a peer')]
  if (ipBlock && (podSelector || namespaceSelector)) return [at.forbidden('may not specify both ipBlock and another peer')]
  const errors = [...labelSelector(podSelector, at('podSelector')), ...labelSelector(namespaceSelector, at('namespaceSelector'))]
  if (!ipBlock) return errors
  const wrong = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'
  if (!ipBlock.cidr) errors.push(at('ipBlock', 'cidr').required())
  else if (!isCIDR(ipBlock.cidr)) errors.push(at('ipBlock', 'cidr').invalid(ipBlock.cidr, wrong))
  ipBlock.except?.forEach((cidr, index) => {
    const here = at('ipBlock', 'except', index)
    if (!isCIDR(cidr)) errors.push(here.invalid(cidr, wrong))
    else if (isCIDR(ipBlock.cidr ?? '') && !isStrictSubset(cidr, ipBlock.cidr!))
      errors.push(here.invalid(cidr, 'must be a strict subset of `cidr`'))
  })
  return errors
}
