import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { EndpointSlice } from '../../api/types/discovery-v1.gen'
import { changeField, mapSame, withDefaults } from '../defaulting'
import { immutable, oneOf, requiredOneOf } from '../field-checks'
import { textWithMore } from '../text-with-more'
import { fromV1beta1, toV1beta1 } from './endpoint-slice-v1beta1'

export const endpointSlice = defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
  otherVersions: [{ version: 'v1beta1', toStorage: fromV1beta1, fromStorage: toV1beta1 }],
  defaults: (object) =>
    changeField(object, 'ports', (ports) =>
      mapSame(ports, (port) => withDefaults({ ...port, name: port.name ?? '' }, { protocol: 'TCP' }))!,
    ),
  validate: ({ addressType, endpoints, ports }, at) => [
    ...requiredOneOf(addressType, ['FQDN', 'IPv4', 'IPv6'], at('addressType')),
    ...(endpoints ?? []).flatMap((endpoint, index) =>
      (endpoint.addresses ?? []).length === 0 ? [at('endpoints', index, 'addresses').required('must contain at least 1 address')] : [],
    ),
    ...((endpoints ?? []).length > 1000 ? [at('endpoints').tooMany(endpoints!.length, 1000)] : []),
    ...(ports ?? []).flatMap((port, index) => oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], at('ports', index, 'protocol'))),
  ],
  validateUpdate: (object, old, at) => immutable(object.addressType, old.addressType, at('addressType')),
  columns: [
    ['AddressType', ({ addressType }) => addressType],
    ['Ports', ({ ports }) => unlessEmpty((ports ?? []).map(({ port, name }) => String(port ?? (name || '*'))))],
    ['Endpoints', ({ endpoints }) => unlessEmpty((endpoints ?? []).flatMap(({ addresses }) => addresses))],
    age,
  ],
})

const unlessEmpty = (words: readonly string[]) => (words.length === 0 ? '<unset>' : textWithMore(words))
