import { defineKind } from '../../api/kind'
import type { IPAddress } from '../../api/types/networking-v1.gen'
import { rulesOf } from '../late-rules'

export const ipAddress = defineKind<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  namespaced: false,
  nameRule: 'ip-address',
  generation: false,
  selectableFields: {
    'parentRef.group': ({ spec }) => spec?.parentRef?.group ?? '',
    'parentRef.resource': ({ spec }) => spec?.parentRef?.resource ?? '',
    'parentRef.namespace': ({ spec }) => spec?.parentRef?.namespace ?? '',
    'parentRef.name': ({ spec }) => spec?.parentRef?.name ?? '',
  },
  rules: rulesOf('ipAddress'),
})
