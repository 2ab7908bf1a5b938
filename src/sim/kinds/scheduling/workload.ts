import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { Workload } from '../../api/types/scheduling-v1alpha2.gen'
import { withEmpty } from '../defaulting'

export const workload = defineKind<Workload>({
  group: 'scheduling.k8s.io',
  version: 'v1alpha2',
  kind: 'Workload',
  plural: 'workloads',
  namespaced: true,
  defaults: (object) => withEmpty(object, 'spec'),
  columns: [age],
})
