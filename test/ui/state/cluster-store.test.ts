import { expect, test } from 'vitest'
import { changeObjects, emptyCluster, takeIn } from '../../../src/ui/state/cluster-store'
import { podSummary } from '../summaries'

const twoPods = changeObjects(emptyCluster, [podSummary('a', { node: 'node01' }), podSummary('b', { node: 'node02' })], [])

test('a Pod that only changes its status leaves every list as it was, so no list is drawn again', () => {
  const next = changeObjects(twoPods, [podSummary('a', { node: 'node01', stage: 'failing', status: 'CrashLoopBackOff' })], [])
  expect(next.podsByNode.node01).toBe(twoPods.podsByNode.node01)
  expect(next.byKind.Pod).toBe(twoPods.byKind.Pod)
  expect(next.objects.get('Pod/default/b')).toBe(twoPods.objects.get('Pod/default/b'))
})

test('a Pod that gets its node moves from the waiting to that node', () => {
  const waiting = changeObjects(twoPods, [podSummary('c', { stage: 'pending' })], [])
  expect(waiting.podsByNode['']).toEqual(['Pod/default/c'])
  const placed = changeObjects(waiting, [podSummary('c', { node: 'node01' })], [])
  expect(placed.podsByNode['']).toEqual([])
  expect(placed.podsByNode.node01).toEqual(['Pod/default/a', 'Pod/default/c'])
})

test('a deleted Pod leaves all lists', () => {
  const next = changeObjects(twoPods, [], ['Pod/default/a', 'Pod/default/nobody'])
  expect([next.objects.size, next.byKind.Pod, next.podsByNode.node01]).toEqual([1, ['Pod/default/b'], []])
})

test('a Pod deleted and made again under its name within one batch is listed once, on its new node', () => {
  const next = changeObjects(twoPods, [podSummary('a', { uid: 'another', node: 'node02' })], [])
  expect(next.podsByNode).toMatchObject({ node01: [], node02: ['Pod/default/b', 'Pod/default/a'] })
  expect(next.byKind.Pod).toEqual(['Pod/default/b', 'Pod/default/a'])
})

test('how the cluster was found is not news; what happens afterwards is', () => {
  const found = { ...emptyCluster, ...takeIn(emptyCluster, [podSummary('a', { node: 'node01' })], []) }
  expect(found.transcript).toEqual([])
  const later = { ...found, ...takeIn(found, [podSummary('b', { node: 'node01' })], ['Pod/default/a']) }
  expect(later.transcript.map(({ say }) => say)).toEqual(['say.pod.running', 'say.pod.gone'])
})
