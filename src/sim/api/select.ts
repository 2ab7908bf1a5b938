import { matches, parseFieldSelector, parseSelector, type Selector } from '../formats/selector'
import type { KindDefinition } from './kind'
import type { AnyObject } from './object'
import { badRequest } from './status'
import type { Stored, Storage, WatchInterest } from './storage'

/** Which objects of a kind somebody asks for. */
export interface Selection extends WatchInterest {
  readonly labels: Selector
  /** Conditions that no index answers; undefined when there are none. */
  readonly accepts?: (object: AnyObject) => boolean
}

/** Reads label and field selectors as a list or a watch gives them. Throws 400 for what cannot be understood. */
export function selectionOf(
  { selectableFields, customSchema }: Pick<KindDefinition, 'selectableFields' | 'customSchema'>,
  namespace: string | undefined,
  labelSelector: string | undefined,
  fieldSelector: string | undefined,
): Selection {
  const labels = labelSelector ? readable(() => parseSelector(labelSelector)) : []
  const requirements = fieldSelector ? readable(() => parseFieldSelector(fieldSelector)) : []
  let narrowed: { namespace?: string; name?: string; nodeName?: string } = namespace === undefined ? {} : { namespace }
  const conditions: ((object: AnyObject) => boolean)[] = labels.length > 0 ? [(object) => matches(labels, object.metadata.labels)] : []
  for (const { field, operator, value } of requirements) {
    const read = fieldReader(selectableFields, field)
    if (!read) throw badRequest(unknownField(field, customSchema !== undefined || Object.keys(selectableFields).length > 0))
    if (operator === '=' && field === 'metadata.name') narrowed = { ...narrowed, name: value }
    else if (operator === '=' && field === 'metadata.namespace' && narrowed.namespace === undefined)
      narrowed = { ...narrowed, namespace: value }
    else if (operator === '=' && field === 'spec.nodeName' && value !== '') narrowed = { ...narrowed, nodeName: value }
    conditions.push((object) => (read(object) === value) === (operator === '='))
  }
  return {
    ...narrowed,
    labels,
    ...(conditions.length > 0 && { accepts: (object: AnyObject) => conditions.every((condition) => condition(object)) }),
  }
}

/** Kinds with fields of their own to select by say it in their words, all others in the common ones. */
const unknownField = (field: string, hasOwn: boolean): string =>
  hasOwn
    ? `field label not supported: ${field}`
    : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`

function fieldReader(fields: KindDefinition['selectableFields'], field: string): ((object: AnyObject) => string) | undefined {
  if (field === 'metadata.name') return ({ metadata }) => metadata.name
  if (field === 'metadata.namespace') return ({ metadata }) => metadata.namespace ?? ''
  return Object.hasOwn(fields, field) ? fields[field] : undefined
}

function readable<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error))
  }
}

/** The objects of a selection in no particular order, by the narrowest index that there is. */
export function* select(storage: Storage, kind: KindDefinition, selection: Selection): Iterable<Stored> {
  const { namespace, accepts } = selection
  for (const stored of candidates(storage, kind, selection)) {
    if (namespace !== undefined && stored.object.metadata.namespace !== namespace) continue
    if (accepts === undefined || accepts(stored.object)) yield stored
  }
}

function candidates(storage: Storage, kind: KindDefinition, { namespace, name, nodeName, labels }: Selection): Iterable<Stored> {
  if (name !== undefined && (namespace !== undefined || !kind.namespaced)) {
    const stored = storage.get(kind, namespace, name)
    return stored ? [stored] : []
  }
  if (nodeName !== undefined) return storage.onNode(kind, nodeName)
  const exact = labels === 'nothing' ? undefined : labels.find(({ operator }) => operator === '=' || operator === '==')
  return exact ? storage.labelled(kind, exact.key, exact.values[0]!) : storage.list(kind, namespace)
}
