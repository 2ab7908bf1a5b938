import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { DeviceTaintRule } from '../../api/types/resource-v1beta2.gen'
import { timestamp } from '../../engine/time'
import { requiredOneOf } from '../field-checks'

/** With the moment since when its taint holds; one without a taint is refused later. */
const since = (rule: DeviceTaintRule, timeAdded: string): DeviceTaintRule =>
  rule.spec?.taint ? { ...rule, spec: { ...rule.spec, taint: { ...rule.spec.taint, timeAdded } } } : rule

/** What may be written of a DeviceTaintRule, and what `kubectl get` shows of it. */
export const deviceTaintRuleRules: KindRules<DeviceTaintRule> = {
  beforeCreate: (rule, { nowMs }) => since(rule, rule.spec?.taint?.timeAdded ?? timestamp(nowMs)),
  // Another effect begins now, unless whoever changes it says since when.
  beforeUpdate: (rule, old, { nowMs }) => {
    const { effect, timeAdded } = rule.spec?.taint ?? {}
    const isNews = effect !== old.spec.taint.effect && timeAdded === old.spec.taint.timeAdded
    return since(rule, isNews ? timestamp(nowMs) : (timeAdded ?? timestamp(nowMs)))
  },
  validate: ({ spec }, at) => [
    ...(spec?.taint?.key ? [] : [at('spec', 'taint', 'key').required()]),
    ...requiredOneOf(spec?.taint?.effect, ['NoSchedule', 'NoExecute', 'None'], at('spec', 'taint', 'effect')),
  ],
  columns: [age],
}
