/** JSON merge patch (RFC 7386): null removes, objects merge, everything else replaces. Neither argument is changed. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else define(result, key, mergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value))
  }
  return result
}

/** The merge patch that leads from `before` to `after`. */
export function mergeDiff(before: unknown, after: unknown): unknown {
  if (!isObject(before) || !isObject(after)) return after
  const patch: Record<string, unknown> = {}
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) define(patch, key, null)
  for (const [key, value] of Object.entries(after)) {
    if (!Object.hasOwn(before, key)) define(patch, key, value)
    else if (!sameJson(before[key], value)) define(patch, key, mergeDiff(before[key], value))
  }
  return patch
}

/** Sets a key as data, whatever it is called: an assignment to `__proto__` would change the object's nature instead. */
function define(target: Record<string, unknown>, key: string, value: unknown) {
  if (key !== '__proto__') target[key] = value
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether two JSON values are equal; the order of keys does not matter. */
export function sameJson(x: unknown, y: unknown): boolean {
  if (x === y) return true
  if (Array.isArray(x) || Array.isArray(y))
    return Array.isArray(x) && Array.isArray(y) && x.length === y.length && x.every((item, i) => sameJson(item, y[i]))
  if (!isObject(x) || !isObject(y)) return false
  const keys = Object.keys(x)
  return keys.length === Object.keys(y).length && keys.every((key) => Object.hasOwn(y, key) && sameJson(x[key], y[key]))
}
