import { expect, test } from 'vitest'
import { isStreamed } from '../../../src/sim/api/http'
import { configMap, testServer } from './two-kinds'

test('an object can be created, read, listed, replaced and deleted over JSON', () => {
  const { ask } = testServer()
  const created = ask('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'a' }, data: { k: 'v' } })
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'default', resourceVersion: '2', creationTimestamp: '2026-01-01T00:00:00Z' },
  })
  expect(ask('GET', '/api/v1/namespaces/default/configmaps/a').body).toEqual(created.body)
  expect(ask('PUT', '/api/v1/namespaces/default/configmaps/a', { metadata: { name: 'a' }, data: { k: 'w' } }).body.data).toEqual({ k: 'w' })
  expect(ask('GET', '/api/v1/configmaps').body).toMatchObject({
    kind: 'ConfigMapList',
    metadata: { resourceVersion: '3' },
    items: [{ data: { k: 'w' } }],
  })
  expect(ask('DELETE', '/api/v1/namespaces/default/configmaps/a').body).toMatchObject({
    kind: 'Status',
    status: 'Success',
    details: { name: 'a', kind: 'configmaps' },
  })
  expect(ask('GET', '/api/v1/namespaces/default/configmaps/a').body).toMatchObject({
    code: 404,
    reason: 'NotFound',
    message: 'configmaps "a" not found',
  })
})

test('a watch tells of every change in order, and never from inside the write', () => {
  const { engine, server, client } = testServer()
  const heard: string[] = []
  const response = server.request({ method: 'GET', url: '/api/v1/configmaps?watch=1&resourceVersion=1', headers: {} })
  if (!isStreamed(response)) throw new Error('not a stream')
  response.stream({ data: (chunk) => heard.push(chunk), end: () => heard.push('end') })
  const a = client.create(configMap, { metadata: { name: 'a', namespace: 'default' } })
  client.update(configMap, { ...a, data: { k: 'v' } })
  client.delete(configMap, 'default', 'a')
  expect(heard).toEqual([])
  engine.step()
  expect(heard.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['ADDED', 'MODIFIED', 'DELETED'])
})

test('a patch of each type changes what it names and no more', () => {
  const { ask } = testServer()
  ask('POST', '/apis/apps/v1/namespaces/default/deployments', {
    metadata: { name: 'web' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            { name: 'a', image: 'a:1' },
            { name: 'b', image: 'b:1' },
          ],
        },
      },
    },
  })
  const url = '/apis/apps/v1/namespaces/default/deployments/web'
  const patch = (type: string, body: unknown) => ask('PATCH', url, body, { 'content-type': `application/${type}+json` })
  expect(
    patch('strategic-merge-patch', {
      spec: { template: { spec: { containers: [{ name: 'b', image: 'b:2' }] } } },
    }).body.spec.template.spec.containers.map((c: { image: string }) => c.image),
  ).toEqual(['a:1', 'b:2'])
  expect(patch('json-patch', [{ op: 'replace', path: '/spec/replicas', value: 3 }]).body.spec.replicas).toBe(3)
  expect(patch('merge-patch', { spec: { replicas: null } }).body.spec.replicas).toBeUndefined()
  expect(ask('GET', url).body.metadata.generation).toBe(4)
})
