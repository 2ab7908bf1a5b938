import { defineKind } from '../../api/kind'
import type { ReplicationController } from '../../api/types/core-v1.gen'
import { rulesOf } from '../late-rules'

export const replicationController = defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  namespaced: true,
  generation: true,
  defaultPropagation: 'Orphan',
  subresources: ['scale', 'status'],
  selectableFields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  scale: {
    specReplicas: 'spec.replicas',
    statusReplicas: 'status.replicas',
    selector: ({ spec }) =>
      Object.entries(spec?.selector ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .sort()
        .join(','),
  },
  rules: rulesOf('replicationController'),
})
