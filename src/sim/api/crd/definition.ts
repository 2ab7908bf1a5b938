import { ageSince } from '../columns'
import type { FieldError, FieldPath } from '../field-path'
import { defineKind, type Column, type KindDefinition, type OtherVersion } from '../kind'
import type { AnyObject } from '../object'
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from '../types/apiextensions-v1.gen'
import type { ApiServer } from '../hooks'
import { converterOf, type Convert } from './conversion'
import { ruleErrors } from './cel-rules'
import { untolerated } from './ratcheting'
import { withSchemaDefaults } from './schema-defaults'
import { jsonPath } from './json-path'
import { schemaErrors } from './schema-validation'

/** The kind that a CustomResourceDefinition defines; from here on a kind like any other. */
export function customKind(definition: CustomResourceDefinition, server: ApiServer): KindDefinition {
  const { spec } = definition
  const convert = converterOf(definition, server)
  const { group, names, scope, versions } = spec
  const stored = versions.find(({ storage }) => storage)! // validation sees to it that there is exactly one
  const schema = schemaOf(stored)
  const scale = stored.subresources?.scale
  const selector = scale?.labelSelectorPath ? firstText(scale.labelSelectorPath) : () => ''
  return defineKind<AnyObject>({
    group,
    version: stored.name,
    kind: names.kind,
    plural: names.plural,
    ...(names.singular && { singular: names.singular }),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: scope === 'Namespaced',
    subresources: [...(stored.subresources?.status ? ['status'] : []), ...(scale ? ['scale'] : [])],
    otherVersions: versions
      .filter((version) => version.served && version !== stored)
      .map((version) => otherVersion(names.kind, group, stored, version, convert)),
    columns: columnsOf(stored),
    selectableFields: selectableFields(stored),
    ...(scale && {
      scale: { specReplicas: dotless(scale.specReplicasPath), statusReplicas: dotless(scale.statusReplicasPath), selector },
    }),
    customSchema: schema,
    fromStorage: (object) => convert(object, `${group}/${stored.name}`),
    ...deprecationOf(names.kind, group, stored),
    unconditionalUpdate: false,
    generation: (object, old) => !sameBut(object, old, stored.subresources?.status ? ['metadata', 'status'] : ['metadata']),
    defaults: (object) => withSchemaDefaults(object, schema) as AnyObject, // an object stays one
    validate: (object, at) => objectErrors(object, undefined, schema, at),
    untolerated: (errors, object, old) => untolerated(errors, object, old, schema),
    validateUpdate: (object, old, at) => transitionErrors(object, old, schema, at),
    validateStatusUpdate: (object, old, at) => objectErrors(object, old, schema, at),
  }) as KindDefinition
}

const schemaOf = ({ schema }: CustomResourceDefinitionVersion): JSONSchemaProps => schema?.openAPIV3Schema ?? { type: 'object' }

/** Another version of a custom resource, made of the stored one by `convert`. */
function otherVersion(
  kind: string,
  group: string,
  stored: CustomResourceDefinitionVersion,
  version: CustomResourceDefinitionVersion,
  convert: Convert,
): OtherVersion {
  return {
    version: version.name,
    toStorage: (object) => convert(object, `${group}/${stored.name}`),
    fromStorage: (object: AnyObject) => convert(object, `${group}/${version.name}`),
    columns: columnsOf(version),
    selectableFields: selectableFields(version),
    customSchema: schemaOf(version),
    ...deprecationOf(kind, group, version),
  }
}

function deprecationOf(kind: string, group: string, { name, deprecated, deprecationWarning }: CustomResourceDefinitionVersion) {
  return deprecated ? { deprecationWarning: deprecationWarning ?? `${group}/${name} ${kind} is deprecated` } : {}
}

/** Errors after which rules are not asked: the object may not have what they speak of. */
const BLOCKING = ['FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany', 'FieldValueTypeInvalid']

function objectErrors(object: AnyObject, old: AnyObject | undefined, schema: JSONSchemaProps, at: FieldPath): readonly FieldError[] {
  const errors = schemaErrors(object, schema, at)
  if (!errors.some(({ reason }) => BLOCKING.includes(reason))) return [...errors, ...ruleErrors(object, old, schema, at)]
  const notAsked =
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'
  return JSON.stringify(schema).includes('"x-kubernetes-validations"')
    ? [...errors, { reason: 'FieldValueInvalid', field: '<nil>', message: `Invalid value: null: ${notAsked}` }]
    : errors
}

/** What an update breaks beyond what the new state breaks by itself. */
function transitionErrors(object: AnyObject, old: AnyObject, schema: JSONSchemaProps, at: FieldPath): readonly FieldError[] {
  if (schemaErrors(object, schema, at).length > 0) return []
  const known = new Set(ruleErrors(object, undefined, schema, at).map(({ field, message }) => field + message))
  return ruleErrors(object, old, schema, at).filter(({ field, message }) => !known.has(field + message))
}

function sameBut(x: AnyObject, y: AnyObject, ignored: readonly string[]): boolean {
  const rest = (object: AnyObject) => JSON.stringify(Object.entries(object).filter(([name]) => !ignored.includes(name)))
  return rest(x) === rest(y)
}

const dotless = (path: string) => path.replace(/^\./, '')

function firstText(path: string): (object: AnyObject) => string {
  const read = jsonPath(path)
  return (object) => {
    const [value] = read(object)
    return value === undefined || value === null ? '' : String(value)
  }
}

const selectableFields = ({ selectableFields: fields = [] }: CustomResourceDefinitionVersion) =>
  Object.fromEntries(fields.map(({ jsonPath: path }) => [dotless(path), firstText(path)]))

const AGE: CustomResourceColumnDefinition = {
  name: 'Age',
  type: 'date',
  description:
    'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
  jsonPath: '.metadata.creationTimestamp',
}

function columnsOf({ additionalPrinterColumns }: CustomResourceDefinitionVersion): readonly Column<AnyObject>[] {
  return (additionalPrinterColumns?.length ? additionalPrinterColumns : [AGE]).map(
    ({ name, type, format, description, priority, jsonPath: path }) => {
      const read = jsonPath(path)
      const options = {
        type: type as 'string', // one of the five that validation allows
        ...(format && { format }),
        ...(description && { description }),
        ...(priority && { wide: true }),
      }
      return [name, (object, { nowMs }) => cell(read(object)[0], type, nowMs), options] as const
    },
  )
}

function cell(value: unknown, type: string, nowMs: number): string | number {
  if (value === undefined || value === null) return ''
  if (type === 'date') return typeof value === 'string' ? ageSince(value, nowMs) : '<unknown>'
  if ((type === 'integer' || type === 'number') && typeof value === 'number') return value
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
