import { subresourcesOf } from './discovery-subresources'
import type { ServedVersion } from './discovery-groups'
import type { KindDefinition } from './kind'
import { asKind, definitionName, typeMeta, type Definitions, type JsonSchema, type Style } from './openapi-schemas'
import { builtInType, resourceRow } from './schema/schema'

/** What the paths of one group version need: where to put schemas, and in which style to write. */
export interface PathsContext {
  readonly definitions: Definitions
  readonly style: Style
  readonly served: ServedVersion
}

interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

type PathItem = Record<string, unknown>

/** The paths of one group version: its discovery document, and for each kind the collection, the objects, and their subresources. */
export function pathsOf(context: PathsContext): Record<string, PathItem> {
  const { served } = context
  const root = served.group === '' ? `/api/${served.version}` : `/apis/${served.apiVersion}`
  const paths: Record<string, PathItem> = { [`${root}/`]: { get: discoveryOperation(context) } }
  for (const kind of served.kinds) Object.assign(paths, kindPaths(context, root, kind))
  return paths
}

function discoveryOperation({ definitions, style, served }: PathsContext) {
  const answer = definitions.ref('meta.v1.APIResourceList')
  return {
    description: 'get available resources',
    tags: [tag(served)],
    operationId: `get${capital(tag(served))}APIResources`,
    responses: responses(style, answer),
  }
}

interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** `x-kubernetes-action`. */
  readonly action: string
  readonly verb: string
  readonly description: string
}

const COLLECTION: readonly Operation[] = [
  { method: 'get', action: 'list', verb: 'list', description: 'list or watch objects of kind' },
  { method: 'post', action: 'post', verb: 'create', description: 'create a' },
  { method: 'delete', action: 'deletecollection', verb: 'deletecollection', description: 'delete collection of' },
]

const ONE: readonly Operation[] = [
  { method: 'get', action: 'get', verb: 'get', description: 'read the specified' },
  { method: 'put', action: 'put', verb: 'update', description: 'replace the specified' },
  { method: 'patch', action: 'patch', verb: 'patch', description: 'partially update the specified' },
  { method: 'delete', action: 'delete', verb: 'delete', description: 'delete a' },
]

function kindPaths(context: PathsContext, root: string, definition: KindDefinition) {
  const { group, version } = context.served
  const { plural, namespaced, verbs } = definition
  const kind = { group, version, kind: definition.kind }
  const base = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`
  const schema = kindSchema(context, definition)
  const list = listSchema(context, definition)
  const item = (
    path: string,
    operations: readonly Operation[],
    one: JsonSchema,
    gvk: GroupVersionKind,
    offered: readonly string[],
  ): PathItem => ({
    ...Object.fromEntries(
      operations
        .filter(({ verb }) => offered.includes(verb))
        .map((operation) => [
          operation.method,
          operationOf(context, path, operation, operation.action === 'list' ? list : one, gvk, namespaced),
        ]),
    ),
    parameters: pathParameters(context.style, path),
  })
  const paths: Record<string, PathItem> = { [base]: item(base, COLLECTION, schema, kind, verbs) }
  if (namespaced && verbs.includes('list'))
    paths[`${root}/${plural}`] = item(`${root}/${plural}`, COLLECTION.slice(0, 1), schema, kind, verbs)
  if (verbs.some((verb) => ONE.some((operation) => operation.verb === verb))) {
    paths[`${base}/{name}`] = item(`${base}/{name}`, ONE, schema, kind, verbs)
  }
  for (const subresource of subresourcesOf(definition, context.served)) {
    const path = `${base}/{name}/${subresource.name}`
    const own = subresource.kind === definition.kind
    const operations = [...COLLECTION.slice(1, 2), ...ONE]
    paths[path] = item(path, operations, own ? schema : namedKind(context, subresource), subresource, subresource.verbs)
  }
  return paths
}

const QUERY: Readonly<Record<string, { type: string; description: string }>> = {
  pretty: { type: 'string', description: "If 'true', then the output is pretty printed." },
  dryRun: {
    type: 'string',
    description: 'When present, indicates that modifications should not be persisted. The only valid value is All.',
  },
  fieldManager: { type: 'string', description: 'Name of the actor or entity that is making these changes.' },
  fieldValidation: {
    type: 'string',
    description: 'Instructs the server on how to handle unknown or duplicate fields in the request: Ignore, Warn or Strict.',
  },
  force: { type: 'boolean', description: 'Take over conflicting fields owned by others. Only for apply requests.' },
  allowWatchBookmarks: { type: 'boolean', description: 'Requests watch events with type BOOKMARK.' },
  continue: { type: 'string', description: 'Token of the previous part of a list, to get the next one.' },
  fieldSelector: { type: 'string', description: 'Restricts the returned objects by their fields.' },
  labelSelector: { type: 'string', description: 'Restricts the returned objects by their labels.' },
  limit: { type: 'integer', description: 'Maximum number of objects to return at once.' },
  resourceVersion: { type: 'string', description: 'Constraint on the resource versions from which an answer may be served.' },
  resourceVersionMatch: { type: 'string', description: 'How resourceVersion is applied to lists.' },
  sendInitialEvents: { type: 'boolean', description: 'Begin a watch with the objects that exist already.' },
  timeoutSeconds: { type: 'integer', description: 'Timeout for the call.' },
  watch: { type: 'boolean', description: 'Watch for changes and return them as a stream.' },
  gracePeriodSeconds: { type: 'integer', description: 'Seconds before the object is deleted.' },
  propagationPolicy: { type: 'string', description: 'Whether and how dependents are deleted: Orphan, Background or Foreground.' },
}

const LIST = ['pretty', 'allowWatchBookmarks', 'continue', 'fieldSelector', 'labelSelector', 'limit', 'resourceVersion', 'resourceVersionMatch', 'sendInitialEvents', 'timeoutSeconds', 'watch'] // prettier-ignore
const WRITE = ['pretty', 'dryRun', 'fieldManager', 'fieldValidation']

const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  list: LIST,
  get: ['pretty'],
  post: WRITE,
  put: WRITE,
  patch: [...WRITE, 'force'],
  delete: ['pretty', 'dryRun', 'gracePeriodSeconds', 'propagationPolicy'],
  deletecollection: [...LIST.slice(0, -1), 'dryRun', 'gracePeriodSeconds', 'propagationPolicy'],
}

const PATCHES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]

/** Custom resources know no strategic merge, and kubectl looks here before it chooses how to apply. */
const patchTypesOf = ({ group, version, kind }: GroupVersionKind) =>
  builtInType(group, version, kind) ? PATCHES : PATCHES.filter((type) => !type.includes('strategic'))

function operationOf(
  { definitions, style, served }: PathsContext,
  path: string,
  operation: Operation,
  schema: JsonSchema,
  kind: GroupVersionKind,
  namespaced: boolean,
) {
  const { method, action, description } = operation
  const place = namespaced && path.includes('{namespace}') ? 'Namespaced' : ''
  const body =
    method === 'get'
      ? undefined
      : method === 'delete'
        ? definitions.ref('meta.v1.DeleteOptions')
        : method === 'patch'
          ? patchSchema(definitions)
          : schema
  const types = method === 'patch' ? patchTypesOf(kind) : ['*/*']
  const query = (PARAMETERS[action] ?? []).map((name) => queryParameter(style, name))
  const answer = method === 'delete' ? definitions.ref('meta.v1.Status') : schema
  const tail = path.split('}/').at(-1)!.replace(/^.*\//, '')
  const suffix = path.includes('{name}/') ? capital(tail) : action === 'list' && namespaced && !place ? 'ForAllNamespaces' : ''
  return {
    tags: [tag(served)],
    description: `${description} ${kind.kind}`,
    operationId: `${operationVerb(operation)}${capital(tag(served))}${place}${kind.kind}${suffix}`,
    ...(style === 'v2' && { consumes: types, produces: ['application/json', 'application/yaml'], schemes: ['https'] }),
    ...bodyAndQuery(style, body, types, query),
    responses: responses(style, answer),
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group: kind.group, version: kind.version, kind: kind.kind },
  }
}

function bodyAndQuery(style: Style, schema: JsonSchema | undefined, types: readonly string[], query: readonly unknown[]) {
  if (!schema) return { parameters: query }
  if (style === 'v2') return { parameters: [{ name: 'body', in: 'body', required: true, schema }, ...query] }
  return { parameters: query, requestBody: { content: Object.fromEntries(types.map((type) => [type, { schema }])) } }
}

const OPERATION_VERBS: Readonly<Record<string, string>> = {
  get: 'read',
  put: 'replace',
  post: 'create',
  deletecollection: 'deleteCollection',
}
const operationVerb = ({ action }: Operation) => OPERATION_VERBS[action] ?? action

function queryParameter(style: Style, name: string) {
  const { type, description } = QUERY[name]! // PARAMETERS names nothing else
  const schema = { type, uniqueItems: true }
  return { name, in: 'query', description, ...(style === 'v2' ? schema : { schema }) }
}

const PATH_PARAMETERS: Readonly<Record<string, string>> = {
  namespace: 'object name and auth scope, such as for teams and projects',
  name: 'name of the object',
}

function pathParameters(style: Style, path: string) {
  return Object.entries(PATH_PARAMETERS)
    .filter(([name]) => path.includes(`{${name}}`))
    .map(([name, description]) => {
      const schema = { type: 'string', uniqueItems: true }
      return { name, in: 'path', description, required: true, ...(style === 'v2' ? schema : { schema }) }
    })
}

function responses(style: Style, schema: JsonSchema) {
  const ok = style === 'v2' ? { schema } : { content: { 'application/json': { schema } } }
  return { '200': { description: 'OK', ...ok }, '401': { description: 'Unauthorized' } }
}

const patchSchema = (definitions: Definitions) =>
  definitions.define(definitionName('meta.v1.Patch'), () => ({
    description: 'Patch is provided to give a concrete name and type to the Kubernetes PATCH request body.',
    type: 'object',
  }))

/** Where a kind's schema lives: built-in ones by their type, custom ones by their group turned around (`com.example.stable.v1.CronTab`). */
function schemaName(typeName: string | undefined, { group, version, kind }: GroupVersionKind): string {
  return typeName ? definitionName(typeName) : [...group.split('.').reverse(), version, kind].join('.')
}

function kindSchema(context: PathsContext, definition: KindDefinition): JsonSchema {
  const { group, version } = context.served
  const gvk = { group, version, kind: definition.kind }
  if (definition.customSchema === undefined) return namedKind(context, gvk)
  return context.definitions.define(schemaName(undefined, gvk), () => {
    const own = definition.customSchema as JsonSchema // a structural schema is a JSON Schema
    const metadata = { description: "Standard object's metadata.", ...refTo(context, 'meta.v1.ObjectMeta') }
    return asKind({ ...own, properties: { ...(own.properties as JsonSchema | undefined), metadata } }, [gvk])
  })
}

const refTo = ({ definitions, style }: PathsContext, typeName: string) =>
  style === 'v2' ? definitions.ref(typeName) : { allOf: [definitions.ref(typeName)] }

/** A built-in kind by its group, version and name; kinds that are never stored (Scale, Eviction…) included. */
function namedKind({ definitions }: PathsContext, gvk: GroupVersionKind): JsonSchema {
  const type = resourceRow(gvk.group, gvk.version, gvk.kind)?.type ?? `${packageOf(gvk)}.${gvk.version}.${gvk.kind}`
  const ref = definitions.ref(type)
  const schema = definitions.all()[definitionName(type)]
  if (schema && !schema['x-kubernetes-group-version-kind']) Object.assign(schema, asKind(schema, [gvk]))
  return ref
}

/** The sources' name of a group: `rbac.authorization.k8s.io` is `rbac`. */
const packageOf = ({ group }: GroupVersionKind) => group.split('.')[0] || 'core'

function listSchema(context: PathsContext, definition: KindDefinition): JsonSchema {
  const { group, version } = context.served
  const gvk = { group, version, kind: definition.kind }
  const list = { ...gvk, kind: `${definition.kind}List` }
  const type = definition.customSchema === undefined ? resourceRow(group, version, definition.kind)?.type : undefined
  return context.definitions.define(schemaName(type && `${type}List`, list), () =>
    asKind(
      {
        description: `${list.kind} is a list of ${definition.kind}`,
        required: ['items'],
        properties: {
          ...typeMeta,
          items: { description: `List of ${definition.plural}.`, type: 'array', items: kindSchema(context, definition) },
          metadata: { description: 'Standard list metadata.', ...refTo(context, 'meta.v1.ListMeta') },
        },
      },
      [list],
    ),
  )
}

/** `apps_v1`, as operations are grouped. */
const tag = ({ group, version }: ServedVersion) =>
  `${group === '' ? 'core' : group.replace(/\.k8s\.io$/, '').replace(/\./g, '_')}_${version}`
const capital = (text: string) => text.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())
