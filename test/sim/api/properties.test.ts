import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isStreamed } from '../../../src/sim/api/http'
import { entriesOf } from '../../../src/sim/api/managed-fields'
import { union, difference, intersection, isEmpty, pathsOf, type FieldSet } from '../../../src/sim/api/field-set'
import { changedFields, removedFields } from '../../../src/sim/api/field-compare'
import { typeOfKind } from '../../../src/sim/api/schema/schema'
import type { AnyObject } from '../../../src/sim/api/object'
import { deployment, testServer } from './two-kinds'

/* What must hold whatever several clients do to the same few objects. */

const URL = '/apis/apps/v1/namespaces/default/deployments'
const RUNS = { numRuns: 150 }

const labels = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'), { maxKeys: 3 })
const containers = fc.uniqueArray(
  fc.record(
    {
      name: fc.constantFrom('x', 'y', 'z'),
      image: fc.constantFrom('i:1', 'i:2'),
      env: fc.uniqueArray(fc.record({ name: fc.constantFrom('A', 'B'), value: fc.constantFrom('1', '2') }), {
        selector: ({ name }) => name,
        maxLength: 2,
      }),
    },
    { requiredKeys: ['name', 'image'] },
  ),
  { selector: ({ name }) => name, maxLength: 3 },
)
const spec = fc.record(
  {
    replicas: fc.integer({ min: 0, max: 3 }),
    paused: fc.boolean(),
    minReadySeconds: fc.integer({ min: 1, max: 2 }),
    template: fc.record({ metadata: fc.record({ labels }), spec: fc.record({ containers }) }),
  },
  { requiredKeys: [] },
)

const step = fc.record({
  name: fc.constantFrom('one', 'two'),
  manager: fc.constantFrom('alice', 'bob', 'carol'),
  does: fc.constantFrom('create', 'update', 'stale update', 'merge', 'strategic', 'status', 'apply', 'apply', 'apply', 'force', 'delete'),
  labels,
  spec,
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const CONTENT = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const

/** Does one step; answers the status code. */
function take({ ask, server }: ReturnType<typeof testServer>, { name, manager, does, labels, spec }: Step): number {
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, labels }, spec }
  const stored = server.storage.get(deployment, 'default', name)?.object
  const query = `?fieldManager=${manager}`
  switch (does) {
    case 'create':
      return ask('POST', URL + query, object).status
    case 'update':
      return ask('PUT', `${URL}/${name}${query}`, object).status
    case 'stale update':
      return ask('PUT', `${URL}/${name}${query}`, {
        ...object,
        metadata: { ...object.metadata, resourceVersion: stored ? String(Number(stored.metadata.resourceVersion) - 1) : '1' },
      }).status
    case 'status':
      return ask('PATCH', `${URL}/${name}/status${query}`, { status: { replicas: spec.replicas ?? 0 } }, { 'content-type': CONTENT.merge })
        .status
    case 'merge':
    case 'strategic':
    case 'apply':
      return ask('PATCH', `${URL}/${name}${query}`, object, { 'content-type': CONTENT[does] }).status
    case 'force':
      return ask('PATCH', `${URL}/${name}${query}&force=true`, object, { 'content-type': CONTENT.apply }).status
    case 'delete':
      return ask('DELETE', `${URL}/${name}`).status
  }
}

function all(server: ReturnType<typeof testServer>): Map<string, AnyObject> {
  const { items } = server.ask('GET', URL).body as { readonly items: readonly AnyObject[] }
  // A list says once of what kind its items are.
  return new Map(items.map((item) => [item.metadata.name, { ...item, apiVersion: 'apps/v1', kind: 'Deployment' }]))
}

test('the events of a watch, replayed over a list, make the list that somebody gets later', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), fc.array(step, { maxLength: 12 }), fc.boolean(), (before, after, drains) => {
      const server = testServer()
      before.forEach((each) => take(server, each))
      const state = all(server)
      const response = server.server.request({
        method: 'GET',
        url: `${URL}?watch=1&resourceVersion=${server.server.storage.revision}`,
        headers: {},
      })
      if (!isStreamed(response)) throw new Error('no stream')
      let last = server.server.storage.revision
      response.stream({
        end: () => undefined,
        data: (line) => {
          const { type, object } = JSON.parse(line) as { type: string; object: AnyObject }
          expect(Number(object.metadata.resourceVersion)).toBeGreaterThan(last)
          last = Number(object.metadata.resourceVersion)
          expect(type === 'ADDED').toBe(!state.has(object.metadata.name))
          if (type === 'DELETED') state.delete(object.metadata.name)
          else state.set(object.metadata.name, object)
        },
      })
      for (const each of after) {
        take(server, each)
        if (drains) server.engine.advanceTo(server.engine.nowMs)
      }
      server.engine.advanceTo(server.engine.nowMs)
      expect(state).toEqual(all(server))
    }),
    RUNS,
  )
})

test('the resourceVersion grows with every write that changes something, and with no other', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
      const server = testServer()
      for (const each of steps) {
        const before = { revision: server.server.storage.revision, object: server.server.storage.get(deployment, 'default', each.name) }
        const code = take(server, each)
        const after = server.server.storage.get(deployment, 'default', each.name)
        if (code >= 400) expect(server.server.storage.revision).toBe(before.revision)
        expect(server.server.storage.revision - before.revision).toBe(after === before.object ? 0 : 1)
      }
    }),
    RUNS,
  )
})

test('an update of what somebody else changed meanwhile is never stored', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
      const server = testServer()
      for (const each of steps) {
        const before = server.server.storage.get(deployment, 'default', each.name)
        const code = take(server, each)
        if (each.does !== 'stale update') continue
        expect(code).toBe(before ? 409 : 404)
        expect(server.server.storage.get(deployment, 'default', each.name)).toBe(before)
      }
    }),
    RUNS,
  )
})

const valueAt = (object: unknown, path: string) =>
  path
    .split('.')
    .slice(1)
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], object)

test('an apply takes nothing away from another manager unless it is forced', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
      const server = testServer()
      for (const each of steps) {
        const before = server.server.storage.get(deployment, 'default', each.name)
        const code = take(server, each)
        const after = server.server.storage.get(deployment, 'default', each.name)
        if (each.does !== 'apply' || !before || !after) continue
        const others = entriesOf(before.fields, before.object).filter(
          ({ manager, operation }) => !(manager === each.manager && operation === 'Apply'),
        )
        for (const entry of others) {
          const now = entriesOf(after.fields, after.object).find(
            (one) => one.manager === entry.manager && one.operation === entry.operation && one.subresource === entry.subresource,
          )
          expect(pathsOf(now?.fields ?? {}), `${each.manager} → ${code}`).toEqual(pathsOf(entry.fields))
        }
        const lost = removedFields(before.object, after.object, typeOfKind(deployment)!)
        // A map that somebody made and that is empty now is not written any more: there is nothing left in it to own.
        const isMap = (path: string) => typeof valueAt(before.object, path) === 'object'
        for (const { fields } of others) expect(pathsOf(intersection(fields, lost)).filter((path) => !isMap(path))).toEqual([])
      }
    }),
    RUNS,
  )
})

test('managed fields name what is there, and every field that is not a default has somebody', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 3, maxLength: 15 }), (steps) => {
      const server = testServer()
      steps.forEach((each) => take(server, each))
      for (const { object, fields } of server.server.storage.list(deployment)) {
        const there = changedFields(undefined, object, typeOfKind(deployment)!)
        const managed = entriesOf(fields, object).reduce<FieldSet>((sum, entry) => union(sum, entry.fields), {})
        const leaves = (set: FieldSet) => pathsOf(set).filter((path) => /image|replicas|labels\.|value|minReady/.test(path))
        expect(leaves(managed).filter((path) => !pathsOf(there).includes(path))).toEqual([])
        expect(leaves(there).filter((path) => !pathsOf(managed).includes(path))).toEqual([])
      }
    }),
    RUNS,
  )
})

test('sets of fields behave as sets', () => {
  const set = fc.array(fc.array(fc.constantFrom('f:a', 'f:b', 'f:c'), { minLength: 1, maxLength: 3 }), { maxLength: 6 }).map((paths) =>
    paths.reduce<FieldSet>(
      (sum, path) =>
        union(
          sum,
          path.reduceRight<FieldSet>((below, element) => ({ [element]: below }), {}),
        ),
      {},
    ),
  )
  fc.assert(
    fc.property(set, set, (x, y) => {
      const mine = pathsOf(x)
      const theirs = pathsOf(y)
      expect(new Set(pathsOf(union(x, y)))).toEqual(new Set([...mine, ...theirs]))
      expect(pathsOf(difference(x, y))).toEqual(mine.filter((path) => !theirs.includes(path)))
      expect(pathsOf(intersection(x, y))).toEqual(mine.filter((path) => theirs.includes(path)))
      expect(isEmpty(difference(x, x))).toBe(true)
    }),
  )
})
