import { readYaml as valueOfYaml } from '../formats/late-yaml'
import { YamlError } from '../formats/yaml-error'
import type { Call } from './call'
import type { BodyReader } from './hooks'
import { jsonScanner } from './late-formats'
import { apiVersionOf, parseApiVersion, type AnyObject } from './object'
import { conform, TypeMismatch, type ConformOptions } from './schema/conform'
import { builtInType, resourceRow, typeOfServed, type Struct } from './schema/schema'
import { badRequest, failure, type StatusError } from './status'

/** What a real server accepts of a request's body at most. */
const MAX_BODY_BYTES = 3 * 1024 * 1024
/** Deeper nesting is refused, as in json-scan.ts. */
const MAX_DEPTH = 1000

/** A body read into the JSON value it means, with what was odd about it. */
export interface ReadBody {
  readonly value: unknown
  /** `duplicate field "spec.replicas"` */
  readonly duplicates: readonly string[]
}

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore'

/** Reads a request's body in whatever format its content type names. Throws 400, 413 or 415. */
export function readBody(
  body: string | Uint8Array | undefined,
  contentType: string | undefined,
  accepted: readonly string[],
  readers: readonly BodyReader[],
  as: { readonly group: string; readonly version: string; readonly kind: string },
): ReadBody {
  const size = body?.length ?? 0
  if (size > MAX_BODY_BYTES) throw failure(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728')
  const media = (contentType ?? 'application/json').split(';')[0]!.trim().toLowerCase() || 'application/json'
  const reader = readers.find(({ mediaType }) => mediaType === media)
  if (reader)
    return {
      value: reader.read(typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? new Uint8Array()), as),
      duplicates: [],
    }
  if (!accepted.includes(media)) throw unsupportedMediaType(accepted)
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  return media.endsWith('yaml')
    ? readYaml(text, UNREADABLE[media] ?? 'error converting YAML to JSON: ')
    : readJson(text, UNREADABLE[media] ?? "couldn't get version/kind; json parse error: ")
}

const unsupportedMediaType = (accepted: readonly string[]) =>
  failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  )

/** What a complaint about an unreadable patch begins with; a strategic one or a JSON patch with nothing. */
const UNREADABLE: Readonly<Record<string, string>> = {
  'application/json-patch+json': '',
  'application/strategic-merge-patch+json': '',
  'application/merge-patch+json': 'error decoding patch: ',
  'application/apply-patch+yaml': 'error decoding YAML: ',
}

function readJson(text: string, prefix: string): ReadBody {
  const { problem, duplicates } = jsonScanner.code(text)
  if (problem !== undefined) throw badRequest(prefix + problem)
  return { value: withoutOddKeys(JSON.parse(text), text), duplicates }
}

function readYaml(text: string, prefix: string): ReadBody {
  try {
    return { value: withoutOddKeys(valueOfYaml(text), text), duplicates: [] }
  } catch (error) {
    if (error instanceof YamlError) throw badRequest(prefix + error.message)
    // The parser descends with the text, so nesting without end shows as an exhausted stack.
    if (error instanceof RangeError) throw badRequest(`${prefix}yaml: exceeded max depth`)
    throw error
  }
}

/**
 * Refuses keys that mean something to JavaScript rather than to Kubernetes, nesting without end, and values that are much larger than the
 * text they were written in, as YAML aliases of aliases make them.
 */
function withoutOddKeys(value: unknown, text: string): unknown {
  let budget = 10_000 + 10 * text.length
  const look = (each: unknown, depth: number) => {
    if (typeof each !== 'object' || each === null) return
    if (depth > MAX_DEPTH) throw badRequest('exceeded max depth')
    if (Object.hasOwn(each, '__proto__')) throw badRequest('invalid field name "__proto__"')
    const children = Object.values(each)
    budget -= children.length + 1
    if (budget < 0) throw badRequest('error converting YAML to JSON: yaml: document contains excessive aliasing')
    for (const child of children) look(child, depth + 1)
  }
  look(value, 0)
  return value
}

export interface ReadOptions {
  readonly keepZeros?: boolean
  /** The refusal of a value that cannot be read: a body is refused as one, the outcome of a patch otherwise. `converted`: see TypeMismatch. */
  readonly refuse?: (why: string, converted: string) => StatusError
}

/** Reads a JSON value as an object of the kind and version that a request's path names. `fieldValidation` decides about unknown fields. */
export function readAs(
  call: Pick<Call, 'served' | 'options' | 'warn'>,
  value: unknown,
  duplicates: readonly string[] = [],
  { keepZeros = false, refuse = unreadable(call.served.kind.kind, call.served.version) }: ReadOptions = {},
): AnyObject {
  const { served } = call
  const unknown: string[] = []
  const type = typeOfServed(served.kind, served.version, served.group)
  const object = named(value, served.kind.kind, served.apiVersion)
  const read = type ? conforming(object, type, { keepZeros, findings: { unknown } }, refuse) : object
  const problems = [
    ...duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`),
    ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`),
  ]
  if (problems.length > 0) judge(problems, call, refuse)
  return read
}

/**
 * Reads a JSON value as the body of a subresource that takes a kind of its own, or as options. Unknown fields are dropped, and what the body
 * calls itself does not matter: clients name these kinds in several groups and versions.
 */
export function readBodyAs(
  value: unknown,
  { group, version, kind }: { readonly group: string; readonly version: string; readonly kind: string },
): AnyObject {
  const apiVersion = apiVersionOf({ group, version })
  const object = named(isObject(value) ? { ...value, apiVersion, kind } : value, kind, apiVersion)
  const type = builtInType(group, version, kind)
  return type ? conforming(object, type, {}, unreadable(kind, version)) : object
}

const unreadable = (kind: string, version: string) => (why: string) =>
  badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`)

function judge(problems: readonly string[], { options, warn }: Pick<Call, 'options' | 'warn'>, refuse: NonNullable<ReadOptions['refuse']>) {
  const validation = options.fieldValidation ?? 'Warn'
  if (validation === 'Ignore') return
  if (validation === 'Warn') return problems.forEach(warn)
  const why = `strict decoding error: ${problems.join(', ')}`
  throw refuse(why, why)
}

/** Adds or checks what the object calls itself. */
function named(value: unknown, kind: string, apiVersion: string): AnyObject {
  if (!isObject(value)) throw versionAndKind(goType(value), 'value')
  const { apiVersion: itsVersion = '', kind: itsKind = '' } = value
  if (typeof itsVersion !== 'string') throw versionAndKind(goType(itsVersion), '.apiVersion')
  if (typeof itsKind !== 'string') throw versionAndKind(goType(itsKind), '.kind')
  if (itsVersion !== '' && itsVersion !== apiVersion) {
    throw badRequest(`the API version in the data (${itsVersion}) does not match the expected API version (${apiVersion})`)
  }
  if (itsKind !== '' && itsKind !== kind) {
    const { group, version } = parseApiVersion(apiVersion)
    if (!resourceRow(group, version, itsKind)) {
      throw badRequest(
        `no kind ${JSON.stringify(itsKind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`,
      )
    }
    throw badRequest(
      `${itsKind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: converting (v1.${itsKind}) to (core.${kind}): unknown conversion`,
    )
  }
  // Written first, they also come first when the object is shown.
  const head = { kind, apiVersion, metadata: value.metadata ?? {} }
  return Object.assign({}, head, value, head) as AnyObject // metadata is looked at by conform
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const goType = (value: unknown) =>
  Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value === 'boolean' ? 'bool' : typeof value

/** What the first look at a body says, which is only after what the object calls itself. */
function versionAndKind(found: string, where: 'value' | '.apiVersion' | '.kind') {
  const place =
    where === 'value'
      ? 'Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
      : `Go struct field ${where} of type string`
  return badRequest(`couldn't get version/kind; json parse error: json: cannot unmarshal ${found} into ${place}`)
}

function conforming(object: AnyObject, type: Struct, options: ConformOptions, refuse: NonNullable<ReadOptions['refuse']>): AnyObject {
  try {
    return conform(object, type, options) as AnyObject // an object stays an object
  } catch (error) {
    if (error instanceof TypeMismatch) throw refuse(error.message, error.converted)
    throw error
  }
}
