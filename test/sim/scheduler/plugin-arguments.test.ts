import { describe, expect, test } from 'vitest'
import { parseYaml } from '../../../src/sim/formats/yaml'
import { service } from '../../../src/sim/kinds/core/service'
import { profilesOf } from '../../../src/sim/scheduler/configuration'
import { aNode } from '../controllers/small-cluster'
import { asks, scheduling, workers } from './scheduling'

const HEAD = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n'
const read = (content: string) => profilesOf(parseYaml(`${HEAD}${content}`))

/** A cluster whose only profile has these arguments. */
function given(pluginConfig: string, nodes = workers) {
  const profiles = read(`profiles: [{pluginConfig: [${pluginConfig}]}]`)
  if (typeof profiles === 'string') throw new Error(profiles)
  return scheduling(nodes, profiles)
}

describe('an argument of a plugin in a KubeSchedulerConfiguration', () => {
  test('addedAffinity keeps every Pod of the profile to some nodes, and says who wants that', () => {
    const only = (name: string) =>
      `{name: NodeAffinity, args: {addedAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [${name}]}]}]}}}}`
    const cluster = given(only('node02'))
    for (let i = 0; i < 3; i++) cluster.add()
    cluster.advance(200)
    expect(cluster.placement()).toEqual(['node02', 'node02', 'node02'])
    const nowhere = given(only('node09'))
    nowhere.add({}, {}, 'web')
    nowhere.advance(200)
    expect(nowhere.why('web')).toBe(
      "0/3 nodes are available: 3 node(s) didn't match scheduler-enforced node affinity. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    )
  })

  test('defaultConstraints hold for Pods without constraints of their own that belong to a Service', () => {
    const args =
      '{defaultingType: List, defaultConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule}]}'
    const cluster = given(`{name: PodTopologySpread, args: ${args}}`, [
      ...workers.slice(0, 1),
      aNode('node02', { labels: { 'topology.kubernetes.io/zone': 'zone-b' }, allocatable: { pods: '1' } }),
    ])
    cluster.create(service, { metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } })
    for (let i = 0; i < 3; i++) cluster.add({}, { app: 'web' }, `web-${i}`)
    cluster.add({}, { app: 'web' }, 'web-3')
    cluster.advance(500)
    expect(cluster.placement().filter((name) => name === 'node01')).toHaveLength(2)
    expect(cluster.why('web-3')).toBe(
      "0/2 nodes are available: 1 Too many pods, 1 node(s) didn't match pod topology spread constraints. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.",
    )
    cluster.add({}, { app: 'other' }, 'other')
    cluster.advance(500)
    expect(cluster.nodeOf('other')).toBe('node01')
  })

  test.each([
    [0, 0],
    [100, 300],
  ])('with hardPodAffinityWeight %i a Pod that must be near others draws them with %i points', (weight, points) => {
    const cluster = given(`{name: InterPodAffinity, args: {hardPodAffinityWeight: ${weight}}}`)
    const near = { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: 'kubernetes.io/hostname' }
    cluster.add(
      { nodeName: 'node02', affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near] } } },
      { app: 'web' },
      'first',
    )
    cluster.advance(100)
    cluster.add({}, { app: 'web' }, 'second')
    cluster.advance(200)
    const { uid } = cluster.pods().find(({ metadata }) => metadata.name === 'second')!.metadata
    const scores = cluster.scheduler.explain(uid)!
    expect(JSON.stringify(scores).includes('InterPodAffinity')).toBe(points > 0)
    if (points > 0) expect(cluster.nodeOf('second')).toBe('node02')
  })

  test('percentageOfNodesToScore is the share of a large cluster that is looked at', () => {
    const many = Array.from({ length: 400 }, (_, i) => aNode(`node${i}`))
    const feasible = (content: string) => {
      const profiles = read(content)
      if (typeof profiles === 'string') throw new Error(profiles)
      const cluster = scheduling(many, profiles)
      cluster.add(asks('100m'), {}, 'web')
      cluster.advance(200)
      const { uid } = cluster.pods()[0]!.metadata
      return cluster.scheduler.explain(uid)!.nodes.filter(({ refusedBy }) => refusedBy === undefined).length
    }
    expect(feasible('percentageOfNodesToScore: 50')).toBe(200)
    expect(feasible('percentageOfNodesToScore: 50\nprofiles: [{percentageOfNodesToScore: 100}]')).toBe(400)
    expect(feasible('')).toBe(188)
  })
})

test.each([
  ['percentageOfNodesToScore: 101', 'percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]'],
  [
    'profiles: [{pluginConfig: [{name: InterPodAffinity, args: {hardPodAffinityWeight: 200}}]}]',
    'profiles[0].pluginConfig[0].hardPodAffinityWeight: Invalid value: 200: not in valid range [0-100]',
  ],
  [
    'profiles: [{pluginConfig: [{name: PodTopologySpread, args: {defaultConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]}}]}]',
    'profiles[0].pluginConfig[0].defaultingType: Invalid value: "System": when .defaultConstraints are not empty',
  ],
])('a scheduler does not start with %s', (content, why) => {
  expect(read(content)).toBe(why)
})
