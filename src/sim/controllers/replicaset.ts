import type { KindDefinition } from '../api/kind'
import type { KubeObject } from '../api/object'
import type { ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '../api/types/apps-v1.gen'
import type { Pod } from '../api/types/core-v1.gen'
import { atLeast } from '../api/schema/schema'
import { timestamp } from '../engine/time'
import { replicaSet } from '../kinds/apps/replica-set'
import { pod } from '../kinds/core/pod'
import { defineController, type Refusal, type Step } from './controller'
import { dispensableFirst } from './deletion-order'
import { controllerOf } from '../api/owners'
import { claim } from './owners'
import { podFrom } from './pod-from'
import { countPods } from './pod-count'
import { isActive, isTerminating, nextAvailableMs, tally, type Tally } from './pod-state'
import { again, create, remove, setStatus } from './steps'
import { looksAt, ownedOrAdoptable } from './watches'

/**
 * At most this many Pods are created or deleted in one round. A real controller allows itself 500, in batches that double; here a round is one
 * event on the queue, and a short event keeps the page responsive. The Pods' own appearance wakes the next round.
 */
const BURST = 32
/** The first rounds are smaller: code that has never run takes several times as long. */
const FIRST_BURST = 8

/**
 * Keeps as many Pods running as `spec.replicas` says, whoever made them, as long as its selector matches them. Since release 1.35 its status tells
 * how many are on their way out, also when nobody is.
 */
export const replicaSetController = (release: readonly [number, number]) => {
  const tellsTerminating = atLeast(release, '1.35')
  return defineController({
    name: 'replicaset-controller',
    reconciles: replicaSet,
    watches: {
      pods: ownedOrAdoptable(pod, replicaSet, (rs: ReplicaSet) => rs.spec.selector),
      // Only asked when Pods are to be deleted: how many Pods of the same Deployment share their node.
      related: looksAt(pod, (rs: ReplicaSet, find) => () => {
        const owner = controllerOf(rs)
        const sets = owner ? find.owned(replicaSet, rs.metadata.namespace, owner.uid) : [rs]
        return sets.flatMap((set) => find.owned(pod, rs.metadata.namespace, set.metadata.uid)).filter(isActive)
      }),
    },

    reconcile(rs, { pods, related, refused, nowMs }) {
      const minReadySeconds = rs.spec.minReadySeconds ?? 0
      const count = countPods(rs, pods)
      // As a rule all Pods that could be its own are: nothing to adopt, nothing to let go.
      const { mine, steps } =
        count.mine === pods.length ? { mine: pods, steps: NO_STEPS } : claim(replicaSet, rs, pod, pods, rs.spec.selector)
      const active = count.active === mine.length ? mine : mine.filter(isActive)
      const tallied =
        mine === pods && minReadySeconds === 0
          ? { available: count.ready, ...count }
          : {
              ...tally(active, rs.spec.template?.metadata?.labels, minReadySeconds, nowMs),
              terminating: active.length === mine.length ? 0 : mine.filter(isTerminating).length,
            }
      return [
        ...steps,
        ...(rs.metadata.deletionTimestamp ? [] : manageReplicas(replicaSet, rs, active, related, nowMs)),
        setStatus(rs, statusOf(rs, active.length, tallied, refused, nowMs, tellsTerminating)),
        ...lookAgainWhenAvailable(active, minReadySeconds, nowMs),
      ]
    },
  })
}

type Replicating = KubeObject & { readonly spec?: { readonly replicas?: number; readonly template?: ReplicaSet['spec']['template'] } }

/** Creates what is missing, deletes what is too much, no more than a burst at a time. Shared with ReplicationControllers. */
export function manageReplicas<T extends Replicating>(
  kind: KindDefinition<T>,
  owner: T,
  active: readonly Pod[],
  related: () => readonly Pod[],
  nowMs: number,
): Step[] {
  const missing = (owner.spec?.replicas ?? 1) - active.length
  if (missing > 0) {
    const wanted = podFrom(kind, owner, owner.spec!.template!) // validation requires a template
    return Array.from({ length: Math.min(missing, BURST, Math.max(FIRST_BURST, active.length)) }, () =>
      create(pod, wanted, { event: 'SuccessfulCreate', refusal: 'FailedCreate' }),
    )
  }
  if (missing === 0) return []
  return dispensableFirst(active, missing === -active.length ? [] : related(), nowMs)
    .slice(0, Math.min(-missing, BURST))
    .map((victim) => remove(pod, victim, { event: 'SuccessfulDelete', refusal: 'FailedDelete' }))
}

/** Asks for another look when the next ready Pod has been ready for minReadySeconds. */
export function lookAgainWhenAvailable(active: readonly Pod[], minReadySeconds: number, nowMs: number): Step[] {
  const wait = nextAvailableMs(active, minReadySeconds, nowMs)
  return wait === undefined ? [] : [again(wait)]
}

const NO_STEPS: readonly Step[] = []

function statusOf(
  rs: ReplicaSet,
  active: number,
  { fullyLabeled, ready, available, terminating }: Tally & { readonly terminating: number },
  refused: readonly Refusal[],
  nowMs: number,
  tellsTerminating: boolean,
): ReplicaSetStatus {
  const conditions = failureConditions(rs.status?.conditions, refused, nowMs)
  return {
    replicas: active,
    ...positive('fullyLabeledReplicas', fullyLabeled),
    ...positive('readyReplicas', ready),
    ...positive('availableReplicas', available),
    ...(tellsTerminating && { terminatingReplicas: terminating }),
    observedGeneration: rs.metadata.generation ?? 0,
    ...(conditions.length > 0 && { conditions }),
  }
}

/** A count that the wire leaves out when it is zero. */
export const positive = <K extends string>(field: K, count: number): { readonly [F in K]?: number } =>
  count > 0 ? ({ [field]: count } as { readonly [F in K]: number }) : {}

/** ReplicaFailure is true while Pods cannot be created or deleted, and not there otherwise. */
export function failureConditions(
  conditions: readonly ReplicaSetCondition[] | undefined,
  refused: readonly Refusal[],
  nowMs: number,
): readonly ReplicaSetCondition[] {
  const others = (conditions ?? []).filter((condition) => condition.type !== 'ReplicaFailure')
  const failure = refused.find(({ step }) => (step.do === 'create' || step.do === 'delete') && step.kind.kind === 'Pod')
  if (!failure) return others
  const present = conditions?.find((condition) => condition.type === 'ReplicaFailure')
  if (present) return conditions!
  const reason = failure.step.do === 'create' ? 'FailedCreate' : 'FailedDelete'
  return [
    ...others,
    { type: 'ReplicaFailure', status: 'True', reason, message: failure.error.message, lastTransitionTime: timestamp(nowMs) },
  ]
}

/** Whether labels satisfy a plain map, the selector of a ReplicationController. */
export const matchesAll = (
  wanted: Readonly<Record<string, string>> | undefined,
  labels: Readonly<Record<string, string>> | undefined,
): boolean => Object.entries(wanted ?? {}).every(([key, value]) => labels?.[key] === value)
