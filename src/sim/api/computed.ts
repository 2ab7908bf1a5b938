import type { Call } from './call'
import type { AnyObject, KubeObject } from './object'
import { selectionOf } from './select'
import { notFound } from './status'

/** The objects of a computed kind in a namespace or in all, chosen by selectors and in order of their names. */
export function computedList(call: Call, query: URLSearchParams): readonly AnyObject[] {
  const { core, served, namespace, user } = call
  const { accepts } = selectionOf(
    { selectableFields: served.selectableFields, customSchema: served.kind.customSchema },
    namespace,
    query.get('labelSelector') ?? undefined,
    query.get('fieldSelector') ?? undefined,
  )
  const objects = served.kind.compute!({ user, namespace, server: core }) as readonly AnyObject[] // every object is one of any kind
  return objects.filter((object) => accepts?.(object) ?? true).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

/** One object of a computed kind. Throws 404. */
export function computedObject({ core, served, namespace, name, user }: Call): AnyObject {
  const found = served.kind.compute!({ user, namespace, server: core }).find(({ metadata }) => metadata.name === name)
  if (found) return found as AnyObject // every object is one of any kind
  // Such servers of their own name what they could not find by kind, and by namespace.
  throw notFound({ group: served.group, plural: served.kind.kind.toLowerCase() }, namespace === undefined ? name : `${namespace}/${name}`)
}

const keyOf = ({ metadata }: KubeObject) => `${metadata.namespace ?? ''}/${metadata.name}`
