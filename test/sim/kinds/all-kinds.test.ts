import { describe, expect, test } from 'vitest'
import { isStreamed, type ApiResponse } from '../../../src/sim/api/http'
import type { Served } from '../../../src/sim/api/registry'
import { createApi, pathOf } from './api'
import { maximalObject } from './maximal-objects'
import { minimalObjects } from './minimal-objects'

const served = createApi()
  .server.registry.all()
  .filter(({ kind }) => kind.verbs.includes('create') && !kind.answer)

const nameOf = ({ group, kind }: Served) => (group === '' ? kind.plural : `${kind.plural}.${group}`)

function minimal(version: Served) {
  const known = minimalObjects[nameOf(version)]
  if (!known) throw new Error(`no minimal object for ${nameOf(version)}`)
  return { apiVersion: version.apiVersion, kind: version.kind.kind, metadata: { name: known.name ?? 'example' }, ...known.body }
}

type Wrong = ReturnType<typeof minimal>

interface Seen {
  readonly type: string
  readonly object: unknown
}

/** What a watch hears, as it hears it. */
function watched(response: ApiResponse): readonly Seen[] {
  const seen: Seen[] = []
  if (!isStreamed(response)) throw new Error('a watch is a stream')
  response.stream({ data: (line) => seen.push(JSON.parse(line) as Seen), end: () => undefined })
  return seen
}

const rows = served.map((version) => [`${version.apiVersion} ${version.kind.kind}`, version] as const)

describe('the least that makes an object of each kind', () => {
  test.each(rows)('%s can be created, read, listed as a table, patched in every way, and deleted', (_, version) => {
    const { ask, table, engine, server } = createApi()
    const path = pathOf(version)
    const object = minimal(version)
    const seen = watched(server.request({ method: 'GET', url: `${path}?watch=true`, headers: {} }))
    const one = `${path}/${object.metadata.name}`

    const created = ask('POST', path, object)
    expect(created, JSON.stringify(created.body)).toMatchObject({ status: 201 })
    expect(ask('GET', one).body).toEqual(created.body)
    expect(created.body).toMatchObject(object)

    const rowsOfTable = table(path)
    expect(rowsOfTable.status).toBe(200)
    expect(rowsOfTable.body.rows).toHaveLength(1)
    expect(rowsOfTable.body.rows[0].cells.map((cell: unknown) => typeof cell)).not.toContain('object')
    expect(JSON.stringify(rowsOfTable.body.rows[0].cells)).not.toContain('undefined')

    const patches: readonly (readonly [type: string, patch: unknown])[] = [
      ['application/merge-patch+json', { metadata: { labels: { merge: 'yes' } } }],
      ['application/strategic-merge-patch+json', { metadata: { labels: { strategic: 'yes' } } }],
      ['application/json-patch+json', [{ op: 'add', path: '/metadata/labels/json', value: 'yes' }]],
    ]
    for (const [type, patch] of patches) {
      // Without a built-in type there are no merge keys, so the server refuses strategic patches, as for custom resources.
      if (version.kind.customSchema !== undefined && type.includes('strategic')) continue
      const answer = ask('PATCH', one, patch, { 'content-type': type })
      expect(answer, `${type}: ${JSON.stringify(answer.body)}`).toMatchObject({ status: 200 })
    }
    const applied = ask(
      'PATCH',
      `${one}?fieldManager=test&force=true`,
      { ...object, metadata: { ...object.metadata, labels: { apply: 'yes' } } },
      {
        'content-type': 'application/apply-patch+yaml',
      },
    )
    expect(applied, JSON.stringify(applied.body)).toMatchObject({ status: 200 })
    expect(applied.body.metadata.labels).toMatchObject({ merge: 'yes', json: 'yes', apply: 'yes' })

    expect(ask('DELETE', `${one}?propagationPolicy=Background`).status).toBe(200)
    if (version.kind.plural !== 'namespaces') expect(ask('GET', one).status).toBe(404)

    engine.advanceTo(engine.nowMs + 1)
    const writes = patches.filter(([type]) => version.kind.customSchema === undefined || !type.includes('strategic')).length + 1
    const last = version.kind.plural === 'namespaces' ? 'MODIFIED' : 'DELETED' // the namespace controller is not here to finish it
    expect(seen.map(({ type }) => type)).toEqual(['ADDED', ...Array.from({ length: writes }, () => 'MODIFIED'), last])
    expect(seen.at(writes)!.object).toEqual(applied.body)
  })

  const wrong: readonly (readonly [what: string, change: (object: Wrong) => unknown, status: number, message: RegExp])[] = [
    ['no name', (object) => ({ ...object, metadata: {} }), 422, /name or generateName is required|metadata.name: Required value/],
    ['a name with capital letters and a slash', (object) => ({ ...object, metadata: { name: 'A/b' } }), 422, /metadata.name: Invalid value: "A\/b"/],
    ['a label that is none', (object) => ({ ...object, metadata: { ...object.metadata, labels: { 'a b': 'c' } } }), 422, /metadata.labels: Invalid value: "a b": name part must consist of/],
    ['an annotation without a name', (object) => ({ ...object, metadata: { ...object.metadata, annotations: { 'x/': '' } } }), 422, /metadata.annotations: Invalid value: "x\/": name part must be non-empty/],
    ['a finalizer without a domain', (object) => ({ ...object, metadata: { ...object.metadata, finalizers: ['a b'] } }), 422, /metadata.finalizers(\[0\])?: Invalid value: "a b"/],
    ['an unknown field, asked to be strict', (object) => ({ ...object, wrongField: 1 }), 400, /strict decoding error: unknown field "wrongField"/],
    ['metadata that is a text', (object) => ({ ...object, metadata: 'x' }), 400, /json: cannot unmarshal string into Go (struct field|value)/],
    ['another kind', (object) => ({ ...object, kind: 'Other' }), 400, /cannot be handled as a .*unknown conversion|no kind "Other" is registered/],
    ['a list', () => [], 400, /./],
    ['nothing', () => '', 400, /./],
  ] // prettier-ignore
  test.each(rows)('%s is refused in words when it is wrong, and nothing is stored', (_, version) => {
    const { ask, server } = createApi()
    const revision = server.storage.revision
    for (const [what, change, status, message] of wrong) {
      const answer = ask('POST', `${pathOf(version)}?fieldValidation=Strict`, change(minimal(version)))
      expect({ what, status: answer.status, message: answer.body.message }).toEqual({
        what,
        status,
        message: expect.stringMatching(message),
      })
    }
    expect(server.storage.revision).toBe(revision)
  })

  test.each(rows)('%s does not change when what was read is written back', (_, version) => {
    const { ask } = createApi()
    const object = minimal(version)
    const created = ask('POST', pathOf(version), object).body
    const written = ask('PUT', `${pathOf(version)}/${object.metadata.name}`, created)
    expect(written, JSON.stringify(written.body)).toMatchObject({ status: 200 })
    expect(written.body).toEqual(created)
  })
})

const withoutMetadata = ({ metadata: _metadata, ...rest }: { metadata: unknown }) => rest

function keepsEveryField(version: Served, release?: string) {
  // What is plausible for every field at once is not what is valid together: rules are tested by themselves.
  const { ask, server, engine } = createApi({ validating: false, ...(release && { release }) })
  const { name = 'example' } = minimalObjects[nameOf({ ...version, group: version.kind.group })]!
  const { status, ...object } = maximalObject(version, name)

  const created = ask('POST', pathOf(version), object)
  expect(created, JSON.stringify(created.body).slice(0, 500)).toMatchObject({ status: 201 })
  expect(created.body).toMatchObject(object)

  const one = `${pathOf(version)}/${name}`
  expect(ask('GET', one).body).toEqual(created.body)
  if (status !== undefined && version.kind.subresources.includes('status'))
    expect(ask('PUT', `${one}/status`, { ...created.body, status }).body).toMatchObject({ ...object, status })

  // No patch touches what it does not speak of, and each is heard of.
  const before = ask('GET', one).body
  const patches: readonly (readonly [type: string, patch: unknown])[] = [
    ['application/merge-patch+json', { metadata: { labels: { merge: 'yes' } } }],
    ['application/strategic-merge-patch+json', { metadata: { labels: { strategic: 'yes' } } }],
    ['application/json-patch+json', [{ op: 'add', path: '/metadata/labels/json', value: 'yes' }]],
  ]
  const seen = watched(
    server.request({ method: 'GET', url: `${pathOf(version)}?watch=true&resourceVersion=${before.metadata.resourceVersion}`, headers: {} }),
  )
  for (const [type, patch] of patches) {
    const { body } = ask('PATCH', one, patch, { 'content-type': type })
    expect(withoutMetadata(body), type).toEqual(withoutMetadata(before))
    expect(body.metadata.annotations).toEqual(before.metadata.annotations)
  }
  const applied = ask(
    'PATCH',
    `${one}?fieldManager=test`,
    { apiVersion: version.apiVersion, kind: version.kind.kind, metadata: { name, labels: { apply: 'yes' } } },
    { 'content-type': 'application/apply-patch+yaml' },
  )
  expect(applied.body, JSON.stringify(applied.body)).toMatchObject({ ...object, ...(before.status && { status: before.status }) })
  expect(ask('PUT', one, applied.body).body).toEqual(applied.body)
  engine.advanceTo(engine.nowMs + 1)
  expect(seen.map(({ type }) => type)).toEqual(['MODIFIED', 'MODIFIED', 'MODIFIED', 'MODIFIED'])
  expect(seen.at(-1)!.object).toEqual(applied.body)
  expect(ask('DELETE', `${one}?propagationPolicy=Background`).status).toBe(200)
}

describe('an object of each kind with every field of its type set', () => {
  test.each(rows.filter(([, { kind }]) => kind.customSchema === undefined))('%s keeps every field', (_, version) =>
    keepsEveryField(version),
  )

  const older = ['1.16', '1.21', '1.25'].flatMap((release) =>
    createApi({ release })
      .server.registry.all()
      .filter(({ stored }) => !stored)
      .map((version) => [`${version.apiVersion} ${version.kind.kind}`, release, version] as const),
  )
  test.each(older)('%s of release %s keeps every field, though it is stored in another version', (_, release, version) =>
    keepsEveryField(version, release),
  )
})
