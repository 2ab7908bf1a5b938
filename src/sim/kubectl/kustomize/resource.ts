import { isObject } from '../../formats/merge-patch'
import { groupVersion, type ResourceId } from './ids'

export type Json = Record<string, unknown>

/** What a generator does when a resource of that name exists already. */
export type Behavior = 'create' | 'merge' | 'replace'

/** Where something comes from, for `buildMetadata`. */
export interface Origin {
  readonly path?: string
  readonly configuredIn?: string
  readonly configuredBy?: { readonly apiVersion: string; readonly kind: string; readonly name?: string }
}

/** One resource of a build: its object as it is now, and what has happened to it. The object is the build's own copy and is edited in place. */
export interface Resource {
  object: Json
  /** Names it had before, oldest first. */
  previous: { readonly namespace: string; readonly name: string; readonly kind: string }[]
  prefixes: string[]
  suffixes: string[]
  behavior: Behavior
  /** A generator has made it. */
  generated: boolean
  /** Its name gets a hash of its content at the end. */
  needsHash: boolean
  /** Variables whose value it holds. */
  variables: string[]
  origin?: Origin
  transformedBy: Origin[]
  /** As a patch: it may give its target another name or kind. */
  mayRename?: boolean
  mayChangeKind?: boolean
}

/** A resource as it was read or generated. */
export const newResource = (object: Json, more: Partial<Resource> = {}): Resource => ({
  object,
  previous: [],
  prefixes: [],
  suffixes: [],
  behavior: 'create',
  generated: false,
  needsHash: false,
  variables: [],
  transformedBy: [],
  ...more,
})

const text = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '')

export const metadataOf = ({ object }: Resource): Json => (isObject(object.metadata) ? object.metadata : {})
export const kindOf = ({ object }: Resource) => text(object.kind)
export const nameOf = (resource: Resource) => text(metadataOf(resource).name)
export const namespaceOf = (resource: Resource) => text(metadataOf(resource).namespace)
export const labelsOf = (resource: Resource) => stringsOf(metadataOf(resource).labels)
export const annotationsOf = (resource: Resource) => stringsOf(metadataOf(resource).annotations)

function stringsOf(value: unknown): Record<string, string> {
  return isObject(value) ? (value as Record<string, string>) : {} // labels and annotations hold texts
}

/** Sets a member of the metadata, or takes it away. */
export function setMetadata(resource: Resource, member: string, value: unknown): void {
  const metadata = { ...metadataOf(resource) }
  if (value === undefined || value === '') delete metadata[member]
  else metadata[member] = value
  resource.object.metadata = metadata
}

export const currentId = (resource: Resource): ResourceId => ({
  ...groupVersion(text(resource.object.apiVersion)),
  kind: kindOf(resource),
  name: nameOf(resource),
  namespace: namespaceOf(resource),
})

/** Every id it had, oldest first, without the current one. */
export const previousIds = (resource: Resource): ResourceId[] =>
  resource.previous.map((id) => ({ ...groupVersion(text(resource.object.apiVersion)), ...id }))

/** The id under which files know it. */
export const originalId = (resource: Resource): ResourceId => previousIds(resource)[0] ?? currentId(resource)

export const allIds = (resource: Resource): ResourceId[] => [...previousIds(resource), currentId(resource)]
