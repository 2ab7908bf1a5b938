import { timestamp } from '../../engine/time'
import { find, findAll, resource } from '../admission/lookup'
import type { ApiServer } from '../hooks'
import type { KindDefinition } from '../kind'
import { isStatus, StatusError } from '../status'
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionStatus,
} from '../types/apiextensions-v1.gen'
import { APPROVED, isProtected, NEEDS_APPROVAL, SEE } from './approval'
import { lateCustomKind } from './late-definition'

const definitions = resource<CustomResourceDefinition>('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'
const CLEANUP_RETRY_MS = 1000
const REFUSED_RETRY_MS = 5000

/**
 * Keeps the served kinds in step with the stored CustomResourceDefinitions: accepts their names, establishes them, and before one goes
 * removes its objects. Returns how to stop.
 */
export function serveCustomResources(server: ApiServer): () => void {
  const found = server.registry.find(definitions.group, definitions.version, definitions.plural)
  if (!found) return () => undefined
  const kind = found.kind as unknown as KindDefinition<CustomResourceDefinition> // found under this name
  const client = server.client({ user: 'system:apiserver', groups: ['system:masters'], manager: 'kube-apiserver' })
  /** What is served of each definition, by name and as of which spec. */
  const served = new Map<string, { readonly spec: string; readonly kind: KindDefinition }>()

  function reconcile(name: string) {
    const definition = find(server, definitions, undefined, name)
    if (!definition) return forget(name)
    try {
      if (definition.metadata.deletionTimestamp !== undefined) cleanUp(definition)
      else establish(definition)
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      // Somebody else wrote it meanwhile; that write comes round as an event of its own.
      if (isStatus(error, 'Conflict') || isStatus(error, 'NotFound')) return
      // A policy or a webhook does not want it, or has not answered yet.
      server.engine.after(REFUSED_RETRY_MS, () => reconcile(name), { background: true })
    }
  }

  function forget(name: string) {
    const known = served.get(name)
    if (!known) return
    server.registry.remove(known.kind.group, known.kind.plural)
    served.delete(name)
  }

  function establish(definition: CustomResourceDefinition) {
    const { name, finalizers = [] } = definition.metadata
    if (!finalizers.includes(CLEANUP)) {
      client.update(kind, { ...definition, metadata: { ...definition.metadata, finalizers: [...finalizers, CLEANUP] } })
      return // comes round again
    }
    const names = namesOf(server, definition)
    const wasEstablished = definition.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True')
    const spec = JSON.stringify(definition.spec)
    if ((!names.clash || wasEstablished) && served.get(name)?.spec !== spec) {
      const custom = lateCustomKind.code(definition, server)
      server.registry.add(custom as unknown as KindDefinition<never>) // its functions are only handed its own objects
      served.set(name, { spec, kind: custom })
    }
    const status = statusOf(definition, names, server.engine.nowMs)
    if (JSON.stringify(status) !== JSON.stringify(definition.status)) client.updateStatus(kind, { ...definition, status })
  }

  function cleanUp(definition: CustomResourceDefinition) {
    const { name, finalizers = [] } = definition.metadata
    const custom = served.get(name)?.kind
    const objects = custom ? [...server.storage.list(custom as unknown as KindDefinition<never>)].map(({ object }) => object.metadata) : []
    if (custom)
      for (const { namespace, name: each, deletionTimestamp } of objects)
        if (deletionTimestamp === undefined) client.delete(custom, namespace, each)
    const isEmpty = !custom || server.storage.count(custom as unknown as KindDefinition<never>) === 0
    if (isEmpty && finalizers.includes(CLEANUP)) {
      client.update(kind, {
        ...definition,
        metadata: { ...definition.metadata, finalizers: finalizers.filter((each) => each !== CLEANUP) },
      })
    } else if (!isEmpty) {
      const why = 'CustomResource deletion is in progress'
      const conditions = withCondition(
        definition.status?.conditions ?? [],
        'Terminating',
        'True',
        'InstanceDeletionInProgress',
        why,
        server.engine.nowMs,
      )
      const status = { ...emptyStatus, ...definition.status, conditions }
      if (JSON.stringify(status) !== JSON.stringify(definition.status)) client.updateStatus(kind, { ...definition, status })
      server.engine.after(CLEANUP_RETRY_MS, () => reconcile(name), { background: true })
    }
  }

  for (const { metadata } of [...findAll(server, definitions)]) reconcile(metadata.name)
  return client.watch(kind, (events) => {
    for (const { object } of events) reconcile(object.metadata.name)
  })
}

const NO_NAMES = { kind: '', plural: '' }
const emptyStatus: CustomResourceDefinitionStatus = { acceptedNames: NO_NAMES, conditions: [], storedVersions: [] }

interface Clash {
  readonly reason: string
  readonly message: string
}

interface Names {
  readonly accepted: CustomResourceDefinitionStatus['acceptedNames']
  /** The last name that cannot be accepted, which is the one that is told of. */
  readonly clash: Clash | undefined
}

/** Which names of a definition are accepted: those that no other kind of its group has. */
function namesOf(server: ApiServer, { metadata, spec, status }: CustomResourceDefinition): Names {
  const { names, group } = spec
  const others = [...findAll(server, definitions)].flatMap((other) =>
    other.metadata.name !== metadata.name && other.spec.group === group ? (other.status?.acceptedNames ?? []) : [],
  )
  const resources = new Set(others.flatMap(({ plural, singular, shortNames = [] }) => [plural, singular, ...shortNames]))
  const kinds = new Set(others.flatMap(({ kind, listKind }) => [kind, listKind]))
  const before = status?.acceptedNames ?? (NO_NAMES as Readonly<CustomResourceDefinitionNames>)
  const accepted: Record<string, unknown> = { ...before }
  let clash: Clash | undefined
  const decide = (
    field: keyof typeof names,
    wanted: readonly string[],
    own: readonly string[],
    taken: ReadonlySet<string | undefined>,
    reason: string,
  ) => {
    const lost = wanted.filter((name) => !own.includes(name) && taken.has(name))
    if (lost.length === 0) return void (wanted.length > 0 && (accepted[field] = names[field]))
    const message = lost.map((name) => `${JSON.stringify(name)} is already in use`).join(', ')
    clash = { reason, message: lost.length > 1 ? `[${message}]` : message }
  }
  const one = (name: string | undefined) => (name ? [name] : [])
  decide('plural', one(names.plural), one(before.plural), resources, 'PluralConflict')
  decide('singular', one(names.singular), one(before.singular), resources, 'SingularConflict')
  decide('shortNames', names.shortNames ?? [], before.shortNames ?? [], resources, 'ShortNamesConflict')
  decide('kind', one(names.kind), one(before.kind), kinds, 'KindConflict')
  decide('listKind', one(names.listKind), one(before.listKind), kinds, 'ListKindConflict')
  if (names.categories) accepted.categories = names.categories
  // Names that are dropped are somebody else's to take.
  return { accepted: clash ? (accepted as unknown as Names['accepted']) : names, clash } // made of the fields of both
}

function statusOf({ metadata, spec, status = emptyStatus }: CustomResourceDefinition, { accepted, clash }: Names, nowMs: number) {
  const stored = spec.versions.find(({ storage }) => storage)?.name ?? ''
  const approval = approvalOf(metadata.annotations?.[APPROVED], spec.group)
  const known = status.conditions ?? []
  const before = approval ? withCondition(known, 'KubernetesAPIApprovalPolicyConformant', ...approval, nowMs) : known
  const named = clash
    ? withCondition(before, 'NamesAccepted', 'False', clash.reason, clash.message, nowMs)
    : withCondition(before, 'NamesAccepted', 'True', 'NoConflicts', 'no conflicts found', nowMs)
  // What was established once stays so, whatever becomes of its names.
  const isEstablished = before.some((each) => each.type === 'Established' && each.status === 'True')
  const conditions =
    clash && !isEstablished
      ? withCondition(named, 'Established', 'False', 'NotAccepted', 'not all names are accepted', nowMs)
      : withCondition(named, 'Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted', nowMs)
  const storedVersions = status.storedVersions ?? []
  return {
    ...status,
    acceptedNames: accepted,
    conditions,
    storedVersions: storedVersions.includes(stored) ? storedVersions : [...storedVersions, stored],
  }
}

type Verdict = readonly [status: 'True' | 'False', reason: string, message: string]

/** How a group of the community's own stands to its approval; undefined for everybody else's. */
function approvalOf(annotation: string | undefined, group: string): Verdict | undefined {
  if (!isProtected(group)) return undefined
  if (annotation === undefined) return ['False', 'MissingAnnotation', `${NEEDS_APPROVAL}, ${SEE}`]
  if (annotation.startsWith('unapproved')) return ['False', 'UnapprovedAnnotation', `not approved: ${JSON.stringify(annotation)}`]
  return URL.canParse(annotation)
    ? ['True', 'ApprovedAnnotation', `approved in ${annotation}`]
    : ['False', 'InvalidAnnotation', `${NEEDS_APPROVAL} with either a URL or a reason starting with "unapproved", ${SEE}`]
}

function withCondition(
  conditions: readonly CustomResourceDefinitionCondition[],
  type: string,
  status: 'True' | 'False',
  reason: string,
  message: string,
  nowMs: number,
): readonly CustomResourceDefinitionCondition[] {
  const known = conditions.find((each) => each.type === type)
  if (known?.status === status && known.reason === reason && known.message === message) return conditions
  const lastTransitionTime = known?.status === status ? known.lastTransitionTime! : timestamp(nowMs)
  const next = { lastTransitionTime, message, reason, status, type }
  return known ? conditions.map((each) => (each === known ? next : each)) : [...conditions, next]
}
