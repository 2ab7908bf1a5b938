import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { FlowSchema } from '../../api/types/flowcontrol-v1.gen'
import { oneOf } from '../field-checks'
import { flowRuleErrors } from './flow-control-validation'

/** What may be written of a FlowSchema, and what `kubectl get` shows of it. */
export const flowSchemaRules: KindRules<FlowSchema> = {
  validate: ({ spec }, at) => {
    const precedence = spec?.matchingPrecedence ?? 1000
    return [
      ...(spec?.priorityLevelConfiguration?.name
        ? []
        : [at('spec', 'priorityLevelConfiguration', 'name').required('must reference a priority level')]),
      ...(precedence < 1 ? [at('spec', 'matchingPrecedence').invalid(precedence, 'must be a positive value')] : []),
      ...(precedence > 10_000 ? [at('spec', 'matchingPrecedence').invalid(precedence, 'must not be greater than 10000')] : []),
      ...(spec?.rules ?? []).flatMap((rule, index) => flowRuleErrors(rule, at('spec', 'rules', index))),
      ...oneOf(spec?.distinguisherMethod?.type, ['ByNamespace', 'ByUser'], at('spec', 'distinguisherMethod', 'type')),
    ]
  },
  columns: [
    ['PriorityLevel', ({ spec }) => spec?.priorityLevelConfiguration?.name ?? ''],
    ['MatchingPrecedence', ({ spec }) => spec?.matchingPrecedence ?? 1000],
    ['DistinguisherMethod', ({ spec }) => spec?.distinguisherMethod?.type ?? '<none>'],
    age,
    ['MissingPL', missingText, { description: 'references a broken or non-existent PriorityLevelConfiguration' }],
  ],
}

function missingText({ status }: FlowSchema): string {
  const dangling = status?.conditions?.find(({ type }) => type === 'Dangling')
  return dangling?.status ?? '?'
}
