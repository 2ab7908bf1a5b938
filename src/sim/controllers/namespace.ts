import type { Registry } from '../api/registry'
import type { KubeObject } from '../api/object'
import type { Namespace, NamespaceCondition } from '../api/types/core-v1.gen'
import { parseTimestamp, timestamp } from '../engine/time'
import { namespace as namespaceKind } from '../kinds/core/namespace'
import { anyKind, defineController, type AnyKind, type Find, type Step } from './controller'
import { again, remove, setStatus } from './steps'
import { looksAt } from './watches'

/** What is left in a namespace of one kind. */
interface Content {
  readonly kind: AnyKind
  readonly objects: readonly KubeObject[]
}

/** How soon to look again at a namespace that is not empty yet. */
const LOOK_AGAIN_MS = 1000
/** At most so many objects go in one round: a round is one event on the queue, and a short event keeps the page responsive. */
const MOST_DELETED = 100

/** Empties a namespace that is being deleted, and lets it go when nothing is left in it. `registry` knows which kinds there are. */
export const namespaceController = (registry: Registry) =>
  defineController({
    name: 'namespace-controller',
    reconciles: namespaceKind,
    watches: {
      content: looksAt(
        anyKind(namespaceKind),
        ({ metadata }: Namespace, find) =>
          () =>
            contentOf(registry, metadata.name, find),
      ),
    },

    reconcile(namespace, { content, nowMs }) {
      if (!namespace.metadata.deletionTimestamp || !namespace.spec?.finalizers?.includes('kubernetes')) return []
      const left = content()
      const deletions = left.flatMap(({ kind, objects }) =>
        objects
          .filter((object) => !object.metadata.deletionTimestamp)
          .map((object) => remove(kind, object, undefined, { propagation: 'Background' })),
      )
      const unknown = undiscovered(registry)
      // What nobody can list might still be there.
      if (left.length === 0 && unknown.length > 0)
        return [
          setStatus(namespace, statusOf(namespace, left, unknown, nowMs)),
          again(LOOK_AGAIN_MS, { background: hasWaitedLong(namespace, nowMs) }),
        ]
      if (left.length === 0) return [setStatus(namespace, statusOf(namespace, left, unknown, nowMs)), finalize(namespace)]
      // What goes at once is gone after these steps: the status is told by the next look.
      if (deletions.length > 0) return [...deletions.slice(0, MOST_DELETED), again(deletions.length > MOST_DELETED ? 1 : 50)]
      return [
        setStatus(namespace, statusOf(namespace, left, unknown, nowMs)),
        again(LOOK_AGAIN_MS, { background: hasWaitedLong(namespace, nowMs) }),
      ]
    },
  })

/** Nobody who waits for the cluster to settle waits for a namespace whose finalizers nobody takes away. */
const hasWaitedLong = ({ metadata }: Namespace, nowMs: number) => nowMs - parseTimestamp(metadata.deletionTimestamp!) > 120_000

function finalize(namespace: Namespace): Step {
  const object = { ...namespace, spec: { ...namespace.spec, finalizers: namespace.spec.finalizers!.filter((it) => it !== 'kubernetes') } }
  return { do: 'update', kind: anyKind(namespaceKind), object, subresource: 'finalize' }
}

function contentOf(registry: Registry, name: string, find: Find<KubeObject>): readonly Content[] {
  return registry
    .all()
    .filter(({ stored, kind }) => stored && kind.namespaced && kind.verbs.includes('delete'))
    .map(({ kind }) => ({ kind: anyKind(kind), objects: find.list(anyKind(kind), name) }))
    .filter(({ objects }) => objects.length > 0)
}

/** Group versions of API servers that cannot be asked, so that nobody knows what of them is in a namespace. */
const undiscovered = ({ foreign }: Registry) => foreign.flatMap(({ group, version, isStale }) => (isStale ? [`${group}/${version}`] : []))

function statusOf(namespace: Namespace, left: readonly Content[], unknown: readonly string[], nowMs: number): Namespace['status'] {
  const remaining = left.map(({ kind, objects }) => `${kind.plural}.${kind.group} has ${objects.length} resource instances`).sort()
  const finalizers = finalizerCounts(left)
  const conditions: readonly (readonly [string, boolean, string, string])[] = [
    unknown.length > 0
      ? [
          'NamespaceDeletionDiscoveryFailure',
          true,
          'DiscoveryFailed',
          `Discovery failed for some groups, ${unknown.length} failing: unable to retrieve the complete list of server APIs: ${unknown.map((each) => `${each}: stale GroupVersion discovery: ${each}`).join(', ')}`,
        ]
      : ['NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'],
    ['NamespaceDeletionGroupVersionParsingFailure', false, 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
    ['NamespaceDeletionContentFailure', false, 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
    remaining.length > 0
      ? ['NamespaceContentRemaining', true, 'SomeResourcesRemain', `Some resources are remaining: ${remaining.join(', ')}`]
      : ['NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'],
    finalizers.length > 0
      ? [
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}`,
        ]
      : ['NamespaceFinalizersRemaining', false, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
  ]
  return { ...namespace.status, phase: 'Terminating', conditions: conditions.map((row) => withTime(namespace, row, nowMs)) }
}

function withTime(
  namespace: Namespace,
  [type, holds, reason, message]: readonly [string, boolean, string, string],
  nowMs: number,
): NamespaceCondition {
  const status = holds ? 'True' : 'False'
  const present = namespace.status?.conditions?.find((condition) => condition.type === type)
  const lastTransitionTime = present?.status === status ? present.lastTransitionTime : timestamp(nowMs)
  return { type, status, ...(lastTransitionTime && { lastTransitionTime }), reason, message }
}

function finalizerCounts(left: readonly Content[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const { objects } of left)
    for (const { metadata } of objects)
      for (const finalizer of metadata.finalizers ?? []) counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1)
  return [...counts].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).sort()
}
