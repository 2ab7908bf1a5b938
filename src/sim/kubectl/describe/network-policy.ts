import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../api/types/networking-v1.gen'
import { formatSelector } from '../../formats/selector'
import { describing } from './describer'
import { goTime, writeAnnotations, writeLabels, type Description } from './writer'

export const describeNetworkPolicy = describing<NetworkPolicy>(function* (d, { metadata, spec }) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  write(0, `Namespace:\t${metadata.namespace}`)
  write(0, `Created on:\t${goTime(metadata.creationTimestamp)}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  write(0, 'Spec:')
  const { podSelector = {}, policyTypes = [], ingress = [], egress = [] } = spec ?? {}
  const all = !Object.keys(podSelector.matchLabels ?? {}).length && !podSelector.matchExpressions?.length
  // kubectl indents both halves of this line.
  write(1, `PodSelector:     ${all ? '<none> (Allowing the specific traffic to all pods in this namespace)' : formatSelector(podSelector)}`)
  if (policyTypes.includes('Ingress')) {
    write(1, 'Allowing ingress traffic:')
    writeRules(d, incoming, ingress.map(({ from, ports }) => ({ peers: from, ports }))) // prettier-ignore
  } else write(1, 'Not affecting ingress traffic')
  if (policyTypes.includes('Egress')) {
    write(1, 'Allowing egress traffic:')
    writeRules(d, outgoing, egress.map(({ to, ports }) => ({ peers: to, ports }))) // prettier-ignore
  } else write(1, 'Not affecting egress traffic')
  write(1, `Policy Types: ${policyTypes.join(', ') || '<none>'}`)
})

interface Direction {
  readonly peers: string
  readonly none: string
  readonly anybody: string
}
const incoming: Direction = {
  peers: 'From',
  none: '<none> (Selected pods are isolated for ingress connectivity)',
  anybody: '<any> (traffic not restricted by source)',
}
const outgoing: Direction = {
  peers: 'To',
  none: '<none> (Selected pods are isolated for egress connectivity)',
  anybody: '<any> (traffic not restricted by destination)',
}

interface Rule {
  readonly peers?: readonly NetworkPolicyPeer[]
  readonly ports?: readonly NetworkPolicyPort[]
}

function writeRules({ write }: Description, direction: Direction, rules: readonly Rule[]): void {
  if (rules.length === 0) return write(2, direction.none)
  rules.forEach(({ peers, ports }, i) => {
    if (!ports?.length) write(2, 'To Port: <any> (traffic allowed to all ports)')
    for (const { port, endPort, protocol = 'TCP' } of ports ?? [])
      write(2, endPort === undefined ? `To Port: ${port ?? '<nil>'}/${protocol}` : `To Port Range: ${port}-${endPort}/${protocol}`)
    if (!peers?.length) write(2, `${direction.peers}: ${direction.anybody}`)
    for (const { podSelector, namespaceSelector, ipBlock } of peers ?? []) {
      write(2, `${direction.peers}:`)
      if (namespaceSelector) write(3, `NamespaceSelector: ${formatSelector(namespaceSelector)}`)
      if (podSelector) write(3, `PodSelector: ${formatSelector(podSelector)}`)
      if (!ipBlock || podSelector || namespaceSelector) continue
      write(3, 'IPBlock:')
      write(4, `CIDR: ${ipBlock.cidr}`)
      write(4, `Except: ${(ipBlock.except ?? []).join(', ')}`)
    }
    if (i < rules.length - 1) write(2, '----------')
  })
}
