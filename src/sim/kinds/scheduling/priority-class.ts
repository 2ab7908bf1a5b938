import { defineKind } from '../../api/kind'
import type { PriorityClass } from '../../api/types/scheduling-v1.gen'
import { withDefaults } from '../defaulting'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'scheduling.k8s.io', version: 'v1' }

export const priorityClass = defineKind<PriorityClass>({
  ...stored,
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  namespaced: false,
  generation: () => false, // it is 1 and stays so
  otherVersions: [sameShape(stored, 'v1beta1')],
  defaults: (object) => withDefaults(object, { preemptionPolicy: 'PreemptLowerPriority' }),
  rules: rulesOf('priorityClass'),
})
