import { age } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import type { ConfigMap } from '../../api/types/core-v1.gen'
import { configMapKey } from '../../formats/names'
import { sameValue } from '../same-value'
import { base64Bytes, textBytes } from './data-size'

/** No ConfigMap or Secret holds more than 1 MiB. */
export const MAX_DATA_BYTES = 1_048_576

/** What may be written of a ConfigMap, and what `kubectl get` shows of it. */
export const configMapRules: KindRules<ConfigMap> = {
  validate: ({ data = {}, binaryData = {} }, at) => {
    const errors = [...keyErrors(Object.keys(data), at('data')), ...keyErrors(Object.keys(binaryData), at('binaryData'))]
    for (const key of Object.keys(binaryData))
      if (Object.hasOwn(data, key)) errors.push(at('binaryData').key(key).invalid(key, 'duplicate of key present in data'))
    const size = sum(Object.values(data).map(textBytes)) + sum(Object.values(binaryData).map(base64Bytes))
    return size > MAX_DATA_BYTES ? [...errors, at.tooLong(MAX_DATA_BYTES)] : errors
  },
  validateUpdate: (object, old, at) => immutableDataErrors(object, old, at, ['data', 'binaryData']),
  columns: [
    ['Data', ({ data = {}, binaryData = {} }) => Object.keys(data).length + Object.keys(binaryData).length, { type: 'string' }],
    age,
  ],
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

/** Complaints about the keys of a ConfigMap or Secret. */
export function keyErrors(keys: readonly string[], at: FieldPath): FieldError[] {
  return keys.flatMap((key) => configMapKey(key).map((why) => at.key(key).invalid(key, why)))
}

/** What was declared immutable stays so, and its data with it. */
export function immutableDataErrors<T extends { immutable?: boolean }>(
  object: T,
  old: T,
  at: FieldPath,
  fields: readonly (keyof T & string)[],
): FieldError[] {
  if (!old.immutable) return []
  const why = 'field is immutable when `immutable` is set'
  return [
    ...(object.immutable ? [] : [at('immutable').forbidden(why)]),
    ...fields.filter((field) => !sameValue(object[field], old[field])).map((field) => at(field).forbidden(why)),
  ]
}
