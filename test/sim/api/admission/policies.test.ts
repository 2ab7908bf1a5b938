import { beforeEach, expect, test } from 'vitest'
import { peopleSubresources } from '../../../../src/sim/kinds/people-subresources'
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

test('a policy whose parameters are of an unknown kind refuses whatever its bindings say, unless it ignores failures', () => {
  policy({
    paramKind: { apiVersion: 'example.com/v1', kind: 'Limit' },
    validations: [{ expression: 'object.spec.replicas <= params.max' }],
  })
  bind({ validationActions: ['Audit'], paramRef: { name: 'x', parameterNotFoundAction: 'Allow' } })
  expect(deployment(1).message).toBe(
    `deployments.apps "web" is forbidden: ValidatingAdmissionPolicy 'p' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'example.com/v1, Kind=Limit'`,
  )
  const url = `${GROUP}/validatingadmissionpolicies/p`
  send('PATCH', url, { spec: { failurePolicy: 'Ignore' } }, { 'content-type': 'application/merge-patch+json' })
  expect(deployment(1)).toMatchObject({ kind: 'Deployment' })
})

test('everything that is wrong with the expressions of a policy is said at once', () => {
  const { details } = policy({
    variables: [
      { name: 'a b', expression: '1' },
      { name: 'n', expression: 'variables.later' },
      { name: 'later', expression: '1' },
    ],
    matchConditions: [{ name: 'c', expression: 'variables.n == 1' }],
    validations: [
      { expression: 'variables.nothing > 2', message: ' ', reason: 'Teapot' },
      { expression: 'params.max > 1', messageExpression: "authorizer.path('/x').check('get').reason()" },
    ],
    auditAnnotations: [
      { key: 'x y', valueExpression: '1' },
      { key: 'z', valueExpression: "'z'" },
      { key: 'z', valueExpression: 'null' },
    ],
  })
  expect(details.causes.map(({ field, message }: { field: string; message: string }) => `${field}: ${message.split('\n')[0]}`)).toEqual([
    `spec.matchConditions[0].expression: Invalid value: "variables.n == 1": compilation failed: ERROR: <input>:1:1: undeclared reference to 'variables' (in container '')`,
    'spec.variables[0].name: Invalid value: "a b": name is not a valid CEL identifier',
    `spec.variables[1].expression: Invalid value: "variables.later": compilation failed: ERROR: <input>:1:10: undefined field 'later'`,
    `spec.validations[0].expression: Invalid value: "variables.nothing > 2": compilation failed: ERROR: <input>:1:10: undefined field 'nothing'`,
    'spec.validations[0].message: Invalid value: " ": message must be non-empty if specified',
    'spec.validations[0].reason: Unsupported value: "Teapot": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
    `spec.validations[1].expression: Invalid value: "params.max > 1": compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')`,
    `spec.validations[1].messageExpression: Invalid value: "authorizer.path('/x').check('get').reason()": compilation failed: ERROR: <input>:1:1: undeclared reference to 'authorizer' (in container '')`,
    expect.stringContaining('spec.auditAnnotations[0].key: Invalid value: "p/x y": name part must consist of'),
    'spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type]',
    'spec.auditAnnotations[2].key: Duplicate value: "z"',
  ])
})

test('a rule about deployments says nothing of deployments/scale, and one about it is shown a Scale', () => {
  const apps = '/apis/apps/v1/namespaces/default/deployments'
  send('POST', apps, {
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  })
  const scale = (replicas: number) =>
    send('PATCH', `${apps}/web/scale`, { spec: { replicas } }, { 'content-type': 'application/merge-patch+json' })
  policy({ validations: [{ expression: 'object.spec.replicas <= 3' }] })
  bind()
  expect(scale(9)).toMatchObject({ kind: 'Scale', spec: { replicas: 9 } })
  const resourceRules = [{ apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments/scale'], operations: ['UPDATE'] }]
  send(
    'PATCH',
    `${GROUP}/validatingadmissionpolicies/p`,
    { spec: { matchConstraints: { resourceRules }, validations: [{ expression: "object.kind == 'Scale' && object.spec.replicas <= 3" }] } },
    { 'content-type': 'application/merge-patch+json' },
  )
  expect(scale(8).message).toContain('denied request: failed expression')
  expect(scale(2)).toMatchObject({ spec: { replicas: 2 } })
})

test('a policy about one version is shown that version of what is written in another, unless it wants exact matches', () => {
  const hpa = (name: string) =>
    send('POST', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
      metadata: { name },
      spec: {
        maxReplicas: 5,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 90 } } }],
      },
    })
  const resourceRules = [
    { apiGroups: ['autoscaling'], apiVersions: ['v1'], resources: ['horizontalpodautoscalers'], operations: ['CREATE'] },
  ]
  const expression =
    "object.spec.targetCPUUtilizationPercentage < 50 && request.kind.version == 'v1' && request.requestKind.version == 'v2'"
  policy({ matchConstraints: { resourceRules, matchPolicy: 'Equivalent' }, validations: [{ expression }] })
  bind()
  expect(hpa('a').message).toContain(`denied request: failed expression: ${expression}`)
  const exact = { spec: { matchConstraints: { matchPolicy: 'Exact' } } }
  send('PATCH', `${GROUP}/validatingadmissionpolicies/p`, exact, { 'content-type': 'application/merge-patch+json' })
  expect(hpa('b')).toMatchObject({ kind: 'HorizontalPodAutoscaler' })
})

test('a mutating policy may not set what would take away its neighbours, and sees what later ones did when it wants to', () => {
  const mutating = (name: string, spec: object) => {
    send('POST', `${GROUP}/mutatingadmissionpolicies`, { metadata: { name }, spec: { matchConstraints: constraints, ...spec } })
    return send('POST', `${GROUP}/mutatingadmissionpolicybindings`, { metadata: { name }, spec: { policyName: name } })
  }
  const apply = (expression: string) => ({ mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }] })
  mutating('a', {
    reinvocationPolicy: 'IfNeeded',
    ...apply("Object{metadata: Object.metadata{annotations: {'seen': has(object.metadata.labels) ? 'labels' : 'nothing'}}}"),
  })
  mutating('b', apply("Object{metadata: Object.metadata{labels: {'team': 'x'}}}"))
  expect(deployment(1).metadata).toMatchObject({ labels: { team: 'x' }, annotations: { seen: 'labels' } })
  mutating(
    'c',
    apply(
      'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: "c", command: ["x"]}]}}}}',
    ),
  )
  expect(deployment(1)).toMatchObject({
    code: 403,
    reason: 'Invalid',
    message:
      "policy 'c' with binding 'c' denied request: error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.template.spec.containers[0].command",
  })
})

test('what is asked of a Pod is judged by its options', () => {
  send = testServer({}, { subresourceHandlers: peopleSubresources }).send
  const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }
  send('POST', '/api/v1/namespaces/default/pods', pod)
  const resourceRules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods/exec'], operations: ['CONNECT'] }]
  policy({
    matchConstraints: { resourceRules },
    validations: [{ expression: "!object.command.exists(word, word == 'sh')", message: 'no shells' }],
  })
  bind()
  const { message } = send('POST', '/api/v1/namespaces/default/pods/p/exec?command=sh&container=c&stdout=true')
  expect(message).toBe(`pods "p" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no shells`)
  expect(send('POST', '/api/v1/namespaces/default/pods/p/exec?command=ls&container=c&stdout=true').message).not.toContain('no shells')
})
