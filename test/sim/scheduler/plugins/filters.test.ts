import { expect, test } from 'vitest'
import type { NodeSelectorTerm, PodSpec, Toleration } from '../../../../src/sim/api/types/core-v1.gen'
import { verdicts, type NodeLike, type PodLike } from './verdicts'

const SELECTOR = "node(s) didn't match Pod's node affinity/selector"
const PORTS = "node(s) didn't have free ports for the requested pod ports"
const one = (node: NodeLike, pod: PodLike, running: readonly PodLike[] = []) => verdicts({ nodes: { n1: node }, running }, pod)['n1']
const requires = (...nodeSelectorTerms: readonly NodeSelectorTerm[]): PodLike => ({
  spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } },
})
const expression = (key: string, operator: string, ...values: string[]): NodeSelectorTerm => ({
  matchExpressions: [{ key, operator, ...(values.length > 0 && { values }) }],
})

test.each([
  ['In one of the values', expression('disk', 'In', 'hdd', 'ssd'), 'fits'],
  ['In other values', expression('disk', 'In', 'hdd'), SELECTOR],
  ['NotIn its value', expression('disk', 'NotIn', 'ssd'), SELECTOR],
  ['NotIn of a label it does not have', expression('gpu', 'NotIn', 'a100'), 'fits'],
  ['Exists', expression('disk', 'Exists'), 'fits'],
  ['DoesNotExist', expression('disk', 'DoesNotExist'), SELECTOR],
  ['Gt a smaller number', expression('cores', 'Gt', '7'), 'fits'],
  ['Gt its own number', expression('cores', 'Gt', '8'), SELECTOR],
  ['Lt a larger number', expression('cores', 'Lt', '9'), 'fits'],
  ['Gt where there is no number', expression('disk', 'Gt', '1'), SELECTOR],
  ['its name', { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }, 'fits'],
  ['another name', { matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['n1'] }] }, SELECTOR],
  ['nothing at all: an empty term matches no node', {}, SELECTOR],
] as const)('a node with disk=ssd and cores=8, required: %s', (_, term, expected) => {
  expect(one({ labels: { disk: 'ssd', cores: '8' } }, requires(term))).toBe(expected)
})

test('of several terms one is enough, of several expressions all are needed, and a node selector counts as well', () => {
  const node: NodeLike = { labels: { disk: 'ssd', zone: 'a' } }
  const [ssd, zoneB, zoneA] = [expression('disk', 'In', 'ssd'), expression('zone', 'In', 'b'), expression('zone', 'In', 'a')]
  expect(one(node, requires(zoneB, ssd))).toBe('fits')
  expect(one(node, requires({ matchExpressions: [...ssd.matchExpressions!, ...zoneB.matchExpressions!] }))).toBe(SELECTOR)
  expect(one(node, { spec: { ...requires(zoneA).spec, nodeSelector: { disk: 'hdd' } } })).toBe(SELECTOR)
})

const taint = { key: 'team', value: 'red', effect: 'NoSchedule' }
const untolerated = 'node(s) had untolerated taint {team: red}'
test.each([
  ['nothing', undefined, untolerated],
  ['Equal key, value and effect', { key: 'team', operator: 'Equal', value: 'red', effect: 'NoSchedule' }, 'fits'],
  ['the same without an operator', { key: 'team', value: 'red', effect: 'NoSchedule' }, 'fits'],
  ['another value', { key: 'team', operator: 'Equal', value: 'blue', effect: 'NoSchedule' }, untolerated],
  ['Exists, whatever the value', { key: 'team', operator: 'Exists', effect: 'NoSchedule' }, 'fits'],
  ['another effect', { key: 'team', operator: 'Exists', effect: 'NoExecute' }, untolerated],
  ['any effect of the key', { key: 'team', operator: 'Exists' }, 'fits'],
  ['everything', { operator: 'Exists' }, 'fits'],
] as const)('a tainted node and a Pod that tolerates %s', (_, toleration, expected) => {
  const tolerations: readonly Toleration[] = toleration ? [toleration] : []
  expect(one({ taints: [taint] }, { spec: { tolerations } })).toBe(expected)
})

test('a taint PreferNoSchedule keeps nobody away, and of several taints the first that is not tolerated is named', () => {
  expect(one({ taints: [{ ...taint, effect: 'PreferNoSchedule' }] }, {})).toBe('fits')
  const tolerations = [{ key: 'team', operator: 'Exists' }]
  expect(one({ taints: [taint, { key: 'gpu', effect: 'NoExecute' }] }, { spec: { tolerations } })).toBe(
    'node(s) had untolerated taint {gpu: }',
  )
})

const port = (hostPort: number, hostIP?: string, protocol?: string): Partial<PodSpec> => ({
  containers: [
    { name: 'c', image: 'nginx', ports: [{ containerPort: 80, hostPort, ...(hostIP && { hostIP }), ...(protocol && { protocol }) }] },
  ],
})
test.each([
  ['the same port', port(80), PORTS],
  ['another port', port(81), 'fits'],
  ['the same port of another protocol', port(80, undefined, 'UDP'), 'fits'],
  ['the same port of one address, where all are taken', port(80, '10.0.0.1'), PORTS],
])('a node on which port 80 is taken, and a Pod that asks for %s', (_, spec, expected) => {
  expect(one({}, { spec }, [{ on: 'n1', spec: port(80) }])).toBe(expected)
})
test('the same port of two addresses does not clash', () => {
  expect(one({}, { spec: port(80, '10.0.0.1') }, [{ on: 'n1', spec: port(80, '10.0.0.2') }])).toBe('fits')
})

const asks = (requests: Record<string, string>, more: Partial<PodSpec> = {}): PodLike => ({
  spec: { containers: [{ name: 'c', image: 'nginx', resources: { requests } }], ...more },
})
const init = (cpu: string, restartPolicy?: string) => ({
  name: `init-${cpu}`,
  image: 'busybox',
  resources: { requests: { cpu } },
  ...(restartPolicy && { restartPolicy }),
})
test.each([
  ['exactly what is left', asks({ cpu: '1' }), 'fits'],
  ['a little more', asks({ cpu: '1001m' }), 'Insufficient cpu'],
  ['too much of two things', asks({ cpu: '2', memory: '9Gi' }), 'Insufficient cpu, Insufficient memory'],
  ['a resource the node does not have', asks({ 'example.com/gpu': '1' }), 'Insufficient example.com/gpu'],
  ['more ephemeral storage than there is', asks({ 'ephemeral-storage': '2Gi' }), 'Insufficient ephemeral-storage'],
  ['much while it initialises', asks({ cpu: '1' }, { initContainers: [init('2')] }), 'Insufficient cpu'],
  ['little at a time while it initialises: the largest counts', asks({ cpu: '1' }, { initContainers: [init('1'), init('1')] }), 'fits'],
  ['something for a sidecar besides', asks({ cpu: '600m' }, { initContainers: [init('500m', 'Always')] }), 'Insufficient cpu'],
  ['something for what its runtime takes', asks({ cpu: '1' }, { overhead: { cpu: '1m' } }), 'Insufficient cpu'],
])('a node with one of four CPUs left, and a Pod that asks for %s', (_, pod, expected) => {
  expect(one({ allocatable: { 'ephemeral-storage': '1Gi' } }, pod, [{ on: 'n1', spec: asks({ cpu: '3' }).spec! }])).toBe(expected)
})

test('a node that takes one Pod takes no second one', () => {
  expect(one({ allocatable: { pods: '1' } }, {}, [{ on: 'n1' }])).toBe('Too many pods')
})
