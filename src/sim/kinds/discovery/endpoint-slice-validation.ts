import type { FieldError, FieldPath } from '../../api/field-path'
import type { EndpointSlice } from '../../api/types/discovery-v1.gen'
import { isIPv4, isIPv6 } from '../../formats/ip'
import { dnsLabel, dnsSubdomain } from '../../formats/names'
import { invalidName } from '../field-checks'

const MOST_ADDRESSES = 100

/** Complaints about the addresses and the ports' names of an endpoint slice. */
export function sliceErrors({ addressType, endpoints, ports }: EndpointSlice, at: FieldPath): readonly FieldError[] {
  const addressErrors = (address: string, here: FieldPath): readonly FieldError[] => {
    if (addressType === 'IPv4')
      return isIPv4(address) ? specialErrors(address, here) : [here.invalid(address, 'must be a valid IPv4 address')]
    if (addressType === 'IPv6') return isIPv6(address) ? [] : [here.invalid(address, 'must be a valid IPv6 address')]
    return addressType === 'FQDN' ? invalidName(address, here, dnsSubdomain) : []
  }
  const names = (ports ?? []).map(({ name = '' }) => name)
  return [
    ...(endpoints ?? []).flatMap(({ addresses = [] }, index) => [
      ...(addresses.length > MOST_ADDRESSES ? [at('endpoints', index, 'addresses').tooMany(addresses.length, MOST_ADDRESSES)] : []),
      ...addresses.flatMap((address, each) => addressErrors(address, at('endpoints', index, 'addresses', each))),
    ]),
    ...names.flatMap((name, index) => [
      ...(name ? invalidName(name, at('ports', index, 'name'), dnsLabel) : []),
      ...(names.indexOf(name) < index ? [at('ports', index, 'name').duplicate(name)] : []),
    ]),
  ]
}

const SPECIAL: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^0\.0\.0\.0$/, 'may not be unspecified (0.0.0.0 or ::)'],
  [/^127\./, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  [/^169\.254\./, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  [/^224\.0\.0\./, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
]

const specialErrors = (address: string, at: FieldPath): readonly FieldError[] =>
  SPECIAL.filter(([pattern]) => pattern.test(address)).map(([, why]) => at.invalid(address, why))
