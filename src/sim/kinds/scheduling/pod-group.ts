import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { PodGroup } from '../../api/types/scheduling-v1alpha2.gen'
import { withEmpty } from '../defaulting'

export const podGroup = defineKind<PodGroup>({
  group: 'scheduling.k8s.io',
  version: 'v1alpha2',
  kind: 'PodGroup',
  plural: 'podgroups',
  namespaced: true,
  subresources: ['status'],
  defaults: (object) => withEmpty(object, 'spec'),
  columns: [age],
})
