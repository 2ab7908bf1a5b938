import { beforeEach, expect, test } from 'vitest'
import { testServer, type TestServer } from '../test-server'

const GROUP = '/apis/admissionregistration.k8s.io/v1'
let cluster: TestServer
let send: TestServer['send']

beforeEach(() => {
  cluster = testServer()
  send = cluster.send
})

const constraints = {
  resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'], operations: ['CREATE', 'UPDATE'] }],
}
const policy = (spec: object) =>
  send('POST', `${GROUP}/validatingadmissionpolicies`, { metadata: { name: 'p' }, spec: { matchConstraints: constraints, ...spec } })
const bind = (spec: object = {}) =>
  send('POST', `${GROUP}/validatingadmissionpolicybindings`, {
    metadata: { name: 'b' },
    spec: { policyName: 'p', validationActions: ['Deny'], ...spec },
  })
const deployment = (replicas: number, headers = {}) =>
  send(
    'POST',
    '/apis/apps/v1/namespaces/default/deployments?dryRun=All',
    {
      metadata: { name: 'web' },
      spec: {
        replicas,
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
      },
    },
    headers,
  )

test('a policy does nothing until a binding puts it into force', () => {
  policy({ validations: [{ expression: 'object.spec.replicas >= 2' }] })
  expect(deployment(1)).toMatchObject({ kind: 'Deployment' })
  bind()
  expect(deployment(1)).toMatchObject({
    code: 422,
    reason: 'Invalid',
    message: `deployments.apps "web" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: object.spec.replicas >= 2`,
    details: {
      causes: [{ message: `ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: object.spec.replicas >= 2` }],
    },
  })
  expect(deployment(2)).toMatchObject({ kind: 'Deployment' })
})

test('with Warn the request passes with a warning', () => {
  policy({ validations: [{ expression: 'object.spec.replicas >= 2', message: 'too few' }] })
  bind({ validationActions: ['Warn'] })
  expect(deployment(1)).toMatchObject({ kind: 'Deployment' })
  expect(cluster.warnings()).toBe(`299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': too few"`)
})

test('parameters, variables, match conditions and message expressions work together', () => {
  send('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'limits' }, data: { most: '3' } })
  policy({
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    variables: [{ name: 'most', expression: 'int(params.data.most)' }],
    matchConditions: [{ name: 'not-root', expression: "request.userInfo.username != 'root'" }],
    validations: [
      {
        expression: 'object.spec.replicas <= variables.most',
        messageExpression: "'at most ' + string(variables.most)",
        reason: 'Forbidden',
      },
    ],
  })
  bind({ paramRef: { name: 'limits', namespace: 'default', parameterNotFoundAction: 'Deny' } })
  expect(deployment(9)).toMatchObject({ code: 403, reason: 'Forbidden', message: expect.stringContaining('denied request: at most 3') })
  expect(deployment(3)).toMatchObject({ kind: 'Deployment' })
  expect(deployment(9, { 'impersonate-user': 'root', 'impersonate-group': 'system:masters' })).toMatchObject({ kind: 'Deployment' })
})

test('missing parameters deny, unless the binding allows that', () => {
  policy({ paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: 'false' }] })
  bind({ paramRef: { name: 'limits', namespace: 'default', parameterNotFoundAction: 'Deny' } })
  expect(deployment(1).message).toContain(
    'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
  )
})

test.each([
  [
    'Fail',
    { code: 422, message: expect.stringContaining("expression 'object.spec.nothing == 1' resulted in error: no such key: nothing") },
  ],
  ['Ignore', { kind: 'Deployment' }],
])('an expression that fails to evaluate follows the failure policy %s', (failurePolicy, answer) => {
  policy({ failurePolicy, validations: [{ expression: 'object.spec.nothing == 1' }] })
  bind()
  expect(deployment(1)).toMatchObject(answer)
})

test('a binding may choose namespaces', () => {
  policy({ validations: [{ expression: 'false' }] })
  bind({ matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'elsewhere' } } } })
  expect(deployment(1)).toMatchObject({ kind: 'Deployment' })
})

test('the authorizer answers for the user who asks', () => {
  policy({ validations: [{ expression: "authorizer.group('').resource('nodes').check('delete').allowed()" }] })
  bind()
  expect(deployment(1)).toMatchObject({ kind: 'Deployment' })
})

test.each([
  ['object.spec.replicas >=', 'compilation failed: ERROR: <input>:1:24: Syntax error'],
  ['objekt.spec', "compilation failed: ERROR: <input>:1:1: undeclared reference to 'objekt'"],
  ["'text'", 'must evaluate to bool'],
])('a policy with the expression %s is refused', (expression, why) => {
  const { code, message } = policy({ validations: [{ expression }] })
  expect([code, message]).toEqual([
    422,
    expect.stringContaining(`spec.validations[0].expression: Invalid value: ${JSON.stringify(expression)}: ${why}`),
  ])
})

test.each([
  [
    'ApplyConfiguration',
    {
      applyConfiguration: {
        expression:
          'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: "side", image: "busybox"}]}}}}',
      },
    },
  ],
  [
    'JSONPatch',
    {
      jsonPatch: {
        expression:
          '[JSONPatch{op: "add", path: "/spec/template/spec/containers/0", value: Object.spec.template.spec.containers{name: "side", image: "busybox"}}]',
      },
    },
  ],
])('a mutating policy adds a sidecar by %s', (patchType, mutation) => {
  send('POST', `${GROUP}/mutatingadmissionpolicies`, {
    metadata: { name: 'm' },
    spec: {
      matchConstraints: constraints,
      reinvocationPolicy: 'Never',
      matchConditions: [{ name: 'not-yet', expression: "!object.spec.template.spec.containers.exists(c, c.name == 'side')" }],
      mutations: [{ patchType, ...mutation }],
    },
  })
  expect(deployment(1).spec.template.spec.containers).toHaveLength(1)
  expect(send('POST', `${GROUP}/mutatingadmissionpolicybindings`, { metadata: { name: 'mb' }, spec: { policyName: 'm' } })).toMatchObject({
    kind: 'MutatingAdmissionPolicyBinding',
  })
  const { containers } = deployment(1).spec.template.spec
  expect(containers.map(({ name }: { name: string }) => name).sort()).toEqual(['c', 'side'])
})

test('a kubelet changes its own node only', () => {
  for (const name of ['node01', 'node02']) send('POST', '/api/v1/nodes', { metadata: { name } })
  const kubelet = {
    'content-type': 'application/merge-patch+json',
    'x-remote-user': 'system:node:node01',
    'x-remote-group': 'system:nodes',
  }
  const label = (node: string, key: string) => send('PATCH', `/api/v1/nodes/${node}`, { metadata: { labels: { [key]: 'x' } } }, kubelet)
  expect(label('node01', 'a')).toMatchObject({ kind: 'Node' })
  expect(label('node02', 'a').message).toBe('nodes "node02" is forbidden: node "node01" is not allowed to modify node "node02"')
  expect(label('node01', 'node-restriction.kubernetes.io/a').message).toBe(
    'nodes "node01" is forbidden: is not allowed to modify labels: node-restriction.kubernetes.io/a',
  )
})
