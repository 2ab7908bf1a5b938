import { expect, test } from 'vitest'
import type { PodSpec } from '../../../../src/sim/api/types/core-v1.gen'
import { resourceClaim } from '../../../../src/sim/kinds/resource/resource-claim'
import { scheduling, workers } from '../scheduling'

const claiming = (claim: object) => ({ resourceClaims: [{ name: 'gpu', ...claim }] }) as Partial<PodSpec>
const HELPLESS = 'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.'

test.each([
  ['a claim that is not there', { resourceClaimName: 'gpu' }, `resourceclaim "gpu" not found. ${HELPLESS}`],
  ['a claim that is to be made of a template', { resourceClaimTemplateName: 'gpu' }, `pod "default/web": ResourceClaim not created yet. ${HELPLESS}`],
])('a Pod that names %s waits', (_, claim, why) => {
  const cluster = scheduling(workers)
  cluster.add(claiming(claim), {}, 'web')
  cluster.advance(1000)
  expect(cluster.why('web')).toBe(`0/3 nodes are available: ${why}`)
}) // prettier-ignore

test('a Pod goes where the devices of its claim are', () => {
  const cluster = scheduling(workers)
  const claim = cluster.create(resourceClaim, { metadata: { name: 'gpu' }, spec: {} })
  const nodeSelector = { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node02'] }] }] }
  cluster.client.updateStatus(resourceClaim, { ...claim, status: { allocation: { nodeSelector } } })
  cluster.add(claiming({ resourceClaimName: 'gpu' }), {}, 'web')
  cluster.advance(1000)
  expect(cluster.nodeOf('web')).toBe('node02')
})
