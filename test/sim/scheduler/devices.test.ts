import { describe, expect, test } from 'vitest'
import type { DeviceClaim } from '../../../src/sim/api/types/resource-v1.gen'
import { pod } from '../../../src/sim/kinds/core/pod'
import { deviceClass } from '../../../src/sim/kinds/resource/device-class'
import { resourceClaim } from '../../../src/sim/kinds/resource/resource-claim'
import { resourceClaimTemplate } from '../../../src/sim/kinds/resource/resource-claim-template'
import { resourceSlice } from '../../../src/sim/kinds/resource/resource-slice'
import { scheduling, workers } from './scheduling'

const DRIVER = 'gpu.example.com'

/** Two cards of 40Gi on node01, two of 80Gi on node02, in pairs on the two halves of a board. */
function withCards() {
  const cluster = scheduling(workers, undefined, ['resource-claim-controller'])
  cluster.create(deviceClass, { metadata: { name: 'gpu' }, spec: { selectors: [{ cel: { expression: `device.driver == '${DRIVER}'` } }] } })
  for (const [node, memory] of [['node01', '40Gi'], ['node02', '80Gi']] as const) // prettier-ignore
    cluster.create(resourceSlice, {
      metadata: { name: `${node}-cards` },
      spec: {
        driver: DRIVER,
        nodeName: node,
        pool: { name: node, generation: 1, resourceSliceCount: 1 },
        devices: [0, 1].map((index) => ({
          name: `card-${index}`,
          attributes: { index: { int: index }, model: { string: 'A' }, driverVersion: { version: '1.2.0' }, 'example.com/half': { string: `half-${index}` } },
          capacity: { memory: { value: memory } },
        })),
      },
    }) // prettier-ignore
  const claim = (name: string, devices: DeviceClaim) => cluster.create(resourceClaim, { metadata: { name }, spec: { devices } })
  const stateOf = (name: string) => cluster.client.get(resourceClaim, 'default', name)?.status
  const devicesOf = (name: string) =>
    stateOf(name)?.allocation?.devices?.results?.map(({ request, pool, device }) => `${request} ${pool}/${device}`)
  const claiming = (name: string, ...claims: string[]) =>
    cluster.add({ resourceClaims: claims.map((each) => ({ name: each, resourceClaimName: each })) }, {}, name)
  return { ...cluster, claim, stateOf, devicesOf, claiming }
}

const exactly = (wanted: object = {}, name = 'gpu') => ({ name, exactly: { deviceClassName: 'gpu', ...wanted } })
const select = (expression: string) => ({ selectors: [{ cel: { expression } }] })

describe('a Pod with a claim', () => {
  test('gets a device of the class where one is free; the claim tells which, where, and whose it is', () => {
    const cluster = withCards()
    cluster.claim('big', { requests: [exactly(select(`device.capacity['${DRIVER}'].memory.compareTo(quantity('50Gi')) >= 0`))] })
    const { uid } = cluster.claiming('web', 'big').metadata
    cluster.advance(1000)
    expect(cluster.nodeOf('web')).toBe('node02')
    expect(cluster.stateOf('big')).toEqual({
      allocation: {
        devices: { results: [{ request: 'gpu', driver: DRIVER, pool: 'node02', device: 'card-0' }] },
        nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node02'] }] }] },
      },
      reservedFor: [{ resource: 'pods', name: 'web', uid }],
    })
    expect(cluster.client.get(resourceClaim, 'default', 'big')?.metadata.finalizers).toEqual(['resource.kubernetes.io/delete-protection'])
  })

  test('gets a part of a card only as long as the card has enough left for it', () => {
    const cluster = scheduling(workers.slice(0, 1), undefined, ['resource-claim-controller'])
    cluster.create(deviceClass, {
      metadata: { name: 'gpu' },
      spec: { selectors: [{ cel: { expression: `device.driver == '${DRIVER}'` } }] },
    })
    const part = (name: string, memory: string) => ({
      name,
      capacity: { memory: { value: memory } },
      consumesCounters: [{ counterSet: 'card-0', counters: { memory: { value: memory } } }],
    })
    const pool = { name: 'node01', generation: 1, resourceSliceCount: 2 }
    const spec = { driver: DRIVER, nodeName: 'node01', pool }
    const sharedCounters = [{ name: 'card-0', counters: { memory: { value: '40Gi' } } }]
    cluster.create(resourceSlice, { metadata: { name: 'counters' }, spec: { ...spec, sharedCounters } })
    const devices = [part('whole', '40Gi'), part('half-0', '20Gi'), part('half-1', '20Gi'), part('quarter-0', '10Gi')]
    cluster.create(resourceSlice, { metadata: { name: 'parts' }, spec: { ...spec, devices } })
    const claiming = (name: string, ...sizes: string[]) => {
      const requests = sizes.map((size, index) =>
        exactly(select(`device.capacity['${DRIVER}'].memory.compareTo(quantity('${size}')) == 0`), `part-${index}`),
      )
      cluster.create(resourceClaim, { metadata: { name }, spec: { devices: { requests } } })
      cluster.add({ resourceClaims: [{ name, resourceClaimName: name }] }, {}, name)
      cluster.advance(500)
    }
    claiming('one', '20Gi')
    claiming('two', '10Gi')
    claiming('whole', '40Gi')
    claiming('three', '20Gi')
    expect(['one', 'two', 'whole', 'three'].map(cluster.nodeOf)).toEqual(['node01', 'node01', undefined, undefined])
    cluster.client.delete(pod, 'default', 'two', { gracePeriodSeconds: 0 })
    cluster.advance(20_000)
    expect(cluster.nodeOf('three')).toBe('node01')
    expect(cluster.nodeOf('whole')).toBeUndefined()
  })

  test('waits when all are taken, and gets what another gives back', () => {
    const cluster = withCards()
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      cluster.claim(name, { requests: [exactly()] })
      cluster.claiming(`web-${name}`, name)
      cluster.advance(500)
    }
    expect(cluster.nodeOf('web-e')).toBeUndefined()
    expect(cluster.why('web-e')).toMatch(/^0\/3 nodes are available: 3 cannot allocate all claims\. preemption: /)
    cluster.client.delete(pod, 'default', 'web-b', { gracePeriodSeconds: 0 })
    cluster.advance(20_000)
    expect(cluster.stateOf('b')).toEqual({})
    expect(cluster.client.get(resourceClaim, 'default', 'b')?.metadata.finalizers).toBeUndefined()
    expect(cluster.nodeOf('web-e')).toBeDefined()
  })

  test('shares it with every Pod that names the claim, on the same node', () => {
    const cluster = withCards()
    cluster.claim('shared', { requests: [exactly()] })
    cluster.claiming('one', 'shared')
    cluster.advance(500)
    cluster.claiming('two', 'shared')
    cluster.advance(500)
    expect(cluster.nodeOf('two')).toBe(cluster.nodeOf('one'))
    expect(cluster.stateOf('shared')?.reservedFor?.map(({ name }) => name)).toEqual(['one', 'two'])
  })

  test('gets a claim of its own made of a template, which goes with it', () => {
    const cluster = withCards()
    cluster.add({ resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'one-gpu' }] }, {}, 'web')
    cluster.advance(500)
    expect(cluster.events('web')).toContain(
      'Warning FailedResourceClaimCreation PodResourceClaim gpu: resource claim template "one-gpu": resourceclaimtemplate.resource.k8s.io "one-gpu" not found',
    )
    cluster.create(resourceClaimTemplate, { metadata: { name: 'one-gpu' }, spec: { metadata: { labels: { app: 'web' } } as never, spec: { devices: { requests: [exactly()] } } } }) // prettier-ignore
    cluster.advance(20_000)
    const web = cluster.client.get(pod, 'default', 'web')!
    const [status] = web.status!.resourceClaimStatuses!
    expect(status!.resourceClaimName).toMatch(/^web-gpu-[a-z0-9]{5}$/)
    expect(cluster.client.get(resourceClaim, 'default', status!.resourceClaimName!)?.metadata).toMatchObject({
      labels: { app: 'web' },
      annotations: { 'resource.kubernetes.io/pod-claim-name': 'gpu' },
      ownerReferences: [{ kind: 'Pod', name: 'web', controller: true }],
    })
    expect(web.spec.nodeName).toBeDefined()
    cluster.client.updateStatus(pod, { ...web, status: { ...web.status, phase: 'Succeeded' } })
    cluster.advance(1000)
    expect(cluster.client.list(resourceClaim)).toEqual([])
  })
})

test.each([
  ['two of a node', [exactly({ count: 2 })], ['gpu node01/card-0', 'gpu node01/card-1']],
  ['all of a node', [exactly({ allocationMode: 'All' })], ['gpu node01/card-0', 'gpu node01/card-1']],
  ['one by its attributes', [exactly(select(`device.attributes['${DRIVER}'].index == 1 && device.attributes['${DRIVER}'].model == 'A'`))], ['gpu node01/card-1']],
  ['one by its version', [exactly(select(`device.attributes['${DRIVER}'].driverVersion.isGreaterThan(semver('1.1.0'))`))], ['gpu node01/card-0']],
  ['the second best when the best is not to be had', [{ name: 'gpu', firstAvailable: [{ name: 'three', deviceClassName: 'gpu', count: 3 }, { name: 'one', deviceClassName: 'gpu' }] }], ['gpu/one node01/card-0']],
  ['three', [exactly({ count: 3 })], undefined],
  ['one with an attribute of a domain that no device has', [exactly(select(`'half' in device.attributes['other.example.com']`))], undefined],
])('a claim asks for %s', (_, requests, devices) => {
  const cluster = withCards()
  cluster.claim('gpu', { requests })
  cluster.add({ nodeSelector: { 'kubernetes.io/hostname': 'node01' }, resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu' }] }, {}, 'web')
  cluster.advance(1000)
  expect(cluster.devicesOf('gpu'), cluster.why('web')).toEqual(devices)
}) // prettier-ignore

test.each([
  ['matchAttribute', undefined],
  ['distinctAttribute', ['gpu node01/card-0', 'gpu node01/card-1']],
])('two devices under %s', (constraint, devices) => {
  const cluster = withCards()
  cluster.claim('gpu', { requests: [exactly({ count: 2 })], constraints: [{ [constraint]: 'example.com/half' }] })
  cluster.add({ nodeSelector: { 'kubernetes.io/hostname': 'node01' }, resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu' }] }, {}, 'web') // prettier-ignore
  cluster.advance(1000)
  expect(cluster.devicesOf('gpu')).toEqual(devices)
})

test('an administrator looks into devices that are in use', () => {
  const cluster = withCards()
  cluster.claim('mine', { requests: [exactly({ count: 2 })] })
  cluster.claiming('web', 'mine')
  cluster.advance(500)
  cluster.claim('watch', { requests: [exactly({ adminAccess: true, allocationMode: 'All' })] })
  cluster.add({ nodeSelector: { 'kubernetes.io/hostname': cluster.nodeOf('web')! }, resourceClaims: [{ name: 'w', resourceClaimName: 'watch' }] }, {}, 'monitor') // prettier-ignore
  cluster.advance(500)
  expect(cluster.stateOf('watch')?.allocation?.devices?.results?.map(({ adminAccess }) => adminAccess)).toEqual([true, true])
})

test.each([
  ['a class that does not exist', [exactly({ deviceClassName: 'tpu' })], 'request gpu: device class tpu does not exist'],
  ['an expression that fails', [exactly(select(`device.attributes['${DRIVER}'].speed > 1`))], 'claim default/gpu: selector #0: no such key: speed'],
])('%s keeps a Pod waiting, and is told', (_, requests, why) => {
  const cluster = withCards()
  cluster.claim('gpu', { requests })
  cluster.claiming('web', 'gpu')
  cluster.advance(1000)
  expect(cluster.why('web')).toContain(why)
}) // prettier-ignore
