import { parseQuantity } from '../../formats/quantity'
import { CommandError } from '../errors'
import { parseJsonPath, relaxedJsonPath, requireValuesAt } from './jsonpath'

/** Sorts by the value at a path (`--sort-by`): numbers by size, quantities by amount, texts in natural order; what lacks the field comes first. Throws CommandError. */
export function sortBy<T>(items: readonly T[], expression: string, objectOf: (item: T) => unknown): T[] {
  const path = parseJsonPath(relaxedJsonPath(expression))
  const keyed = items.map((item) => {
    const found = requireValuesAt(path, objectOf(item), true)
    if ('problem' in found) throw new CommandError(found.problem)
    return { item, key: found.values[0] }
  })
  if (items.length > 0 && keyed.every(({ key }) => key === undefined))
    throw new CommandError(`couldn't find any field with path ${JSON.stringify(path.template)} in the list of objects`)
  const wrong = keyed.find(({ key }) => typeof key === 'object' && key !== null)
  if (wrong) throw new CommandError(`unsortable type: ${Array.isArray(wrong.key) ? 'slice' : 'map'}`)
  return keyed.sort((a, b) => compareValues(a.key, b.key)).map(({ item }) => item)
}

/** Order of two values of one field. */
export function compareValues(a: unknown, b: unknown): number {
  if (a === undefined || a === null || b === undefined || b === null)
    return Number(a !== undefined && a !== null) - Number(b !== undefined && b !== null)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  const left = String(a)
  const right = String(b)
  const [p, q] = [parseQuantity(left), parseQuantity(right)]
  if (p && q) return p.nano < q.nano ? -1 : p.nano > q.nano ? 1 : 0
  return naturalCompare(left, right)
}

/** `a2` before `a10`. */
export function naturalCompare(a: string, b: string): number {
  const chunks = /(\d+|\D+)/g
  const left = a.match(chunks) ?? []
  const right = b.match(chunks) ?? []
  for (let i = 0; i < left.length && i < right.length; i++) {
    if (left[i] === right[i]) continue
    const numeric = /^\d/.test(left[i]!) && /^\d/.test(right[i]!)
    if (numeric) {
      const difference = Number(left[i]) - Number(right[i])
      if (difference !== 0) return difference
      return left[i]!.length - right[i]!.length
    }
    return left[i]! < right[i]! ? -1 : 1
  }
  return left.length - right.length
}
