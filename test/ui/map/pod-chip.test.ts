import { expect, test } from 'vitest'
import { shortName } from '../../../src/ui/map/pod-chip'

test.each([
  ['web-6d5f8b7c9-x7k2p', 'node01', 'web x7k2p'],
  ['kube-proxy-b8m4c', 'node01', 'kube-proxy b8m4c'],
  ['kube-apiserver-controlplane', 'controlplane', 'kube-apiserver'],
  ['db-0', 'node02', 'db-0'],
  ['probe', undefined, 'probe'],
])('on the map %s of %s is called %s', (name, node, short) => {
  expect(shortName({ name, node })).toBe(short)
})
