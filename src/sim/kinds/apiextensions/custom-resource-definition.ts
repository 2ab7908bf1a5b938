import type { FieldError, FieldPath } from '../../api/field-path'
import { defineKind } from '../../api/kind'
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
} from '../../api/types/apiextensions-v1.gen'
import { dns1035Label, dnsSubdomain } from '../../formats/names'
import { changeField, withDefaults, withEmpty } from '../defaulting'
import { immutable, requiredName, requiredOneOf } from '../field-checks'

export const customResourceDefinition = defineKind<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  subresources: ['status'],
  defaults: (object) =>
    changeField(withEmpty(object, 'spec'), 'spec', (spec) =>
      changeField(withDefaults(withEmpty(spec, 'names'), { conversion: { strategy: 'None' } }), 'names', namesDefaults),
    ),
  beforeCreate: (object) => ({
    ...object,
    status: { acceptedNames: { kind: '', plural: '' }, storedVersions: storageVersionsOf(object.spec) },
  }),
  validate: ({ metadata, spec }, at) => {
    const expected = `${spec.names?.plural ?? ''}.${spec.group ?? ''}`
    return [
      ...(metadata.name === expected ? [] : [at('metadata', 'name').invalid(metadata.name, 'must be spec.names.plural+"."+spec.group')]),
      ...specErrors(spec, at('spec')),
    ]
  },
  validateUpdate: ({ spec }, old, at) => {
    const established = old.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True')
    return [
      ...(established ? immutable(spec.scope, old.spec.scope, at('spec', 'scope')) : []),
      ...(established ? immutable(spec.names.kind, old.spec.names.kind, at('spec', 'names', 'kind')) : []),
      ...immutable(spec.group, old.spec.group, at('spec', 'group')),
      ...immutable(spec.names.plural, old.spec.names.plural, at('spec', 'names', 'plural')),
    ]
  },
})

const namesDefaults = (names: CustomResourceDefinitionNames): CustomResourceDefinitionNames =>
  names.kind ? withDefaults(names, { singular: names.kind.toLowerCase(), listKind: `${names.kind}List` }) : names

const storageVersionsOf = ({ versions = [] }: CustomResourceDefinitionSpec) =>
  versions.filter(({ storage }) => storage).map(({ name }) => name)

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
    ...requiredName(names.kind?.toLowerCase(), at('kind'), dns1035Label),
    ...(names.shortNames ?? []).flatMap((name, index) => requiredName(name, at('shortNames', index), dns1035Label)),
    ...(names.listKind && names.listKind === names.kind
      ? [at('listKind').invalid(names.listKind, 'kind and listKind may not be the same')]
      : []),
  ]
}
