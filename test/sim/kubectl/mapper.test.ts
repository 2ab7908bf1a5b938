import { expect, test } from 'vitest'
import { findResource, type ResourceType } from '../../../src/sim/kubectl/mapper'

const type = (group: string, version: string, plural: string, shortNames: readonly string[] = []): ResourceType => ({
  group,
  version,
  plural,
  shortNames,
  singular: plural.slice(0, -1),
  kind: 'Any',
  namespaced: true,
  categories: [],
  verbs: [],
  subresources: [],
})
const types = [
  type('', 'v1', 'pods', ['po']),
  type('example.com', 'v1', 'gadgets', ['gd']),
  type('example.com', 'v1beta1', 'gadgets', ['gd']),
  type('metrics.k8s.io', 'v1beta1', 'pods'),
]

test.each([
  ['pods', 'pods', 'v1'],
  ['po', 'pods', 'v1'],
  ['pods.metrics', 'pods', 'v1beta1'],
  ['gadgets', 'gadgets', 'v1'],
  ['gadgets.v1beta1.example.com', 'gadgets', 'v1beta1'],
  // A version is listened to beside a full name only.
  ['gd.v1beta1.example.com', 'gadgets', 'v1'],
])('%s means %s in version %s', (word, plural, version) => {
  expect(findResource({ types }, word)).toMatchObject({ plural, version })
})

test.each(['pods.v2.', 'gadgets.v2.example.com', 'gd.other.org', 'nothing'])('%s means nothing', (word) => {
  expect(findResource({ types }, word)).toBeUndefined()
})
