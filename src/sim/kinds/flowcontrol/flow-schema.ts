import { age } from '../../api/columns'
import { defineKind, type KindContext } from '../../api/kind'
import type { FlowSchema, FlowSchemaCondition } from '../../api/types/flowcontrol-v1.gen'
import { timestamp } from '../../engine/time'
import { changeField, withEmpty } from '../defaulting'
import { oneOf } from '../field-checks'
import { sameShape } from '../versions'
import { priorityLevelConfiguration } from './priority-level-configuration'

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
  beforeCreate: (object, context) => ({ ...object, status: { conditions: [dangling(object, context)] } }),
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

/** Whether the level exists that a schema is for: what a controller of a real server finds out right after. */
function dangling({ spec }: FlowSchema, { read, nowMs }: KindContext): FlowSchemaCondition {
  const name = spec?.priorityLevelConfiguration?.name ?? ''
  const exists = read.get(priorityLevelConfiguration, undefined, name) !== undefined
  const fate = exists ? 'and it exists' : 'but there is no such object'
  return {
    type: 'Dangling',
    status: exists ? 'False' : 'True',
    lastTransitionTime: timestamp(nowMs),
    reason: exists ? 'Found' : 'NotFound',
    message: `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(name)} ${fate}`,
  }
}

function missingText({ status }: FlowSchema): string {
  const dangling = status?.conditions?.find(({ type }) => type === 'Dangling')
  return dangling?.status ?? '?'
}
