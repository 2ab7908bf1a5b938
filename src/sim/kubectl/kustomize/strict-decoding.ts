import { isObject } from '../../formats/merge-patch'
import { CommandError } from '../errors'

/** What a member of a configuration file must be. Structs are Go's: their names occur in errors. */
export type Shape =
  | 'string'
  | 'bool'
  | 'int'
  | 'int64'
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly struct: string; readonly fields: Readonly<Record<string, Shape>>; readonly pointer?: boolean }

/**
 * Checks a value as Go's JSON decoder does when unknown fields are refused: members in the order of the alphabet, names in any case. Answers the
 * value with its members' proper names. Throws CommandError with the decoder's first complaint.
 */
export function decodeStrictly(value: unknown, shape: Shape): unknown {
  const decoder = { problem: undefined as string | undefined }
  const decoded = decode(value, shape, { struct: '', path: [] }, decoder)
  if (decoder.problem !== undefined) throw new CommandError(`json: ${decoder.problem}`)
  return decoded
}

interface Place {
  readonly struct: string
  readonly path: readonly string[]
}

function decode(value: unknown, shape: Shape, place: Place, decoder: { problem: string | undefined }): unknown {
  if (value === null || value === undefined) return undefined
  const refuse = () => void (decoder.problem ??= mismatch(value, shape, place))
  if (typeof shape === 'string') return fits(value, shape) ? value : refuse()
  if ('list' in shape)
    return Array.isArray(value) ? value.map((item) => (item === null && shape.list === 'string' ? '' : decode(item, shape.list, place, decoder))) : refuse() // prettier-ignore
  if (!isObject(value)) return refuse()
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  if ('map' in shape) return Object.fromEntries(sorted.map(([key, member]) => [key, decode(member, shape.map, place, decoder)]))
  const result: Record<string, unknown> = {}
  const known = Object.keys(shape.fields).map((field) => ({ field, name: field.slice(field.lastIndexOf('.') + 1) }))
  for (const [key, member] of sorted) {
    const found = known.find(({ name }) => name === key) ?? known.find(({ name }) => name.toLowerCase() === key.toLowerCase())
    if (!found) {
      decoder.problem ??= `unknown field ${JSON.stringify(key)}`
      continue
    }
    const inner = { struct: shape.struct, path: [...place.path, found.field] }
    result[found.name] = decode(member, shape.fields[found.field]!, inner, decoder)
  }
  return result
}

function fits(value: unknown, shape: 'string' | 'bool' | 'int' | 'int64'): boolean {
  if (shape === 'string') return typeof value === 'string'
  return shape === 'bool' ? typeof value === 'boolean' : typeof value === 'number' && Number.isInteger(value)
}

function mismatch(value: unknown, shape: Shape, { struct, path }: Place): string {
  const what = Array.isArray(value) ? 'array' : isObject(value) ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value === 'number' && (shape === 'int' || shape === 'int64') ? `number ${value}` : typeof value // prettier-ignore
  const where = struct ? `struct field ${struct}.${path.join('.')}` : 'value'
  return `cannot unmarshal ${what} into Go ${where} of type ${goType(shape)}`
}

function goType(shape: Shape): string {
  if (typeof shape === 'string') return shape
  if ('list' in shape) return `[]${goType(shape.list)}`
  if ('map' in shape) return `map[string]${goType(shape.map)}`
  return `types.${shape.struct}`
}
