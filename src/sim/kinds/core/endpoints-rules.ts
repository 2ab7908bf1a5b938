import { age } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import type { EndpointAddress, Endpoints, EndpointSubset } from '../../api/types/core-v1.gen'
import { isIP } from '../../formats/ip'
import { dnsLabel, notBetween, portNumber } from '../../formats/names'
import { invalidName, requiredOneOf } from '../field-checks'
import { textWithMore } from '../text-with-more'

/** What may be written of Endpoints, and what `kubectl get` shows of them. */
export const endpointsRules: KindRules<Endpoints> = {
  validate: ({ subsets }, at) => (subsets ?? []).flatMap((subset, index) => subsetErrors(subset, at('subsets', index))),
  columns: [['Endpoints', ({ subsets }) => endpointsText(subsets ?? [])], age],
}

function subsetErrors({ addresses = [], notReadyAddresses = [], ports = [] }: EndpointSubset, at: FieldPath): FieldError[] {
  const errors: FieldError[] =
    addresses.length + notReadyAddresses.length === 0 ? [at.required('must specify `addresses` or `notReadyAddresses`')] : []
  addresses.forEach((address, index) => errors.push(...addressErrors(address, at('addresses', index))))
  notReadyAddresses.forEach((address, index) => errors.push(...addressErrors(address, at('notReadyAddresses', index))))
  ports.forEach((port, index) => {
    const here = at('ports', index)
    if (port.name) errors.push(...invalidName(port.name, here('name'), dnsLabel))
    else if (ports.length > 1) errors.push(here('name').required())
    if (portNumber(port.port ?? 0).length) errors.push(here('port').invalid(port.port ?? 0, notBetween(1, 65535)))
    errors.push(...requiredOneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], here('protocol')))
  })
  return errors
}

function addressErrors({ ip, hostname }: EndpointAddress, at: FieldPath): readonly FieldError[] {
  if (!isIP(ip ?? '')) return [at('ip').invalid(ip ?? '', 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]
  if (/^127\.|^::1$/.test(ip)) return [at('ip').invalid(ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')]
  return hostname ? invalidName(hostname, at('hostname'), dnsLabel) : []
}

/** Ready addresses with their ports, three of them and how many more. */
function endpointsText(subsets: readonly EndpointSubset[]): string {
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    // A headless Service may have addresses without ports.
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip.includes(':') ? `[${ip}]` : ip}:${port}`)),
  )
  return subsets.length === 0 ? '<none>' : textWithMore(all)
}
