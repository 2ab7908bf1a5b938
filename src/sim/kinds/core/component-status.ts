import { defineKind } from '../../api/kind'
import type { ComponentStatus } from '../../api/types/core-v1.gen'

/** Deprecated since 1.19, and still what many first ask a cluster. */
export const componentStatus = defineKind<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  shortNames: ['cs'],
  namespaced: false,
  verbs: ['get', 'list'],
  columns: [
    [
      'Status',
      (object) => (healthy(object)?.status === 'True' ? 'Healthy' : healthy(object)?.status === 'False' ? 'Unhealthy' : 'Unknown'),
    ],
    ['Message', (object) => healthy(object)?.message ?? ''],
    ['Error', (object) => healthy(object)?.error ?? ''],
  ],
})

const healthy = ({ conditions }: ComponentStatus) => conditions?.find(({ type }) => type === 'Healthy')
