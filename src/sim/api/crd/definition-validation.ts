import { APPROVED, isProtected, NEEDS_APPROVAL, SEE } from './approval'
import { fieldPath, type FieldError, type FieldPath } from '../field-path'
import type {
  CustomResourceColumnDefinition,
  CustomResourceConversion,
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  JSONSchemaProps,
} from '../types/apiextensions-v1.gen'
import { equal } from '../share'
import { compilationErrors } from './cel-rules'
import { structuralErrors } from './structural-schema'

/** Complaints about the versions of a CustomResourceDefinition: schemas, columns, subresources, conversion. See `ValidateCustomResourceDefinition`. */
export function definitionErrors(definition: CustomResourceDefinition): readonly FieldError[] {
  const { spec } = definition
  const at = fieldPath('spec')
  return [
    ...versionsErrors(spec.versions ?? [], at),
    ...(spec.conversion ? conversionErrors(spec.conversion, at('conversion')) : []),
    ...(spec.preserveUnknownFields
      ? [
          at('preserveUnknownFields').invalid(
            true,
            'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
          ),
        ]
      : []),
    ...approvalErrors(definition),
  ]
}

/** What all versions have in common a server has inside but once, above them: that is where it finds fault with it. */
function versionsErrors(versions: readonly CustomResourceDefinitionVersion[], at: FieldPath): readonly FieldError[] {
  const [first] = versions
  if (!first) return []
  const isShared = (part: 'schema' | 'additionalPrinterColumns' | 'subresources' | 'selectableFields') =>
    versions.every((each) => equal(each[part], first[part]))
  const shared = {
    schema: isShared('schema'),
    columns: isShared('additionalPrinterColumns'),
    subresources: isShared('subresources'),
    fields: isShared('schema') && isShared('selectableFields'),
  }
  return versions.flatMap((version, index) => {
    const own = at('versions')(index)
    const places = {
      schema: shared.schema ? at('validation')('openAPIV3Schema') : own('schema')('openAPIV3Schema'),
      columns: (shared.columns ? at : own)('additionalPrinterColumns'),
      subresources: (shared.subresources ? at : own)('subresources'),
      fields: (shared.fields ? at : own)('selectableFields'),
    }
    const errors = versionErrors(version, own, places)
    return index === 0 ? errors : errors.filter(({ field }) => field.startsWith(own.text))
  })
}

interface Places {
  readonly schema: FieldPath
  readonly columns: FieldPath
  readonly subresources: FieldPath
  readonly fields: FieldPath
}

function versionErrors(
  version: CustomResourceDefinitionVersion,
  at: FieldPath,
  { schema: here, columns, subresources, fields }: Places,
): FieldError[] {
  const root = version.schema?.openAPIV3Schema
  const errors: FieldError[] = []
  if (version.deprecationWarning !== undefined && !version.deprecated)
    errors.push(at('deprecationWarning').invalid(version.deprecationWarning, 'can only be set for deprecated versions'))
  if (root) {
    const structural = structuralErrors(root, here)
    errors.push(...structural, ...(structural.length > 0 ? [] : compilationErrors(root, here)))
  }
  version.additionalPrinterColumns?.forEach((column, index) => errors.push(...columnErrors(column, columns(index))))
  if (version.subresources) errors.push(...subresourceErrors(version.subresources, subresources('scale')))
  version.selectableFields?.forEach(({ jsonPath = '' }, index) =>
    errors.push(...selectableErrors(jsonPath, root, fields(index)('jsonPath'))),
  )
  return errors
}

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']

function columnErrors({ name, type, format, jsonPath }: CustomResourceColumnDefinition, at: FieldPath): FieldError[] {
  const types = `must be one of ${COLUMN_TYPES.join(',')}`
  return [
    ...(name ? [] : [at('name').required()]),
    ...(!type ? [at('type').required(types)] : COLUMN_TYPES.includes(type) ? [] : [at('type').invalid(type, types)]),
    ...(format && !COLUMN_FORMATS.includes(format) ? [at('format').invalid(format, `must be one of ${COLUMN_FORMATS.join(',')}`)] : []),
    ...(jsonPath ? pathErrors(jsonPath, at('jsonPath')) : [at('jsonPath').required()]),
  ]
}

const pathErrors = (path: string, at: FieldPath): readonly FieldError[] =>
  path.startsWith('.') ? [] : [at.invalid(path, 'must be a simple json path starting with .')]

function subresourceErrors({ scale }: CustomResourceSubresources, at: FieldPath): FieldError[] {
  if (!scale) return []
  const check = (path: string | undefined, here: FieldPath, under: readonly string[], why: string): readonly FieldError[] => {
    if (!path) return [here.required()]
    const errors = pathErrors(path, here)
    return errors.length > 0 || under.some((each) => path.startsWith(`.${each}.`)) ? errors : [here.invalid(path, why)]
  }
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale
  return [
    ...check(specReplicasPath, at('specReplicasPath'), ['spec'], 'should be a json path under .spec'),
    ...check(statusReplicasPath, at('statusReplicasPath'), ['status'], 'should be a json path under .status'),
    ...(labelSelectorPath
      ? check(labelSelectorPath, at('labelSelectorPath'), ['spec', 'status'], 'should be a json path under either .spec or .status')
      : []),
  ]
}

/** A selectable field is a scalar that the schema describes. */
function selectableErrors(path: string, root: JSONSchemaProps | undefined, at: FieldPath): readonly FieldError[] {
  if (!path) return [at.required()]
  const steps = path.replace(/^\./, '').split('.')
  if (!path.startsWith('.') || /[[\]]/.test(path)) return [at.invalid(path, 'must be a simple json path starting with .')]
  if (steps[0] === 'metadata') return [at.invalid(path, 'must not point to fields in metadata')]
  const field = steps.reduce<JSONSchemaProps | undefined>((schema, step) => schema?.properties?.[step], root)
  if (!field) return [at.invalid(path, 'does not refer to a valid field')]
  return ['string', 'boolean', 'integer'].includes(field.type ?? '')
    ? []
    : [
        at.invalid(
          path,
          'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        ),
      ]
}

function conversionErrors({ strategy, webhook }: CustomResourceConversion, at: FieldPath): readonly FieldError[] {
  if (strategy !== undefined && strategy !== 'None' && strategy !== 'Webhook')
    return [at('strategy').notSupported(strategy, ['None', 'Webhook'])]
  const client = at('webhookClientConfig') // a real server checks, and names, the fields of its own form
  const versions = at('conversionReviewVersions')
  const { clientConfig, conversionReviewVersions = [] } = webhook ?? {}
  if (strategy !== 'Webhook')
    return [
      ...(clientConfig ? [client.forbidden('should not be set when strategy is not set to Webhook')] : []),
      ...(conversionReviewVersions.length > 0 ? [versions.forbidden('should not be set when strategy is not set to Webhook')] : []),
    ]
  const errors = !clientConfig
    ? [client.required('required when strategy is set to Webhook')]
    : (clientConfig.url === undefined) === (clientConfig.service === undefined)
      ? [client.required('exactly one of url or service is required')]
      : []
  if (conversionReviewVersions.length === 0) errors.push(versions.required('must specify one of v1, v1beta1'))
  else if (!conversionReviewVersions.some((each) => each === 'v1' || each === 'v1beta1'))
    errors.push(versions.invalid(conversionReviewVersions, 'must include at least one of v1, v1beta1'))
  return errors
}

/** Groups of the community's own need its approval. */
function approvalErrors({ metadata: { annotations = {} }, spec: { group } }: CustomResourceDefinition): FieldError[] {
  if (!isProtected(group ?? '')) return []
  const at = fieldPath('metadata')('annotations').key(APPROVED)
  const value = annotations[APPROVED]
  if (value === undefined) return [at.required(`${NEEDS_APPROVAL}, ${SEE}`)]
  return URL.canParse(value) || value.startsWith('unapproved')
    ? []
    : [at.invalid(value, `${NEEDS_APPROVAL} with either a URL or a reason starting with "unapproved", ${SEE}`)]
}
