import { expect, test } from 'vitest'
import { inGoOrder } from '../../../src/sim/api/go-order'

const text = (value: unknown) => JSON.stringify(inGoOrder(value))

test('people see the fields of a built-in object in the order of its Go structs, entries of maps by the alphabet', () => {
  const object = {
    status: { phase: 'Active' },
    spec: { finalizers: ['kubernetes'] },
    apiVersion: 'v1',
    metadata: { labels: { b: '1', a: '2' }, creationTimestamp: null, resourceVersion: '7', uid: 'u', name: 'x' },
    kind: 'Namespace',
  }
  expect(text(object)).toBe(
    '{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"x","uid":"u","resourceVersion":"7","creationTimestamp":null,"labels":{"a":"2","b":"1"}},"spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"}}',
  )
})

test('the items of a list too', () => {
  const list = {
    items: [{ data: { b: '', a: '' }, metadata: { namespace: 'n', name: 'x' } }],
    metadata: {},
    apiVersion: 'v1',
    kind: 'ConfigMapList',
  }
  expect(text(list)).toBe(
    '{"kind":"ConfigMapList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"x","namespace":"n"},"data":{"a":"","b":""}}]}',
  )
})

test('a custom resource is in the order of the alphabet, and what is no object as it was', () => {
  const custom = { kind: 'CronTab', apiVersion: 'example.com/v1', spec: { b: 1, a: 2 }, metadata: { uid: 'u', name: 'x' } }
  expect(text(custom)).toBe('{"apiVersion":"example.com/v1","kind":"CronTab","metadata":{"name":"x","uid":"u"},"spec":{"a":2,"b":1}}')
  expect(text({ paths: ['/b', '/a'] })).toBe('{"paths":["/b","/a"]}')
})
