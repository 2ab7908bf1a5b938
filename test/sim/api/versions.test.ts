import { expect, test } from 'vitest'
import type { BufferedResponse } from '../../../src/sim/api/http'
import { defineKind } from '../../../src/sim/api/kind'
import { createApiServer } from '../../../src/sim/api/server'
import type { AnyObject } from '../../../src/sim/api/object'
import type { Event } from '../../../src/sim/api/types/core-v1.gen'
import { createEngine } from '../../../src/sim/engine/engine'

const cronJob = defineKind<AnyObject>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  namespaced: true,
  otherVersions: [{ version: 'v1beta1', toStorage: (object) => object, fromStorage: (object: AnyObject) => object }],
})

function serverOf(release: string) {
  const server = createApiServer({ engine: createEngine({ seed: 1, startMs: 0 }), kinds: [cronJob], release })
  const get = (version: string) =>
    server.request({ method: 'GET', url: `/apis/batch/${version}/cronjobs`, headers: {} }) as BufferedResponse
  return { server, get }
}

test.each([
  ['1.20', 'v1beta1', 200],
  ['1.20', 'v1', 404],
  ['1.24', 'v1beta1', 200],
  ['1.24', 'v1', 200],
  ['1.25', 'v1beta1', 404],
])('release %s answers batch/%s CronJobs with %d', (release, version, status) => {
  expect(serverOf(release).get(version).status).toBe(status)
})

test('who uses a deprecated version is warned of it, from the release on that deprecated it', () => {
  expect(serverOf('1.24').get('v1beta1').headers.warning).toBe(
    '299 - "batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+; use batch/v1 CronJob"',
  )
  expect(serverOf('1.20').get('v1beta1').headers.warning).toBeUndefined()
})

test('an object can be written in one version and read in another', () => {
  const { server } = serverOf('1.24')
  const ask = (method: string, version: string, below = '', body?: string) =>
    JSON.parse(
      (
        server.request({
          method,
          url: `/apis/batch/${version}/namespaces/default/cronjobs${below}`,
          headers: {},
          ...(body !== undefined && { body }),
        }) as BufferedResponse
      ).body as string,
    ) as AnyObject
  expect(ask('POST', 'v1beta1', '', '{"metadata":{"name":"a"},"spec":{"schedule":"* * * * *"}}')).toMatchObject({
    apiVersion: 'batch/v1beta1',
    spec: { schedule: '* * * * *' },
  })
  expect(ask('GET', 'v1', '/a')).toMatchObject({ apiVersion: 'batch/v1', kind: 'CronJob', spec: { schedule: '* * * * *' } })
  expect(server.storage.get(cronJob, 'default', 'a')!.object.apiVersion).toBe('batch/v1')
})

test('in-process clients speak the stored version even at a release that does not serve it', () => {
  const client = serverOf('1.20').server.client({ user: 'c', manager: 'c' })
  client.create(cronJob, { metadata: { name: 'a', namespace: 'default' }, spec: {} })
  expect(client.list(cronJob)).toHaveLength(1)
})

test('objects of a kind with a time to live go when nobody has written them for that long', () => {
  const event = defineKind<Event>({ group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true, ttlSeconds: 3600 })
  const engine = createEngine({ seed: 1, startMs: 0 })
  const client = createApiServer({ engine, kinds: [event] }).client({ user: 'c', manager: 'c' })
  const create = (name: string) => client.create(event, { metadata: { name, namespace: 'default' }, involvedObject: {} } as never)
  const first = create('first')
  create('second')
  engine.advanceTo(1800_000)
  client.update(event, { ...first, count: 2 })
  engine.advanceTo(3700_000)
  expect(client.list(event).map(({ metadata }) => metadata.name)).toEqual(['first'])
  engine.advanceTo(5500_000)
  expect(client.list(event)).toEqual([])
})
