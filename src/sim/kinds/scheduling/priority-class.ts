import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { PriorityClass } from '../../api/types/scheduling-v1.gen'
import { withDefaults } from '../defaulting'
import { oneOf } from '../field-checks'
import { sameShape } from '../versions'

const stored = { group: 'scheduling.k8s.io', version: 'v1' }

/** What comes with every cluster, and the largest value that is left to people. */
const SYSTEM_CLASSES: Readonly<Record<string, number>> = { 'system-node-critical': 2_000_001_000, 'system-cluster-critical': 2_000_000_000 }
const LARGEST_USER_VALUE = 1_000_000_000

export const priorityClass = defineKind<PriorityClass>({
  ...stored,
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  namespaced: false,
  otherVersions: [sameShape(stored, 'v1beta1')],
  defaults: (object) => withDefaults(object, { preemptionPolicy: 'PreemptLowerPriority' }),
  validate: ({ metadata, value, preemptionPolicy }, at) => {
    const errors = [...oneOf(preemptionPolicy, ['PreemptLowerPriority', 'Never'], at('preemptionPolicy'))]
    if (metadata.name.startsWith('system-')) {
      if (SYSTEM_CLASSES[metadata.name] !== value)
        errors.push(at('metadata', 'name').forbidden("priority class names with 'system-' prefix are reserved for system use only"))
    } else if ((value ?? 0) > LARGEST_USER_VALUE) {
      errors.push(at('value').forbidden(`maximum allowed value of a user defined priority is ${LARGEST_USER_VALUE}`))
    }
    return errors
  },
  validateUpdate: (object, old, at) => [
    ...(object.value === old.value ? [] : [at('value').forbidden('may not be changed in an update.')]),
    ...(object.preemptionPolicy === old.preemptionPolicy
      ? []
      : [at('preemptionPolicy').invalid(object.preemptionPolicy, 'field is immutable')]),
  ],
  columns: [
    ['Value', ({ value }) => value ?? 0, { type: 'integer' }],
    ['Global-Default', ({ globalDefault }) => String(globalDefault ?? false), { type: 'boolean' }],
    age,
    ['PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? ''],
  ],
})
