import { isObject } from '../../formats/merge-patch'
import { CommandError } from '../errors'
import { changeField, type FieldPath } from './field-paths'
import type { NameReference } from './default-paths'
import { effectiveNamespace, idText, isClusterScoped, kindSelected, sameNamespace, type GroupVersionKind } from './ids'
import { referable, type Resources } from './resources'
import { currentId, kindOf, nameOf, namespaceOf, originalId, previousIds, type Json, type Resource } from './resource'
import { toYaml } from '../../formats/yaml-emit'

/** Brings every field up to date that holds the name of a resource whose name, or namespace, has changed. Throws CommandError. */
export function fixNameReferences(resources: Resources, references: readonly NameReference[]): void {
  for (const referrer of resources) {
    let candidates: Resources | undefined
    for (const { fieldSpecs, ...target } of references) {
      for (const field of fieldSpecs) {
        if (!kindSelected(field, originalId(referrer))) continue
        candidates ??= referable(resources, referrer)
        fixField({ referrer, field, target, candidates })
      }
    }
  }
}

interface Reference {
  readonly referrer: Resource
  readonly field: FieldPath
  /** The kind that is referred to. */
  readonly target: Partial<GroupVersionKind>
  readonly candidates: Resources
}

function fixField(reference: Reference): void {
  const { field, referrer } = reference
  const change = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((item) => change(item) ?? item)
    if (isObject(value)) return mapping(reference, value)
    return typeof value === 'string' ? scalar(reference, value) : undefined
  }
  // The referrer's kind may have been changed by a patch: only the path counts from here on.
  changeWithContext(referrer, field, change)
}

function changeWithContext(referrer: Resource, { path }: FieldPath, change: (value: unknown) => unknown): void {
  try {
    changeField(referrer, { path }, change)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new CommandError(`updating name reference in '${path}' field of '${idText(currentId(referrer))}': ${error.message}`)
  }
}

function scalar(reference: Reference, name: string): string | undefined {
  const referral = select(reference, name, reference.candidates, (a, b) => nameOf(a) === nameOf(b))
  return referral && nameOf(referral)
}

function mapping(reference: Reference, map: Json): Json | undefined {
  if (!Object.hasOwn(map, 'name')) throw new CommandError(`path config error; no 'name' field in node`)
  const candidates = map.namespace === undefined ? reference.candidates : inNamespace(reference.candidates, String(map.namespace))
  const identical = (a: Resource, b: Resource) => nameOf(a) === nameOf(b) && namespaceOf(a) === namespaceOf(b)
  const referral = select(reference, String(map.name), candidates, identical)
  if (!referral) return undefined
  const namespace = namespaceOf(referral)
  return { ...map, name: nameOf(referral), ...(namespace && { namespace }) }
}

function inNamespace(candidates: Resources, namespace: string): Resources {
  const before = candidates.filter((each) => effectiveNamespace(originalId(each)) === namespace)
  return before.length ? before : candidates.filter((each) => effectiveNamespace(currentId(each)) === namespace)
}

function select(
  { referrer, field, target }: Reference,
  name: string,
  among: Resources,
  identical: (a: Resource, b: Resource) => boolean,
): Resource | undefined {
  const role = field.path.endsWith('roleRef/name') ? roleOf(referrer) : undefined
  const selected = among.filter((each) => {
    const ids = previousIds(each)
    return (
      ids.some((id) => id.name === name) &&
      ids.some((id) => kindSelected(target, id)) &&
      (!role || ids.some((id) => kindSelected(role, id))) &&
      reachable(referrer, each)
    )
  })
  if (selected.length <= 1) return selected[0]
  const loosely = selected.filter((each) => sameContext(each, referrer, true))
  if (loosely.length <= 1) return loosely[0]
  const strictly = loosely.filter((each) => sameContext(each, referrer, false))
  if (strictly.length <= 1) return strictly[0]
  if (strictly.every((each) => identical(each, strictly[0]!))) return strictly[0]
  const ids = strictly.map((each) => idText(currentId(each))).join(', ')
  const details = strictly.map((each, i) => `--- possible referral ${i}:\n${toYaml(each.object)}\n`).join('')
  throw new CommandError(
    `found multiple possible referrals: ${ids}\n\n**** Too many possible referral targets to referrer:\n${toYaml(referrer.object)}\n${details}`,
  )
}

function roleOf({ object }: Resource): Partial<GroupVersionKind> | undefined {
  const { apiGroup, kind } = isObject(object.roleRef) ? object.roleRef : {}
  return typeof apiGroup === 'string' && typeof kind === 'string' ? { group: apiGroup, kind } : undefined
}

/** A resource refers to others of its namespace, to those without one, and to service accounts anywhere. */
function reachable(referrer: Resource, other: Resource): boolean {
  const [from, to] = [currentId(referrer), currentId(other)]
  return isClusterScoped(from) || isClusterScoped(to) || kindOf(other) === 'ServiceAccount' || sameNamespace(from, to)
}

/** Both went through the same kustomizations as far as prefixes and suffixes tell; `loosely`: one that got none fits everywhere. */
function sameContext(a: Resource, b: Resource, loosely: boolean): boolean {
  const same = (x: readonly string[], y: readonly string[]) => (loosely && (x.length === 0 || y.length === 0)) || sameEnd(x, y)
  return same(a.prefixes, b.prefixes) && same(a.suffixes, b.suffixes)
}

const sameEnd = (x: readonly string[], y: readonly string[]) => {
  const length = Math.min(x.length, y.length)
  return x.slice(x.length - length).join('\0') === y.slice(y.length - length).join('\0')
}
