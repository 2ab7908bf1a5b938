import { goSort } from '../../formats/go-sort'
import { parseQuantity } from '../../formats/quantity'
import { CommandError } from '../errors'
import { readJsonPath, relaxedJsonPath, requirePartsOf } from './jsonpath'

/** Two objects whose values at the path have no order; kubectl ends there and then. */
export class Unsortable extends Error {
  constructor(
    readonly path: string,
    readonly why: string,
  ) {
    super(`unsortable type: ${why}`)
    this.name = 'Unsortable'
  }
}

/** The template that `--sort-by` means: rows of a table are sorted by any, objects by a single path alone. Throws CommandError. */
export function sortTemplate(expression: string, what: 'rows' | 'objects'): string {
  try {
    return relaxedJsonPath(expression)
  } catch (error) {
    if (what === 'rows' && error instanceof CommandError) return expression
    throw error
  }
}

/**
 * Sorts by the value at a path (`--sort-by`): numbers by size, quantities by amount, texts as they are spelt; what lacks the field comes first, and equals
 * where Go's sort leaves them. Throws CommandError where no object has the field, Unsortable.
 */
export function sortBy<T>(items: readonly T[], template: string, objectOf: (item: T) => unknown): T[] {
  const read = readJsonPath(template)
  if ('problem' in read) throw new CommandError(read.problem)
  const { path } = read
  const keyed = items.map((item) => {
    const found = requirePartsOf(path, objectOf(item), true)
    if ('problem' in found) throw new CommandError(found.problem)
    // Of several parts of a path the first alone counts.
    return { item, key: found.parts[0]?.[0] }
  })
  if (items.length > 0 && keyed.every(({ key }) => key === undefined))
    throw new CommandError(`couldn't find any field with path ${JSON.stringify(path.template)} in the list of objects`)
  return goSort(keyed, ({ key: a }, { key: b }) => {
    // Of two that lack the field, each comes before the other: kubectl's sort takes it so.
    if (a === undefined) return true
    if (b === undefined) return false
    if (a !== null && b !== null && typeof a === 'object')
      throw new Unsortable(path.template, Array.isArray(a) ? '[]interface {}' : 'map[string]interface {}')
    return compareValues(a, b) < 0
  }).map(({ item }) => item)
}

/** Order of two values of one field. */
export function compareValues(a: unknown, b: unknown): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  const left = String(a)
  const right = String(b)
  const [p, q] = [parseQuantity(left), parseQuantity(right)]
  if (p && q) return p.nano < q.nano ? -1 : p.nano > q.nano ? 1 : 0
  return left < right ? -1 : left > right ? 1 : 0
}
