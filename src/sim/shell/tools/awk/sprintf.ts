import { formatFloat, formatInteger } from '../format'
import { toNumber, toText, type Value } from './values'

/** printf's text: `args` put into `format`; numbers that `%s` meets are written by `convert` (`CONVFMT`). */
export function sprintf(format: string, args: readonly Value[], convert: string): string {
  let next = 0
  return format.replace(
    /%%|%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d*))?[hlLqjzt]*([a-zA-Z])/g,
    (whole, given: string | undefined, width: string | undefined, precision: string | undefined, kind: string | undefined) => {
      if (whole === '%%') return '%'
      let flags = given ?? ''
      let size = width === '*' ? toNumber(args[next++]) : Number(width ?? 0)
      if (size < 0) {
        flags += '-'
        size = -size
      }
      const digits = precision === undefined ? undefined : precision === '*' ? toNumber(args[next++]) : Number(precision || 0)
      const value = args[next++]
      let body: string
      if (kind === 's') body = digits === undefined ? toText(value, convert) : [...toText(value, convert)].slice(0, digits).join('')
      else if (kind === 'c') body = typeof value === 'number' ? String.fromCodePoint(value) : ([...toText(value, convert)][0] ?? '')
      else if (/[diouxX]/.test(kind!)) {
        const number = Math.trunc(toNumber(value))
        body = Number.isFinite(number)
          ? formatInteger(BigInt(number), kind!, flags, digits)
          : String(number).toLowerCase().replace('infinity', 'inf')
      } else if (/[eEfFgG]/.test(kind!)) body = formatFloat(toNumber(value), kind!, flags, digits)
      else return whole
      const missing = size - [...body].length
      if (missing <= 0) return body
      if (flags.includes('-')) return body + ' '.repeat(missing)
      if (flags.includes('0') && kind !== 's' && kind !== 'c' && digits === undefined) {
        const sign = /^[-+ ]/.exec(body)?.[0] ?? ''
        return sign + '0'.repeat(missing) + body.slice(sign.length)
      }
      return ' '.repeat(missing) + body
    },
  )
}
