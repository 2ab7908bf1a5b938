import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { PriorityClass } from '../../api/types/scheduling-v1.gen'
import { oneOf } from '../field-checks'

/** What comes with every cluster, and the largest value that is left to people. */
const SYSTEM_CLASSES: Readonly<Record<string, number>> = { 'system-node-critical': 2_000_001_000, 'system-cluster-critical': 2_000_000_000 }

const LARGEST_USER_VALUE = 1_000_000_000

/** What may be written of a PriorityClass, and what `kubectl get` shows of it. */
export const priorityClassRules: KindRules<PriorityClass> = {
  validate: ({ metadata, value, globalDefault, preemptionPolicy }, at) => {
    const errors = [...oneOf(preemptionPolicy, ['PreemptLowerPriority', 'Never'], at('preemptionPolicy'))]
    if (metadata.name.startsWith('system-')) {
      const why = differenceFromSystem(metadata.name, value ?? 0, globalDefault)
      if (why)
        errors.push(
          at('metadata', 'name').forbidden(`priority class names with 'system-' prefix are reserved for system use only. error: ${why}`),
        )
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
}

/** Why a class is none of those that come with every cluster; undefined when it is one. */
function differenceFromSystem(name: string, value: number, globalDefault: boolean | undefined): string | undefined {
  const expected = SYSTEM_CLASSES[name]
  if (expected === undefined) return `${name} is not a known system priority class`
  if (expected !== value) return `value of ${name} PriorityClass must be ${expected}`
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined
}
