import type { Proc } from '../node/os/syscalls'
import { apiVersionOf, type ResourceType } from './mapper'
import { requestJson } from './rest'
import { verbosity, type Kubectl } from './session'

/** A schema of an OpenAPI v3 document, as far as kubectl reads it. */
export interface Schema {
  readonly $ref?: string
  readonly allOf?: readonly Schema[]
  readonly type?: string
  readonly format?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly enum?: readonly string[]
  readonly oneOf?: readonly Schema[]
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-group-version-kind'?: readonly { readonly group: string; readonly version: string; readonly kind: string }[]
}

/** The schemas of one API version. */
export interface Schemas {
  readonly rootOf: (type: Pick<ResourceType, 'group' | 'version' | 'kind'>) => Schema | undefined
  /** What the schema of a kind goes by. */
  readonly rootNameOf: (type: Pick<ResourceType, 'group' | 'version' | 'kind'>) => string | undefined
  /** What a reference stands for, with the name it goes by. */
  readonly resolve: (schema: Schema) => { readonly schema: Schema; readonly name?: string }
  /** The object schema below lists and maps. */
  readonly content: (schema: Schema) => Schema
}

/** Fetches the document of the type's API version. */
export function* loadSchemas(kubectl: Kubectl, type: ResourceType): Proc<Schemas> {
  return schemasOf((yield* fetchDocument(kubectl, type, yield* fetchIndex(kubectl))).components.schemas)
}

/** The schemas of an API version by its name, `apps/v1`; undefined when the server has none of it. */
export function* fetchSchemas(kubectl: Kubectl, apiVersion: string): Proc<Schemas | undefined> {
  const key = `${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`
  const path = (yield* fetchIndex(kubectl)).paths[key]?.serverRelativeURL
  return path === undefined ? undefined : schemasOf((yield* requestJson<Document>(kubectl, { path })).components.schemas)
}

/** Where the server has the documents of its API versions. */
export interface Index {
  readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>
}

interface Document {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/**
 * Asks for the documents that the real one reads before it lets the server validate an object. Nothing here is read from them: so they are asked for
 * only where requests are shown, each once.
 */
export function* showValidation(kubectl: Kubectl, type: ResourceType): Proc {
  if (verbosity(kubectl) < 6) return
  const asked = (kubectl.known.schemasAsked ??= { index: yield* fetchIndex(kubectl), versions: new Set() })
  const version = apiVersionOf(type)
  if (asked.versions.has(version)) return
  asked.versions.add(version)
  yield* fetchDocument(kubectl, type, asked.index)
}

const fetchIndex = (kubectl: Kubectl): Proc<Index> => requestJson<Index>(kubectl, { path: '/openapi/v3', query: { timeout: '32s' } })

function* fetchDocument(kubectl: Kubectl, type: ResourceType, index: Index): Proc<Document> {
  const key = `${type.group ? 'apis' : 'api'}/${apiVersionOf(type)}`
  const [path = '', query] = (index.paths[key]?.serverRelativeURL ?? `/openapi/v3/${key}`).split('?')
  return yield* requestJson<Document>(kubectl, { path: `${path}?${query ? `${query}&` : ''}timeout=32s` })
}

function schemasOf(all: Readonly<Record<string, Schema>>): Schemas {
  const nameOf = (ref: string) => ref.slice(ref.lastIndexOf('/') + 1)
  const resolve = (schema: Schema): { schema: Schema; name?: string } => {
    const ref = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0]!.$ref : undefined)
    return ref ? { schema: all[nameOf(ref)] ?? {}, name: nameOf(ref) } : { schema }
  }
  const content = (schema: Schema): Schema => {
    const { schema: own } = resolve(schema)
    if (own.items) return content(own.items)
    if (typeof own.additionalProperties === 'object') return content(own.additionalProperties)
    return own
  }
  const rootNameOf: Schemas['rootNameOf'] = ({ group, version, kind }) =>
    Object.keys(all).find((name) =>
      all[name]!['x-kubernetes-group-version-kind']?.some((gvk) => gvk.group === group && gvk.version === version && gvk.kind === kind),
    )
  return {
    resolve,
    content,
    rootNameOf,
    rootOf: (type) => all[rootNameOf(type) ?? ''],
  }
}
