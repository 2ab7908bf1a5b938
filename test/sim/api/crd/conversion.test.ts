import { expect, test } from 'vitest'
import { isStreamed } from '../../../../src/sim/api/http'
import { serveCustomResources } from '../../../../src/sim/api/crd/serve'
import type { Dial } from '../../../../src/sim/api/waiting'
import { testServer } from '../test-server'

interface Review {
  readonly request: { readonly uid: string; readonly desiredAPIVersion: string; readonly objects: readonly Record<string, unknown>[] }
}

/** A conversion webhook for `hostPort: "a:1"` (v1) and `host`, `port` (v2), answering after a while. */
function converting(later: (act: () => void) => void): Dial {
  return ({ body }, listener) => {
    const { request } = JSON.parse(body) as Review
    const convertedObjects = request.objects.map(({ hostPort, host, port, ...rest }) => {
      const [first, second] = String(hostPort ?? `${host}:${port}`).split(':')
      const isFirst = request.desiredAPIVersion.endsWith('/v1')
      return {
        ...rest,
        ...(isFirst ? { hostPort: `${first}:${second}` } : { host: first, port: second }),
        apiVersion: request.desiredAPIVersion,
      }
    })
    later(() => {
      listener.head(200, {})
      listener.data(
        JSON.stringify({ kind: 'ConversionReview', response: { uid: request.uid, convertedObjects, result: { status: 'Success' } } }),
      )
      listener.end()
    })
    return () => undefined
  }
}

const schema = (...fields: string[]) => ({
  openAPIV3Schema: { type: 'object', properties: Object.fromEntries(fields.map((field) => [field, { type: 'string' }])) },
})

function start(dial: Dial) {
  const cluster = testServer({}, { dial })
  serveCustomResources(cluster.server)
  cluster.send('POST', '/api/v1/namespaces/default/services', { metadata: { name: 'conv' }, spec: { ports: [{ port: 443 }] } })
  const service = { namespace: 'default', name: 'conv', path: '/convert' }
  cluster.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: 'crontabs.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'crontabs', kind: 'CronTab' },
      conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig: { service } } },
      versions: [
        { name: 'v1', served: true, storage: true, schema: schema('hostPort') },
        { name: 'v2', served: true, storage: false, schema: schema('host', 'port') },
      ],
    },
  })
  cluster.engine.advanceTo(cluster.engine.nowMs + 1000)
  return cluster
}

const at = (version: string, rest = '') => `/apis/example.com/${version}/namespaces/default/crontabs${rest}`

test('objects are read, listed and written in another version through the webhook', () => {
  const { send } = start(converting((act) => act()))
  send('POST', at('v1'), { metadata: { name: 'a' }, hostPort: 'localhost:80' })
  expect(send('GET', at('v2', '/a'))).toMatchObject({
    apiVersion: 'example.com/v2',
    host: 'localhost',
    port: '80',
    metadata: { name: 'a' },
  })
  expect(send('GET', at('v2')).items).toMatchObject([{ host: 'localhost' }])
  send('PATCH', at('v2', '/a'), { port: '81' }, { 'content-type': 'application/merge-patch+json' })
  expect(send('GET', at('v1', '/a'))).toMatchObject({ hostPort: 'localhost:81' })
})

test('a watch in another version waits for each object to be converted, and keeps their order', () => {
  const { server, send, engine } = start(converting((act) => void (delayed ? engine.after(100, act) : act())))
  let delayed = false
  send('POST', at('v1'), { metadata: { name: 'a' }, hostPort: 'a:1' })
  delayed = true
  const response = server.request({ method: 'GET', url: at('v2', '?watch=true'), headers: {} })
  const heard: string[] = []
  if (isStreamed(response)) {
    response.stream({
      data: (line) => {
        const { type, object } = JSON.parse(line) as { type: string; object: { host: string; metadata: { name: string } } }
        heard.push(`${type} ${object.metadata.name} ${object.host}`)
      },
      end: () => undefined,
    })
  }
  send('POST', at('v1'), { metadata: { name: 'b' }, hostPort: 'b:1' })
  send('PATCH', at('v1', '/a'), { hostPort: 'c:1' }, { 'content-type': 'application/merge-patch+json' })
  engine.advanceTo(engine.nowMs + 50)
  expect(heard).toEqual([])
  engine.advanceTo(engine.nowMs + 1000)
  expect(heard).toEqual(['ADDED a a', 'ADDED b b', 'MODIFIED a c'])
})

test('without the webhook only the stored version can be read', () => {
  const { send } = start((_request, listener) => {
    listener.error('ECONNREFUSED')
    return () => undefined
  })
  send('POST', at('v1'), { metadata: { name: 'a' }, hostPort: 'localhost:80' })
  expect(send('GET', at('v1', '/a'))).toMatchObject({ hostPort: 'localhost:80' })
  expect(send('GET', at('v2', '/a'))).toMatchObject({
    code: 500,
    message: expect.stringMatching(
      /^conversion webhook for example.com\/v1, Kind=CronTab failed: Post "https:\/\/conv.default.svc:443\/convert\?timeout=30s": dial tcp 10\.[\d.]+:443: connect: connection refused$/,
    ),
  })
})
