import type { KindDefinition } from '../api/kind'
import { keyOf, type KubeObject } from '../api/object'
import type { LabelSelector } from '../api/types/meta-v1.gen'
import { matches, selectorOf } from '../formats/selector'
import { anyKind, type Find, type Watch } from './controller'
import { controllerOf } from '../api/owners'

const join = (namespace: string | undefined, name: string) => (namespace ? `${namespace}/${name}` : name)

/** Objects that the reconciled one owns as their controller. */
export function owned<O extends KubeObject>(kind: KindDefinition<O>, owner: { readonly kind: string }): Watch<KubeObject, readonly O[]> {
  return {
    kind: anyKind(kind),
    concerns: (object, old) => ownersAmong(owner.kind, object, old),
    read: (object, find) => find.owned(kind, object.metadata.namespace, object.metadata.uid),
  }
}

/**
 * The same, and besides those the objects without a controller whose labels the reconciled object's selector matches: what it may adopt.
 * A change of an orphan wakes every object whose selector matches it.
 */
export function ownedOrAdoptable<T extends KubeObject, O extends KubeObject>(
  kind: KindDefinition<O>,
  owner: { readonly kind: string },
  selectorFor: (object: T) => LabelSelector | undefined,
): Watch<T, readonly O[]> {
  const wants = (object: T, orphan: KubeObject) => {
    const selector = selectorFor(object)
    return selector !== undefined && matches(selectorOf(selector), orphan.metadata.labels ?? {})
  }
  return {
    kind: anyKind(kind),
    concerns: (object, old, find) => {
      const keys = ownersAmong(owner.kind, object, old)
      if (controllerOf(object)) return keys
      return [
        ...keys,
        ...find
          .all(object.metadata.namespace)
          .filter((candidate) => wants(candidate, object))
          .map(keyOf),
      ]
    },
    read: (object, find) => {
      const mine = find.owned(kind, object.metadata.namespace, object.metadata.uid)
      const adoptable = find
        .orphans(kind, object.metadata.namespace ?? '')
        .filter((orphan) => !orphan.metadata.deletionTimestamp && wants(object, orphan))
      return adoptable.length === 0 ? mine : [...mine, ...adoptable]
    },
  }
}

/** Keys of the controllers of this kind that own an object now or owned it before. */
export function ownersAmong(ownerKind: string, object: KubeObject, old: KubeObject | undefined): readonly string[] {
  const now = controllerOf(object)
  const before = old && controllerOf(old)
  const keys: string[] = []
  if (now?.kind === ownerKind) keys.push(join(object.metadata.namespace, now.name))
  if (before?.kind === ownerKind && before.uid !== now?.uid) keys.push(join(object.metadata.namespace, before.name))
  return keys
}

/** Objects in the same namespace whose labels a selector of the reconciled object matches; no selector, no objects. */
export function selected<T extends KubeObject, O extends KubeObject>(
  kind: KindDefinition<O>,
  selectorText: (object: T) => string | undefined,
  matchesLabels: (object: T, labels: Readonly<Record<string, string>>) => boolean,
): Watch<T, readonly O[]> {
  return {
    kind: anyKind(kind),
    concerns: (object, old, find) =>
      find
        .all(object.metadata.namespace)
        .filter((candidate) => [object, old].some((it) => it && matchesLabels(candidate, it.metadata.labels ?? {})))
        .map(keyOf),
    read: (object, find) => {
      const text = selectorText(object)
      return text === undefined ? [] : find.list(kind, object.metadata.namespace, text)
    },
  }
}

/** The object with the reconciled object's own name and namespace. */
export function sameName<O extends KubeObject>(kind: KindDefinition<O>): Watch<KubeObject, O | undefined> {
  return {
    kind: anyKind(kind),
    concerns: (object) => [keyOf(object)],
    read: (object, find) => find.get(kind, object.metadata.namespace, object.metadata.name),
  }
}

/** One well-known object that every reconciled object looks at. */
export function everything<O extends KubeObject>(
  kind: KindDefinition<O>,
  namespaceOf?: (object: KubeObject) => string | undefined,
): Watch<KubeObject, readonly O[]> {
  return {
    kind: anyKind(kind),
    concerns: (_, __, find) => find.all().map(keyOf),
    read: (object, find) => find.list(kind, namespaceOf?.(object)),
  }
}

/** What is read whenever something else wakes the controller, and wakes nobody itself. */
export function looksAt<T extends KubeObject, Read>(
  kind: KindDefinition<never> | KindDefinition<KubeObject>,
  read: (object: T, find: Find<T>) => Read,
): Watch<T, Read> {
  return { kind: kind as never, concerns: () => [], read } // the kind is never asked for anything: no change concerns anybody
}
