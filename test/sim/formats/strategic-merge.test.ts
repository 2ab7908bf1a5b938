import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { strategicDiff, strategicMerge, threeWayMerge } from '../../../src/sim/formats/strategic-merge'
import { sameJson } from '../../../src/sim/formats/merge-patch'

const POD_SPEC = 'core.v1.PodSpec'
const named = (...names: string[]) => names.map((name) => ({ name }))

describe('a strategic merge patch', () => {
  test.each([
    [
      'merges lists by their key',
      {
        containers: [
          { name: 'a', image: '1' },
          { name: 'b', image: '1' },
        ],
      },
      { containers: [{ name: 'b', image: '2' }] },
      {
        containers: [
          { name: 'a', image: '1' },
          { name: 'b', image: '2' },
        ],
      },
    ],
    [
      'puts what is new before what the server has',
      { containers: named('a') },
      { containers: named('b') },
      { containers: named('b', 'a') },
    ],
    ['deletes an item', { containers: named('a', 'b') }, { containers: [{ name: 'a', $patch: 'delete' }] }, { containers: named('b') }],
    [
      'replaces a list',
      { containers: named('a', 'b') },
      { containers: [{ $patch: 'replace' }, { name: 'c' }] },
      { containers: named('c') },
    ],
    ['replaces an object', { nodeSelector: { a: '1' } }, { nodeSelector: { b: '1', $patch: 'replace' } }, { nodeSelector: { b: '1' } }],
    ['removes with null', { hostname: 'x', nodeName: 'n' }, { hostname: null }, { nodeName: 'n' }],
    ['replaces lists that have no key', { tolerations: [{ key: 'a' }] }, { tolerations: [{ key: 'b' }] }, { tolerations: [{ key: 'b' }] }],
    [
      'keeps only the keys it names',
      { volumes: [{ name: 'v', emptyDir: {} }] },
      { volumes: [{ name: 'v', hostPath: { path: '/' }, $retainKeys: ['name', 'hostPath'] }] },
      { volumes: [{ name: 'v', hostPath: { path: '/' } }] },
    ],
    [
      'orders a list',
      { containers: named('a', 'b', 'c') },
      { '$setElementOrder/containers': named('c', 'a') },
      { containers: named('b', 'c', 'a') },
    ],
    [
      'takes what is new as it is, but for nulls and for what is marked',
      {},
      {
        volumes: [
          { name: 'v', emptyDir: null, $retainKeys: ['name'] },
          { $patch: 'delete', name: 'w' },
        ],
      },
      { volumes: [{ name: 'v', $retainKeys: ['name'] }] },
    ],
  ])('%s', (_, original, patch, expected) => {
    expect(strategicMerge(original, patch, POD_SPEC)).toEqual(expected)
  })

  test('adds to and takes from lists of plain values', () => {
    const meta = { finalizers: ['a', 'b'] }
    expect(strategicMerge(meta, { finalizers: ['c'] }, 'meta.v1.ObjectMeta')).toEqual({ finalizers: ['c', 'a', 'b'] })
    expect(strategicMerge(meta, { '$deleteFromPrimitiveList/finalizers': ['a'] }, 'meta.v1.ObjectMeta')).toEqual({ finalizers: ['b'] })
  })

  test('without its key is refused', () => {
    expect(() => strategicMerge({ containers: named('a') }, { containers: [{ image: 'x' }] }, POD_SPEC)).toThrow(
      'map: map[image:x] does not contain declared merge key: name',
    )
  })
})

const env = fc.uniqueArray(fc.record({ name: fc.constantFrom('A', 'B', 'C'), value: fc.constantFrom('1', '2') }), {
  selector: ({ name }) => name,
  maxLength: 3,
})
const container = fc.record(
  {
    name: fc.constantFrom('x', 'y', 'z'),
    image: fc.constantFrom('1', '2'),
    env,
    args: fc.array(fc.constantFrom('p', 'q'), { maxLength: 2 }),
  },
  { requiredKeys: ['name'] },
)
const volume = fc.oneof(
  fc.record({ name: fc.constantFrom('v', 'w'), emptyDir: fc.record({ medium: fc.constant('Memory') }) }),
  fc.record({ name: fc.constantFrom('v', 'w'), hostPath: fc.record({ path: fc.constantFrom('/a', '/b') }) }),
)
const unique = <T extends { name: string }>(item: fc.Arbitrary<T>) => fc.uniqueArray(item, { selector: ({ name }) => name, maxLength: 3 })
const podSpec = fc.record(
  {
    containers: unique(container),
    volumes: unique(volume),
    nodeSelector: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2')),
    hostname: fc.constantFrom('h', 'i'),
    tolerations: fc.array(fc.record({ key: fc.constantFrom('t', 'u') }), { maxLength: 2 }),
  },
  { requiredKeys: [] },
)

test('the patch from A to B, applied to A, gives B', () => {
  fc.assert(
    fc.property(podSpec, podSpec, (a, b) => {
      const merged = strategicMerge(a, strategicDiff(a, b, POD_SPEC), POD_SPEC)
      expect(sameJson(merged, b), JSON.stringify({ diff: strategicDiff(a, b, POD_SPEC), merged })).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('an apply changes what the configuration says, removes what it no longer says and leaves the rest', () => {
  const original = { hostname: 'h', nodeSelector: { a: '1' }, containers: [{ name: 'x', image: '1' }, { name: 'y' }] }
  const modified = { nodeSelector: { a: '1' }, containers: [{ name: 'x', image: '2' }] }
  const current = {
    hostname: 'h',
    nodeSelector: { a: '1', b: '2' },
    dnsPolicy: 'ClusterFirst',
    containers: [{ name: 'x', image: '1', imagePullPolicy: 'Always' }, { name: 'y' }, { name: 'injected' }],
  }
  const patch = threeWayMerge(original, modified, current, POD_SPEC)
  expect(patch).toEqual({
    hostname: null,
    '$setElementOrder/containers': [{ name: 'x' }],
    containers: [
      { name: 'x', image: '2' },
      { name: 'y', $patch: 'delete' },
    ],
  })
  expect(strategicMerge(current, patch, POD_SPEC)).toEqual({
    nodeSelector: { a: '1', b: '2' },
    dnsPolicy: 'ClusterFirst',
    containers: [{ name: 'x', image: '2', imagePullPolicy: 'Always' }, { name: 'injected' }],
  })
})

test.each([
  [
    'an order alone is sent where the server has more than was asked for',
    named('a'),
    named('a'),
    named('a', 'b'),
    { '$setElementOrder/containers': named('a') },
  ],
  [
    'what was applied once is taken away, even where it is gone already',
    named('a', 'b'),
    named('a'),
    named('a'),
    { '$setElementOrder/containers': named('a'), containers: [{ name: 'b', $patch: 'delete' }] },
  ],
  ['an empty list is filled without an order', [], named('a'), [], { containers: named('a') }],
])('%s', (_, original, modified, current, expected) => {
  expect(threeWayMerge({ containers: original }, { containers: modified }, { containers: current }, POD_SPEC)).toEqual(expected)
})
