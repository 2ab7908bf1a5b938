/**
 * The object with defaults for what its author left out: a field that is absent, null or the empty text. The same object comes back when
 * nothing was missing, so that an object which was defaulted before is shared and not copied.
 */
export function withDefaults<T extends object>(object: T, defaults: Partial<T>): T {
  for (const key in defaults) if (isUnset(object[key]) && !isUnset(defaults[key])) return merged(object, defaults)
  return object
}

function merged<T extends object>(object: T, defaults: Partial<T>): T {
  const result = { ...object }
  for (const key in defaults) if (isUnset(object[key]) && !isUnset(defaults[key])) result[key] = defaults[key] as T[typeof key]
  return result
}

const isUnset = (value: unknown) => value === undefined || value === null || value === ''

/** A list with `change` applied to its items; the same list when no item changed. */
export function mapSame<T>(items: readonly T[] | undefined, change: (item: T) => T): readonly T[] | undefined {
  if (!items) return items
  let result: T[] | undefined
  items.forEach((item, index) => {
    const changed = change(item)
    if (changed !== item) (result ??= [...items])[index] = changed
  })
  return result ?? items
}

/** The object with one field replaced; the same object when the field had that value. */
export function withField<T extends object, K extends keyof T>(object: T, field: K, value: T[K]): T {
  return object[field] === value ? object : { ...object, [field]: value }
}

/** The object with `change` applied to a field, if the field is there; the same object when that changed nothing. */
export function changeField<T extends object, K extends keyof T>(
  object: T,
  field: K,
  change: (value: NonNullable<T[K]>) => NonNullable<T[K]>,
): T {
  const value = object[field]
  return value === undefined || value === null ? object : withField(object, field, change(value))
}

/** The object with a field that a real server always writes out, even when it holds nothing (`status: {}`). */
export function withEmpty<T extends object>(object: T, ...fields: (keyof T)[]): T {
  const missing = fields.filter((field) => object[field] === undefined || object[field] === null)
  return missing.length === 0 ? object : { ...object, ...Object.fromEntries(missing.map((field) => [field, {}])) }
}

/** The object without fields that are there but undefined: stored objects are plain JSON. */
export function withoutAbsent<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T // only absent fields go
}
