import { parseYaml, YamlError } from '../formats/yaml'
import type { Call } from './call'
import type { BodyReader } from './hooks'
import { scanJson } from './json-scan'
import type { AnyObject } from './object'
import { conform, TypeMismatch, type ConformOptions } from './schema/conform'
import { typeOfServed, type Struct } from './schema/schema'
import type { Served } from './registry'
import { badRequest, failure } from './status'

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
  return media.endsWith('yaml') ? readYaml(text) : readJson(text)
}

const unsupportedMediaType = (accepted: readonly string[]) =>
  failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  )

function readJson(text: string): ReadBody {
  const { problem, duplicates } = scanJson(text)
  if (problem !== undefined) throw badRequest(`couldn't get version/kind; json parse error: ${problem}`)
  return { value: withoutOddKeys(JSON.parse(text), text), duplicates }
}

function readYaml(text: string): ReadBody {
  try {
    return { value: withoutOddKeys(parseYaml(text), text), duplicates: [] }
  } catch (error) {
    if (error instanceof YamlError) throw badRequest(`error converting YAML to JSON: ${error.message}`)
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

/** Reads a JSON value as an object of the kind and version that a request's path names. `fieldValidation` decides about unknown fields. */
export function readAs(
  call: Pick<Call, 'served' | 'options' | 'warn'>,
  value: unknown,
  duplicates: readonly string[] = [],
  { keepZeros = false, unknown = [] }: { readonly keepZeros?: boolean; readonly unknown?: string[] } = {},
): AnyObject {
  const { served } = call
  const type = typeOfServed(served.kind, served.version, served.group)
  const object = typed(value, served)
  const read = type ? conforming(object, type, served, { keepZeros, findings: { unknown } }) : object
  const problems = [
    ...duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`),
    ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`),
  ]
  if (problems.length > 0) judge(problems, call)
  return read
}

function judge(problems: readonly string[], { served, options, warn }: Pick<Call, 'served' | 'options' | 'warn'>) {
  const validation = options.fieldValidation ?? 'Warn'
  if (validation === 'Ignore') return
  if (validation === 'Warn') return problems.forEach(warn)
  throw badRequest(
    `${served.kind.kind} in version ${JSON.stringify(served.version)} cannot be handled as a ${served.kind.kind}: strict decoding error: ${problems.join(', ')}`,
  )
}

/** Adds or checks what the object calls itself. */
function typed(value: unknown, { kind, apiVersion }: Served): AnyObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    )
  }
  const given = value as Readonly<Record<string, unknown>>
  if (given.apiVersion && given.apiVersion !== apiVersion) {
    throw badRequest(`the API version in the data (${String(given.apiVersion)}) does not match the expected API version (${apiVersion})`)
  }
  if (given.kind && given.kind !== kind.kind) {
    throw badRequest(
      `${String(given.kind)} in version ${JSON.stringify(apiVersion.split('/').at(-1))} cannot be handled as a ${kind.kind}: converting (v1.${String(given.kind)}) to (core.${kind.kind}): unknown conversion`,
    )
  }
  // Written first, they also come first when the object is shown.
  const head = { kind: kind.kind, apiVersion, metadata: given.metadata ?? {} }
  return { ...head, ...given, ...head } as AnyObject // metadata is looked at by conform
}

function conforming(object: AnyObject, type: Struct, { kind: { kind }, version }: Served, options: ConformOptions): AnyObject {
  try {
    return conform(object, type, options) as AnyObject // an object stays an object
  } catch (error) {
    if (error instanceof TypeMismatch)
      throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${error.message}`)
    throw error
  }
}
