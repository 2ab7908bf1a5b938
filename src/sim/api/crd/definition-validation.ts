import { isAbout, resource } from '../admission/lookup'
import { fieldPath, type FieldError, type FieldPath } from '../field-path'
import type { AdmissionPlugin } from '../hooks'
import { invalid } from '../status'
import type { CustomResourceDefinition, JSONSchemaProps } from '../types/apiextensions-v1.gen'
import { compilationErrors } from './cel-rules'
import { schemaErrors } from './schema-validation'

const definitions = resource<never>('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')

/** Refuses CustomResourceDefinitions whose schemas are not structural or whose rules do not compile. */
export const customResourceDefinitionValidation: AdmissionPlugin = {
  name: 'CustomResourceDefinitionValidation',
  validate(request) {
    if (request.operation === 'DELETE' || !isAbout(request, definitions)) return
    const { metadata, spec } = request.object as unknown as CustomResourceDefinition // a write of one carries one
    const errors = spec.versions.flatMap(({ schema }, index) => {
      const root = schema?.openAPIV3Schema
      const at = fieldPath('spec')('versions')(index)('schema')('openAPIV3Schema')
      return root ? [...rootErrors(root, at), ...structureErrors(root, at), ...compilationErrors(root, at)] : []
    })
    errors.push(...approvalErrors(request.object as unknown as CustomResourceDefinition))
    if (errors.length > 0) throw invalid(request.kind, metadata.name, errors)
  },
}

const APPROVED = 'api-approved.kubernetes.io'

/** Groups of the community's own need its approval. */
function approvalErrors({ metadata: { annotations = {} }, spec: { group } }: CustomResourceDefinition): FieldError[] {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return []
  const at = fieldPath('metadata')('annotations').key(APPROVED)
  const value = annotations[APPROVED]
  const why = `protected groups must have approval annotation ${JSON.stringify(APPROVED)}, see https://github.com/kubernetes/enhancements/pull/1111`
  if (value === undefined) return [at.required(why)]
  return URL.canParse(value) || value.startsWith('unapproved')
    ? []
    : [
        at.invalid(
          value,
          `protected groups must have approval annotation ${JSON.stringify(APPROVED)} with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111`,
        ),
      ]
}

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']

function rootErrors({ type }: JSONSchemaProps, at: FieldPath): FieldError[] {
  if (!type) return [at('type').required('must not be empty at the root')]
  return type === 'object' ? [] : [at('type').invalid(type, 'must be object at the root')]
}

/** The rules of structural schemas: every field has a type, every list says what is in it, every default fits. */
function structureErrors(schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  const { properties = {}, additionalProperties, type } = schema
  const items = schema.items as JSONSchemaProps | undefined // the list form is refused by the schema of schemas
  const errors: FieldError[] = []
  if (type && !TYPES.includes(type)) errors.push(at('type').notSupported(type, TYPES))
  if (type === 'array' && !items) errors.push(at('items').required('must be specified'))
  if (Object.keys(properties).length > 0 && typeof additionalProperties === 'object') {
    errors.push(at('additionalProperties').forbidden('additionalProperties and properties are mutual exclusive'))
  }
  if (schema.uniqueItems)
    errors.push(at('uniqueItems').forbidden('uniqueItems cannot be set to true since the runtime complexity becomes quadratic'))
  if (schema.default !== undefined && schemaErrors(schema.default, schema, at('default')).length > 0) {
    errors.push(...schemaErrors(schema.default, schema, at('default')))
  }
  const child = (inner: JSONSchemaProps, here: FieldPath, what: string): FieldError[] => [
    ...(inner.type || inner['x-kubernetes-int-or-string'] || inner['x-kubernetes-preserve-unknown-fields']
      ? []
      : [here('type').required(`must not be empty for specified ${what}`)]),
    ...structureErrors(inner, here),
  ]
  for (const [name, property] of Object.entries(properties)) errors.push(...child(property, at('properties').key(name), 'object fields'))
  if (items) errors.push(...child(items, at('items'), 'array items'))
  if (typeof additionalProperties === 'object') errors.push(...child(additionalProperties, at('additionalProperties'), 'object fields'))
  return errors
}
