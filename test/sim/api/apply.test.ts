import { describe, expect, test } from 'vitest'
import { testServer } from './two-kinds'

const URL = '/apis/apps/v1/namespaces/default/deployments'
const container = (name: string, image: string) => ({ name, image })
const web = (spec: object, containers: object[] = [container('nginx', 'nginx')]) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers } }, ...spec },
})

function appliers() {
  const { ask, ...rest } = testServer()
  const apply = (manager: string, object: unknown, query = '') =>
    ask('PATCH', `${URL}/web?fieldManager=${manager}${query}`, object, { 'content-type': 'application/apply-patch+yaml' })
  const managers = () =>
    (
      ask('GET', `${URL}/web`).body.metadata.managedFields as {
        manager: string
        operation: string
        fieldsV1: object
        subresource?: string
      }[]
    ).map(({ manager, operation, fieldsV1, subresource }) => ({ manager, operation, fieldsV1, ...(subresource && { subresource }) }))
  return { ...rest, ask, apply, managers }
}

describe('server-side apply', () => {
  test('creates what is not there, and owns exactly the fields it names', () => {
    const { apply, managers } = appliers()
    expect(apply('ci', web({ replicas: 2 })).status).toBe(201)
    expect(managers()).toEqual([
      {
        manager: 'ci',
        operation: 'Apply',
        fieldsV1: {
          'f:spec': {
            'f:replicas': {},
            'f:selector': {},
            'f:template': {
              'f:metadata': { 'f:labels': { 'f:app': {} } },
              'f:spec': { 'f:containers': { 'k:{"name":"nginx"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
            },
          },
        },
      },
    ])
  })

  test('refuses to change what another manager set, and says who and where', () => {
    const { ask, apply } = appliers()
    ask('POST', `${URL}?fieldManager=kubectl-create`, web({ replicas: 1 }))
    expect(apply('ci', web({ replicas: 3 }))).toMatchObject({
      status: 409,
      body: {
        reason: 'Conflict',
        message: 'Apply failed with 1 conflict: conflict with "kubectl-create" using apps/v1: .spec.replicas',
        details: { causes: [{ reason: 'FieldManagerConflict', field: '.spec.replicas' }] },
      },
    })
    expect(apply('ci', web({ replicas: 3 }, [container('nginx', 'nginx:2')])).body.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "kubectl-create" using apps/v1:\n- .spec.replicas\n- .spec.template.spec.containers[name="nginx"].image',
    )
    expect(ask('GET', `${URL}/web`).body.spec.replicas).toBe(1)
  })

  test('takes fields over with force, and shares those on whose value both agree', () => {
    const { ask, apply, managers } = appliers()
    ask('POST', `${URL}?fieldManager=kubectl-create`, web({ replicas: 1 }))
    expect(apply('ci', web({ replicas: 3 }), '&force=true').body.spec.replicas).toBe(3)
    const [ci, create] = managers()
    expect(ci).toMatchObject({ manager: 'ci', fieldsV1: { 'f:spec': { 'f:replicas': {}, 'f:selector': {} } } })
    expect(create!.fieldsV1).toMatchObject({ 'f:spec': { 'f:selector': {} } })
    expect(create!.fieldsV1).not.toHaveProperty(['f:spec', 'f:replicas'])
  })

  test('removes what its manager no longer names, unless somebody else names it too', () => {
    const { apply } = appliers()
    apply('ci', web({ replicas: 2, minReadySeconds: 5 }, [container('nginx', 'nginx'), container('log', 'busybox')]))
    apply('hpa', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 2 } })
    const { spec } = apply('ci', web({})).body
    expect(spec.replicas).toBe(2)
    expect(spec).not.toHaveProperty('minReadySeconds')
    expect(spec.template.spec.containers).toEqual([container('nginx', 'nginx')].map((each) => ({ ...each, resources: {} })))
  })

  test('of the same configuration again changes nothing, not even the resourceVersion', () => {
    const { apply, engine } = appliers()
    const first = apply('ci', web({ replicas: 2 })).body
    engine.advanceTo(engine.nowMs + 60_000)
    expect(apply('ci', web({ replicas: 2 })).body).toEqual(first)
  })

  test('owns a zero value that it names', () => {
    const { apply, managers } = appliers()
    apply('ci', web({ paused: false }))
    expect(managers()[0]!.fieldsV1).toMatchObject({ 'f:spec': { 'f:paused': {} } })
  })

  test.each([
    ['without a kind', { apiVersion: 'apps/v1', metadata: { name: 'web' } }, 400, /Object 'Kind' is missing/],
    [
      'with a field of nobody',
      web({ replicsa: 1 }),
      500,
      /^failed to create typed patch object \(default\/web; apps\/v1, Kind=Deployment\): \.spec\.replicsa: field not declared in schema$/,
    ],
    [
      'that says who manages what',
      { ...web({}), metadata: { name: 'web', managedFields: [{ manager: 'x' }] } },
      400,
      /^metadata.managedFields must be nil$/,
    ],
    ['of another name', { ...web({}), metadata: { name: 'other' } }, 400, /does not match the name on the URL/],
  ])('is refused %s', (_, object, status, message) => {
    const { apply } = appliers()
    const answer = apply('ci', object)
    expect(answer.status).toBe(status)
    expect(answer.body.message).toMatch(message)
  })

  test('is refused without a field manager', () => {
    const { ask } = appliers()
    expect(ask('PATCH', `${URL}/web`, web({}), { 'content-type': 'application/apply-patch+yaml' }).body.message).toBe(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    )
  })
})

describe('managedFields', () => {
  test('tell of every writer which fields it set last, by subresource', () => {
    const { ask, managers } = appliers()
    ask('POST', URL, web({ replicas: 1 }), { 'user-agent': 'kubectl/v1.36.0 (linux/amd64)' })
    ask(
      'PATCH',
      `${URL}/web?fieldManager=editor`,
      { metadata: { labels: { team: 'a' } }, spec: { replicas: 4 } },
      { 'content-type': 'application/merge-patch+json' },
    )
    ask(
      'PATCH',
      `${URL}/web/status?fieldManager=controller`,
      { status: { replicas: 4 }, spec: { replicas: 9 } },
      { 'content-type': 'application/merge-patch+json' },
    )
    ask('PATCH', `${URL}/web/scale?fieldManager=scaler`, { spec: { replicas: 5 } }, { 'content-type': 'application/merge-patch+json' })
    const entries = Object.fromEntries(managers().map((entry) => [entry.manager, entry]))
    expect(entries.kubectl!.fieldsV1).not.toHaveProperty(['f:spec', 'f:replicas'])
    expect(entries.editor).toEqual({
      manager: 'editor',
      operation: 'Update',
      fieldsV1: { 'f:metadata': { 'f:labels': { '.': {}, 'f:team': {} } } },
    })
    expect(entries.controller).toEqual({
      manager: 'controller',
      operation: 'Update',
      subresource: 'status',
      fieldsV1: { 'f:status': { 'f:replicas': {} } },
    })
    expect(entries.scaler).toEqual({
      manager: 'scaler',
      operation: 'Update',
      subresource: 'scale',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    })
  })

  test('come out the same whether they are looked at after each write or only at the end', () => {
    const history = (look: boolean) => {
      const { ask, managers } = appliers()
      ask('POST', `${URL}?fieldManager=a`, web({ replicas: 1 }))
      for (let i = 0; i < 30; i++) {
        const manager = ['a', 'b', 'c'][i % 3]!
        ask(
          'PATCH',
          `${URL}/web?fieldManager=${manager}`,
          { metadata: { labels: { [`l${i % 4}`]: i % 5 ? `${i}` : null } }, spec: { replicas: i % 7 } },
          { 'content-type': 'application/merge-patch+json' },
        )
        if (look) managers()
      }
      return managers()
    }
    expect(history(false)).toEqual(history(true))
  })

  test('can be handed over by a client that rewrites them', () => {
    const { ask, managers } = appliers()
    const { metadata } = ask('POST', `${URL}?fieldManager=kubectl-client-side-apply`, web({ replicas: 1 })).body
    const [entry] = metadata.managedFields
    ask(
      'PATCH',
      `${URL}/web`,
      [{ op: 'replace', path: '/metadata/managedFields', value: [{ ...entry, manager: 'kubectl', operation: 'Apply' }] }],
      { 'content-type': 'application/json-patch+json' },
    )
    expect(managers().map(({ manager, operation }) => [manager, operation])).toEqual([['kubectl', 'Apply']])
  })
})

test('whoever no longer wants any of the metadata loses what was applied of it, and the object keeps its name', () => {
  const { apply } = appliers()
  const labelled = { ...web({}), metadata: { name: 'web', labels: { app: 'web' } } }
  const { metadata: before } = apply('me', labelled).body
  const { metadata: after } = apply('me', web({})).body
  expect(before.labels).toEqual({ app: 'web' })
  expect(after).toMatchObject({ name: 'web', uid: before.uid, creationTimestamp: before.creationTimestamp })
  expect(after.labels).toBeUndefined()
})
