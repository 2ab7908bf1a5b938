import { expect, test } from 'vitest'
import type { PodSpec, TopologySpreadConstraint } from '../../../../src/sim/api/types/core-v1.gen'
import { verdicts, type NodeLike, type PodLike } from './verdicts'

const TOO_MANY = "node(s) didn't match pod topology spread constraints"
const NO_LABEL = "node(s) didn't match pod topology spread constraints (missing required label)"
const zone = (name: string, more: NodeLike = {}): NodeLike => ({ ...more, labels: { zone: name, ...more.labels } })
const web = (on: string, more: Partial<PodLike> = {}): PodLike => ({ on, labels: { app: 'web' }, ...more })
const spread = (more: Partial<TopologySpreadConstraint> = {}, spec: Partial<PodSpec> = {}): PodLike => ({
  labels: { app: 'web' },
  spec: {
    ...spec,
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } }, ...more },
    ],
  },
})
const three = { n1: zone('a'), n2: zone('b'), n3: zone('c') }
const tainted = { ...three, n3: zone('c', { taints: [{ key: 'team', value: 'red', effect: 'NoSchedule' }] }) }

test.each([
  ['goes where the fewest are', three, [web('n1'), web('n2')], spread(), [TOO_MANY, TOO_MANY, 'fits']],
  ['goes anywhere while they are even', three, [], spread(), ['fits', 'fits', 'fits']],
  ['may be two more than elsewhere with maxSkew 2', three, [web('n1')], spread({ maxSkew: 2 }), ['fits', 'fits', 'fits']],
  ['counts by zone, not by node', { ...three, n4: zone('a') }, [web('n1')], spread(), [TOO_MANY, 'fits', 'fits', TOO_MANY]],
  ['does not go where the label is missing', { ...three, n3: {} }, [], spread(), ['fits', 'fits', NO_LABEL]],
  ['does not count Pods that are being deleted', three, [web('n1', { leaving: true })], spread(), ['fits', 'fits', 'fits']],
  ['does not count Pods of other namespaces', three, [web('n1', { namespace: 'other' })], spread(), ['fits', 'fits', 'fits']],
  ['that does not match its own selector adds nothing to the skew', three, [web('n1')], { ...spread(), labels: { app: 'other' } }, ['fits', 'fits', 'fits']],
  ['with minDomains 3 does not pile up in two zones', { n1: zone('a'), n2: zone('b') }, [web('n1'), web('n2')], spread({ minDomains: 3 }), [TOO_MANY, TOO_MANY]],
  ['with minDomains 2 does', { n1: zone('a'), n2: zone('b') }, [web('n1'), web('n2')], spread({ minDomains: 2 }), ['fits', 'fits']],
  ['does not mind a zone its node selector excludes', three, [web('n1'), web('n2')], spread({}, { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['c'] }] }] } } } }), ['fits', 'fits', "node(s) didn't match Pod's node affinity/selector"]],
  ['minds it with nodeAffinityPolicy Ignore', three, [web('n1'), web('n2')], spread({ nodeAffinityPolicy: 'Ignore' }, { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['c'] }] }] } } } }), [TOO_MANY, TOO_MANY, "node(s) didn't match Pod's node affinity/selector"]],
  ['minds a zone of tainted nodes, where it cannot go', tainted, [web('n1'), web('n2')], spread(), [TOO_MANY, TOO_MANY, 'node(s) had untolerated taint {team: red}']],
  ['does not mind it with nodeTaintsPolicy Honor', tainted, [web('n1'), web('n2')], spread({ nodeTaintsPolicy: 'Honor' }), ['fits', 'fits', 'node(s) had untolerated taint {team: red}']],
  ['with matchLabelKeys counts its own revision alone', three, [web('n1', { labels: { app: 'web', rev: '1' } }), web('n2', { labels: { app: 'web', rev: '2' } })], { ...spread({ matchLabelKeys: ['rev'] }), labels: { app: 'web', rev: '2' } }, ['fits', TOO_MANY, 'fits']],
  ['without a selector counts nobody', three, [web('n1'), web('n2')], spread({ labelSelector: undefined }), ['fits', 'fits', 'fits']],
  ['goes anywhere when it only had better be spread', three, [web('n1'), web('n1')], spread({ whenUnsatisfiable: 'ScheduleAnyway' }), ['fits', 'fits', 'fits']],
  ['must satisfy all of its constraints', { n1: zone('a'), n2: zone('a'), n3: zone('b') }, [web('n1'), web('n3')], { labels: { app: 'web' }, spec: { topologySpreadConstraints: ['zone', 'kubernetes.io/hostname'].map((topologyKey) => ({ maxSkew: 1, topologyKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } } })) } }, [TOO_MANY, 'fits', TOO_MANY]],
] as const)('a Pod %s', (_, nodes, running, pod, expected) => {
  expect(Object.values(verdicts({ nodes, running }, pod))).toEqual(expected)
}) // prettier-ignore
