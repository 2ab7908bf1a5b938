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
    ['resourceVersion=abc', 'Invalid value: "abc"'],
    ['continue=nonsense', 'continue key is not valid'],
  ])('with %s is refused', (query, why) => {
    const { ask } = filled()
    const { status, body } = ask('GET', `${CONFIG_MAPS}?${query}`)
    expect({ status, message: body.message }).toEqual({ status: 400, message: expect.stringContaining(why) })
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
