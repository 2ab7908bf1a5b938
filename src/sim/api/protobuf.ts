import type { BodyReader } from './hooks'
import fieldNumbers from './schema/protobuf-fields.json' with { type: 'json' }
import { structNamed } from './schema/schema'
import { keepsZero } from './schema/zero-values'
import { badRequest } from './status'
import { apiVersionOf, parseApiVersion } from './object'
import { microTimestamp, timestamp } from '../engine/time'

/** Field number → JSON name, type, and whether it repeats (`r`) or is a map with text keys (`m`). */
type Message = Readonly<Record<string, readonly [name: string, type: string, repeats: string]>>

/** Messages by their full names. */
export const messages = fieldNumbers as unknown as Readonly<Record<string, Message>> // generated; the compiler takes tuples for lists

/** Reads protobuf request bodies, which kubectl sends from 1.32 on: `k8s\0`, then a `runtime.Unknown` around the object's own message. */
export const protobufReader: BodyReader = {
  mediaType: 'application/vnd.kubernetes.protobuf',
  read(body, as) {
    if (!MAGIC.every((byte, i) => body[i] === byte))
      throw malformed('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]')
    const { typeMeta, raw } = decode('k8s.io.apimachinery.pkg.runtime.Unknown', body.subarray(MAGIC.length)) as Unknown
    const kind = typeMeta?.kind || as.kind
    const apiVersion = typeMeta?.apiVersion || apiVersionOf(as)
    const message = messageOf(apiVersion, kind)
    if (!message) throw malformed(`no kind "${kind}" is registered for version "${apiVersion}"`)
    return { apiVersion, kind, ...(decode(message, raw ?? new Uint8Array()) as object) }
  },
}

/** How every object begins. */
export const MAGIC = [0x6b, 0x38, 0x73, 0]

/** What `runtime.Unknown` says of the object it wraps. */
interface Unknown {
  readonly typeMeta?: { readonly apiVersion?: string; readonly kind?: string }
  readonly raw?: Uint8Array
}

const malformed = (why: string) => badRequest(`error decoding protobuf: ${why}`)

/** The message of a kind, if it has one. */
export function messageOf(apiVersion: string, kind: string): string | undefined {
  const { group, version } = parseApiVersion(apiVersion)
  const own = `k8s.io.api.${group.split('.')[0] || 'core'}.${version}.${kind}`
  return [own, `k8s.io.apimachinery.pkg.apis.meta.v1.${kind}`].find((name) => messages[name])
}

/** Messages that are not objects in JSON. Undefined: as if the field were not there. */
const SPECIAL: Readonly<Record<string, (fields: Readonly<Record<string, unknown>>) => unknown>> = {
  'k8s.io.apimachinery.pkg.apis.meta.v1.Time': (time) => momentOf(time, timestamp),
  'k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime': (time) => momentOf(time, microTimestamp),
  'k8s.io.apimachinery.pkg.apis.meta.v1.FieldsV1': ({ Raw }) => jsonOf(Raw),
  'k8s.io.apimachinery.pkg.api.resource.Quantity': ({ string }) => string ?? '0',
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString': ({ type = 0, intVal = 0, strVal = '' }) => (type === 0 ? intVal : strVal),
  'k8s.io.apimachinery.pkg.runtime.RawExtension': ({ raw }) => jsonOf(raw),
}

function momentOf({ seconds, nanos = 0 }: { seconds?: unknown; nanos?: unknown }, print: (timeMs: number) => string): string | undefined {
  return typeof seconds === 'number' ? print(seconds * 1000 + Number(nanos) / 1e6) : undefined // without seconds: the zero time
}

function jsonOf(raw: unknown): unknown {
  if (typeof raw !== 'string' || raw === '') return undefined
  try {
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(raw), (character) => character.charCodeAt(0))))
  } catch {
    throw malformed('embedded JSON is malformed')
  }
}

/** Fields whose content is part of their parent in JSON. */
const INLINED = new Set([
  'volumeSource',
  'persistentVolumeSource',
  'handler',
  'ingressRuleValue',
  'localObjectReference',
  'ephemeralContainerCommon',
])
/** Whether a field's content is part of its parent in JSON. */
export const isInlined = (name: string, type: string) => INLINED.has(name) || (name === 'rule' && type.endsWith('.Rule'))

/** What objects are wrapped in. */
export const UNKNOWN = 'k8s.io.apimachinery.pkg.runtime.Unknown'

/** Reads one message. Fields with a number that the table does not know are newer than it and skipped, as protobuf has it. */
function decode(messageName: string, bytes: Uint8Array): unknown {
  const fields: Record<string, unknown> = {}
  const message = messages[messageName]!
  for (const { number, wireType, value } of wireFields(bytes)) {
    const [name, type, repeats] = message[number] ?? []
    if (name === undefined || type === undefined) continue
    if (repeats === 'm') {
      const entry = Object.fromEntries([...wireFields(bytesOf(value))].map((part) => [part.number, part.value]))
      fields[name] = { ...(fields[name] as object | undefined), [textOf(entry[1] ?? EMPTY)]: valueOf(type, entry[2] ?? defaultOf(type)) }
    } else if (repeats === 'r') {
      fields[name] = [
        ...((fields[name] as readonly unknown[] | undefined) ?? []),
        ...(wireType === 2 && isVarint(type) ? packed(bytesOf(value), type) : [valueOf(type, value)]),
      ]
    } else if (messageName === UNKNOWN && name === 'raw') {
      fields[name] = value
    } else if (isInlined(name, type)) {
      Object.assign(fields, valueOf(type, value))
    } else {
      const decoded = valueOf(type, value)
      if (decoded !== undefined && !isOmitted(messageName, name, decoded)) fields[name] = decoded
    }
  }
  return SPECIAL[messageName] ? SPECIAL[messageName](fields) : fields
}

/** Go writes every field that is no pointer, zero or not; JSON leaves the optional ones out. */
function isOmitted(messageName: string, name: string, value: unknown): boolean {
  if (value !== '' && value !== 0 && value !== false) return false
  const typeName = messageName.replace(/^k8s\.io\.(apimachinery\.pkg\.apis|api)\./, '')
  const field = structNamed(typeName)?.fields.get(name)
  return field !== undefined && !field.required && !keepsZero(typeName, field)
}

const EMPTY = new Uint8Array()
const isVarint = (type: string) => type === 'int32' || type === 'int64' || type === 'bool'
const defaultOf = (type: string) => (isVarint(type) ? 0 : EMPTY)

function* packed(bytes: Uint8Array, type: string) {
  for (let at = 0; at < bytes.length;) {
    const [value, next] = varint(bytes, at)
    yield valueOf(type, value)
    at = next
  }
}

function valueOf(type: string, value: number | Uint8Array): unknown {
  switch (type) {
    case 'bool':
      return value !== 0
    case 'int32':
    case 'int64':
      return typeof value === 'number' ? value : 0
    case 'string':
      return textOf(value)
    case 'bytes':
      return btoa(Array.from(bytesOf(value), (byte) => String.fromCharCode(byte)).join(''))
    default:
      if (!messages[type]) throw malformed(`unknown message ${type}`)
      return type.endsWith('.ExtraValue')
        ? ((decode(type, bytesOf(value)) as { items?: unknown }).items ?? [])
        : decode(type, bytesOf(value))
  }
}

const utf8 = new TextDecoder()
const textOf = (value: number | Uint8Array) => utf8.decode(bytesOf(value))

function bytesOf(value: number | Uint8Array): Uint8Array {
  if (typeof value === 'number') throw malformed('wrong wireType')
  return value
}

interface WireField {
  readonly number: number
  readonly wireType: number
  readonly value: number | Uint8Array
}

/** Splits a message into its fields as the wire has them. */
function* wireFields(bytes: Uint8Array): Generator<WireField> {
  for (let at = 0; at < bytes.length;) {
    const [tag, start] = varint(bytes, at)
    const number = tag >>> 3
    const wireType = tag & 7
    if (wireType === 0) {
      const [value, next] = varint(bytes, start)
      yield { number, wireType, value }
      at = next
    } else if (wireType === 2) {
      const [length, begin] = varint(bytes, start)
      at = begin + length
      if (length < 0 || at > bytes.length) throw malformed('unexpected EOF')
      yield { number, wireType, value: bytes.subarray(begin, at) }
    } else if (wireType === 1 || wireType === 5) {
      at = start + (wireType === 1 ? 8 : 4) // doubles and floats: no message of the table has one
    } else throw malformed(`illegal wireType ${wireType}`)
  }
}

/** A varint as the signed 64-bit number it is in Go, and where it ends. */
function varint(bytes: Uint8Array, from: number): [value: number, next: number] {
  let value = 0n
  for (let at = from, shift = 0n; at < bytes.length && shift < 70n; at++, shift += 7n) {
    value |= BigInt(bytes[at]! & 0x7f) << shift
    if (bytes[at]! < 0x80) return [Number(BigInt.asIntN(64, value)), at + 1]
  }
  throw malformed('unexpected EOF')
}
