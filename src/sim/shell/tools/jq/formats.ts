import { bytesFromText, textFromBytes } from '../../../node/os/text'
import { JqError, described, isArray, isObject, toJson } from './values'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export function base64(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i]!, bytes[i + 1], bytes[i + 2]]
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0)
    out +=
      alphabet[bits >> 18]! +
      alphabet[(bits >> 12) & 63]! +
      (b === undefined ? '=' : alphabet[(bits >> 6) & 63]!) +
      (c === undefined ? '=' : alphabet[bits & 63]!)
  }
  return out
}

/** Undefined when the text is not base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  const plain = text.replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(plain) || plain.replace(/=/g, '').length % 4 === 1) return undefined
  const out: number[] = []
  let bits = 0
  let count = 0
  for (const c of plain.replace(/=/g, '')) {
    bits = ((bits << 6) | alphabet.indexOf(c)) & 0xffffff
    count += 6
    if (count >= 8) out.push((bits >> (count -= 8)) & 255)
  }
  return Uint8Array.from(out)
}

const text = (value: unknown) => (typeof value === 'string' ? value : toJson(value))

/** `@base64`, `@csv` and the others. */
export function formatString(name: string, value: unknown): string {
  switch (name) {
    case '@text':
      return text(value)
    case '@json':
      return toJson(value)
    case '@csv':
    case '@tsv':
      if (!isArray(value)) throw new JqError(`${described(value)} cannot be ${name.slice(1)}-formatted, only an array can be`)
      return value.map((item) => cell(name, item)).join(name === '@csv' ? ',' : '\t')
    case '@html':
      return text(value).replace(/[&<>'"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&quot;' })[c]!)
    case '@uri':
      return [...bytesFromText(text(value))]
        .map((byte) =>
          /[A-Za-z0-9\-_.~]/.test(String.fromCharCode(byte))
            ? String.fromCharCode(byte)
            : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
        )
        .join('')
    case '@sh':
      return isArray(value) ? value.map(shellWord).join(' ') : shellWord(value)
    case '@base64':
      return base64(bytesFromText(text(value)))
    case '@base64d': {
      const decoded = fromBase64(text(value))
      if (!decoded) throw new JqError(`${described(value)} is not valid base64 data`)
      return textFromBytes(decoded).replace(/[\udc80-\udcff]/g, '\ufffd')
    }
    default:
      throw new JqError(`${name.slice(1)} is not a valid format`)
  }
}

function cell(name: string, item: unknown): string {
  if (typeof item === 'number' || typeof item === 'boolean') return toJson(item)
  if (item === null) return ''
  if (typeof item !== 'string') throw new JqError(`${described(item)} is not valid in a csv row`)
  return name === '@csv'
    ? `"${item.replaceAll('"', '""')}"`
    : item.replace(/[\\\t\n\r]/g, (c) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[c]!)
}

function shellWord(item: unknown): string {
  if (isArray(item) || isObject(item)) throw new JqError(`${described(item)} can not be escaped for shell`)
  return typeof item === 'string' ? `'${item.replaceAll("'", "'\\''")}'` : toJson(item)
}
