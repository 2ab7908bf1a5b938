import { isObject } from '../../formats/merge-patch'
import { CommandError } from '../errors'
import { contentHash } from '../name-hash'
import { goJson } from '../printers/json'
import type { TransformerPaths } from './default-paths'
import { changeField, setEntry, type FieldPath } from './field-paths'
import { isClusterScoped, kindSelected, kindText, sameId } from './ids'
import type { Image, Label } from './kustomization'
import { goRegExp, rememberId, type Resources } from './resources'
import { allIds, annotationsOf, currentId, kindOf, metadataOf, nameOf, originalId, setMetadata, type Json, type Resource } from './resource'

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value as string | number | boolean))

/** Kinds whose names mean something to others. */
const neverRenamed = [{ kind: 'CustomResourceDefinition' }, { kind: 'APIService', group: 'apiregistration.k8s.io' }, { kind: 'Namespace' }]

/** Puts a prefix before, or a suffix after, every name. */
export function affixNames(resources: Resources, affix: string, where: 'prefix' | 'suffix', paths: readonly FieldPath[]): void {
  for (const resource of resources) {
    const id = originalId(resource)
    if (neverRenamed.some((each) => kindSelected(each, id))) continue
    for (const field of paths) {
      if (!kindSelected(field, id)) continue
      if (field.path === 'metadata/name') {
        resource[where === 'prefix' ? 'prefixes' : 'suffixes'].push(affix)
        rememberId(resource)
      }
      changeField(resource, { path: field.path }, (value) => (where === 'prefix' ? affix + text(value) : text(value) + affix))
    }
  }
}

export interface NamespaceOptions {
  readonly unsetOnly?: boolean
  readonly setRoleBindingSubjects?: string
}

/** Puts everything that has a namespace into one. Throws CommandError when two resources become the same. */
export function setNamespace(
  resources: Resources,
  namespace: string,
  paths: readonly FieldPath[],
  { unsetOnly = false, setRoleBindingSubjects = 'defaultOnly' }: NamespaceOptions = {},
): void {
  const set = (value: unknown) => (unsetOnly && text(value) !== '' ? value : namespace)
  for (const resource of resources) {
    rememberId(resource)
    if (!isClusterScoped(currentId(resource))) changeField(resource, { path: 'metadata/namespace', create: true }, set, () => '')
    const isBinding = kindOf(resource) === 'RoleBinding' || kindOf(resource) === 'ClusterRoleBinding'
    if (isBinding) setSubjects(resource, set, setRoleBindingSubjects)
    for (const field of paths) {
      if (field.path === 'metadata/namespace' || (isBinding && field.path === 'subjects')) continue
      changeField(resource, field, set, () => '')
    }
    const id = currentId(resource)
    const same = resources.filter((other) => sameId(currentId(other), id))
    if (same.length > 1) throw new CommandError(`namespace transformation produces ID conflict: ${conflict(same)}`)
  }
}

/** Resources as kustomize holds them: what it knows about each stands among its annotations. */
const conflict = (same: Resources) =>
  `[${same
    .map((resource) => {
      const names = (member: 'kind' | 'name' | 'namespace') => resource.previous.map((id) => id[member]).join(',')
      const notes = {
        ...annotationsOf(resource),
        ...(resource.generated && { [`${INTERNAL}generatorBehavior`]: resource.behavior === 'create' ? 'unspecified' : resource.behavior }),
        ...(resource.needsHash && { [`${INTERNAL}needsHashSuffix`]: 'enabled' }),
        [`${INTERNAL}previousKinds`]: names('kind'),
        [`${INTERNAL}previousNames`]: names('name'),
        [`${INTERNAL}previousNamespaces`]: names('namespace'),
      }
      return goJson({ ...resource.object, metadata: { ...metadataOf(resource), annotations: notes } })
    })
    .join(' ')}]`
const INTERNAL = 'internal.config.kubernetes.io/'

function setSubjects({ object }: Resource, set: (value: unknown) => unknown, which: string): void {
  if (!Array.isArray(object.subjects) || which === 'none') return
  for (const subject of object.subjects as unknown[]) {
    if (!isObject(subject)) continue
    if (which === 'allServiceAccounts' ? subject.kind === 'ServiceAccount' : subject.name === 'default')
      subject.namespace = set(subject.namespace)
  }
}

/** Sets labels or annotations wherever paths lead. */
export function setEntries(resources: Resources, entries: Readonly<Record<string, string>>, paths: readonly FieldPath[]): void {
  for (const resource of resources)
    for (const key of Object.keys(entries).sort())
      for (const field of paths) changeField(resource, field, setEntry(key, entries[key]!), () => ({}))
}

/** Where one item of `labels` puts its labels. */
export function labelPaths({ includeSelectors, includeTemplates, fields = [] }: Label, paths: TransformerPaths): FieldPath[] {
  if (includeSelectors) return [...fields, ...paths.commonLabels]
  const metadata = { path: 'metadata/labels', create: true }
  return includeTemplates ? [...fields, ...paths.templateLabels, metadata] : [...fields, metadata]
}

/** Sets the number of replicas of what has the name. Throws CommandError when nothing has. */
export function setReplicas(resources: Resources, name: string, count: number, paths: readonly FieldPath[]): void {
  let found = false
  for (const field of paths) {
    for (const resource of resources) {
      if (!allIds(resource).some((id) => id.name === name && kindSelected(field, id))) continue
      found = true
      changeField(
        resource,
        { path: field.path, create: field.create },
        () => count,
        () => 0,
      )
    }
  }
  if (found) return
  const kinds = paths.map((field) => kindText({ group: '', version: '', kind: '', ...field })).join(' ')
  throw new CommandError(`resource with name ${name} does not match a config with the following GVK [${kinds}]`)
}

/** Changes the images that have a name, in every list of containers and wherever else paths lead. */
export function setImage(resources: Resources, image: Image, paths: readonly FieldPath[]): void {
  for (const resource of resources) {
    if (kindOf(resource) !== 'CustomResourceDefinition') inContainers(resource.object, image)
    for (const field of paths)
      changeField(resource, { ...field, create: false }, (value) => (typeof value === 'string' ? renamed(value, image) : undefined))
  }
}

function inContainers(value: unknown, image: Image): void {
  if (Array.isArray(value)) value.forEach((item) => inContainers(item, image))
  if (!isObject(value)) return
  for (const [key, member] of Object.entries(value)) {
    inContainers(member, image)
    if ((key !== 'containers' && key !== 'initContainers') || !Array.isArray(member)) continue
    for (const container of member as unknown[]) {
      if (isObject(container) && typeof container.image === 'string') container.image = renamed(container.image, image)
    }
  }
}

function renamed(value: string, { name = '', newName, newTag, tagSuffix, digest }: Image): string {
  if (!goRegExp(`^${name}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`).test(value)) return value
  const old = splitImage(value)
  const isNew = Boolean(newTag || digest)
  const tag = isNew ? (newTag ?? '') : tagSuffix ? old.tag + tagSuffix : old.tag
  const hash = isNew ? (digest ?? '') : tagSuffix ? '' : old.digest
  return `${newName || old.name}${tag && `:${tag}`}${hash && `@${hash}`}`
}

/** `registry:5000/name:tag@digest`; the registry's port is no tag. */
function splitImage(image: string): { name: string; tag: string; digest: string } {
  const at = image.indexOf('@')
  const [rest, digest] = at < 0 ? [image, ''] : [image.slice(0, at), image.slice(at + 1)]
  const slash = rest.indexOf('/')
  const colon = rest.indexOf(':', Math.max(slash, 0))
  return colon < 0 ? { name: rest, tag: '', digest } : { name: rest.slice(0, colon), tag: rest.slice(colon + 1), digest }
}

/** Appends the hash of its content to the name of each generated ConfigMap and Secret. */
export function hashNames(resources: Resources): void {
  for (const resource of resources) {
    if (!resource.needsHash) continue
    const { data, binaryData, type } = resource.object as { data?: Json; binaryData?: Json; type?: string }
    const hash = contentHash({
      kind: kindOf(resource) as 'ConfigMap' | 'Secret', // only generators ask for a hash
      // Kustomize looks for the name in the wrong place: the same content has the same hash under every name.
      name: '',
      data: data as Record<string, string> | undefined,
      binaryData: binaryData as Record<string, string> | undefined,
      type,
    })
    rememberId(resource)
    setMetadata(resource, 'name', `${nameOf(resource)}-${hash}`)
  }
}
