import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { EndpointSlice } from '../../api/types/discovery-v1.gen'
import { immutable, oneOf, requiredOneOf } from '../field-checks'
import { textWithMore } from '../text-with-more'
import { sliceErrors } from './endpoint-slice-validation'

/** What may be written of an EndpointSlice, and what `kubectl get` shows of it. */
export const endpointSliceRules: KindRules<EndpointSlice> = {
  validate: (slice, at) => {
    const { addressType, endpoints, ports } = slice
    return [
      ...requiredOneOf(addressType, ['FQDN', 'IPv4', 'IPv6'], at('addressType')),
      ...(endpoints ?? []).flatMap((endpoint, index) =>
        (endpoint.addresses ?? []).length === 0 ? [at('endpoints', index, 'addresses').required('must contain at least 1 address')] : [],
      ),
      ...((endpoints ?? []).length > 1000 ? [at('endpoints').tooMany(endpoints!.length, 1000)] : []),
      ...(ports ?? []).flatMap((port, index) => oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], at('ports', index, 'protocol'))),
      ...sliceErrors(slice, at),
    ]
  },
  validateUpdate: (object, old, at) => immutable(object.addressType, old.addressType, at('addressType')),
  columns: [
    ['AddressType', ({ addressType }) => addressType],
    ['Ports', ({ ports }) => unlessEmpty((ports ?? []).map(({ port, name }) => String(port ?? (name || '*'))))],
    ['Endpoints', ({ endpoints }) => unlessEmpty((endpoints ?? []).flatMap(({ addresses }) => addresses))],
    age,
  ],
}

const unlessEmpty = (words: readonly string[]) => (words.length === 0 ? '<unset>' : textWithMore(words))
