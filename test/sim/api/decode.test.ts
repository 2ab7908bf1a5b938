import { expect, test } from 'vitest'
import { scanJson } from '../../../src/sim/api/json-scan'
import { testServer } from './two-kinds'

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const deploymentWith = (spec: object) => ({
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    ...spec,
  },
})

test.each([
  ['', 'unexpected end of JSON input'],
  ['{"a":', 'unexpected end of JSON input'],
  ['hello', "invalid character 'h' looking for beginning of value"],
  ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
  ['[1 2]', "invalid character '2' after array element"],
  ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
  ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
  ['{"a":"\\x"}', "invalid character 'x' in string escape code"],
  ['{} x', "invalid character 'x' after top-level value"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['['.repeat(20_000), 'exceeded max depth'],
])('the JSON text %.20s is refused as Go refuses it', (text, problem) => {
  expect(scanJson(text).problem).toBe(problem)
})

test('keys given twice are found wherever they are', () => {
  expect(scanJson('{"a":1,"b":{"c":[{"d":1},{"d":1,"d":2}]},"a":2}')).toEqual({ duplicates: ['b.c[1].d', 'a'] })
})

test.each([
  ['an unknown field', { replicsa: 1 }, 'strict decoding error: unknown field "spec.replicsa"'],
  ['two unknown fields', { replicsa: 1, pausd: true }, 'strict decoding error: unknown field "spec.replicsa", unknown field "spec.pausd"'],
  [
    'a text for a number',
    { replicas: '1' },
    'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    'a fraction for a number',
    { replicas: 1.5 },
    'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    'a number for a truth value',
    { paused: 1 },
    'json: cannot unmarshal number into Go struct field DeploymentSpec.spec.paused of type bool',
  ],
  [
    'a number for a text in a map',
    { template: { metadata: { labels: { name: 5 } } } },
    'json: cannot unmarshal number into Go struct field ObjectMeta.spec.template.metadata.labels of type string',
  ],
  [
    'a number for a text in a list',
    { template: { spec: { containers: [{ name: 'c', env: [{ name: 'A', value: 1 }] }] } } },
    'json: cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string',
  ],
  [
    'an object for a list',
    { template: { spec: { containers: {} } } },
    'json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container',
  ],
  [
    'an unreadable quantity',
    { template: { spec: { containers: [{ name: 'c', resources: { limits: { cpu: 'lots' } } }] } } },
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
])('%s in a Deployment is refused in the words of a real server', (_, spec, why) => {
  const { ask } = testServer()
  const { status, body } = ask('POST', `${DEPLOYMENTS}?fieldValidation=Strict`, deploymentWith(spec))
  expect(status).toBe(400)
  expect(body.message).toBe(`Deployment in version "v1" cannot be handled as a Deployment: ${why}`)
})

test('fieldValidation decides whether an unknown or repeated field is refused, warned of or passed over', () => {
  const { server } = testServer()
  const body = '{"metadata":{"name":"a"},"dta":{},"data":{"x":"1"},"data":{"x":"2"}}'
  const post = (validation: string) =>
    server.request({ method: 'POST', url: `${CONFIG_MAPS}?dryRun=All&fieldValidation=${validation}`, headers: {}, body })
  expect(post('Strict')).toMatchObject({ status: 400 })
  expect(post('Warn')).toMatchObject({
    status: 201,
    headers: { warning: '299 - "duplicate field \\"data\\"", 299 - "unknown field \\"dta\\""' },
  })
  expect(post('Ignore').headers.warning).toBeUndefined()
})

test('what a Go server would drop or rewrite is dropped or rewritten', () => {
  const { ask } = testServer()
  const { body } = ask('POST', DEPLOYMENTS, {
    metadata: { name: 'web', creationTimestamp: null, labels: {} },
    spec: {
      replicas: 0,
      paused: false,
      minReadySeconds: 0,
      selector: { matchLabels: { a: 'b' } },
      template: {
        metadata: { labels: { a: 'b' } },
        spec: {
          hostNetwork: false,
          automountServiceAccountToken: false,
          volumes: [{ name: 'v', emptyDir: {} }],
          containers: [{ name: 'c', image: 'i', args: [], resources: { limits: { memory: '1024Mi', cpu: 0.5 } } }],
        },
      },
    },
  })
  expect(body.metadata).not.toHaveProperty('labels')
  expect(body.spec).toEqual({
    replicas: 0,
    selector: { matchLabels: { a: 'b' } },
    strategy: {},
    template: {
      metadata: { labels: { a: 'b' } },
      spec: {
        automountServiceAccountToken: false,
        volumes: [{ name: 'v', emptyDir: {} }],
        containers: [{ name: 'c', image: 'i', resources: { limits: { memory: '1Gi', cpu: '500m' } } }],
      },
    },
  })
})

test('a body that is too large, too deep or means something else to JavaScript is refused and leaves nothing behind', () => {
  const { ask, server } = testServer()
  const revision = server.storage.revision
  expect(ask('POST', CONFIG_MAPS, { metadata: { name: 'big' }, data: { x: 'y'.repeat(3 * 1024 * 1024) } })).toMatchObject({
    status: 413,
    body: { reason: 'RequestEntityTooLarge' },
  })
  expect(ask('POST', CONFIG_MAPS, '{"metadata":{"name":"a"},"data":{"__proto__":"x"}}').status).toBe(400)
  expect(
    ask('POST', CONFIG_MAPS, `{"metadata":{"name":"a"},"data":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`).body.message,
  ).toContain('exceeded max depth')
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'.split('').map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(',')}]`),
  ].join('\n')
  expect(ask('POST', CONFIG_MAPS, bomb, { 'content-type': 'application/yaml' }).body.message).toContain('excessive aliasing')
  expect(server.storage.revision).toBe(revision)
  expect(({} as Record<string, unknown>).x).toBeUndefined()
})

test('YAML is read like JSON', () => {
  const { ask } = testServer()
  expect(ask('POST', CONFIG_MAPS, 'metadata: {name: a}\ndata:\n  x: "1"\n', { 'content-type': 'application/yaml' }).body.data).toEqual({
    x: '1',
  })
})

test('a body of another format is refused with what would be accepted', () => {
  const { ask } = testServer()
  expect(ask('POST', CONFIG_MAPS, '<x/>', { 'content-type': 'text/xml' })).toMatchObject({
    status: 415,
    body: { reason: 'UnsupportedMediaType' },
  })
  expect(ask('GET', CONFIG_MAPS, undefined, { accept: 'text/html' })).toMatchObject({ status: 406, body: { reason: 'NotAcceptable' } })
})

test('an object of another kind or namespace than the path names is refused', () => {
  const { ask } = testServer()
  expect(ask('POST', CONFIG_MAPS, { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'a' } }).body.message).toBe(
    'the API version in the data (v2) does not match the expected API version (v1)',
  )
  expect(ask('POST', CONFIG_MAPS, { metadata: { name: 'a', namespace: 'other' } }).body.message).toBe(
    'the namespace of the provided object does not match the namespace sent on the request',
  )
})
