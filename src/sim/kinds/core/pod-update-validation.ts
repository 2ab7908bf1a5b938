import type { FieldError, FieldPath } from '../../api/field-path'
import type { Container, Pod, PodSpec, Toleration } from '../../api/types/core-v1.gen'
import { sameValue } from '../same-value'
import { internalDifference, internalPodSpec } from './internal-form'

const MAY_CHANGE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/** Complaints about a changed Pod: little may change once it exists. See `ValidatePodUpdate`. */
export function podUpdateErrors(pod: Pod, old: Pod, at: FieldPath): FieldError[] {
  const here = at('spec')
  const { spec } = pod
  const lists = (['containers', 'initContainers'] as const).filter((list) => (spec[list] ?? []).length !== (old.spec[list] ?? []).length)
  if (lists.length > 0) return lists.map((list) => here(list).forbidden('pod updates may not add or remove containers'))

  const errors = [
    ...deadlineErrors(spec, old.spec, here('activeDeadlineSeconds')),
    ...tolerationErrors(spec, old.spec, here('tolerations')),
  ]
  const gated = (old.spec.schedulingGates ?? []).length > 0
  errors.push(...gateErrors(spec, old.spec, here('schedulingGates')))
  if (gated) errors.push(...narrowingErrors(spec, old.spec, here))
  const allowed = withAllowedChanges(spec, old.spec, gated)
  if (sameValue(allowed, old.spec)) return errors
  const difference = internalDifference(internalPodSpec({ ...old.spec }), internalPodSpec({ ...allowed }))
  return [...errors, here.forbidden(`${MAY_CHANGE}\n${difference}`)]
}

function deadlineErrors({ activeDeadlineSeconds: now }: PodSpec, { activeDeadlineSeconds: before }: PodSpec, at: FieldPath): FieldError[] {
  if (before === undefined || now === before) return []
  if (now === undefined) return [at.invalid(null, 'must not update from a positive integer to nil value')]
  return now > before ? [at.invalid(now, 'must be less than or equal to previous value')] : []
}

function tolerationErrors({ tolerations: now = [] }: PodSpec, { tolerations: before = [] }: PodSpec, at: FieldPath): FieldError[] {
  const same = (a: Toleration, b: Toleration) => sameValue({ ...a, tolerationSeconds: null }, { ...b, tolerationSeconds: null })
  return before.every((old) => now.some((toleration) => same(toleration, old)))
    ? []
    : [at.forbidden('existing toleration can not be modified except its tolerationSeconds')]
}

function gateErrors({ schedulingGates: now = [] }: PodSpec, { schedulingGates: before = [] }: PodSpec, at: FieldPath): FieldError[] {
  const added = now.find((gate) => !before.some(({ name }) => name === gate.name))
  return added ? [at.forbidden(`only deletion is allowed, but found new scheduling gate '${added.name}'`)] : []
}

/** While a Pod is held by a gate, where it may run can be narrowed and not widened. */
function narrowingErrors(spec: PodSpec, old: PodSpec, at: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (Object.entries(old.nodeSelector ?? {}).some(([key, value]) => spec.nodeSelector?.[key] !== value))
    errors.push(
      at('nodeSelector').invalid(spec.nodeSelector, 'only additions are allowed to spec.nodeSelector (no mutations or deletions)'),
    )
  const { podAffinity, podAntiAffinity, nodeAffinity } = spec.affinity ?? {}
  const before = old.affinity ?? {}
  const here = at('affinity')
  for (const [name, now, was] of [
    ['podAffinity', podAffinity, before.podAffinity],
    ['podAntiAffinity', podAntiAffinity, before.podAntiAffinity],
  ] as const)
    if (!sameValue(now, was)) errors.push(here(name).invalid(now, 'field is immutable'))
  const required = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  const terms = before.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  if (!terms) return errors
  const place = here('nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms')
  if (terms.length > 0 && terms.length !== (required ?? []).length)
    return [...errors, place.invalid(required ?? [], 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')]
  const keeps = (now: readonly unknown[] = [], was: readonly unknown[] = []) => was.every((each, index) => sameValue(each, now[index]))
  terms.forEach((term, index) => {
    const now = required?.[index]
    if (!keeps(now?.matchExpressions, term.matchExpressions) || !keeps(now?.matchFields, term.matchFields))
      errors.push(place(index).invalid(now, 'only additions are allowed (no mutations or deletions)'))
  })
  return errors
}

/** The new spec with everything that may change put back as it was: what then differs may not. */
function withAllowedChanges(spec: PodSpec, old: PodSpec, gated: boolean): PodSpec {
  const images = (now: readonly Container[] | undefined, before: readonly Container[] | undefined) =>
    now?.map((container, index) => ({ ...container, image: before?.[index]?.image }))
  return {
    ...spec,
    containers: images(spec.containers, old.containers) ?? [],
    initContainers: images(spec.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    tolerations: old.tolerations,
    schedulingGates: old.schedulingGates,
    ...((old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1
      ? { terminationGracePeriodSeconds: old.terminationGracePeriodSeconds }
      : {}),
    // A gated Pod has not been seen by the scheduler yet, so where it may run can still be narrowed.
    ...(gated && { nodeSelector: old.nodeSelector, affinity: old.affinity }),
  }
}
