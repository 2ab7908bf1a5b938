/** Builds one protobuf message, field by field. */
export interface ProtobufWriter {
  text(field: number, value: string): void
  binary(field: number, value: Uint8Array): void
  /** A varint: bool, int32, int64 and the like; not negative. */
  integer(field: number, value: number): void
  double(field: number, value: number): void
  message(field: number, fill: (inner: ProtobufWriter) => void): void
  bytes(): Uint8Array
}

const VARINT = 0
const FIXED64 = 1
const DELIMITED = 2

const encoder = new TextEncoder()

export function createProtobufWriter(): ProtobufWriter {
  const parts: Uint8Array[] = []
  const varint = (value: number) => parts.push(varintBytes(value))
  const tag = (field: number, wireType: number) => varint(field * 8 + wireType)
  const delimited = (field: number, content: Uint8Array) => {
    tag(field, DELIMITED)
    varint(content.length)
    parts.push(content)
  }
  return {
    text: (field, value) => delimited(field, encoder.encode(value)),
    binary: delimited,
    integer(field, value) {
      tag(field, VARINT)
      varint(value)
    },
    double(field, value) {
      tag(field, FIXED64)
      const bytes = new Uint8Array(8)
      new DataView(bytes.buffer).setFloat64(0, value, true)
      parts.push(bytes)
    },
    message(field, fill) {
      const inner = createProtobufWriter()
      fill(inner)
      delimited(field, inner.bytes())
    },
    bytes: () => join(parts),
  }
}

function varintBytes(value: number): Uint8Array {
  const out: number[] = []
  let rest = value
  while (rest >= 0x80) {
    out.push((rest % 0x80) + 0x80)
    rest = Math.floor(rest / 0x80)
  }
  out.push(rest)
  return Uint8Array.from(out)
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
