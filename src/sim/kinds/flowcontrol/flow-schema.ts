import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { FlowSchema } from '../../api/types/flowcontrol-v1.gen'
import { changeField, withEmpty } from '../defaulting'
import { oneOf } from '../field-checks'
import { sameShape } from '../versions'

const stored = { group: 'flowcontrol.apiserver.k8s.io', version: 'v1' }

export const flowSchema = defineKind<FlowSchema>({
  ...stored,
  kind: 'FlowSchema',
  plural: 'flowschemas',
  namespaced: false,
  subresources: ['status'],
  otherVersions: [sameShape(stored, 'v1beta3'), sameShape(stored, 'v1beta2'), sameShape(stored, 'v1beta1')],
  defaults: (object) =>
    changeField(withEmpty(object, 'spec'), 'spec', (spec) => (spec.matchingPrecedence ? spec : { ...spec, matchingPrecedence: 1000 })),
  beforeCreate: (object) => ({ ...object, status: {} }),
  validate: ({ spec }, at) => {
    const precedence = spec?.matchingPrecedence ?? 1000
    return [
      ...(spec?.priorityLevelConfiguration?.name
        ? []
        : [at('spec', 'priorityLevelConfiguration', 'name').required('must reference a priority level')]),
      ...(precedence < 1 ? [at('spec', 'matchingPrecedence').invalid(precedence, 'must be a positive value')] : []),
      ...(precedence > 10_000 ? [at('spec', 'matchingPrecedence').invalid(precedence, 'must not be greater than 10000')] : []),
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
})

function missingText({ status }: FlowSchema): string {
  const dangling = status?.conditions?.find(({ type }) => type === 'Dangling')
  return dangling ? (dangling.status ?? '?') : '?'
}
