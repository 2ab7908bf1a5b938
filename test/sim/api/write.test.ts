import { describe, expect, test } from 'vitest'
import type { NewObject } from '../../../src/sim/api/object'
import type { Deployment } from '../../../src/sim/api/types/apps-v1.gen'
import { configMap, deployment, testServer } from './two-kinds'

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const web: NewObject<Deployment> = {
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } } as never, spec: { containers: [{ name: 'c', image: 'i' }] } },
  },
}

describe('create', () => {
  test('draws a name from generateName', () => {
    const { client } = testServer()
    const names = [1, 2].map(() => client.create(configMap, { metadata: { generateName: 'job-', namespace: 'default' } }).metadata.name)
    for (const name of names) expect(name).toMatch(/^job-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
    expect(names[0]).not.toBe(names[1])
  })

  test.each([
    [
      { name: 'Web' },
      'metadata.name: Invalid value: "Web": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters',
    ],
    [{}, 'metadata.name: Required value: name or generateName is required'],
    [{ name: 'a', labels: { 'a b': 'c' } }, 'metadata.labels: Invalid value: "a b": name part must consist of'],
    [{ name: 'a', labels: { a: '-' } }, 'metadata.labels: Invalid value: "-": a valid label must be an empty string or consist of'],
    [{ name: 'a', annotations: { x: 'y'.repeat(300_000) } }, 'metadata.annotations: Too long: may not be more than 262144 bytes'],
    [
      { name: 'a', ownerReferences: [{ kind: 'Pod', name: 'p', uid: 'u' }] },
      'metadata.ownerReferences[0].apiVersion: Invalid value: "": version must not be empty',
    ],
  ])('refuses the metadata %j', (metadata, why) => {
    const { ask, server } = testServer()
    const { status, body } = ask('POST', CONFIG_MAPS, { metadata })
    expect({ status, reason: body.reason }).toEqual({ status: 422, reason: 'Invalid' })
    expect(body.message).toContain(why)
    expect(server.storage.revision).toBe(1)
  })

  test('refuses a name that is taken', () => {
    const { ask } = testServer()
    ask('POST', CONFIG_MAPS, { metadata: { name: 'a' } })
    expect(ask('POST', CONFIG_MAPS, { metadata: { name: 'a' } })).toMatchObject({
      status: 409,
      body: { reason: 'AlreadyExists', message: 'configmaps "a" already exists' },
    })
  })

  test('as a dry run answers with the object and stores nothing', () => {
    const { ask, server } = testServer()
    expect(ask('POST', `${CONFIG_MAPS}?dryRun=All`, { metadata: { name: 'a' } })).toMatchObject({
      status: 201,
      body: { metadata: { name: 'a', uid: expect.any(String) } },
    })
    expect(server.storage.revision).toBe(1)
  })

  test('leaves no status to the author of a kind whose status is a subresource', () => {
    const { ask } = testServer()
    expect(ask('POST', DEPLOYMENTS, { ...web, status: { replicas: 7 } }).body.status).toEqual({})
  })
})

describe('update', () => {
  test('refuses to overwrite what it has not seen', () => {
    const { ask, client } = testServer()
    const first = client.create(configMap, { metadata: { name: 'a', namespace: 'default' } })
    client.update(configMap, { ...first, data: { by: 'somebody else' } })
    expect(ask('PUT', `${CONFIG_MAPS}/a`, { ...first, data: { by: 'me' } })).toMatchObject({
      status: 409,
      body: {
        reason: 'Conflict',
        message:
          'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
        details: { name: 'a', kind: 'configmaps' },
      },
    })
  })

  test('without a change is no write', () => {
    const { client, server } = testServer()
    const before = client.create(deployment, web)
    const revision = server.storage.revision
    expect(client.update(deployment, { ...before, spec: { ...before.spec, template: structuredClone(before.spec.template) } })).toBe(before)
    expect(server.storage.revision).toBe(revision)
  })

  test('keeps what nobody may change', () => {
    const { ask, client } = testServer()
    const { metadata } = client.create(deployment, web)
    const changed = ask('PUT', `${DEPLOYMENTS}/web`, {
      ...web,
      metadata: { name: 'web', creationTimestamp: '2000-01-01T00:00:00Z', generation: 99, selfLink: '/x' },
    }).body
    expect(changed.metadata).toMatchObject({ uid: metadata.uid, creationTimestamp: metadata.creationTimestamp, generation: 1 })
  })

  test('of another object of the same name is refused', () => {
    const { ask, client } = testServer()
    const { metadata } = client.create(configMap, { metadata: { name: 'a', namespace: 'default' } })
    expect(ask('PUT', `${CONFIG_MAPS}/a`, { metadata: { name: 'a', uid: 'other' } }).body.message).toBe(
      `Operation cannot be fulfilled on configmaps "a": Precondition failed: UID in precondition: other, UID in object meta: ${metadata.uid}`,
    )
  })

  test('raises the generation with the spec and with nothing else', () => {
    const { client } = testServer()
    const first = client.create(deployment, web)
    const labelled = client.update(deployment, { ...first, metadata: { ...first.metadata, labels: { a: 'b' } } })
    const scaled = client.update(deployment, { ...labelled, spec: { ...labelled.spec, replicas: 2 } })
    const observed = client.updateStatus(deployment, { ...scaled, status: { observedGeneration: 2 } })
    expect([first, labelled, scaled, observed].map(({ metadata }) => metadata.generation)).toEqual([1, 1, 2, 2])
  })
})

describe('subresources', () => {
  test('status reaches the status and the object itself everything else', () => {
    const { client } = testServer()
    const first = client.create(deployment, web)
    const observed = client.updateStatus(deployment, { ...first, spec: { ...first.spec, replicas: 9 }, status: { replicas: 1 } })
    expect([observed.spec.replicas, observed.status]).toEqual([1, { replicas: 1 }])
    const changed = client.update(deployment, { ...observed, spec: { ...observed.spec, replicas: 3 }, status: { replicas: 9 } })
    expect([changed.spec.replicas, changed.status]).toEqual([3, { replicas: 1 }])
  })

  test('scale reads and writes the replicas', () => {
    const { ask, client } = testServer()
    client.create(deployment, web)
    expect(ask('GET', `${DEPLOYMENTS}/web/scale`).body).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 1 },
      status: { replicas: 0, selector: 'app=web' },
    })
    expect(
      ask('PATCH', `${DEPLOYMENTS}/web/scale`, { spec: { replicas: 4 } }, { 'content-type': 'application/merge-patch+json' }).body.spec,
    ).toEqual({ replicas: 4 })
    expect(client.get(deployment, 'default', 'web')).toMatchObject({ spec: { replicas: 4 }, metadata: { generation: 2 } })
    expect(ask('PUT', `${DEPLOYMENTS}/web/scale`, { spec: { replicas: -1 } }).body.message).toBe(
      'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    )
  })

  test('that a kind does not have are not there', () => {
    const { ask, client } = testServer()
    client.create(configMap, { metadata: { name: 'a', namespace: 'default' } })
    expect(ask('GET', `${CONFIG_MAPS}/a/status`)).toMatchObject({
      status: 404,
      body: { message: 'the server could not find the requested resource' },
    })
  })
})

test('every revision can tell who wrote it and why', () => {
  const { client, server } = testServer()
  client.create(configMap, { metadata: { name: 'a', namespace: 'default' } }, { because: 'to see' })
  expect(server.storage.writerOf(2)).toEqual({ user: 'tester', manager: 'test', because: 'to see' })
  expect(server.storage.writerOf(99)).toBeUndefined()
})
