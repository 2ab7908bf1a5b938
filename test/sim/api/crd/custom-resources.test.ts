import { beforeEach, describe, expect, test } from 'vitest'
import { serveCustomResources } from '../../../../src/sim/api/crd/serve'
import { testServer, type TestServer } from '../test-server'

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const TABS = '/apis/stable.example.com/v1/namespaces/default/crontabs'

let cluster: TestServer
let send: TestServer['send']

beforeEach(() => {
  cluster = testServer()
  send = cluster.send
  serveCustomResources(cluster.server)
})

const passTime = (ms = 10) => cluster.engine.advanceTo(cluster.engine.nowMs + ms)

const cronTab = (spec: object, version: object = {}, names: object = {}) => ({
  metadata: { name: 'crontabs.stable.example.com' },
  spec: {
    group: 'stable.example.com',
    scope: 'Namespaced',
    names: { plural: 'crontabs', singular: 'crontab', kind: 'CronTab', shortNames: ['ct'], ...names },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', ...spec }, status: { type: 'object', properties: { replicas: { type: 'integer' } } } },
          },
        },
        ...version,
      },
    ],
  },
})

function define(spec: object, version?: object, names?: object) {
  const created = send('POST', CRDS, cronTab(spec, version, names))
  passTime()
  return created
}

const create = (spec: object, name = 'x') =>
  send('POST', TABS, { apiVersion: 'stable.example.com/v1', kind: 'CronTab', metadata: { name }, spec })
const patch = (path: string, body: object) => send('PATCH', path, body, { 'content-type': 'application/merge-patch+json' })

test('a definition is established and its kind served, discovered and described', () => {
  define({ properties: { cronSpec: { type: 'string' } } })
  const { status } = send('GET', `${CRDS}/crontabs.stable.example.com`)
  expect(status.conditions.map(({ type, status: truth, reason }: Record<string, string>) => [type, truth, reason])).toEqual([
    ['NamesAccepted', 'True', 'NoConflicts'],
    ['Established', 'True', 'InitialNamesAccepted'],
  ])
  expect(status).toMatchObject({ acceptedNames: { plural: 'crontabs' }, storedVersions: ['v1'] })
  expect(send('GET', '/apis/stable.example.com/v1').resources[0]).toMatchObject({
    name: 'crontabs',
    singularName: 'crontab',
    shortNames: ['ct'],
    kind: 'CronTab',
  })
  expect(send('GET', '/openapi/v3').paths['apis/stable.example.com/v1']).toBeDefined()
  expect(create({ cronSpec: 'a' })).toMatchObject({ kind: 'CronTab', metadata: { namespace: 'default', generation: 1 } })
})

test('unknown fields are pruned, and refused when the client is strict', () => {
  define({ properties: { cronSpec: { type: 'string' } } })
  expect(create({ cronSpec: 'a', someRandomField: 42 }).spec).toEqual({ cronSpec: 'a' })
  expect(
    send('POST', `${TABS}?fieldValidation=Strict`, {
      metadata: { name: 'y' },
      apiVersion: 'stable.example.com/v1',
      kind: 'CronTab',
      spec: { someRandomField: 42 },
    }).message,
  ).toContain('strict decoding error: unknown field "spec.someRandomField"')
})

test('defaults are filled in, also in objects stored before', () => {
  define({
    properties: {
      image: { type: 'string' },
      replicas: { type: 'integer', default: 1 },
      nested: { type: 'object', default: {}, properties: { deep: { type: 'string', default: 'x' } } },
    },
  })
  expect(create({ image: 'i' }).spec).toEqual({ image: 'i', replicas: 1, nested: { deep: 'x' } })
})

describe('a schema', () => {
  beforeEach(() =>
    define({
      required: ['image'],
      properties: {
        image: { type: 'string', minLength: 1, maxLength: 5 },
        cronSpec: { type: 'string', pattern: '^(\\d+|\\*)$' },
        replicas: { type: 'integer', minimum: 1, maximum: 10 },
        ratio: { type: 'number', exclusiveMinimum: true, minimum: 0 },
        policy: { type: 'string', enum: ['Always', 'Never'] },
        port: { 'x-kubernetes-int-or-string': true },
        tags: { type: 'array', maxItems: 2, 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        items: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
        },
      },
    }),
  )

  test.each([
    [{}, 'spec.image: Required value'],
    [{ image: 'toolong' }, 'spec.image: Too long: may not be more than 5 bytes'],
    [{ image: '' }, 'spec.image: Invalid value: "": spec.image in body should be at least 1 chars long'],
    [{ image: 'i', cronSpec: 'x' }, `spec.cronSpec: Invalid value: "x": spec.cronSpec in body should match '^(\\d+|\\*)$'`],
    [{ image: 'i', replicas: 15 }, 'spec.replicas: Invalid value: 15: spec.replicas in body should be less than or equal to 10'],
    [{ image: 'i', replicas: 0 }, 'spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1'],
    [{ image: 'i', replicas: 'five' }, 'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"'],
    [{ image: 'i', ratio: 0 }, 'spec.ratio: Invalid value: 0: spec.ratio in body should be greater than 0'],
    [{ image: 'i', policy: 'x' }, 'spec.policy: Unsupported value: "x": supported values: "Always", "Never"'],
    [{ image: 'i', port: true }, 'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"'],
    [{ image: 'i', tags: ['a', 'a'] }, 'spec.tags[1]: Duplicate value: "a"'],
    [{ image: 'i', items: [{ name: 'a' }, { name: 'a' }] }, 'spec.items[1]: Duplicate value: {"name":"a"}'],
  ])('refuses %j', (spec, why) => {
    expect(create(spec)).toMatchObject({ code: 422, message: `CronTab.stable.example.com "x" is invalid: ${why}` })
  })
})

describe('a rule', () => {
  const rules = (...list: object[]) =>
    define({ properties: { a: { type: 'integer' }, b: { type: 'integer' } }, 'x-kubernetes-validations': list })

  test('refuses in its own words, or in its expression’s', () => {
    rules(
      { rule: '!has(self.a) || self.a <= self.b', message: 'a is too much' },
      { rule: 'self.b < 9' },
      { rule: 'self.b < 100', messageExpression: '"b is " + string(self.b)' },
    )
    expect(create({ a: 5, b: 2 }).message).toContain('spec: Invalid value: a is too much')
    expect(create({ b: 10 }).message).toContain('spec: Invalid value: failed rule: self.b < 9')
    expect(create({ b: 100 }).message).toContain('spec: Invalid value: b is 100')
    expect(create({ b: 2 })).toMatchObject({ kind: 'CronTab' })
  })

  test('about oldSelf is asked of updates', () => {
    rules({ rule: 'self.a >= oldSelf.a', message: 'a only grows' })
    create({ a: 5 })
    expect(patch(`${TABS}/x`, { spec: { a: 4 } }).message).toContain('spec: Invalid value: a only grows')
    expect(patch(`${TABS}/x`, { spec: { a: 6 } })).toMatchObject({ spec: { a: 6 } })
  })

  test('that does not compile is refused with the definition', () => {
    expect(rules({ rule: 'self.missing == 1' }).message).toContain(
      `spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule: Invalid value: {"rule":"self.missing == 1"}: compilation failed: ERROR: <input>:1:5: undefined field 'missing'`,
    )
  })
})

test.each([
  [
    { properties: { a: {} } },
    'spec.validation.openAPIV3Schema.properties[spec].properties[a].type: Required value: must not be empty for specified object fields',
  ],
  [
    { properties: { a: { type: 'array' } } },
    'spec.validation.openAPIV3Schema.properties[spec].properties[a].items: Required value: must be specified',
  ],
])('a schema that is not structural is refused: %j', (spec, why) => {
  expect(define(spec)).toMatchObject({
    code: 422,
    message: `CustomResourceDefinition.apiextensions.k8s.io "crontabs.stable.example.com" is invalid: ${why}`,
  })
})

test('printer columns, selectable fields, status and scale', () => {
  define(
    { properties: { replicas: { type: 'integer' }, image: { type: 'string' } } },
    {
      additionalPrinterColumns: [
        { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' },
        { name: 'Image', type: 'string', jsonPath: '.spec.image', priority: 1 },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
      selectableFields: [{ jsonPath: '.spec.image' }],
      subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
    },
  )
  create({ replicas: 3, image: 'i' })
  create({ image: 'other' }, 'y')
  const table = send('GET', TABS, undefined, { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' })
  expect(table.columnDefinitions.map(({ name, priority }: Record<string, unknown>) => [name, priority])).toEqual([['Name', 0], ['Replicas', 0], ['Image', 1], ['Age', 0]]) // prettier-ignore
  expect(table.rows[0].cells).toEqual(['x', 3, 'i', '0s'])
  expect(
    send('GET', `${TABS}?fieldSelector=spec.image%3Dother`).items.map(({ metadata }: { metadata: { name: string } }) => metadata.name),
  ).toEqual(['y'])
  expect(patch(`${TABS}/x`, { status: { replicas: 7 } }).status).toBeUndefined()
  expect(patch(`${TABS}/x/status`, { status: { replicas: 7 } })).toMatchObject({ status: { replicas: 7 }, metadata: { generation: 1 } })
  expect(send('GET', `${TABS}/x/scale`)).toMatchObject({ kind: 'Scale', spec: { replicas: 3 }, status: { replicas: 7 } })
  expect(patch(`${TABS}/x/scale`, { spec: { replicas: 5 } })).toMatchObject({ spec: { replicas: 5 } })
  expect(send('GET', `${TABS}/x`).metadata.generation).toBe(2)
})

test('a definition that goes takes its objects along, and the path', () => {
  define({})
  create({})
  send('DELETE', `${CRDS}/crontabs.stable.example.com`)
  passTime(5000)
  expect(() => send('GET', TABS)).toThrow('JSON') // a line of text, as where there has never been anything
  expect(send('GET', `${CRDS}/crontabs.stable.example.com`)).toMatchObject({ code: 404 })
})

test('other versions are served beside the stored one', () => {
  const definition = cronTab({ properties: { a: { type: 'string' } } })
  const [v1] = definition.spec.versions
  send('POST', CRDS, {
    ...definition,
    spec: { ...definition.spec, versions: [v1, { ...v1, name: 'v1beta1', storage: false, deprecated: true }] },
  })
  passTime()
  create({ a: 'b' })
  expect(send('GET', '/apis/stable.example.com/v1beta1/namespaces/default/crontabs/x')).toMatchObject({
    apiVersion: 'stable.example.com/v1beta1',
    spec: { a: 'b' },
  })
})

test('names that another definition has are not accepted', () => {
  define({})
  const other = cronTab({}, {}, { plural: 'othertabs', singular: 'othertab', kind: 'OtherTab', shortNames: ['ct'] })
  send('POST', CRDS, { ...other, metadata: { name: 'othertabs.stable.example.com' } })
  passTime()
  expect(send('GET', `${CRDS}/othertabs.stable.example.com`).status.conditions[0]).toMatchObject({
    type: 'NamesAccepted',
    status: 'False',
    reason: 'ShortNamesConflict',
    message: '"ct" is already in use',
  })
})

test('of several names the last that is taken is told of, and the others are accepted', () => {
  define({})
  const other = cronTab({}, {}, { plural: 'othertabs', singular: 'othertab', kind: 'CronTab', shortNames: ['ct'] })
  send('POST', CRDS, { ...other, metadata: { name: 'othertabs.stable.example.com' } })
  passTime()
  const { status } = send('GET', `${CRDS}/othertabs.stable.example.com`)
  expect(status.conditions[0]).toMatchObject({ reason: 'ListKindConflict', message: '"CronTabList" is already in use' })
  expect(status.conditions[1]).toMatchObject({ type: 'Established', status: 'False', reason: 'NotAccepted' })
  expect(status.acceptedNames).toEqual({ kind: '', plural: 'othertabs', singular: 'othertab' })
})

test.each([
  [
    'https://github.com/kubernetes/enhancements/pull/1111',
    'True',
    'ApprovedAnnotation',
    'approved in https://github.com/kubernetes/enhancements/pull/1111',
  ],
  ['unapproved, experimental-only', 'False', 'UnapprovedAnnotation', 'not approved: "unapproved, experimental-only"'],
])('a group of the community with the approval %j is told of as such', (approval, status, reason, message) => {
  const { spec } = cronTab({})
  const annotations = { 'api-approved.kubernetes.io': approval }
  const group = 'stable.x-k8s.k8s.io'
  send('POST', CRDS, { metadata: { name: `crontabs.${group}`, annotations }, spec: { ...spec, group } })
  passTime()
  const { conditions } = send('GET', `${CRDS}/crontabs.${group}`).status
  expect(conditions[0]).toMatchObject({ type: 'KubernetesAPIApprovalPolicyConformant', status, reason, message })
})

test.each<[template: object, why: string]>([
  [{ a: 1 }, 'spec.t.apiVersion: Required value: must not be empty, spec.t.kind: Required value: must not be empty'],
  [{ apiVersion: 'a/b/c', kind: 'X' }, 'spec.t.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c'],
  [
    { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { a: '!' } } },
    `spec.t.metadata.labels: Invalid value: "!": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
  ],
])('an embedded object %j is refused', (t, why) => {
  define({ properties: { t: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true } } })
  expect(create({ t }).message.replaceAll(/[[\]]/g, '')).toBe(`CronTab.stable.example.com "x" is invalid: ${why}`.replaceAll(/[[\]]/g, ''))
})

// prettier-ignore
test.each<[field: object, complaint: string]>([
  [{ properties: { x: { type: 'string' } } }, '.type: Required value: must not be empty for specified object fields'],
  [{ type: 'foo' }, '.type: Unsupported value: "foo": supported values: "array", "boolean", "integer", "number", "object", "string"'],
  [{ type: 'array' }, '.items: Required value: must be specified'],
  [{ type: 'array', items: {} }, '.items.type: Required value: must not be empty for specified array items'],
  [{ type: 'object', properties: { a: { type: 'string' } }, additionalProperties: { type: 'string' } }, '.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive'],
  [{ type: 'string', default: 5 }, '.default: Invalid value: "integer"'],
  [{ type: 'string', pattern: '*bad' }, ".pattern: Invalid value: \"*bad\": must be a valid regular expression, but isn't: error parsing regexp: missing argument to repetition operator: `*`"],
  [{ type: 'array', uniqueItems: true, items: { type: 'string' } }, '.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic'],
  [{ type: 'object', 'x-kubernetes-preserve-unknown-fields': false }, '.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined'],
  [{ type: 'string', 'x-kubernetes-int-or-string': true }, '.type: Invalid value: "string": must be empty if x-kubernetes-int-or-string is true'],
  [{ type: 'object', 'x-kubernetes-embedded-resource': true }, '.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'],
  [{ type: 'object', anyOf: [{ properties: { z: { minimum: 1 } } }] }, '.properties[z]: Required value: because it is defined in spec.validation.openAPIV3Schema.properties[spec].properties[x].anyOf[0].properties[z]'],
  [{ type: 'object', properties: { z: { type: 'integer' } }, anyOf: [{ properties: { z: { type: 'integer' } } }] }, '.anyOf[0].properties[z].type: Forbidden: must be empty to be structural'],
  [{ type: 'string', 'x-kubernetes-list-type': 'set' }, '.type: Invalid value: "string": must be array if x-kubernetes-list-type is specified'],
  [{ type: 'array', items: { type: 'object', properties: {} }, 'x-kubernetes-list-type': 'map' }, '.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map'],
  [{ type: 'array', items: { type: 'object', properties: { k: { type: 'string' } } }, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] }, '.items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'],
  [{ type: 'array', items: { type: 'object', properties: { k: { type: 'string' } } }, 'x-kubernetes-list-type': 'set' }, '.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set'],
])('a schema that is not structural is refused: %j', (field, complaint) => {
  const { message } = define({ properties: { x: field } })
  expect(message).toContain(`spec.validation.openAPIV3Schema.properties[spec].properties[x]${complaint}`)
})

// prettier-ignore
test.each<[version: object, complaint: string]>([
  [{ additionalPrinterColumns: [{ name: 'X', type: 'money', jsonPath: '.spec.x' }] }, 'spec.additionalPrinterColumns[0].type: Invalid value: "money": must be one of boolean,date,integer,number,string'],
  [{ additionalPrinterColumns: [{ name: 'X', type: 'string', jsonPath: 'spec.x' }] }, 'spec.additionalPrinterColumns[0].jsonPath: Invalid value: "spec.x": must be a simple json path starting with .'],
  [{ subresources: { scale: { specReplicasPath: '.size', statusReplicasPath: '.status.replicas' } } }, 'spec.subresources.scale.specReplicasPath: Invalid value: ".size": should be a json path under .spec'],
  [{ selectableFields: [{ jsonPath: '.spec.color' }] }, 'spec.selectableFields[0].jsonPath: Invalid value: ".spec.color": does not refer to a valid field'],
  [{ deprecationWarning: 'old' }, 'spec.versions[0].deprecationWarning: Invalid value: "old": can only be set for deprecated versions'],
])('a version that says what cannot be is refused: %j', (version, complaint) => {
  expect(define({}, version).message).toContain(complaint)
})

test('objects stay in the version in which they were stored until they are written, and read as the present one', () => {
  const at = `${CRDS}/crontabs.stable.example.com`
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { n: { type: 'integer' } } } } } }
  const versions = (...all: readonly (readonly [name: string, storage: boolean])[]) =>
    patch(at, { spec: { versions: all.map(([name, storage]) => ({ name, storage, served: true, schema })) } })
  define({ properties: { n: { type: 'integer' } } }, { schema })
  create({ n: 1 })
  expect(versions(['v1', false], ['v2', true]).status.storedVersions).toEqual(['v1', 'v2'])
  passTime()
  const object = '/apis/stable.example.com/v2/namespaces/default/crontabs/x'
  const before = send('GET', object)
  expect(before).toMatchObject({ apiVersion: 'stable.example.com/v2', spec: { n: 1 } })
  expect(send('GET', `${TABS}/x`).apiVersion).toBe('stable.example.com/v1')
  expect(versions(['v2', true]).message).toContain(
    'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures',
  )
  // Writing it as it is migrates it.
  expect(Number(send('PUT', object, before).metadata.resourceVersion)).toBeGreaterThan(Number(before.metadata.resourceVersion))
  patch(`${at}/status`, { status: { storedVersions: ['v2'] } })
  expect(versions(['v2', true]).status.storedVersions).toEqual(['v2'])
})

test('items of a list with keys are held to a stricter schema one by one', () => {
  const sizes = (schema: object) => ({
    properties: {
      sizes: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, size: { type: 'integer', ...schema } } },
      },
    },
  })
  define(sizes({}))
  create({ sizes: [{ name: 'old', size: 5 }] })
  const definition = send('GET', `${CRDS}/crontabs.stable.example.com`)
  send('PUT', `${CRDS}/crontabs.stable.example.com`, { ...definition, spec: cronTab(sizes({ maximum: 3 })).spec })
  passTime()
  const added = { spec: { sizes: [{ name: 'new', size: 1 }, { name: 'old', size: 5 }] } } // prettier-ignore
  expect(patch(`${TABS}/x`, added)).toMatchObject(added)
  expect(patch(`${TABS}/x`, { spec: { sizes: [{ name: 'old', size: 6 }] } }).message).toContain('spec.sizes[0].size: Invalid value: 6')
  expect(patch(`${TABS}/x`, { spec: { sizes: [{ name: 'other', size: 5 }] } }).message).toContain('spec.sizes[0].size: Invalid value: 5')
})

test('what was wrong before a schema became stricter does not stand in the way of other changes', () => {
  const size = (schema: object) => ({
    properties: { size: { type: 'integer', ...schema }, color: { type: 'string' }, list: { type: 'array', items: { type: 'string' } } },
  })
  define(size({}))
  create({ size: 5, color: 'red' })
  send('PUT', `${CRDS}/crontabs.stable.example.com`, {
    ...send('GET', `${CRDS}/crontabs.stable.example.com`),
    spec: cronTab({ ...size({ maximum: 3 }), 'x-kubernetes-validations': [{ rule: "self.color != 'blue'" }] }).spec,
  })
  passTime()
  expect(patch(`${TABS}/x`, { spec: { color: 'green' } })).toMatchObject({ spec: { size: 5, color: 'green' } })
  expect(patch(`${TABS}/x`, { spec: { size: 6 } }).message).toContain(
    'spec.size: Invalid value: 6: spec.size in body should be less than or equal to 3',
  )
  expect(patch(`${TABS}/x`, { spec: { color: 'blue' } }).message).toContain("spec: Invalid value: failed rule: self.color != 'blue'")
  expect(create({ size: 5 }, 'y').message).toContain('should be less than or equal to 3')
})
