import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { ReplicaSet } from '../../api/types/apps-v1.gen'
import { workloadTemplateErrors } from '../core/pod-spec-validation'
import { workloadWarnings } from '../core/pod-warnings'
import { immutable, nonNegative } from '../field-checks'
import { templateColumns } from './workload-columns'

/** What may be written of a ReplicaSet, and what `kubectl get` shows of it. */
export const replicaSetRules: KindRules<ReplicaSet> = {
  validate: ({ spec }, at) => [
    ...nonNegative(spec.replicas, at('spec', 'replicas')),
    ...nonNegative(spec.minReadySeconds, at('spec', 'minReadySeconds')),
    ...workloadTemplateErrors(spec, at('spec'), { selector: 'deployment', deadline: 'ReplicaSet' }),
  ],
  warnings: workloadWarnings(({ spec }) => spec.template),
  validateUpdate: (object, old, at) => immutable(object.spec.selector, old.spec.selector, at('spec', 'selector')),
  columns: [
    ['Desired', ({ spec }) => spec.replicas ?? 1, { type: 'integer' }],
    ['Current', ({ status }) => status?.replicas ?? 0, { type: 'integer' }],
    ['Ready', ({ status }) => status?.readyReplicas ?? 0, { type: 'integer' }],
    age,
    ...templateColumns<ReplicaSet>(
      ({ spec }) => spec.template,
      ({ spec }) => spec.selector,
    ),
  ],
}
