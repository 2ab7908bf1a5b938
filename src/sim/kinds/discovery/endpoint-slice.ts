import { defineKind } from '../../api/kind'
import type { EndpointSlice } from '../../api/types/discovery-v1.gen'
import { sameJson } from '../../formats/merge-patch'
import { changeField, mapSame, withDefaults } from '../defaulting'
import { rulesOf } from '../late-rules'
import { fromV1beta1, toV1beta1 } from './endpoint-slice-v1beta1'

export const endpointSlice = defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
  generation: ({ metadata, ...content }, { metadata: oldMetadata, ...oldContent }) =>
    !sameJson(content, oldContent) || !sameJson(metadata.labels, oldMetadata.labels),
  otherVersions: [{ version: 'v1beta1', toStorage: fromV1beta1, fromStorage: toV1beta1 }],
  defaults: (object) =>
    changeField(object, 'ports', (ports) =>
      mapSame(ports, (port) => withDefaults({ ...port, name: port.name ?? '' }, { protocol: 'TCP' }))!,
    ),
  rules: rulesOf('endpointSlice'),
})
