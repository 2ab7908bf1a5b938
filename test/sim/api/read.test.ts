import { describe, expect, test } from 'vitest'
import { isStreamed } from '../../../src/sim/api/http'
import { configMap, testServer } from './two-kinds'

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'

function filled(count = 5) {
  const server = testServer()
  const create = (name: string, namespace = 'default', labels: Record<string, string> = {}) =>
    server.client.create(configMap, { metadata: { name, namespace, labels } })
  for (let i = count; i > 0; i--) create(`c${i}`, 'default', { odd: String(i % 2 === 1), n: String(i) })
  create('a', 'zoo')
  const names = (url: string) =>
    (server.ask('GET', url).body.items as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name)
  return { ...server, create, names }
}

describe('a list', () => {
  test('is in order of namespace and name', () => {
    const { names } = filled()
    expect(names('/api/v1/configmaps')).toEqual(['c1', 'c2', 'c3', 'c4', 'c5', 'a'])
    expect(names(CONFIG_MAPS)).toEqual(['c1', 'c2', 'c3', 'c4', 'c5'])
  })

  test.each([
    ['labelSelector', 'odd=true', ['c1', 'c3', 'c5']],
    ['labelSelector', 'odd!=true', ['c2', 'c4']],
    ['labelSelector', 'n in (1,2),odd=true', ['c1']],
    ['labelSelector', 'n notin (1,2)', ['c3', 'c4', 'c5']],
    ['labelSelector', '!n', []],
    ['labelSelector', 'n,odd', ['c1', 'c2', 'c3', 'c4', 'c5']],
    ['labelSelector', 'n>3', ['c4', 'c5']],
    ['fieldSelector', 'metadata.name=c2', ['c2']],
    ['fieldSelector', 'metadata.name!=c2,metadata.namespace=default', ['c1', 'c3', 'c4', 'c5']],
  ])('with %s %s shows those that match', (parameter, selector, expected) => {
    const { names } = filled()
    expect(names(`${CONFIG_MAPS}?${parameter}=${encodeURIComponent(selector)}`)).toEqual(expected)
  })

  test.each([
    ['labelSelector=a%3D%3D%3Db', "unable to parse requirement: found '=', expected: identifier"],
    ['labelSelector=a+in+b', "unable to parse requirement: found 'b' expected: '('"],
    ['fieldSelector=spec.foo%3Dx', '"spec.foo" is not a known field selector: only "metadata.name", "metadata.namespace"'],
    ['fieldSelector=foo', "invalid selector: 'foo'; can't understand 'foo'"],
    ['limit=some', 'strconv.ParseInt: parsing "some": invalid syntax'],
    ['watch=true&timeoutSeconds=1m', 'strconv.ParseInt: parsing "1m": invalid syntax'],
    ['continue=a+b', 'invalid continue token: continue key is not valid: illegal base64 data at input byte 1'],
    ['continue=bm9uc2Vuc2U', "invalid continue token: continue key is not valid: invalid character 'n' looking for beginning of value"],
    ['continue=eyJ2IjoidjIifQ', 'invalid continue token: continue key is not valid: server does not recognize this encoded version "v2"'],
  ])('with %s is refused', (query, why) => {
    const { ask } = filled()
    const { status, body } = ask('GET', `${CONFIG_MAPS}?${query}`)
    expect({ status, message: body.message }).toEqual({ status: 400, message: why })
  })

  const MATCH = 'resourceVersionMatch: Forbidden: '
  test.each([
    ['resourceVersionMatch=Exact', `${MATCH}resourceVersionMatch is forbidden unless resourceVersion is provided`],
    ['resourceVersionMatch=Exact&resourceVersion=0', `${MATCH}resourceVersionMatch "exact" is forbidden for resourceVersion "0"`],
    ['resourceVersionMatch=Exact&resourceVersion=1&continue=x', `${MATCH}resourceVersionMatch is forbidden when continue is provided`],
    [
      'resourceVersionMatch=Oldest&resourceVersion=1',
      'resourceVersionMatch: Unsupported value: "Oldest": supported values: "Exact", "NotOlderThan", ""',
    ],
    ['sendInitialEvents=false', 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list'],
    ['watch=1&sendInitialEvents=true', `${MATCH}sendInitialEvents requires setting resourceVersionMatch to NotOlderThan`],
    [
      'watch=1&resourceVersionMatch=NotOlderThan',
      `${MATCH}resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided`,
    ],
  ])('with %s is invalid', (query, why) => {
    const { status, body } = filled().ask('GET', `${CONFIG_MAPS}?${query}`)
    expect({ status, message: body.message }).toEqual({ status: 422, message: `ListOptions.meta.k8s.io "" is invalid: ${why}` })
  })

  test.each([
    ['', 500, 'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax'],
    ['watch=1&', 422, 'configmaps "" is invalid: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax'],
  ])('?%sresourceVersion=abc is answered with %d', (query, code, message) => {
    const { status, body } = filled().ask('GET', `${CONFIG_MAPS}?${query}resourceVersion=abc`)
    expect({ status, message: body.message }).toEqual({ status: code, message })
  })

  test('is in the order of keys: a namespace with a dash behind its name comes before the one without', () => {
    const { create, names } = filled(0)
    for (const namespace of ['web', 'web-old', 'web2']) create(`in-${namespace}`, namespace)
    expect(names('/api/v1/configmaps')).toEqual(['in-web-old', 'in-web', 'in-web2', 'a'])
    expect(names('/api/v1/configmaps?labelSelector=!x')).toEqual(['in-web-old', 'in-web', 'in-web2', 'a'])
  })

  test('a continue token names the first key that was not sent, below the namespace of the list', () => {
    const { ask } = filled()
    const tokenOf = (url: string) => JSON.parse(atob(ask('GET', url).body.metadata.continue)) as unknown
    expect(tokenOf(`${CONFIG_MAPS}?limit=2`)).toMatchObject({ v: 'meta.k8s.io/v1', start: 'c2\0' })
    expect(tokenOf('/api/v1/configmaps?limit=2')).toMatchObject({ start: 'default/c2\0' })
  })

  test.each([
    ['PartialObjectMetadata', '', 'you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)'],
    [
      'PartialObjectMetadataList',
      '/c1',
      'you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)',
    ],
  ])('a %s is not to be had of configmaps%s', (as, path, message) => {
    const answered = filled().ask('GET', CONFIG_MAPS + path, undefined, { accept: `application/json;as=${as};g=meta.k8s.io;v=v1` })
    expect(answered).toMatchObject({ status: 406, body: { reason: 'NotAcceptable', message } })
  })

  test('comes in pages that show one moment, whatever happens between them', () => {
    const { ask, client, create } = filled()
    const first = ask('GET', `${CONFIG_MAPS}?limit=2`).body
    expect(first.metadata).toMatchObject({ remainingItemCount: 3, continue: expect.any(String) })
    client.delete(configMap, 'default', 'c3')
    create('c4a')
    client.update(configMap, { ...client.get(configMap, 'default', 'c4')!, data: { late: 'yes' } })
    const second = ask('GET', `${CONFIG_MAPS}?limit=2&continue=${first.metadata.continue}`).body
    const third = ask('GET', `${CONFIG_MAPS}?limit=2&continue=${second.metadata.continue}`).body
    expect([first, second, third].flatMap(({ items }) => items.map((item: { metadata: { name: string } }) => item.metadata.name))).toEqual([
      'c1',
      'c2',
      'c3',
      'c4',
      'c5',
    ])
    expect(second.items[1]).not.toHaveProperty('data')
    expect(third.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion })
  })

  test('cannot be continued once its moment has been compacted away', () => {
    const { ask, create, server } = filled()
    const { metadata } = ask('GET', `${CONFIG_MAPS}?limit=2`).body
    create('late')
    server.storage.compact(server.storage.revision)
    const refused = ask('GET', `${CONFIG_MAPS}?limit=2&continue=${metadata.continue}`)
    expect(refused).toMatchObject({
      status: 410,
      body: {
        reason: 'Expired',
        message: expect.stringMatching(/^The provided continue parameter is too old to display a consistent list result/),
      },
    })
    // The refusal brings a token with which the rest of the newest state can be had.
    const rest = ask('GET', `${CONFIG_MAPS}?continue=${refused.body.metadata.continue}`)
    expect(rest.body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['c3', 'c4', 'c5', 'late'])
    expect(rest.body.metadata.resourceVersion).toBe(String(server.storage.revision))
  })

  test('can be asked for as of an exact revision, or as of one at least that new', () => {
    const { ask, create, server, names } = filled(2)
    const { revision } = server.storage
    create('late')
    expect(names(`${CONFIG_MAPS}?resourceVersion=${revision}&resourceVersionMatch=Exact`)).toEqual(['c1', 'c2'])
    expect(names(`${CONFIG_MAPS}?resourceVersion=${revision}&resourceVersionMatch=NotOlderThan`)).toEqual(['c1', 'c2', 'late'])
    expect(names(`${CONFIG_MAPS}?resourceVersion=0`)).toEqual(['c1', 'c2', 'late'])
    expect(ask('GET', `${CONFIG_MAPS}?resourceVersion=${revision + 100}`)).toMatchObject({
      status: 504,
      body: { reason: 'Timeout', message: `Timeout: Too large resource version: ${revision + 100}, current: ${revision + 1}` },
    })
    expect(ask('GET', `${CONFIG_MAPS}?resourceVersionMatch=Exact`).body.message).toContain(
      'resourceVersionMatch is forbidden unless resourceVersion is provided',
    )
  })
})

describe('a watch', () => {
  function watching(server: ReturnType<typeof filled>, query: string) {
    const events: {
      type: string
      object: { metadata: { name: string; resourceVersion: string; annotations?: object }; code?: number; message?: string }
    }[] = []
    let ended = false
    const response = server.server.request({ method: 'GET', url: `${CONFIG_MAPS}?watch=true&${query}`, headers: {} })
    if (!isStreamed(response)) throw new Error(JSON.stringify(response))
    const stop = response.stream({ data: (chunk) => events.push(JSON.parse(chunk) as (typeof events)[number]), end: () => (ended = true) })
    return { events, stop, short: () => events.map(({ type, object }) => `${type} ${object.metadata.name}`), ended: () => ended }
  }
  const settle = ({ engine }: ReturnType<typeof filled>) => engine.advanceTo(engine.nowMs)

  test('without a resourceVersion begins with what is there', () => {
    const server = filled(2)
    const { short } = watching(server, '')
    expect(short().sort()).toEqual(['ADDED c1', 'ADDED c2'])
  })

  test.each([
    ['/api/v1/watch/configmaps', ['ADDED c1', 'ADDED c2', 'ADDED a']],
    ['/api/v1/watch/namespaces/default/configmaps', ['ADDED c1', 'ADDED c2']],
    ['/api/v1/watch/namespaces/default/configmaps/c2', ['ADDED c2']],
  ])('the old way, at %s, shows %j', (url, expected) => {
    const told: string[] = []
    const response = filled(2).server.request({ method: 'GET', url, headers: {} })
    if (!isStreamed(response)) throw new Error(JSON.stringify(response))
    response.stream({ data: (chunk) => told.push(chunk), end: () => undefined })
    const events = told.map((line) => JSON.parse(line) as { type: string; object: { metadata: { name: string } } })
    expect(events.map(({ type, object }) => `${type} ${object.metadata.name}`).sort()).toEqual(expected.sort())
  })

  test('marks the end of what was there only for a client that knows bookmarks', () => {
    const sent = (query: string) => watching(filled(1), `sendInitialEvents=true&resourceVersionMatch=NotOlderThan${query}`).events
    expect(sent('').map(({ type }) => type)).toEqual(['ADDED'])
    expect(sent('&allowWatchBookmarks=true').at(-1)).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    })
  })

  test('from a resourceVersion begins with what happened since', () => {
    const server = filled(1)
    const { revision } = server.server.storage
    server.create('b')
    server.client.delete(configMap, 'default', 'c1')
    const { short } = watching(server, `resourceVersion=${revision}`)
    settle(server)
    expect(short()).toEqual(['ADDED b', 'DELETED c1'])
  })

  test('with a selector sees an object come and go as its labels change', () => {
    const server = filled(1)
    const { short, events } = watching(server, `resourceVersion=${server.server.storage.revision}&labelSelector=on%3Dyes`)
    const relabel = (labels: Record<string, string>) => {
      const object = server.client.get(configMap, 'default', 'c1')!
      server.client.update(configMap, { ...object, metadata: { ...object.metadata, labels } })
    }
    relabel({ on: 'yes' })
    relabel({ on: 'yes', more: 'x' })
    relabel({ on: 'no' })
    relabel({ on: 'never' })
    settle(server)
    expect(short()).toEqual(['ADDED c1', 'MODIFIED c1', 'DELETED c1'])
    expect(events[2]!.object.metadata).toMatchObject({
      labels: { on: 'yes', more: 'x' },
      resourceVersion: String(server.server.storage.revision - 1),
    })
  })

  test('from before the history that is kept ends with 410', () => {
    const server = filled(3)
    server.server.storage.compact(4)
    const { events, ended } = watching(server, 'resourceVersion=2')
    expect(events).toEqual([
      { type: 'ERROR', object: expect.objectContaining({ code: 410, reason: 'Expired', message: 'too old resource version: 2 (4)' }) },
    ])
    expect(ended()).toBe(true)
  })

  test('with sendInitialEvents marks the end of the initial state by a bookmark', () => {
    const server = filled(1)
    const { events } = watching(server, 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true')
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK'])
    expect(events[1]!.object.metadata).toMatchObject({
      annotations: { 'k8s.io/initial-events-end': 'true' },
      resourceVersion: String(server.server.storage.revision),
    })
  })

  test('is reminded of the revision by bookmarks, and ends after its timeout', () => {
    const server = filled(1)
    const { events, ended } = watching(
      server,
      `resourceVersion=${server.server.storage.revision}&allowWatchBookmarks=true&timeoutSeconds=90`,
    )
    server.engine.advanceTo(server.engine.nowMs + 89_000)
    expect([events.map(({ type }) => type), ended()]).toEqual([['BOOKMARK'], false])
    server.engine.advanceTo(server.engine.nowMs + 2000)
    expect(ended()).toBe(true)
  })

  test('that is stopped hears nothing more, and leaves nothing in the queue', () => {
    const server = filled(1)
    settle(server)
    const before = server.engine.nextDueMs()
    const { events, stop } = watching(server, `resourceVersion=${server.server.storage.revision}&allowWatchBookmarks=true`)
    server.create('x')
    stop()
    settle(server)
    expect(events).toEqual([])
    expect(server.engine.nextDueMs()).toBe(before)
  })
})

test.each([
  ['PUT', '/api/v1/namespaces/default/configmaps', 405, 'the server does not allow this method on the requested resource'],
  ['GET', '/api/v1/namespaces/default/nothings', 404, 'the server could not find the requested resource'],
  ['GET', '/apis/apps/v2/deployments', 404, 'the server could not find the requested resource'],
  ['GET', '/apis/apps/v1/namespaces/default/deployments/x', 404, 'deployments.apps "x" not found'],
  ['GET', '/api/v1/configmaps/x', 404, 'the server could not find the requested resource'],
  ['BREW', '/api/v1/configmaps', 405, 'the server does not allow this method on the requested resource'],
])('%s %s is answered %d', (method, url, status, message) => {
  const { ask } = testServer()
  expect(ask(method, url)).toMatchObject({ status, body: { kind: 'Status', status: 'Failure', message } })
})

test('the items of a list of built-in objects do not repeat what the list is of', () => {
  const { ask } = testServer()
  ask('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'a' } })
  const { kind, apiVersion, items } = ask('GET', '/api/v1/namespaces/default/configmaps').body
  expect([kind, apiVersion]).toEqual(['ConfigMapList', 'v1'])
  expect(Object.keys(items[0])).not.toContain('kind')
  expect(Object.keys(items[0])).not.toContain('apiVersion')
})
