import { beforeEach, describe, expect, test } from 'vitest'
import { testServer, type TestServer } from '../test-server'

const GROUP = '/apis/admissionregistration.k8s.io/v1'
let send: TestServer['send']

beforeEach(() => {
  send = testServer().send
})

const constraints = { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods', 'configmaps'], operations: ['CREATE'] }] }
const write = (name: string, spec: object) =>
  send('POST', `${GROUP}/mutatingadmissionpolicies`, { metadata: { name }, spec: { matchConstraints: constraints, ...spec } })
const bind = (name: string, spec: object = {}) =>
  send('POST', `${GROUP}/mutatingadmissionpolicybindings`, { metadata: { name: `${name}-binding` }, spec: { policyName: name, ...spec } })
const mutating = (name: string, spec: object, binding: object = {}) => [write(name, spec), bind(name, binding)]
const apply = (expression: string) => ({ mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }] })
const patch = (expression: string) => ({ mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }] })
const pod = (metadata: object = {}) =>
  send('POST', '/api/v1/namespaces/default/pods?dryRun=All', {
    metadata: { name: 'web', ...metadata },
    spec: { containers: [{ name: 'c', image: 'nginx' }] },
  })
const configMap = () => send('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', { metadata: { name: 'c' }, data: { a: 'b' } })

// The example of the documentation's page "Mutating Admission Policy".
const SIDECAR = `Object{
  spec: Object.spec{
    initContainers: [
      Object.spec.initContainers{
        name: "mesh-proxy",
        image: "mesh/proxy:v1.0.0",
        args: ["proxy", "sidecar"],
        restartPolicy: "Always"
      }
    ]
  }
}`

test('a sidecar is added, with the defaults of any container', () => {
  const atomic = { code: 403, message: "policy 'mesh' with binding 'mesh-binding' denied request: error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.initContainers[0].args" } // prettier-ignore
  mutating('mesh', apply(SIDECAR))
  expect(pod()).toMatchObject(atomic)
  send('DELETE', `${GROUP}/mutatingadmissionpolicies/mesh`)
  write('mesh', {
    ...apply(SIDECAR.replace('args: ["proxy", "sidecar"],', '')),
    matchConditions: [{ name: 'does-not-already-have-sidecar', expression: '!object.spec.?initContainers.orValue([]).exists(ic, ic.name == "mesh-proxy")' }],
    reinvocationPolicy: 'IfNeeded',
  }) // prettier-ignore
  const [sidecar, ...others] = pod().spec.initContainers
  expect(sidecar).toMatchObject({ name: 'mesh-proxy', restartPolicy: 'Always', imagePullPolicy: 'IfNotPresent', terminationMessagePolicy: 'File' }) // prettier-ignore
  expect(others).toEqual([])
})

describe('an apply configuration is refused', () => {
  test.each([
    ['whose types are called otherwise than the place where they stand', 'Object{metadata: Object.spec{labels: {"a": "b"}}}', 'type mismatch: unexpected type name "Object.spec", expected "Object.metadata", which matches field name path from root Object type'],
    ['that names a field which is not there', 'Object{spec: Object.spec{hostNetworking: true}}', 'error applying patch: failed to convert patch object to typed object: .spec.hostNetworking: field not declared in schema'],
    ['with a value of another type', 'Object{spec: Object.spec{hostNetwork: "yes"}}', 'error applying patch: failed to convert patch object to typed object: .spec.hostNetwork: expected boolean, got &value.valueUnstructured{Value:"yes"}'],
    ['that asks for what is not there', 'Object{metadata: Object.metadata{labels: {"team": object.metadata.labels.team}}}', 'no such key: labels'],
  ])('%s', (_, expression, why) => {
    mutating('p', apply(expression))
    expect(pod()).toMatchObject({ code: 403, reason: 'Invalid' })
    expect(pod().message.replace("policy 'p' with binding 'p-binding' denied request: ", '')).toContain(why.replace(/ got .*/, ''))
  }) // prettier-ignore
})

describe('a JSON patch', () => {
  test('changes what its operations say, escaped keys among them', () => {
    mutating('p', patch(`[
      JSONPatch{op: "test", path: "/spec/containers/0/name", value: "c"},
      JSONPatch{op: "add", path: "/metadata/labels", value: {}},
      JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("example.com/team"), value: "x"},
      JSONPatch{op: "add", path: "/spec/containers/-", value: Object.spec.containers{name: "side", image: "busybox"}}
    ]`)) // prettier-ignore
    expect(pod()).toMatchObject({ metadata: { labels: { 'example.com/team': 'x' } }, spec: { containers: [{ name: 'c' }, { name: 'side', imagePullPolicy: 'Always' }] } }) // prettier-ignore
  })

  test('whose test fails changes nothing and refuses nothing', () => {
    mutating('p', patch('[JSONPatch{op: "test", path: "/spec/containers/0/name", value: "d"}, JSONPatch{op: "add", path: "/metadata/labels", value: {"a": "b"}}]')) // prettier-ignore
    expect(pod()).toMatchObject({ kind: 'Pod' })
    expect(pod().metadata.labels).toBeUndefined()
  })

  test.each([
    ['[JSONPatch{op: "remove", path: "/spec/nothing"}]', 'JSONPath: '],
    ['[JSONPatch{op: "add", path: "/spec/containers/-", value: Object.spec.containers{ports: [Object.spec.ports{containerPort: 80}]}}]', 'type mismatch: unexpected type name "Object.spec.ports", expected "Object.spec.containers.ports"'],
  ])('%s is refused', (expression, why) => {
    mutating('p', patch(expression))
    expect(pod().message).toContain(`policy 'p' with binding 'p-binding' denied request: ${why}`)
  }) // prettier-ignore

  test('that adds a field which is not there fails the request, also where failures are ignored', () => {
    mutating('p', { failurePolicy: 'Ignore', ...patch('[JSONPatch{op: "add", path: "/spec/hostNetworking", value: true}]') })
    expect(pod()).toMatchObject({ code: 500, message: 'Internal error occurred: strict decoding error: unknown field "spec.hostNetworking"' }) // prettier-ignore
  })
})

test('with failurePolicy Ignore one mutation that fails does not keep the next from being applied', () => {
  const mutations = [...apply('Object{metadata: Object.metadata{labels: {"a": object.nothing}}}').mutations, ...apply('Object{metadata: Object.metadata{labels: {"b": "c"}}}').mutations] // prettier-ignore
  mutating('p', { failurePolicy: 'Ignore', mutations })
  expect(pod().metadata.labels).toEqual({ b: 'c' })
})

test('policies are asked one after another, each with each of its parameters', () => {
  for (const [name, value] of [['one', 'first'], ['two', 'second']]) send('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name, labels: { of: 'p' } }, data: { value } }) // prettier-ignore
  const note = (text: string) =>
    `Object{metadata: Object.metadata{annotations: {"story": object.metadata.?annotations[?"story"].orValue("") + ${text}}}}`
  mutating('b', { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, ...apply(note('"," + params.data.value')) }, { paramRef: { selector: { matchLabels: { of: 'p' } }, parameterNotFoundAction: 'Deny' } }) // prettier-ignore
  mutating('a', apply(note('"a"')))
  expect(pod().metadata.annotations.story).toBe(',first,seconda')
})

test('a policy with IfNeeded is asked again when something was changed, one with Never is not', () => {
  const count = (key: string) => `Object{metadata: Object.metadata{annotations: {"${key}": object.metadata.?annotations[?"${key}"].orValue("") + "x"}}}` // prettier-ignore
  mutating('a', { reinvocationPolicy: 'IfNeeded', ...apply(count('again')) })
  mutating('b', apply(count('once')))
  expect(pod().metadata.annotations).toMatchObject({ again: 'xx', once: 'x' })
})

test('what a policy adds is seen by the plugins that came before it: limits, the token', () => {
  send('POST', '/api/v1/namespaces/default/limitranges', { metadata: { name: 'l' }, spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] } }) // prettier-ignore
  mutating('p', patch('[JSONPatch{op: "add", path: "/spec/containers/-", value: Object.spec.containers{name: "side", image: "busybox"}}]'))
  const [, side] = pod().spec.containers
  expect(side).toMatchObject({ resources: { limits: { cpu: '1' } }, volumeMounts: [{ mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }] }) // prettier-ignore
})

test.each([
  [apply('{"metadata": {"labels": {"a": "b"}}}'), 'spec.mutations[0].applyConfiguration.expression', 'must evaluate to Object'],
  [apply('[Object{}]'), 'spec.mutations[0].applyConfiguration.expression', 'must evaluate to Object'],
  [patch('JSONPatch{op: "add"}'), 'spec.mutations[0].jsonPatch.expression', 'must evaluate to list(JSONPatch)'],
  [apply('Object{spec: Object.spec{a: nothing}}'), 'spec.mutations[0].applyConfiguration.expression', "undeclared reference to 'nothing'"],
  [{ mutations: [{ patchType: 'JSONPatch' }] }, 'spec.mutations[0].jsonPatch', 'must be specified when patchType is JSONPatch'],
  [{ ...apply('Object{}'), matchConditions: [{ name: 'a', expression: 'object.spec.hostNetwork' }] }, 'spec.matchConditions[0].expression', 'must evaluate to bool'],
])('%j is no policy', (spec, field, why) => {
  const { details } = write('p', spec)
  expect(details.causes).toHaveLength(1)
  expect(details.causes[0].field).toBe(field)
  expect(details.causes[0].message).toContain(why)
}) // prettier-ignore

test('a rule that runs for too long is stopped, and the request with it', () => {
  const many = '[0,1,2,3,4,5,6,7,8,9]'
  const nested = (depth: number): string => (depth === 0 ? 'true' : `${many}.all(v${depth}, ${nested(depth - 1)})`)
  send('POST', `${GROUP}/validatingadmissionpolicies`, { metadata: { name: 'p' }, spec: { matchConstraints: constraints, validations: [{ expression: nested(7) }] } }) // prettier-ignore
  send('POST', `${GROUP}/validatingadmissionpolicybindings`, {
    metadata: { name: 'b' },
    spec: { policyName: 'p', validationActions: ['Deny'] },
  })
  expect(configMap().message).toBe(
    `configmaps "c" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: expression '${nested(7)}' resulted in error: operation cancelled: actual cost limit exceeded`,
  )
})

test('all the rules of a policy together may cost ten times as much as one of them', () => {
  const many = '[0,1,2,3,4,5,6,7,8,9]'
  const nested = (depth: number): string => (depth === 0 ? 'true' : `${many}.all(v${depth}, ${nested(depth - 1)})`)
  const validations = Array.from({ length: 45 }, () => ({ expression: nested(5) }))
  send('POST', `${GROUP}/validatingadmissionpolicies`, { metadata: { name: 'p' }, spec: { matchConstraints: constraints, validations } })
  send('POST', `${GROUP}/validatingadmissionpolicybindings`, {
    metadata: { name: 'b' },
    spec: { policyName: 'p', validationActions: ['Deny'] },
  })
  expect(configMap().message).toBe(
    `configmaps "c" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: validation failed due to running out of cost budget, no further validation rules will be run`,
  )
})
