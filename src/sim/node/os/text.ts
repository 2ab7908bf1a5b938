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
  const bytes = new Uint8Array(byteLength(text))
  let at = 0
  // Runs without escaped bytes go through the platform's encoder.
  for (let from = 0; from < text.length;) {
    let to = from
    while (to < text.length && !isEscaped(text, to)) to++
    if (to > from) at += encoder.encodeInto(text.slice(from, to), bytes.subarray(at)).written
    for (; to < text.length && isEscaped(text, to); to++) bytes[at++] = text.charCodeAt(to) & 0xff
    from = to
  }
  return bytes
}

const isEscaped = (text: string, i: number) => {
  const code = text.charCodeAt(i)
  return code >= 0xdc80 && code <= 0xdcff && !isHighSurrogate(text, i - 1)
}

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
let lastText = ''
let lastLength = 0

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

/** Characters put together at a time; more arguments than this a function may not take. */
const PIECE = 8192

function decodeEscaping(bytes: Uint8Array): string {
  const pieces: string[] = []
  let codes: number[] = []
  for (let i = 0; i < bytes.length;) {
    const length = sequenceLength(bytes, i)
    if (length === 0) codes.push(0xdc00 + bytes[i++]!)
    else {
      const code = codePointAt(bytes, i, length)
      if (code > 0xffff) codes.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff))
      else codes.push(code)
      i += length
    }
    if (codes.length < PIECE) continue
    pieces.push(String.fromCharCode(...codes))
    codes = []
  }
  return pieces.join('') + String.fromCharCode(...codes)
}

/** How many bytes the character that begins here has; 0 when no valid one does. Overlong forms and surrogates are not valid. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  if (lead < 0x80) return 1
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
  if (lead < 0xc2 || lead > 0xf4 || at + length > bytes.length) return 0
  const second = bytes[at + 1]!
  const [least, most] = secondByteRange(lead)
  if (second < least || second > most) return 0
  for (let i = 2; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0
  return length
}

function secondByteRange(lead: number): readonly [least: number, most: number] {
  if (lead === 0xe0) return [0xa0, 0xbf]
  if (lead === 0xed) return [0x80, 0x9f]
  if (lead === 0xf0) return [0x90, 0xbf]
  return [0x80, lead === 0xf4 ? 0x8f : 0xbf]
}

function codePointAt(bytes: Uint8Array, at: number, length: number): number {
  if (length === 1) return bytes[at]!
  let code = bytes[at]! & (0x7f >> length)
  for (let i = 1; i < length; i++) code = (code << 6) | (bytes[at + i]! & 0x3f)
  return code
}
