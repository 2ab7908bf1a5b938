import { expect, test } from 'vitest'
import { narrate } from '../../../src/ui/state/narrate'
import { podSummary, serviceSummary } from '../summaries'

const pending = podSummary('web-1', { stage: 'pending', status: 'Pending' })
const running = podSummary('web-1', { node: 'node02' })
const pulling = podSummary('web-1', { stage: 'failing', status: 'ErrImagePull', node: 'node02' })

test.each([
  ['a new Pod without a node', undefined, pending, 'say.pod.pending'],
  ['a Pod that has started', pending, running, 'say.pod.running'],
  ['a Pod that was restarted under the same status', running, { ...running, restarts: 1 }, undefined],
  ['a Pod in trouble', pending, pulling, 'say.pod.failing'],
  ['a Pod whose trouble has got another name', pulling, { ...pulling, status: 'ImagePullBackOff' }, 'say.pod.failing'],
  ['a Pod that is gone', running, undefined, 'say.pod.gone'],
  ['housekeeping of the cluster itself', undefined, podSummary('coredns-1', { namespace: 'kube-system' }), undefined],
  ['a Service with an address', undefined, serviceSummary('web', { app: 'web' }), 'say.service.new'],
] as const)('%s', (_, before, after, say) => {
  expect(narrate(before, after)?.say).toBe(say)
})

test('a sentence names the Pod and its node', () => {
  expect(narrate(pending, running)?.values).toMatchObject({ name: 'web-1', node: 'node02' })
})
