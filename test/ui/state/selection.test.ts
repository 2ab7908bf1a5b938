import { expect, test } from 'vitest'
import { changeObjects, emptyCluster } from '../../../src/ui/state/cluster-store'
import { endpointsOf, lightOf } from '../../../src/ui/state/selection'
import { podSummary, serviceSummary } from '../summaries'

const slice = {
  key: 'EndpointSlice/default/web-x',
  kind: 'EndpointSlice',
  namespace: 'default',
  name: 'web-x',
  uid: 's',
  version: '1',
  createdMs: 0,
  labels: {},
  service: 'web',
  ready: ['a'],
  unready: ['c'],
} as const
const cluster = {
  ...emptyCluster,
  ...changeObjects(
    emptyCluster,
    [
      podSummary('a'),
      podSummary('b', { labels: { app: 'api' } }),
      podSummary('d', { namespace: 'other' }),
      serviceSummary('web', { app: 'web' }),
      serviceSummary('manual', undefined),
      slice,
    ],
    [],
  ),
}
const looking = (pointed?: string, inspected?: string) => ({ pointed, inspected, namespace: '' })

test.each([
  ['its labels match', 'Pod/default/a', looking('Service/default/web'), 'lit'],
  ['its labels differ', 'Pod/default/b', looking('Service/default/web'), 'dimmed'],
  ['it lives in another namespace', 'Pod/other/d', looking('Service/default/web'), 'dimmed'],
  ['the Service is inspected and nothing is pointed at', 'Pod/default/a', looking(undefined, 'Service/default/web'), 'lit'],
  ['the Service selects nothing', 'Pod/default/a', looking('Service/default/manual'), 'plain'],
  ['a Pod is inspected, which selects nothing', 'Pod/default/b', looking(undefined, 'Pod/default/a'), 'plain'],
] as const)('a Pod shines for a Service when %s: %s → %o', (_, key, selection, light) => {
  expect(lightOf(cluster, selection, key)).toBe(light)
})

test('a Service counts the addresses of its slices', () => {
  expect(endpointsOf(cluster, 'Service/default/web')).toEqual({ ready: 1, unready: 1 })
})
