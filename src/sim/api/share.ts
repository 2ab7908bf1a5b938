/**
 * The new value with every part that equals the old one replaced by the old one: what did not change is shared, and when nothing changed
 * the result is the old value itself.
 */
export function share<T>(before: unknown, after: T): T {
  if (before === after) return after
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return after
  if (Array.isArray(before) || Array.isArray(after)) {
    return Array.isArray(before) && Array.isArray(after) ? (shareArrays(before as unknown[], after as unknown[]) as T) : after
  }
  return shareObjects(before as Json, after as Json) as T
}

type Json = Record<string, unknown>

function shareArrays(before: unknown[], after: unknown[]): unknown[] {
  let same = before.length === after.length
  let copy: unknown[] | undefined
  for (let i = 0; i < after.length; i++) {
    const each = i < before.length ? share(before[i], after[i]) : after[i]
    if (each !== before[i]) same = false
    if (each !== after[i]) (copy ??= [...after])[i] = each
  }
  return same ? before : (copy ?? after)
}

function shareObjects(before: Json, after: Json): Json {
  let same = true
  let count = 0
  let copy: Json | undefined
  for (const key in after) {
    count++
    const each = Object.hasOwn(before, key) ? share(before[key], after[key]) : after[key]
    if (each !== before[key] || !Object.hasOwn(before, key)) same = false
    if (each !== after[key]) (copy ??= { ...after })[key] = each
  }
  if (same && count === Object.keys(before).length) return before
  return copy ?? after
}

/** Whether two JSON values are equal. */
export const equal = (x: unknown, y: unknown): boolean => x === y || (x !== undefined && share(x, y) === x)
