import { matches, selectorOf } from '../formats/selector'
import type { Pod } from '../api/types/core-v1.gen'
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../api/types/networking-v1.gen'
import { inCidr } from './address'

/** One end of a connection as policies see it. Hosts have an address and no Pod. */
export interface Peer {
  readonly address: string
  readonly pod?: Pod
}

export interface PolicyView {
  readonly policies: readonly NetworkPolicy[]
  readonly namespaceLabels: (namespace: string) => Readonly<Record<string, string>>
}

/**
 * Whether NetworkPolicies let `from` connect to `port` of `to`: nobody isolates the two ends, or each policy type that isolates an end has a rule
 * that allows it. Policies only add permissions; their order is of no matter. See "Network Policies" in the Kubernetes documentation.
 */
export function allowedByPolicies(view: PolicyView, from: Peer, to: Peer, port: number, protocol: string): boolean {
  const leaves = directionAllows(view, from, 'Egress', (policy) =>
    (policy.spec.egress ?? []).some((rule) => peersMatch(view, policy, rule.to, to) && portsMatch(rule.ports, to.pod, port, protocol)),
  )
  return (
    leaves &&
    directionAllows(view, to, 'Ingress', (policy) =>
      (policy.spec.ingress ?? []).some(
        (rule) => peersMatch(view, policy, rule.from, from) && portsMatch(rule.ports, to.pod, port, protocol),
      ),
    )
  )
}

function directionAllows(view: PolicyView, peer: Peer, type: 'Ingress' | 'Egress', allows: (policy: NetworkPolicy) => boolean): boolean {
  const { pod } = peer
  // Pods of the host network are hosts as far as policies go.
  if (!pod || pod.spec.hostNetwork) return true
  const isolating = view.policies.filter(
    (policy) =>
      policy.metadata.namespace === pod.metadata.namespace &&
      typesOf(policy).includes(type) &&
      matches(selectorOf(policy.spec.podSelector ?? {}), pod.metadata.labels ?? {}),
  )
  return isolating.length === 0 || isolating.some(allows)
}

/** Policies without types isolate for ingress, and for egress when they have egress rules. */
const typesOf = ({ spec }: NetworkPolicy) => spec.policyTypes ?? (spec.egress ? ['Ingress', 'Egress'] : ['Ingress'])

/** No list of peers means everybody; an empty one as well. */
function peersMatch(view: PolicyView, policy: NetworkPolicy, peers: readonly NetworkPolicyPeer[] | undefined, other: Peer): boolean {
  return !peers?.length || peers.some((peer) => peerMatches(view, policy, peer, other))
}

function peerMatches(view: PolicyView, policy: NetworkPolicy, peer: NetworkPolicyPeer, { address, pod }: Peer): boolean {
  if (peer.ipBlock) {
    const { cidr, except = [] } = peer.ipBlock
    return inCidr(address, cidr) && !except.some((part) => inCidr(address, part))
  }
  if (!pod || pod.spec.hostNetwork) return false
  const namespace = pod.metadata.namespace ?? ''
  const namespaceFits = peer.namespaceSelector
    ? matches(selectorOf(peer.namespaceSelector), view.namespaceLabels(namespace))
    : namespace === policy.metadata.namespace
  return namespaceFits && (!peer.podSelector || matches(selectorOf(peer.podSelector), pod.metadata.labels ?? {}))
}

function portsMatch(ports: readonly NetworkPolicyPort[] | undefined, to: Pod | undefined, port: number, protocol: string): boolean {
  if (!ports?.length) return true
  return ports.some((each) => {
    if ((each.protocol ?? 'TCP') !== protocol) return false
    if (each.port === undefined) return true
    const first = typeof each.port === 'number' ? each.port : namedPort(to, each.port)
    return each.endPort === undefined ? port === first : first !== undefined && port >= first && port <= each.endPort
  })
}

const namedPort = (pod: Pod | undefined, name: string) =>
  pod?.spec.containers.flatMap(({ ports = [] }) => ports).find((port) => port.name === name)?.containerPort
