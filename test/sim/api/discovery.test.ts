import { expect, test } from 'vitest'
import { AGGREGATED, apiGroupDiscoveryList, apiGroupList, apiResourceList } from '../../../src/sim/api/discovery'
import { compareVersions, servedGroups, type ServedKind } from '../../../src/sim/api/discovery-groups'
import { defineKind } from '../../../src/sim/api/kind'

const kind = (group: string, version: string, name: string, subresources: string[] = [], more = {}): ServedKind => ({
  group,
  version,
  kind: defineKind({
    group,
    version,
    kind: name,
    plural: `${name.toLowerCase()}s`,
    namespaced: true,
    subresources,
    ...more,
  }),
})
const groups = servedGroups([
  kind('stable.example.com', 'v1', 'CronTab'),
  kind('batch', 'v1', 'Job'),
  kind('autoscaling', 'v1', 'HorizontalPodAutoscaler'),
  kind('autoscaling', 'v2', 'HorizontalPodAutoscaler'),
  kind('apps', 'v1', 'Deployment', ['status', 'scale'], { shortNames: ['deploy'], categories: ['all'] }),
  kind('', 'v1', 'Pod', ['exec', 'eviction', 'log']),
])

test('groups come in the order of a real server, the preferred version first', () => {
  expect(groups.map(({ group }) => group)).toEqual(['', 'apps', 'autoscaling', 'batch', 'stable.example.com'])
  expect(apiGroupList(groups).groups[1]).toEqual({
    name: 'autoscaling',
    versions: [
      { groupVersion: 'autoscaling/v2', version: 'v2' },
      { groupVersion: 'autoscaling/v1', version: 'v1' },
    ],
    preferredVersion: { groupVersion: 'autoscaling/v2', version: 'v2' },
  })
})

test('version priority is stable before beta before alpha, then by number, then by name', () => {
  const versions = ['foo10', 'v1', 'v3beta1', 'v10', 'v2', 'v11beta2', 'v12alpha1', 'foo1', 'v10beta3', 'v11alpha2']
  expect([...versions].sort(compareVersions)).toEqual([
    'v10',
    'v2',
    'v1',
    'v11beta2',
    'v10beta3',
    'v3beta1',
    'v12alpha1',
    'v11alpha2',
    'foo1',
    'foo10',
  ])
})

test('a subresource of another group names that group', () => {
  const [core] = groups
  const list = apiResourceList(core!.versions[0]!)
  expect(list.resources.map(({ name }) => name)).toEqual(['pods', 'pods/eviction', 'pods/exec', 'pods/log'])
  expect(list.resources[1]).toEqual({
    name: 'pods/eviction',
    singularName: '',
    namespaced: true,
    group: 'policy',
    version: 'v1',
    kind: 'Eviction',
    verbs: ['create'],
  })
})

test('aggregated discovery holds resources and subresources of every version', () => {
  const apps = apiGroupDiscoveryList(groups, 'v2').items[1]
  expect(apps?.versions[0]?.resources?.[0]).toMatchObject({
    resource: 'deployments',
    responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
    scope: 'Namespaced',
    singularResource: 'deployment',
    shortNames: ['deploy'],
    categories: ['all'],
    subresources: [
      { subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs: ['get', 'patch', 'update'] },
      { subresource: 'status', responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' } },
    ],
  })
})

test.each([
  ['application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json', 'v2'],
  ['application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json', 'v2beta1'],
  ['application/json', undefined],
])('a client that accepts %s gets aggregated discovery %s', (accept, version) => {
  expect(AGGREGATED.exec(accept)?.[1]).toBe(version)
})
