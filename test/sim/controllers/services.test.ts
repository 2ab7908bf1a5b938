import { describe, expect, test } from 'vitest'
import { replicaSet } from '../../../src/sim/kinds/apps/replica-set'
import { endpoints } from '../../../src/sim/kinds/core/endpoints'
import { pod } from '../../../src/sim/kinds/core/pod'
import { service } from '../../../src/sim/kinds/core/service'
import { endpointSlice } from '../../../src/sim/kinds/discovery/endpoint-slice'
import { aNode, smallCluster, template } from './small-cluster'

function withService(spec: object = {}, replicas = 2) {
  const nodes = ['a', 'b', 'c'].map((zone, i) => aNode(`node0${i + 1}`, { labels: { 'topology.kubernetes.io/zone': zone } }))
  const cluster = smallCluster({
    nodes,
    only: [
      'replicaset-controller',
      'endpoint-controller',
      'endpointslice-controller',
      'endpointslicemirroring-controller',
      'generic-garbage-collector',
    ],
  })
  cluster.create(service, {
    metadata: { name: 'web', labels: { team: 'red' } },
    spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }], ...spec },
  })
  cluster.create(replicaSet, {
    metadata: { name: 'web' },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }) },
  })
  cluster.advance(5000)
  const slices = () => cluster.client.list(endpointSlice, { namespace: 'default' })
  return { ...cluster, slices, ends: () => slices().flatMap((it) => it.endpoints ?? []) }
}

describe('a Service with a selector', () => {
  test('gets an EndpointSlice that names ready Pods, their ports, nodes and zones', () => {
    const { slices, pods } = withService()
    expect(slices()).toHaveLength(1)
    const [slice] = slices()
    expect(slice!.metadata.labels).toEqual({
      team: 'red',
      'kubernetes.io/service-name': 'web',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    })
    expect(slice!.metadata.name).toMatch(/^web-[a-z0-9]{5}$/)
    expect(slice).toMatchObject({ addressType: 'IPv4', ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] })
    const [first] = pods()
    expect(slice!.endpoints![0]).toEqual({
      addresses: [first!.status!.podIP],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: 'node01',
      zone: 'a',
      targetRef: { kind: 'Pod', namespace: 'default', name: first!.metadata.name, uid: first!.metadata.uid },
    })
  })

  test('loses a Pod that is not ready from its ready endpoints, and marks one that is terminating', () => {
    const { client, pods, ends, advance } = withService()
    const [first, second] = pods()
    client.patch(
      pod,
      'default',
      first!.metadata.name,
      'strategic',
      { status: { conditions: [{ type: 'Ready', status: 'False' }] } },
      { subresource: 'status' },
    )
    client.patch(pod, 'default', second!.metadata.name, 'merge', { metadata: { finalizers: ['example.com/hold'] } })
    client.delete(pod, 'default', second!.metadata.name)
    advance(300)
    const conditionsOf = (uid: string) => ends().find((it) => it.targetRef?.uid === uid)?.conditions
    expect(conditionsOf(first!.metadata.uid)).toEqual({ ready: false, serving: false, terminating: false })
    expect(conditionsOf(second!.metadata.uid)).toEqual({ ready: false, serving: true, terminating: true })
    expect(client.get(endpoints, 'default', 'web')!.subsets).toEqual([
      {
        notReadyAddresses: [expect.objectContaining({ targetRef: expect.objectContaining({ name: first!.metadata.name }) as unknown })],
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      },
    ])
  })

  test('spreads more than a hundred Pods over several slices', () => {
    const { slices } = withService({}, 250)
    expect(
      slices()
        .map((it) => it.endpoints!.length)
        .sort((a, b) => b - a),
    ).toEqual([100, 100, 50])
  })

  test('gives hints for near traffic with trafficDistribution', () => {
    const { ends } = withService({ trafficDistribution: 'PreferClose' })
    expect(ends().map((it) => it.hints)).toEqual([{ forZones: [{ name: 'a' }] }, { forZones: [{ name: 'b' }] }])
  })

  test('given topology mode Auto, then zones get endpoints in proportion, and the Service is told when that begins, cannot be, and ends', () => {
    const { ends, client, advance, events } = withService({}, 2)
    const annotate = (mode: string | null) => {
      client.patch(service, 'default', 'web', 'merge', { metadata: { annotations: { 'service.kubernetes.io/topology-mode': mode } } })
      advance(3000)
    }
    const zones = () => ends().map(({ zone, hints }) => `${zone}:${hints?.forZones?.map(({ name }) => name).join()}`)
    annotate('Auto')
    expect(zones()).toEqual(['a:undefined', 'b:undefined'])
    client.scale(replicaSet, 'default', 'web', 3)
    advance(5000)
    expect(zones()).toEqual(['a:a', 'b:b', 'c:c'])
    annotate(null)
    expect(zones()).toEqual(['a:undefined', 'b:undefined', 'c:undefined'])
    expect([...new Set(events('web'))].filter((it) => it.includes('Topology'))).toEqual([
      'Warning TopologyAwareHintsDisabled Insufficient number of endpoints, addressType: IPv4',
      'Normal TopologyAwareHintsEnabled Topology Aware Hints has been enabled, addressType: IPv4',
      'Normal TopologyAwareHintsDisabled Topology Aware Hints has been disabled, addressType: IPv4',
    ])
  })

  test('takes its Endpoints and slices along when it goes', () => {
    const { client, slices, advance } = withService()
    client.delete(service, 'default', 'web')
    advance(2000)
    expect(slices()).toEqual([])
    expect(client.get(endpoints, 'default', 'web')).toBeUndefined()
  })
})

test('Endpoints written by hand for a Service without a selector are mirrored into a slice', () => {
  const { create, slices, advance } = withService()
  create(service, { metadata: { name: 'outside' }, spec: { ports: [{ port: 80 }] } })
  create(endpoints, { metadata: { name: 'outside' }, subsets: [{ addresses: [{ ip: '203.0.113.7' }], ports: [{ port: 9376 }] }] })
  advance(1000)
  const mirrored = slices().find((it) => it.metadata.labels!['kubernetes.io/service-name'] === 'outside')!
  expect(mirrored.metadata.labels!['endpointslice.kubernetes.io/managed-by']).toBe('endpointslicemirroring-controller.k8s.io')
  expect(mirrored).toMatchObject({
    endpoints: [{ addresses: ['203.0.113.7'], conditions: { ready: true } }],
    ports: [{ port: 9376, protocol: 'TCP' }],
  })
})
