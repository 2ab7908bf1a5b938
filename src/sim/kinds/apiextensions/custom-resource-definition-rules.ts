import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import { checked } from '../../api/late-checks'
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
} from '../../api/types/apiextensions-v1.gen'
import { dns1035Label, dnsSubdomain } from '../../formats/names'
import { changeField, withDefaults, withEmpty } from '../defaulting'
import { immutable, requiredName, requiredOneOf } from '../field-checks'

/** What may be written of a CustomResourceDefinition. */
export const customResourceDefinitionRules: KindRules<CustomResourceDefinition> = {
  defaults: (object) =>
    changeField(withEmpty(object, 'spec'), 'spec', (spec) =>
      changeField(withDefaults(withEmpty(spec, 'names'), { conversion: { strategy: 'None' } }), 'names', namesDefaults),
    ),
  beforeCreate: (object) => ({
    ...object,
    status: { acceptedNames: { kind: '', plural: '' }, storedVersions: storageVersionsOf(object.spec) },
  }),
  beforeUpdate: (object) => {
    const stored = object.status?.storedVersions ?? []
    const added = storageVersionsOf(object.spec).filter((name) => !stored.includes(name))
    return added.length === 0 || !object.status
      ? object
      : { ...object, status: { ...object.status, storedVersions: [...stored, ...added] } }
  },
  validate: (object, at) => {
    const { metadata, spec } = object
    const expected = `${spec.names?.plural ?? ''}.${spec.group ?? ''}`
    return [
      ...(metadata.name === expected ? [] : [at('metadata', 'name').invalid(metadata.name, 'must be spec.names.plural+"."+spec.group')]),
      ...specErrors(spec, at('spec')),
      ...checked(({ definitionErrors }) => definitionErrors(object)),
    ]
  },
  validateUpdate: ({ spec, status }, old, at) => {
    const established = old.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True')
    return [
      ...(established ? immutable(spec.scope, old.spec.scope, at('spec', 'scope')) : []),
      ...(established ? immutable(spec.names.kind, old.spec.names.kind, at('spec', 'names', 'kind')) : []),
      ...immutable(spec.group, old.spec.group, at('spec', 'group')),
      ...immutable(spec.names.plural, old.spec.names.plural, at('spec', 'names', 'plural')),
      ...storedVersionErrors(spec, status?.storedVersions, at('status', 'storedVersions')),
    ]
  },
  validateStatusUpdate: ({ spec, status }, _old, at) => storedVersionErrors(spec, status?.storedVersions, at('status', 'storedVersions')),
}

const namesDefaults = (names: CustomResourceDefinitionNames): CustomResourceDefinitionNames =>
  names.kind ? withDefaults(names, { singular: names.kind.toLowerCase(), listKind: `${names.kind}List` }) : names

const storageVersionsOf = ({ versions = [] }: CustomResourceDefinitionSpec) =>
  versions.filter(({ storage }) => storage).map(({ name }) => name)

/** A version in which objects may still be stored has to stay. */
function storedVersionErrors({ versions = [] }: CustomResourceDefinitionSpec, stored: readonly string[] = [], at: FieldPath): FieldError[] {
  if (stored.length === 0) return [at.required('must have at least one stored version')]
  const errors = stored.flatMap((name, index) =>
    versions.some((version) => version.name === name)
      ? []
      : [
          at(index).invalid(
            name,
            `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
          ),
        ],
  )
  const current = versions.find(({ storage }) => storage)?.name
  return current === undefined || stored.includes(current) || errors.length > 0
    ? errors
    : [...errors, at.invalid(stored, `must have the storage version ${current}`)]
}

function specErrors(spec: CustomResourceDefinitionSpec, at: FieldPath): FieldError[] {
  const { group, scope, names, versions = [] } = spec
  const errors: FieldError[] = [...requiredName(group, at('group'), dnsSubdomain)]
  if (group && !group.includes('.')) errors.push(at('group').invalid(group, 'should be a domain with at least one dot'))
  errors.push(...requiredOneOf(scope, ['Cluster', 'Namespaced'], at('scope')))
  const storage = versions.filter((version) => version.storage).length
  if (versions.length === 0) errors.push(at('versions').required())
  else if (storage !== 1) errors.push(at('versions').invalid(versions, 'must have exactly one version marked as storage version'))
  const seen = new Set<string>()
  versions.forEach(({ name, schema }, index) => {
    const here = at('versions', index)
    errors.push(...requiredName(name, here('name'), dns1035Label))
    if (seen.has(name)) errors.push(at('versions').invalid(versions, 'must contain unique version names'))
    seen.add(name)
    if (!schema?.openAPIV3Schema) errors.push(here('schema', 'openAPIV3Schema').required('schemas are required'))
  })
  return [...errors, ...namesErrors(names, at('names'))]
}

function namesErrors(names: CustomResourceDefinitionNames, at: FieldPath): FieldError[] {
  return [
    ...requiredName(names.plural, at('plural'), dns1035Label),
    ...(names.singular ? requiredName(names.singular, at('singular'), dns1035Label) : []),
    ...mixedCase(names.kind, at('kind')),
    ...(names.shortNames ?? []).flatMap((name, index) => requiredName(name, at('shortNames', index), dns1035Label)),
    ...(names.listKind && names.listKind === names.kind
      ? [at('listKind').invalid(names.listKind, 'kind and listKind may not be the same')]
      : []),
    ...(names.listKind ? mixedCase(names.listKind, at('listKind')) : []),
    ...(names.categories ?? []).flatMap((name, index) => requiredName(name, at('categories', index), dns1035Label)),
  ]
}

/** The name of a kind: a label as soon as its letters are small. */
const mixedCase = (name: string | undefined, at: FieldPath): readonly FieldError[] =>
  name
    ? dns1035Label(name.toLowerCase()).map((why) => at.invalid(name, `may have mixed case, but should otherwise match: ${why}`))
    : [at.required()]
