import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
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
  // A real server finds out right after.
  beforeCreate: (object, { read, nowMs }) => {
    const level = read.get(priorityLevelConfiguration, undefined, object.spec?.priorityLevelConfiguration?.name ?? '')
    return { ...object, status: { conditions: [danglingCondition(object, level !== undefined, nowMs)] } }
  },
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

/** What a schema says of the level that it is for. */
export function danglingCondition({ spec }: FlowSchema, exists: boolean, nowMs: number): FlowSchemaCondition {
  const name = spec?.priorityLevelConfiguration?.name ?? ''
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
