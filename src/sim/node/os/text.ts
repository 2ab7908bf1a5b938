/**
 * Bytes as text. Inside the simulation every stream and file is JavaScript text; a byte that is not part of valid UTF-8 is carried as the lone
 * surrogate U+DC00 + byte (as Python's `surrogateescape` does), so arbitrary bytes survive the round trip and text tools stay simple.
 */
export function textFromBytes(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes)
  } catch {
    return decodeEscaping(bytes)
  }
}

/** The bytes that `text` stands for. */
export function bytesFromText(text: string): Uint8Array {
  if (!/[\udc80-\udcff]/.test(text)) return encoder.encode(text)
  const out: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0)!
    if (code >= 0xdc80 && code <= 0xdcff) out.push(code & 0xff)
    else out.push(...encoder.encode(character))
  }
  return Uint8Array.from(out)
}

let lastText = ''
let lastLength = 0

/** How many bytes `text` stands for. */
export function byteLength(text: string): number {
  // A server is asked for the same page again and again.
  if (text.length < LONG) return lengthOf(text)
  if (text !== lastText) {
    lastText = text
    lastLength = lengthOf(text)
  }
  return lastLength
}

const LONG = 256

function lengthOf(text: string): number {
  let length = text.length
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80 || (code >= 0xdc80 && code <= 0xdcff && !isHighSurrogate(text, i - 1))) continue
    length += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2
  }
  return length
}

const isHighSurrogate = (text: string, i: number) => i >= 0 && (text.charCodeAt(i) & 0xfc00) === 0xd800
const encoder = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeEscaping(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length;) {
    const length = sequenceLength(bytes[i]!)
    const sequence = bytes.subarray(i, i + length)
    const decoded = length > 0 && sequence.length === length ? tryDecode(sequence) : undefined
    text += decoded ?? String.fromCharCode(0xdc00 + bytes[i]!)
    i += decoded === undefined ? 1 : length
  }
  return text
}

const sequenceLength = (lead: number) => (lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0)

function tryDecode(sequence: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(sequence)
  } catch {
    return undefined
  }
}
