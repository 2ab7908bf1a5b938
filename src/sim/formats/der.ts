/*
 * DER, the bytes that certificates are made of: elements of a tag, a length and a content, nested.
 */

export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  nothing: 0x05,
  objectId: 0x06,
  utf8: 0x0c,
  printable: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

export interface Element {
  readonly tag: number
  readonly content: Uint8Array
  /** The element as it stands, with its head. */
  readonly whole: Uint8Array
}

/** Splits DER into its elements; what does not fit ends the list. */
export function elements(der: Uint8Array): Element[] {
  const found: Element[] = []
  for (let at = 0; at + 2 <= der.length;) {
    let length = der[at + 1]!
    let start = at + 2
    if (length > 0x80) {
      const end = start + (length & 0x7f)
      for (length = 0; start < end; start++) length = length * 256 + (der[start] ?? 0)
    }
    if (start + length > der.length) break
    found.push({ tag: der[at]!, content: der.subarray(start, start + length), whole: der.subarray(at, start + length) })
    at = start + length
  }
  return found
}

/** One element of these parts. */
export function element(which: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const head = length < 0x80 ? [which, length] : length < 0x100 ? [which, 0x81, length] : [which, 0x82, length >> 8, length & 0xff]
  const whole = new Uint8Array(head.length + length)
  whole.set(head)
  let at = head.length
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export const sequence = (...parts: readonly Uint8Array[]) => element(tag.sequence, ...parts)

/** A whole number of any size, given as hexadecimal. */
export function integer(hex: string): Uint8Array {
  const bytes = fromHex(hex.length % 2 === 0 ? hex : `0${hex}`)
  return element(tag.integer, bytes[0] === undefined || bytes[0] > 0x7f ? Uint8Array.of(0) : new Uint8Array(), bytes)
}

/** `2.5.4.3` as its bytes. */
export function objectId(text: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = rest.flatMap((value) => {
    const digits = [value & 0x7f]
    for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80)
    return digits
  })
  return element(tag.objectId, Uint8Array.of(first * 40 + second, ...bytes))
}

export function objectIdText(bytes: Uint8Array): string {
  const [head = 0, ...rest] = bytes
  const values: number[] = []
  let value = 0
  for (const byte of rest) {
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      values.push(value)
      value = 0
    }
  }
  return [Math.floor(head / 40), head % 40, ...values].join('.')
}

export const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
export const fromHex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16))
export const utf8 = (text: string) => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** A PEM block of these bytes. */
export function pem(label: string, bytes: Uint8Array): string {
  const lines = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** The label and bytes of a text's first PEM block whose label is so; undefined when there is none. */
export function readPem(text: string, wanted = /(?:)/): { readonly label: string; readonly bytes: Uint8Array } | undefined {
  const blocks = text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^-]+)-----END \1-----/g)
  const match = [...blocks].find(([, label]) => wanted.test(label!))
  if (!match) return undefined
  try {
    return { label: match[1]!, bytes: Uint8Array.from(atob(match[2]!.replace(/\s/g, '')), (character) => character.charCodeAt(0)) }
  } catch {
    return undefined
  }
}
