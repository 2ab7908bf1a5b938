import { formatGoFloat } from '../../formats/yaml-emit'

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A JSON value as Go's `%v` prints it: `map[a:1 b:[x y]]`, `<nil>`. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : formatGoFloat(value)
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (isMap(value)) return `map[${Object.keys(value).sort().map((key) => `${key}:${goText(value[key])}`).join(' ')}]` // prettier-ignore
  return String(value)
}

/** `%v` of a float64: the shortest text, with an exponent below 1e-4 and from 1e21 on. */
export function float64(value: number): string {
  return formatGoFloat(value)
}

/** A JSON value as Go's `%#v` prints it. */
export function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (isMap(value)) return `map[string]interface {}{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`).join(', ')}}` // prettier-ignore
  return JSON.stringify(value)
}
