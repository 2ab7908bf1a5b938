import { defineKind } from '../../api/kind'
import type { FlowSchema, FlowSchemaCondition } from '../../api/types/flowcontrol-v1.gen'
import { timestamp } from '../../engine/time'
import { changeField, withEmpty } from '../defaulting'
import { rulesOf } from '../late-rules'
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
  // In which order they are tried.
  rowOrder: (a, b) => precedence(a) - precedence(b) || (a.metadata.name < b.metadata.name ? -1 : 1),
  rules: rulesOf('flowSchema'),
})

const precedence = ({ spec }: FlowSchema) => spec?.matchingPrecedence ?? 1000

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
