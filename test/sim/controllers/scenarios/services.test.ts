import { expect, test } from 'vitest'
import { replicaSet } from '../../../../src/sim/kinds/apps/replica-set'
import { endpoints } from '../../../../src/sim/kinds/core/endpoints'
import { pod } from '../../../../src/sim/kinds/core/pod'
import { service } from '../../../../src/sim/kinds/core/service'
import { endpointSlice } from '../../../../src/sim/kinds/discovery/endpoint-slice'
import { story, storyOf } from '../../story'
import { aNode, smallCluster, template } from '../small-cluster'

/** A Service `web` over Pods in three zones. */
function given(replicas = 2, spec: object = {}) {
  const cluster = smallCluster({
    nodes: ['a', 'b', 'c'].map((zone, i) => aNode(`node0${i + 1}`, { labels: { 'topology.kubernetes.io/zone': zone } })),
    only: [
      'replicaset-controller',
      'endpoint-controller',
      'endpointslice-controller',
      'endpointslicemirroring-controller',
      'generic-garbage-collector',
    ],
  })
  const heard = storyOf(cluster)
  cluster.create(service, { metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...spec } })
  cluster.create(replicaSet, {
    metadata: { name: 'web' },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }) },
  })
  const scale = (to: number) => cluster.client.scale(replicaSet, 'default', 'web', to)
  const annotate = (mode: string | null) =>
    cluster.client.patch(service, 'default', 'web', 'merge', { metadata: { annotations: { 'service.kubernetes.io/topology-mode': mode } } })
  /** Endpoints by their conditions, in order of address, and how far they have been told. */
  const ends = () =>
    cluster.client
      .list(endpointSlice, { namespace: 'default' })
      .flatMap((slice) => slice.endpoints ?? [])
      .map(({ conditions }) => (conditions?.ready ? 'ready' : conditions?.terminating ? 'terminating' : 'not ready'))
      .sort()
      .join()
  return { ...cluster, heard, scale, annotate, ends }
}

test('given a Service, when its Pods come, get ready and go, then slices follow, and nobody tells an event', () => {
  const cluster = given()
  cluster.advance(5000)
  expect(cluster.ends()).toBe('ready,ready')
  cluster.scale(1)
  cluster.advance(400)
  expect(cluster.ends()).toBe('ready,terminating')
  cluster.advance(2000)
  expect(cluster.ends()).toBe('ready')
  cluster.client.delete(pod, 'default', cluster.pods()[0]!.metadata.name)
  cluster.advance(400)
  expect(cluster.ends()).toBe('terminating')
  expect(cluster.client.get(endpoints, 'default', 'web')!.subsets).toBeUndefined()
  cluster.client.delete(service, 'default', 'web')
  cluster.advance(3000)
  expect(cluster.ends()).toBe('')
  expect(cluster.heard.told({ about: 'Service' })).toBe('')
})

test('given topology mode Auto, then the Service is told why there are no hints, when there are, and when they are switched off', () => {
  const cluster = given()
  cluster.advance(5000)
  cluster.annotate('Auto')
  cluster.advance(5000)
  cluster.scale(3)
  cluster.advance(10_000)
  cluster.annotate(null)
  cluster.advance(5000)
  expect(cluster.heard.told({ about: 'Service' })).toBe(story`
    5s  Service/web  endpoint-slice-controller: Warning TopologyAwareHintsDisabled: Insufficient number of endpoints, addressType: IPv4
    10s  Service/web  endpoint-slice-controller: Warning TopologyAwareHintsDisabled: Insufficient number of endpoints, addressType: IPv4 (x2)
    11s  Service/web  endpoint-slice-controller: Normal TopologyAwareHintsEnabled: Topology Aware Hints has been enabled, addressType: IPv4
    20s  Service/web  endpoint-slice-controller: Normal TopologyAwareHintsDisabled: Topology Aware Hints has been disabled, addressType: IPv4
  `)
})

test('given more Endpoints by hand than are mirrored, then it is told how many were left out', () => {
  const cluster = given(0)
  cluster.create(service, { metadata: { name: 'outside' }, spec: { ports: [{ port: 80 }] } })
  const addresses = Array.from({ length: 1003 }, (_, i) => ({ ip: `10.1.${Math.floor(i / 250)}.${1 + (i % 250)}` }))
  cluster.create(endpoints, { metadata: { name: 'outside' }, subsets: [{ addresses, ports: [{ port: 80 }] }] })
  cluster.advance(5000)
  expect(cluster.heard.told({ about: 'Endpoints' })).toBe(story`
    0s  Endpoints/outside  endpoint-slice-mirroring-controller: Warning TooManyAddressesToMirror: A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. 3 addresses were skipped
  `)
})
