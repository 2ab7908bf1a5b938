import { timestamp } from '../../engine/time'
import { findAll, resource } from '../admission/lookup'
import type { ApiServer } from '../hooks'
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionStatus,
} from '../types/apiextensions-v1.gen'
import { APPROVED, isProtected, NEEDS_APPROVAL, SEE } from './approval'

/*
 * What the status of a CustomResourceDefinition says: which of its names are accepted, whether it is established, and for groups of the
 * community how it stands to their approval.
 */

const definitions = resource<CustomResourceDefinition>('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')

const NO_NAMES = { kind: '', plural: '' }
/** The status of a definition that nobody has looked at. */
export const emptyStatus: CustomResourceDefinitionStatus = { acceptedNames: NO_NAMES, conditions: [], storedVersions: [] }

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
export function namesOf(server: ApiServer, { metadata, spec, status }: CustomResourceDefinition): Names {
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

/** The status of a definition with such names. */
export function statusOf({ metadata, spec, status = emptyStatus }: CustomResourceDefinition, { accepted, clash }: Names, nowMs: number) {
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

/** The conditions with one of them as it is now. */
export function withCondition(
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
