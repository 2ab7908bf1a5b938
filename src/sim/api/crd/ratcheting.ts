import type { FieldError } from '../field-path'
import { equal } from '../share'

/*
 * "Validation ratcheting": what was wrong in an object before, and is not touched by an update, does not keep the update from being stored.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-ratcheting
 */

/** The errors that are about something that the update changes. */
export function untolerated(errors: readonly FieldError[], object: unknown, old: unknown): readonly FieldError[] {
  const left = errors.filter((error) => !isUnchanged(stepsTo(error), object, old))
  return left.some(({ field }) => field !== NOT_A_FIELD) ? left : []
}

/** The field of the remark that rules were not asked because of other errors. */
const NOT_A_FIELD = '<nil>'

/** Where the value is that an error is about: of a missing field it is what should have it. */
function stepsTo({ field, reason }: FieldError): readonly string[] {
  const steps = [...field.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)].map(([whole, inner]) => inner ?? whole)
  return reason === 'FieldValueRequired' ? steps.slice(0, -1) : steps
}

/** Items of a list have no identity of their own: one of them is unchanged when the list is. */
function isUnchanged(steps: readonly string[], object: unknown, old: unknown): boolean {
  const [step, ...rest] = steps
  if (step === undefined || Array.isArray(object) || typeof object !== 'object' || object === null)
    return old !== undefined && equal(object, old)
  if (typeof old !== 'object' || old === null) return false
  return isUnchanged(rest, (object as Readonly<Record<string, unknown>>)[step], (old as Readonly<Record<string, unknown>>)[step])
}
