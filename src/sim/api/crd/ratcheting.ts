import type { FieldError } from '../field-path'
import { equal } from '../share'
import type { JSONSchemaProps } from '../types/apiextensions-v1.gen'

/*
 * "Validation ratcheting": what was wrong in an object before, and is not touched by an update, does not keep the update from being stored.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-ratcheting
 */

/** The errors that are about something that the update changes. */
export function untolerated(errors: readonly FieldError[], object: unknown, old: unknown, schema: JSONSchemaProps): readonly FieldError[] {
  const left = errors.filter((error) => !isUnchanged(stepsTo(error), object, old, schema))
  return left.some(({ field }) => field !== NOT_A_FIELD) ? left : []
}

/** The field of the remark that rules were not asked because of other errors. */
const NOT_A_FIELD = '<nil>'

/** Where the value is that an error is about: of a missing field it is what should have it. */
function stepsTo({ field, reason }: FieldError): readonly string[] {
  const steps = [...field.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)].map(([whole, inner]) => inner ?? whole)
  return reason === 'FieldValueRequired' ? steps.slice(0, -1) : steps
}

/** Items of a list are told apart by its keys; without any, one of them is unchanged when the list is. */
function isUnchanged(steps: readonly string[], object: unknown, old: unknown, schema: JSONSchemaProps | undefined): boolean {
  const [step, ...rest] = steps
  if (step !== undefined && Array.isArray(object) && Array.isArray(old) && schema?.['x-kubernetes-list-type'] === 'map') {
    const item: unknown = object[Number(step)]
    const before = old.find((each) => haveSameKeys(item, each, schema['x-kubernetes-list-map-keys'] ?? []))
    return before !== undefined && isUnchanged(rest, item, before, schema.items as JSONSchemaProps | undefined) // a structural schema has one for all
  }
  if (step === undefined || Array.isArray(object) || typeof object !== 'object' || object === null)
    return old !== undefined && equal(object, old)
  if (typeof old !== 'object' || old === null) return false
  return isUnchanged(rest, fieldOf(object, step), fieldOf(old, step), schemaOf(schema, step))
}

const fieldOf = (value: object, name: string) => (value as Readonly<Record<string, unknown>>)[name]

function schemaOf(schema: JSONSchemaProps | undefined, name: string): JSONSchemaProps | undefined {
  const own = schema?.properties?.[name]
  if (own) return own
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined
}

const haveSameKeys = (x: unknown, y: unknown, keys: readonly string[]) =>
  typeof x === 'object' && x !== null && typeof y === 'object' && y !== null && keys.every((key) => equal(fieldOf(x, key), fieldOf(y, key)))
