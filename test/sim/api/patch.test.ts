import { describe, expect, test } from 'vitest'
import { testServer } from './two-kinds'

const URL = '/apis/apps/v1/namespaces/default/deployments'
const web = {
  metadata: { name: 'web', labels: { a: '1' } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i:1' }] } },
  },
}

function patching() {
  const { ask, server } = testServer()
  ask('POST', URL, web)
  const patch = (type: 'json' | 'merge' | 'strategic', body: unknown, query = '') =>
    ask('PATCH', `${URL}/web?fieldValidation=Strict${query}`, body, {
      'content-type': {
        json: 'application/json-patch+json',
        merge: 'application/merge-patch+json',
        strategic: 'application/strategic-merge-patch+json',
      }[type],
    })
  return { ask, patch, server }
}

describe('a patch', () => {
  test.each([
    [
      'strategic',
      { spec: { replicas: 'x' } },
      422,
      ' "" is invalid: patch: Invalid value: "map[spec:map[replicas:x]]": unrecognized type: int32',
    ],
    [
      'strategic',
      { spec: { template: { spec: { containers: { a: 1 } } } } },
      422,
      ' "" is invalid: patch: Invalid value: "map[spec:map[template:map[spec:map[containers:map[a:1]]]]]": cannot restore slice from map',
    ],
    [
      'strategic',
      { metadata: { labels: { a: 1 } } },
      422,
      ' "" is invalid: patch: Invalid value: "map[metadata:map[labels:map[a:1]]]": cannot convert int64 to string',
    ],
    [
      'strategic',
      { spec: { replicsa: 2 } },
      422,
      ' "" is invalid: patch: Invalid value: "map[spec:map[replicsa:2]]": strict decoding error: unknown field "spec.replicsa"',
    ],
    [
      'strategic',
      { spec: { template: { spec: { containers: [{ image: 'x' }] } } } },
      500,
      'map: map[image:x] does not contain declared merge key: name',
    ],
    [
      'json',
      [{ op: 'replace', path: '/spec/nothing/inside', value: 1 }],
      422,
      'the server rejected our request due to an error in our request',
    ],
    ['json', [{ op: 'test', path: '/spec/replicas', value: 7 }], 422, 'the server rejected our request due to an error in our request'],
    ['strategic', '{bad', 400, "invalid character 'b' looking for beginning of object key string"],
    ['merge', '{bad', 400, "error decoding patch: invalid character 'b' looking for beginning of object key string"],
    ['json', { op: 'add' }, 400, 'json: cannot unmarshal object into Go value of type jsonpatch.Patch'],
    ['merge', { metadata: { name: 'other' } }, 400, 'the name of the object (other) does not match the name on the URL (web)'],
  ] as const)('of type %s with %j is refused', (type, body, status, message) => {
    const { patch, server } = patching()
    const revision = server.storage.revision
    expect(patch(type, body)).toMatchObject({ status, body: { message } })
    expect(server.storage.revision).toBe(revision)
  })

  test('of type merge that leads nowhere shows what became of the object', () => {
    const { patch } = patching()
    const { status, body } = patch('merge', { spec: { replicas: 'x' } })
    expect(status).toBe(422)
    expect(body.message).toMatch(
      /^ "" is invalid: patch: Invalid value: "\{.*\\"replicas\\":\\"x\\".*\}": json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32$/,
    )
  })

  test.each([
    ['add to a list', [{ op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'd', image: 'j' } }], ['c', 'd']],
    ['add before the first', [{ op: 'add', path: '/spec/template/spec/containers/0', value: { name: 'd', image: 'j' } }], ['d', 'c']],
    [
      'copy and change',
      [
        { op: 'copy', from: '/spec/template/spec/containers/0', path: '/spec/template/spec/containers/1' },
        { op: 'replace', path: '/spec/template/spec/containers/1/name', value: 'e' },
      ],
      ['c', 'e'],
    ],
    [
      'add, move and remove',
      [
        { op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'd' } },
        { op: 'move', from: '/spec/template/spec/containers/1', path: '/spec/template/spec/containers/0' },
        { op: 'remove', path: '/spec/template/spec/containers/1' },
      ],
      ['d'],
    ],
  ])('of type json can %s', (_, body, names) => {
    const { patch } = patching()
    expect(patch('json', body).body.spec.template.spec.containers.map(({ name }: { name: string }) => name)).toEqual(names)
  })

  test('of type json names keys with slashes and tildes by their escapes', () => {
    const { patch } = patching()
    expect(patch('json', [{ op: 'add', path: '/metadata/labels/example.com~1a', value: 'b' }]).body.metadata.labels).toEqual({
      a: '1',
      'example.com/a': 'b',
    })
  })

  test('holds to the resourceVersion that it names', () => {
    const { patch } = patching()
    expect(patch('merge', { metadata: { resourceVersion: '1' }, spec: { replicas: 2 } })).toMatchObject({
      status: 409,
      body: { reason: 'Conflict' },
    })
  })

  test('as a dry run shows what would become of the object', () => {
    const { ask, patch } = patching()
    expect(patch('merge', { spec: { replicas: 5 } }, '&dryRun=All').body.spec.replicas).toBe(5)
    expect(ask('GET', `${URL}/web`).body.spec.replicas).toBe(1)
  })

  test('of an unknown type is refused with the types there are', () => {
    const { ask } = patching()
    expect(ask('PATCH', `${URL}/web`, {}, { 'content-type': 'application/json' })).toMatchObject({
      status: 415,
      body: {
        message:
          'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
      },
    })
  })
})
