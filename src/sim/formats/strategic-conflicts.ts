import { structNamed, type Field, type Type } from '../api/schema/schema'
import { isObject, sameJson } from './merge-patch'

type Json = Readonly<Record<string, unknown>>

/** Whether two strategic merge patches say different things of one field. `typeName` names the type both are for. */
export const patchesConflict = (one: Json, other: Json, typeName: string | undefined): boolean =>
  mapsConflict(one, other, typeName === undefined ? undefined : structNamed(typeName))

function mapsConflict(one: Json, other: Json, type: Type | undefined): boolean {
  return Object.keys(one).some((key) => {
    if (key === '$patch' || key === '$retainKeys' || !Object.hasOwn(other, key)) return false
    const field = type?.is === 'struct' ? type.fields.get(key) : undefined
    const inner = field?.type ?? (type?.is === 'map' ? type.of : undefined)
    return valuesConflict(one[key], other[key], inner, field)
  })
}

function valuesConflict(one: unknown, other: unknown, type: Type | undefined, field: Field | undefined): boolean {
  if (isObject(one)) {
    if (!isObject(other) || one.$patch !== other.$patch) return true
    return !field?.patchStrategy.includes('replace') && mapsConflict(one, other, type)
  }
  if (!Array.isArray(one)) return !sameJson(one, other)
  if (!Array.isArray(other)) return true
  const items = type?.is === 'list' ? type.of : undefined
  if (!field?.patchStrategy.includes('merge'))
    return one.length !== other.length || one.some((item, i) => valuesConflict(item, other[i], items, undefined))
  // Lists merged by a key conflict in the items both have; lists of plain values never do.
  const key = field.patchMergeKey
  if (key === undefined) return false
  const keyOf = (item: unknown) => (isObject(item) ? item[key] : undefined)
  return one.some((item) => {
    const match = other.find((candidate) => sameJson(keyOf(candidate), keyOf(item)))
    return match !== undefined && valuesConflict(item, match, items, undefined)
  })
}
