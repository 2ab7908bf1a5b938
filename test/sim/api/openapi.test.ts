import { expect, test } from 'vitest'
import type { ApiServer } from '../../../src/sim/api/hooks'
import type { BufferedResponse } from '../../../src/sim/api/http'
import { defineKind } from '../../../src/sim/api/kind'
import { openApiRoutes } from '../../../src/sim/api/openapi'
import { createRegistry } from '../../../src/sim/api/registry'
import type { JsonSchema } from '../../../src/sim/api/openapi-schemas'

const deployment = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
  subresources: ['scale', 'status'],
})
const cronTab = defineKind({
  group: 'stable.example.com',
  version: 'v1',
  kind: 'CronTab',
  plural: 'crontabs',
  namespaced: true,
  customSchema: { type: 'object', properties: { spec: { type: 'object', properties: { cron: { type: 'string' } } } } },
})
const registry = createRegistry([deployment, cronTab] as never[], () => true)
const server = { registry, release: [1, 36] } as unknown as ApiServer // all that OpenAPI looks at
const routes = openApiRoutes({ descriptions: () => ({ 'apps.v1.DeploymentSpec': ['What is wanted.', { replicas: 'How many.' }] }) })
const ask = (path: string, headers = {}) =>
  routes(
    { method: 'GET', url: path, headers },
    { verb: 'get', path: path.split('?')[0]!, query: new URL(path, 'http://x').searchParams },
    server,
  ) as BufferedResponse
const document = (path: string) => JSON.parse(ask(path).body as string)

test('the index names each group version with a hash', () => {
  expect(document('/openapi/v3').paths['apis/apps/v1'].serverRelativeURL).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{16}$/)
})

test("a kind's PATCH takes fieldValidation, without which kubectl would not leave validation to the server", () => {
  const { patch } = document('/openapi/v3/apis/apps/v1').paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']
  expect(patch['x-kubernetes-group-version-kind']).toEqual({ group: 'apps', version: 'v1', kind: 'Deployment' })
  expect(patch.parameters.map(({ name }: { name: string }) => name)).toContain('fieldValidation')
})

test('schemas carry descriptions, references, merge keys and the kinds they belong to', () => {
  const { schemas } = document('/openapi/v3/apis/apps/v1').components as {
    schemas: Record<string, JsonSchema & { properties: Record<string, JsonSchema> }>
  }
  expect(schemas['io.k8s.api.apps.v1.Deployment']).toMatchObject({
    'x-kubernetes-group-version-kind': [{ group: 'apps', kind: 'Deployment', version: 'v1' }],
    properties: { apiVersion: { type: 'string' }, spec: { allOf: [{ $ref: '#/components/schemas/io.k8s.api.apps.v1.DeploymentSpec' }] } },
  })
  expect(schemas['io.k8s.api.apps.v1.DeploymentSpec']).toMatchObject({
    description: 'What is wanted.',
    required: ['selector', 'template'],
    properties: { replicas: { type: 'integer', format: 'int32', description: 'How many.' } },
  })
  expect(schemas['io.k8s.api.core.v1.PodSpec']?.properties.containers).toMatchObject({
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    'x-kubernetes-patch-merge-key': 'name',
    'x-kubernetes-patch-strategy': 'merge',
  })
  expect(schemas['io.k8s.api.autoscaling.v1.Scale']).toMatchObject({ 'x-kubernetes-group-version-kind': [{ kind: 'Scale' }] })
})

test('every reference in every document leads somewhere', () => {
  for (const [path, root] of [
    ['/openapi/v3/apis/apps/v1', '#/components/schemas/'],
    ['/openapi/v3/apis/stable.example.com/v1', '#/components/schemas/'],
    ['/openapi/v2', '#/definitions/'],
  ] as const) {
    const whole = document(path)
    const defined = new Set(Object.keys(whole.definitions ?? whole.components.schemas))
    const referred = [...JSON.stringify(whole).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref!.replace(root, ''))
    expect(referred.length).toBeGreaterThan(5)
    expect(referred.filter((name) => !defined.has(name))).toEqual([])
  }
})

test('a custom kind is described under its group turned around, with its own schema', () => {
  expect(document('/openapi/v3/apis/stable.example.com/v1').components.schemas['com.example.stable.v1.CronTab']).toMatchObject({
    properties: { kind: { type: 'string' }, metadata: {}, spec: { properties: { cron: { type: 'string' } } } },
    'x-kubernetes-group-version-kind': [{ group: 'stable.example.com', version: 'v1', kind: 'CronTab' }],
  })
})

test('a document that a client has already is not sent again', () => {
  const { headers } = ask('/openapi/v3/apis/apps/v1')
  expect(ask('/openapi/v3/apis/apps/v1', { 'if-none-match': headers.etag }).status).toBe(304)
})

test('kubectl gets OpenAPI v2 as the protobuf message it asks for', () => {
  const answer = ask('/openapi/v2', { accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf' })
  const bytes = answer.body as Uint8Array
  expect(answer.headers['content-type']).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf')
  expect(new TextDecoder().decode(bytes.subarray(0, 5))).toBe('\n\x032.0') // field 1, three bytes: swagger
})
