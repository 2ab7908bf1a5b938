/** `'%d of %s'.format([1, 'x'])`: CEL's own verbs. Throws an Error in cel-go's words for what does not fit. */
export function formatted(template: string, values: readonly unknown[]): string {
  let next = 0
  const text = template.replace(/%(?:\.(\d+))?([sdfeboxX%])/g, (_all, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%'
    if (next >= values.length) throw new Error(`index ${next} out of range`)
    return asVerb(values[next++], verb, precision === undefined ? 6 : Number(precision))
  })
  return text
}

function asVerb(value: unknown, verb: string, precision: number): string {
  const number = Number(value)
  switch (verb) {
    case 's':
      return plainText(value)
    case 'd':
      return typeof value === 'string' ? refuse('decimal') : plainText(value)
    case 'f':
      return number.toFixed(precision)
    case 'e':
      return number.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2')
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : BigInt(value as bigint).toString(2) // whole numbers are bigint in CEL
    case 'o':
      return BigInt(value as bigint).toString(8) // as above
    default: {
      const hex = typeof value === 'string' ? bytesInHex(value) : BigInt(value as bigint).toString(16) // as above
      return verb === 'X' ? hex.toUpperCase() : hex
    }
  }
}

const bytesInHex = (text: string) => [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('')

function refuse(clause: string): never {
  throw new Error(`error during formatting: ${clause} clause can only be used on integers`)
}

function plainText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plainText).join(', ')}]`
  if (value instanceof Map || (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)) {
    const entries = value instanceof Map ? [...value.entries()] : Object.entries(value)
    return `{${entries
      .map(([key, inner]) => `${plainText(key)}: ${plainText(inner)}`)
      .sort()
      .join(', ')}}`
  }
  return String(value)
}

/** `text.replace(old, new, limit)`; all of them without a limit. */
export function replaced(text: string, old: string, by: string, limit = -1n): string {
  if (limit < 0n) return text.replaceAll(old, by)
  const parts = text.split(old)
  const count = Math.min(Number(limit), parts.length - 1)
  return parts.slice(0, count).map((part) => part + by).join('') + parts.slice(count).join(old) // prettier-ignore
}
