import { isObject } from '../../formats/merge-patch'
import { matches, parseSelector } from '../../formats/selector'
import { CommandError } from '../errors'
import { effectiveNamespace, idAsGoSyntax, idText, isClusterScoped, sameId, type ResourceId } from './ids'
import {
  allIds,
  annotationsOf,
  currentId,
  kindOf,
  labelsOf,
  nameOf,
  namespaceOf,
  originalId,
  setMetadata,
  type Json,
  type Resource,
} from './resource'

/** The resources of a build in the order in which they came. */
export type Resources = Resource[]

/** Remembers the id a resource has now before a change of name or namespace. */
export function rememberId(resource: Resource): void {
  const id = currentId(resource)
  if (id.name === '' || id.kind === '') return
  resource.previous = [...resource.previous, { namespace: effectiveNamespace(id), name: id.name, kind: id.kind }]
}

/** Adds a resource. Throws CommandError when its id is taken. */
export function append(resources: Resources, resource: Resource): void {
  const id = currentId(resource)
  if (resources.some((other) => sameId(currentId(other), id)))
    throw new CommandError(`may not add resource with an already registered id: ${idText(id)}`)
  resources.push(resource)
}

/** Adds a generated resource: it may also merge with, or replace, the one that has its name. Throws CommandError. */
export function absorb(resources: Resources, made: Resource): void {
  const id = currentId(made)
  const found = resources.filter((other) => allIds(other).some((each) => sameId(each, id)))
  const [old] = found
  if (!old) {
    if (made.behavior !== 'create') throw new CommandError(`id ${idAsGoSyntax(id)} does not exist; cannot merge or replace`)
    append(resources, made)
    return
  }
  if (found.length > 1) throw new CommandError(`found multiple objects ${String(found.length)} that could accept merge of ${idText(id)}`)
  if (made.behavior === 'create') throw new CommandError(`id ${idAsGoSyntax(id)} exists; behavior must be merge or replace`)
  const merged: Resource = { ...made, ...historyOf(old), needsHash: old.needsHash && made.needsHash, object: { ...made.object } }
  if (made.behavior === 'merge') {
    mergeMember(merged.object, old.object, 'data')
    mergeMember(merged.object, old.object, 'binaryData')
    merged.origin = old.origin ?? made.origin
  }
  setMetadata(merged, 'labels', united(labelsOf(old), labelsOf(made)))
  setMetadata(merged, 'annotations', united(annotationsOf(old), annotationsOf(made)))
  setMetadata(merged, 'name', nameOf(old))
  setMetadata(merged, 'namespace', namespaceOf(old))
  resources[resources.indexOf(old)] = merged
}

const historyOf = ({ previous, prefixes, suffixes, variables, transformedBy }: Resource) => ({
  previous,
  prefixes,
  suffixes,
  variables,
  transformedBy,
})

function mergeMember(into: Json, from: Json, member: string): void {
  const merged = { ...(isObject(from[member]) ? from[member] : {}), ...(isObject(into[member]) ? into[member] : {}) }
  if (Object.keys(merged).length) into[member] = merged
}

function united(old: Json, made: Json): Json | undefined {
  const all = { ...old, ...made }
  return Object.keys(all).length ? all : undefined
}

/** The one resource that has, or had, this id. Throws CommandError when there is none, or several. */
export function byId(resources: Resources, id: ResourceId): Resource {
  const found = resources.filter((other) => allIds(other).some((each) => sameId(each, id)))
  if (found.length === 1) return found[0]!
  const why = found.length > 1 ? 'multiple matches' : 'no matches'
  throw new CommandError(`${why} for Id ${idText(id)}; failed to find unique target for patch ${idText(id)}`)
}

/** Which resources a patch or a replacement is for; names, namespaces and kinds are regular expressions in a patch's target. */
export interface Target {
  readonly group?: string
  readonly version?: string
  readonly kind?: string
  readonly name?: string
  readonly namespace?: string
  readonly labelSelector?: string
  readonly annotationSelector?: string
}

/** The resources a patch's target selects. Throws CommandError. */
export function selectTargets(resources: Resources, target: Target): Resources {
  const pattern = (text: string | undefined) => (text ? goRegExp(`^(?:${text})$`) : /(?:)/)
  const [name, namespace] = [pattern(target.name), pattern(target.namespace)]
  const [group, version, kind] = [pattern(target.group), pattern(target.version), pattern(target.kind)]
  return resources.filter((resource) => {
    const [original, current] = [originalId(resource), currentId(resource)]
    return (
      (namespace.test(effectiveNamespace(original)) || namespace.test(effectiveNamespace(current))) &&
      (name.test(original.name) || name.test(current.name)) &&
      group.test(current.group) &&
      version.test(current.version) &&
      kind.test(kindOf(resource)) &&
      selectorsMatch(resource, target)
    )
  })
}

/** Whether labels and annotations are as a target asks. Throws CommandError. */
export const selectorsMatch = (resource: Resource, { labelSelector, annotationSelector }: Target): boolean =>
  selectorMatches(labelSelector, labelsOf(resource)) && selectorMatches(annotationSelector, annotationsOf(resource))

function selectorMatches(text: string | undefined, values: Record<string, string>): boolean {
  if (!text) return true
  try {
    return matches(parseSelector(text), values)
  } catch (error) {
    throw error instanceof Error ? new CommandError(error.message) : error
  }
}

/** A regular expression as Go compiles it. Throws CommandError with Go's words for the commonest mistakes. */
export function goRegExp(pattern: string): RegExp {
  try {
    return new RegExp(pattern)
  } catch {
    const why = /\[[^\]]*$/.test(pattern) ? 'missing closing ]' : pattern.includes('(') ? 'missing closing )' : 'missing argument to repetition operator' // prettier-ignore
    throw new CommandError(`error parsing regexp: ${why}: \`${pattern}\``)
  }
}

/** What a resource may refer to: whatever shares its namespace or has none; role bindings also name service accounts elsewhere. */
export function referable(resources: Resources, referrer: Resource): Resources {
  const id = currentId(referrer)
  if (isClusterScoped(id)) return resources
  const elsewhere = roleBindingNamespaces(referrer)
  return resources.filter((other) => {
    const otherId = currentId(other)
    return isClusterScoped(otherId) || effectiveNamespace(otherId) === effectiveNamespace(id) || elsewhere.includes(namespaceOf(other))
  })
}

function roleBindingNamespaces(resource: Resource): string[] {
  if (kindOf(resource) !== 'RoleBinding' || !Array.isArray(resource.object.subjects)) return []
  return (resource.object.subjects as Json[])
    .filter(({ kind, namespace }) => kind === 'ServiceAccount' && typeof namespace === 'string')
    .map(({ namespace }) => namespace as string) // filtered on the line before
}
