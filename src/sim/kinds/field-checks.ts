import type { FieldError, FieldPath } from '../api/field-path'
import { labelValue, qualifiedName, percent, type NameCheck } from '../formats/names'
import type { LabelSelector } from '../api/types/meta-v1.gen'
import { sameValue } from './same-value'

type Errors = readonly FieldError[]
const OK: Errors = []

/** Complaints of a name check, as invalid values of the field. */
export function invalidName(value: string, at: FieldPath, check: NameCheck): Errors {
  const complaints = check(value)
  return complaints.length === 0 ? OK : complaints.map((why) => at.invalid(value, why))
}

/** A name that must be there and be well-formed. */
export function requiredName(value: string | undefined, at: FieldPath, check: NameCheck, why?: string): Errors {
  return value ? invalidName(value, at, check) : [at.required(why)]
}

/** A number that may be absent but not below zero. */
export function nonNegative(value: number | undefined, at: FieldPath): Errors {
  return value !== undefined && value < 0 ? [at.invalid(value, 'must be greater than or equal to 0')] : OK
}

/** A word out of a closed set; `undefined` and the empty text pass, defaulting has filled them in where that matters. */
export function oneOf(value: string | undefined, supported: readonly string[], at: FieldPath): Errors {
  return !value || supported.includes(value) ? OK : [at.notSupported(value, supported)]
}

/** A word out of a closed set that must be there. */
export function requiredOneOf(value: string | undefined, supported: readonly string[], at: FieldPath): Errors {
  return value ? oneOf(value, supported, at) : [at.required()]
}

/** A field that may not change after creation. */
export function immutable(value: unknown, old: unknown, at: FieldPath): Errors {
  return sameValue(value, old) ? OK : [at.invalid(value, 'field is immutable')]
}

/** A map of labels: keys are qualified names, values label values. */
export function labels(value: Readonly<Record<string, string>> | undefined, at: FieldPath): Errors {
  if (!value) return OK
  const errors: FieldError[] = []
  for (const [key, text] of Object.entries(value)) {
    errors.push(...invalidName(key, at, qualifiedName), ...labelValue(text).map((why) => at.invalid(text, why)))
  }
  return errors
}

/** A label selector: every operator has the values it needs, keys and values are well-formed. See `ValidateLabelSelector`. */
export function labelSelector(selector: LabelSelector | undefined, at: FieldPath): Errors {
  if (!selector) return OK
  const errors: FieldError[] = [...labels(selector.matchLabels, at('matchLabels'))]
  selector.matchExpressions?.forEach((expression, index) => {
    const here = at('matchExpressions', index)
    const values = expression.values ?? []
    switch (expression.operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0) errors.push(here('values').required("must be specified when `operator` is 'In' or 'NotIn'"))
        break
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) errors.push(here('values').forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
        break
      default:
        errors.push(here('operator').invalid(expression.operator ?? '', 'not a valid selector operator'))
    }
    errors.push(...invalidName(expression.key ?? '', here('key'), qualifiedName))
    values.forEach((value, i) => errors.push(...invalidName(value, here('values', i), labelValue)))
  })
  return errors
}

/** Whether a selector selects everything because it says nothing. */
export const isEmptySelector = (selector: LabelSelector | undefined): boolean =>
  !selector || (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0)

/** A whole number or a percentage, neither negative. */
export function nonNegativeIntOrPercent(value: number | string | undefined, at: FieldPath): Errors {
  if (value === undefined) return OK
  return typeof value === 'number' ? nonNegative(value, at) : invalidName(value, at, percent)
}

/** The number before the percent sign; undefined for anything that is no percentage. */
export const percentOf = (value: number | string | undefined): number | undefined =>
  typeof value === 'string' && /^[0-9]+%$/.test(value) ? Number(value.slice(0, -1)) : undefined

/**
 * A check of a part that is not made again of one that was sound: of what admission gives every Pod, and of what Pods of one template share. Only
 * frozen parts are remembered, since nothing can change in them.
 */
export function checkedOnce<T extends object>(
  check: (part: T, at: FieldPath) => readonly FieldError[],
): (part: T, at: FieldPath) => readonly FieldError[] {
  const sound = new WeakSet<T>()
  return (part, at) => {
    if (sound.has(part)) return NOTHING_WRONG
    const errors = check(part, at)
    if (errors.length === 0 && Object.isFrozen(part)) sound.add(part)
    return errors
  }
}

const NOTHING_WRONG: readonly FieldError[] = []
