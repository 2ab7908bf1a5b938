import { describe, expect, test } from 'vitest'
import { age, labelsText, wide } from '../../../src/sim/api/columns'
import { defineKind } from '../../../src/sim/api/kind'
import type { AnyObject, KubeObject } from '../../../src/sim/api/object'
import type { BufferedResponse } from '../../../src/sim/api/http'
import { presentations, tableOf, type Table } from '../../../src/sim/api/table'
import { createApi } from '../kinds/api'

const nowMs = Date.UTC(2026, 0, 1, 12)
const object = (name: string, creationTimestamp?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, uid: 'u', resourceVersion: '7', creationTimestamp: creationTimestamp as string, labels: { b: '2', a: '1' } },
})
const base = { group: '', version: 'v1', kind: 'Thing', plural: 'things', namespaced: true }

describe('a Table', () => {
  test('has the name first, ages printed by the server, and wide columns at priority 1', () => {
    const kind = defineKind<KubeObject>({ ...base, columns: [wide(['Labels', ({ metadata }) => labelsText(metadata.labels)]), age] })
    const table = tableOf(kind, [object('x', '2026-01-01T11:56:58Z'), object('y')], { nowMs, metadata: { resourceVersion: '9' } })
    expect(table.metadata).toEqual({ resourceVersion: '9' })
    expect(table.columnDefinitions?.map(({ name, format, priority }) => [name, format, priority])).toEqual([
      ['Name', 'name', 0],
      ['Labels', '', 1],
      ['Age', '', 0],
    ])
    expect(table.rows.map(({ cells }) => cells)).toEqual([
      ['x', 'a=1,b=2', '3m2s'],
      ['y', 'a=1,b=2', '<unknown>'],
    ])
    expect(table.rows[0]?.object?.kind).toBe('PartialObjectMetadata')
  })

  test('of a kind without columns shows when the object was created', () => {
    const table = tableOf(defineKind<KubeObject>(base), [object('x', '2026-01-01T11:56:58Z')], { nowMs, includeObject: 'None' })
    expect(table.columnDefinitions?.map(({ name }) => name)).toEqual(['Name', 'Created At'])
    expect(table.rows).toEqual([{ cells: ['x', '2026-01-01T11:56:58Z'], object: null }])
  })

  test('keeps the place of a name column that the kind brings along', () => {
    const kind = defineKind<KubeObject>({ ...base, columns: [age, wide(['Name', ({ metadata }) => metadata.name])] })
    expect(tableOf(kind, [], { nowMs }).columnDefinitions?.map(({ name }) => name)).toEqual(['Age', 'Name'])
  })

  test('of a later watch event leaves the column definitions out', () => {
    expect(tableOf(defineKind<KubeObject>(base), [], { nowMs, noHeaders: true }).columnDefinitions).toBeNull()
  })
})

test('partial metadata of an object is shown in the version of meta.k8s.io that was asked for', () => {
  const context = {
    nowMs,
    release: [1, 36] as const,
    version: 'v1beta1',
    query: new URLSearchParams(),
    following: false,
    served: undefined as never,
  }
  const partial = presentations.find(({ as }) => as === 'PartialObjectMetadata')
  expect(partial?.one(object('x') as AnyObject, context)).toMatchObject({
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1beta1',
  })
})

test('a list as a Table is handed to a client in the same memory as it is, but for who manages which field', () => {
  const { ask, server } = createApi()
  for (const name of ['a', 'b']) ask('POST', '/api/v1/namespaces/default/configmaps?fieldManager=me', { metadata: { name, labels: { app: name } }, data: { k: 'v' } }) // prettier-ignore
  const answer = server.request({
    method: 'GET',
    url: '/api/v1/namespaces/default/configmaps',
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  }) as BufferedResponse
  const told = JSON.parse(answer.body as string) as Table
  expect(told.rows.map((row) => row.object!.metadata.managedFields?.map(({ manager }) => manager))).toEqual([['me'], ['me']])
  const rows = told.rows.map(({ cells, object: shown }) => ({ cells, shown: shown! })).map(({ cells, shown: { metadata: { managedFields: _, ...metadata }, ...rest } }) => ({ cells, object: { ...rest, metadata } })) // prettier-ignore
  expect(JSON.parse(JSON.stringify(answer.value))).toEqual({ ...told, rows })
})
