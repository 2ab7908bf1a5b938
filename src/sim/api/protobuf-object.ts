import { microTimestamp, parseTimestamp } from '../engine/time'
import { isInlined, messageOf, messages, MAGIC, UNKNOWN } from './protobuf'
import { createProtobufWriter, type ProtobufWriter } from './protobuf-writer'
import type { KubeObject } from './object'

/** An object as a server keeps it in etcd: `k8s\0`, then a `runtime.Unknown` around its message. Undefined for kinds that are kept as JSON, custom resources among them. */
export function protobufOf(object: KubeObject): Uint8Array | undefined {
  const { apiVersion, kind, ...fields } = object
  const message = messageOf(apiVersion, kind)
  if (!message) return undefined
  const writer = createProtobufWriter()
  const raw = createProtobufWriter()
  writeMessage(raw, message, fields)
  writer.message(numberOf(UNKNOWN, 'typeMeta'), (meta) => {
    meta.text(1, apiVersion)
    meta.text(2, kind)
  })
  writer.binary(numberOf(UNKNOWN, 'raw'), raw.bytes())
  return Uint8Array.from([...MAGIC, ...writer.bytes()])
}

const numberOf = (message: string, field: string) => Number(Object.entries(messages[message]!).find(([, [name]]) => name === field)![0])

type Fields = Readonly<Record<string, unknown>>

/** Messages whose JSON is no object. */
const SPECIAL: Readonly<Record<string, (writer: ProtobufWriter, value: unknown) => void>> = {
  'k8s.io.apimachinery.pkg.apis.meta.v1.Time': writeMoment,
  'k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime': writeMoment,
  'k8s.io.apimachinery.pkg.apis.meta.v1.FieldsV1': (writer, value) => writer.text(1, JSON.stringify(value)),
  'k8s.io.apimachinery.pkg.api.resource.Quantity': (writer, value) => writer.text(1, String(value)),
  'k8s.io.apimachinery.pkg.runtime.RawExtension': (writer, value) => writer.text(1, JSON.stringify(value)),
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString'(writer, value) {
    writer.integer(1, typeof value === 'number' ? 0 : 1)
    if (typeof value === 'number') writer.integer(2, value)
    else writer.text(3, String(value))
  },
}

function writeMoment(writer: ProtobufWriter, value: unknown) {
  const timeMs = parseTimestamp(String(value))
  writer.integer(1, Math.floor(timeMs / 1000))
  writer.integer(2, Number(/\.(\d{6})/.exec(microTimestamp(timeMs))?.[1] ?? 0) * 1000)
}

function writeMessage(writer: ProtobufWriter, message: string, value: unknown) {
  const special = SPECIAL[message]
  if (special) return special(writer, value)
  // A list that is a value of a map is a message of its own.
  const fields = (Array.isArray(value) ? { items: value } : value) as Fields // conforms to its schema: it comes from the store
  for (const [number, [name, type, repeats]] of Object.entries(messages[message]!)) {
    const field = Number(number)
    if (isInlined(name, type)) {
      writer.message(field, (inner) => writeMessage(inner, type, fields))
      continue
    }
    const content = fields[name]
    if (content === undefined || content === null) continue
    if (repeats === 'r') for (const item of content as readonly unknown[]) writeValue(writer, field, type, item)
    else if (repeats === 'm')
      for (const [key, item] of Object.entries(content as Fields))
        writer.message(field, (entry) => {
          entry.text(1, key)
          writeValue(entry, 2, type, item)
        })
    else writeValue(writer, field, type, content)
  }
}

function writeValue(writer: ProtobufWriter, field: number, type: string, value: unknown) {
  if (type === 'string') writer.text(field, String(value))
  else if (type === 'bytes')
    writer.binary(
      field,
      Uint8Array.from(atob(String(value)), (character) => character.charCodeAt(0)),
    )
  else if (type === 'bool') writer.integer(field, value === true ? 1 : 0)
  else if (type === 'int32' || type === 'int64') writer.integer(field, Math.max(0, Number(value)))
  else if (messages[type]) writer.message(field, (inner) => writeMessage(inner, type, value))
}
