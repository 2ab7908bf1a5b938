import { describe, expect, test } from 'vitest'
import { createApiServer } from '../../../src/sim/api/server'
import { defineKind } from '../../../src/sim/api/kind'
import { isStatus } from '../../../src/sim/api/status'
import { createEngine } from '../../../src/sim/engine/engine'
import type { Namespace, Pod } from '../../../src/sim/api/types/core-v1.gen'
import { configMap, testServer } from './two-kinds'

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'

const pod = defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  subresources: ['status'],
  graceSeconds: ({ spec }) => (spec.nodeName ? (spec.terminationGracePeriodSeconds ?? 30) : 0),
})
const namespace = defineKind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  subresources: ['status', 'finalize'],
  holdsDeletion: ({ spec }) => (spec?.finalizers ?? []).length > 0,
  beforeDelete: (object) => ({ ...object, status: { phase: 'Terminating' } }),
})

function podServer() {
  const engine = createEngine({ seed: 1, startMs: 0 })
  const server = createApiServer({
    engine,
    kinds: [pod, namespace],
    subresourceHandlers: [
      { of: { group: '', plural: 'namespaces' }, subresource: 'finalize', merge: (stored, { spec }) => ({ ...stored, spec }) },
    ],
  })
  const client = server.client({ user: 'kubelet', manager: 'kubelet' })
  const create = (spec: object) =>
    client.create(pod, { metadata: { name: 'p', namespace: 'default' }, spec: { containers: [], ...spec } as Pod['spec'] })
  return { engine, client, create, seen: () => client.get(pod, 'default', 'p') }
}

describe('deletion', () => {
  test('of a running Pod waits for its grace period, and for the kubelet to delete it with none', () => {
    const { client, create, seen } = podServer()
    create({ nodeName: 'node01' })
    client.delete(pod, 'default', 'p')
    expect(seen()!.metadata).toMatchObject({ deletionTimestamp: '1970-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 })
    client.delete(pod, 'default', 'p', { gracePeriodSeconds: 0 })
    expect(seen()).toBeUndefined()
  })

  test('of a Pod that no node has is immediate', () => {
    const { client, create, seen } = podServer()
    create({})
    client.delete(pod, 'default', 'p')
    expect(seen()).toBeUndefined()
  })

  test('can be hurried by a second delete but not slowed down', () => {
    const { engine, client, create, seen } = podServer()
    create({ nodeName: 'node01', terminationGracePeriodSeconds: 60 })
    client.delete(pod, 'default', 'p')
    engine.advanceTo(5000)
    client.delete(pod, 'default', 'p', { gracePeriodSeconds: 600 })
    expect(seen()!.metadata.deletionTimestamp).toBe('1970-01-01T00:01:00Z')
    client.delete(pod, 'default', 'p', { gracePeriodSeconds: 10 })
    expect(seen()!.metadata).toMatchObject({ deletionTimestamp: '1970-01-01T00:00:10Z', deletionGracePeriodSeconds: 10 })
  })

  test('waits for finalizers, and ends with the update that removes the last', () => {
    const { ask, client } = testServer()
    client.create(configMap, { metadata: { name: 'a', namespace: 'default', finalizers: ['example.com/hold'] } })
    expect(ask('DELETE', `${CONFIG_MAPS}/a`).body).toMatchObject({ kind: 'ConfigMap', metadata: { deletionGracePeriodSeconds: 0 } })
    const held = client.get(configMap, 'default', 'a')!
    expect(held.metadata.deletionTimestamp).toBe('2026-01-01T00:00:00Z')
    expect(() =>
      client.update(configMap, { ...held, metadata: { ...held.metadata, finalizers: ['example.com/hold', 'example.com/more'] } }),
    ).toThrow(
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/more"}',
    )
    client.update(configMap, { ...held, metadata: { ...held.metadata, finalizers: [] } })
    expect(client.get(configMap, 'default', 'a')).toBeUndefined()
  })

  test.each([
    ['Foreground', ['foregroundDeletion']],
    ['Orphan', ['orphan']],
  ] as const)('with propagation %s leaves the object to the garbage collector', (propagation, finalizers) => {
    const { client } = testServer()
    client.create(configMap, { metadata: { name: 'a', namespace: 'default' } })
    client.delete(configMap, 'default', 'a', { propagation })
    expect(client.get(configMap, 'default', 'a')!.metadata).toMatchObject({ finalizers, deletionTimestamp: expect.any(String) })
  })

  test('of a namespace ends when its own finalizers are gone', () => {
    const { client } = podServer()
    client.create(namespace, { metadata: { name: 'dev' }, spec: { finalizers: ['kubernetes'] } })
    client.delete(namespace, undefined, 'dev')
    const dying = client.get(namespace, undefined, 'dev')!
    expect(dying.status).toEqual({ phase: 'Terminating' })
    client.update(namespace, { ...dying, spec: { finalizers: [] } }, { subresource: 'finalize' })
    expect(client.get(namespace, undefined, 'dev')).toBeUndefined()
  })

  test('holds to its preconditions', () => {
    const { client } = testServer()
    const { metadata } = client.create(configMap, { metadata: { name: 'a', namespace: 'default' } })
    const attempt = (preconditions: object) => () => client.delete(configMap, 'default', 'a', { preconditions })
    expect(attempt({ uid: 'other' })).toThrow(`Precondition failed: UID in precondition: other, UID in object meta: ${metadata.uid}`)
    expect(attempt({ resourceVersion: '1' })).toThrow(
      'Precondition failed: ResourceVersion in precondition: 1, ResourceVersion in object meta: 2',
    )
    attempt({ uid: metadata.uid })()
    expect(client.get(configMap, 'default', 'a')).toBeUndefined()
  })

  test('of a collection takes what the selector names and answers with it', () => {
    const { ask, client } = testServer()
    for (const name of ['a', 'b', 'c'])
      client.create(configMap, { metadata: { name, namespace: 'default', labels: { keep: String(name === 'b') } } })
    expect(
      ask('DELETE', `${CONFIG_MAPS}?labelSelector=keep%3Dfalse`).body.items.map(
        (item: { metadata: { name: string } }) => item.metadata.name,
      ),
    ).toEqual(['a', 'c'])
    expect(client.list(configMap).map(({ metadata }) => metadata.name)).toEqual(['b'])
  })

  test('as a dry run deletes nothing', () => {
    const { ask, client } = testServer()
    client.create(configMap, { metadata: { name: 'a', namespace: 'default' } })
    expect(ask('DELETE', `${CONFIG_MAPS}/a?dryRun=All`).body.status).toBe('Success')
    expect(ask('DELETE', `${CONFIG_MAPS}/a`, { kind: 'DeleteOptions', dryRun: ['All'] }).body.status).toBe('Success')
    expect(client.get(configMap, 'default', 'a')).toBeDefined()
  })

  test('of what is not there is a 404', () => {
    const { client } = testServer()
    try {
      client.delete(configMap, 'default', 'nope')
      expect.unreachable()
    } catch (error) {
      expect(isStatus(error, 'NotFound')).toBe(true)
    }
  })
})

test.each([
  [{ propagationPolicy: 'Orphan', orphanDependents: true }, '', 422, 'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set'], // prettier-ignore
  [undefined, '?gracePeriodSeconds=soon', 400, 'strconv.ParseInt: parsing "soon": invalid syntax'],
])('a deletion with %j%s is refused', (options, query, status, message) => {
  const { ask, client } = testServer()
  client.create(configMap, { metadata: { name: 'c', namespace: 'default' } })
  expect(ask('DELETE', `${CONFIG_MAPS}/c${query}`, options)).toMatchObject({ status, body: { message } })
})
