import { isStatus } from '../../api/status'
import type { Deployment, DeploymentCondition, ReplicaSet } from '../../api/types/apps-v1.gen'
import type { Pod } from '../../api/types/core-v1.gen'
import { deployment as deploymentKind } from '../../kinds/apps/deployment'
import { replicaSet } from '../../kinds/apps/replica-set'
import { pod } from '../../kinds/core/pod'
import { anyKind, defineController, type Step, type Watch } from '../controller'
import { controllerOf } from '../../api/owners'
import { claim } from '../owners'
import { isFinished } from '../pod-state'
import { again, create, remove, say, setStatus, update } from '../steps'
import { ownedOrAdoptable } from '../watches'
import { isRecreate, statusReplicas } from './limits'
import { findNew, newReplicaSet, nextRevision, refreshed, resized, REVISION, revisionOf } from './revisions'
import { beyondHistory, newSetSize, oldSetSizes, scaledSizes, wasScaled, type Sizes } from './scaling'
import {
  conditionOf,
  countedStatus,
  hasDeadline,
  isComplete,
  lookAgainAtDeadline,
  newCondition,
  rolloutStatus,
  withCondition,
} from './status'

/** Pods of the ReplicaSets, read and watched for the Recreate strategy alone, which waits until the old ones are really gone. */
const podsWhenRecreating: Watch<Deployment, readonly Pod[]> = {
  kind: pod as never, // only used as the name of what to watch
  concerns(object, _old, find, change) {
    const owner = controllerOf(object)
    if (change !== 'DELETED' || owner?.kind !== 'ReplicaSet') return []
    const set = find.get(replicaSet, object.metadata.namespace, owner.name)
    const above = set && controllerOf(set)
    const deployment = above && find.one(object.metadata.namespace, above.name)
    return deployment && isRecreate(deployment) ? [`${deployment.metadata.namespace}/${deployment.metadata.name}`] : []
  },
  read: (deployment, find) =>
    isRecreate(deployment)
      ? find
          .owned(replicaSet, deployment.metadata.namespace, deployment.metadata.uid)
          .flatMap((rs) => find.owned(pod, deployment.metadata.namespace, rs.metadata.uid))
      : [],
}

/** Rolls a Pod template out: one ReplicaSet per template, scaled against each other within maxSurge and maxUnavailable. */
export const deploymentController = defineController({
  name: 'deployment-controller',
  reconciles: deploymentKind,
  watches: {
    sets: ownedOrAdoptable(replicaSet, deploymentKind, (deployment: Deployment) => deployment.spec.selector),
    pods: podsWhenRecreating,
  },

  reconcile(deployment, { sets, pods, refused, nowMs }) {
    const { selector } = deployment.spec
    if (!selector.matchLabels && !selector.matchExpressions)
      return [say('Warning', 'SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.')]
    const { mine, steps } = claim(deploymentKind, deployment, replicaSet, sets, selector)
    if (refused.some(({ step, error }) => step.do === 'create' && isStatus(error, 'AlreadyExists')))
      return [...steps, ...afterCollision(deployment)]
    return [...steps, ...rollout(deployment, mine, pods, refused.find(({ step }) => step.do === 'create')?.error, nowMs)]
  },
})

function afterCollision(deployment: Deployment): Step[] {
  return [setStatus(deployment, { ...deployment.status, collisionCount: (deployment.status?.collisionCount ?? 0) + 1 }), again(0)]
}

function rollout(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  pods: readonly Pod[],
  refusal: Error | undefined,
  nowMs: number,
): Step[] {
  const found = findNew(deployment, sets)
  const old = sets.filter((rs) => rs !== found)
  const conditions = pauseConditions(deployment, nowMs)
  // Told in a write of its own, before the rollout goes on and tells of its progress.
  if (conditions !== deployment.status?.conditions && conditionOf(conditions, 'Progressing')?.reason === 'DeploymentResumed')
    return [setStatus(deployment, { ...deployment.status, conditions }), again(0)]
  if (deployment.metadata.deletionTimestamp) return [setStatus(deployment, countedStatus(deployment, sets, found, conditions, nowMs))]

  if (deployment.spec.paused || wasScaled(deployment, sets)) {
    const steps = resize(deployment, sets, scaledSizes(deployment, found, old))
    const cleanup = deployment.spec.paused ? prune(deployment, old) : []
    // Scaling is one step, going on with the rollout the next.
    return [
      ...steps,
      ...cleanup,
      setStatus(deployment, countedStatus(deployment, sets, found, conditions, nowMs)),
      ...(deployment.spec.paused ? [] : [again(0)]),
    ]
  }
  if (isRecreate(deployment)) {
    const steps = resize(deployment, sets, new Map(old.map((rs) => [rs.metadata.name, 0])))
    if (steps.length > 0 || anyLeft(old, pods)) return withRolloutStatus(deployment, sets, found, conditions, steps, nowMs)
  }
  const fresh = found ? adopted(deployment, found, old, conditions, nowMs) : started(deployment, old, conditions, refusal, nowMs)
  if (refusal) return [...fresh.steps, setStatus(deployment, { ...deployment.status, conditions: fresh.conditions })]
  const all = [...old, fresh.set]
  const growth = fresh.isNew
    ? []
    : resize(deployment, [fresh.set], new Map([[fresh.set.metadata.name, newSetSize(deployment, fresh.set, all)]]))
  const shrinkage = growth.length > 0 || isRecreate(deployment) ? [] : resize(deployment, old, oldSetSizes(deployment, fresh.set, old))
  return withRolloutStatus(deployment, all, fresh.set, fresh.conditions, [...fresh.steps, ...growth, ...shrinkage], nowMs)
}

function withRolloutStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  conditions: readonly DeploymentCondition[],
  steps: readonly Step[],
  nowMs: number,
): Step[] {
  const status = rolloutStatus(deployment, sets, newSet, conditions, nowMs)
  const cleanup =
    steps.length === 0 && isComplete(deployment, deployment.status ?? {})
      ? prune(
          deployment,
          sets.filter((rs) => rs !== newSet),
        )
      : []
  const finished = isComplete(deployment, status) && !isComplete(deployment, deployment.status ?? {})
  return [
    ...steps,
    ...cleanup,
    setStatus(deployment, status, { unlessRefused: true }),
    ...lookAgainAtDeadline(deployment, status, nowMs),
    ...(finished ? [again(0)] : []),
  ]
}

interface Current {
  readonly set: ReplicaSet
  readonly isNew: boolean
  readonly steps: readonly Step[]
  readonly conditions: readonly DeploymentCondition[]
}

/** A ReplicaSet of this template is there already: it gets the latest revision and becomes the current one. */
function adopted(
  deployment: Deployment,
  found: ReplicaSet,
  old: readonly ReplicaSet[],
  conditions: readonly DeploymentCondition[],
  nowMs: number,
): Current {
  const set = refreshed(deployment, found, nextRevision(old))
  const progress = newCondition('Progressing', 'True', 'FoundNewReplicaSet', `Found new replica set "${set.metadata.name}"`, nowMs)
  return {
    set,
    isNew: false,
    steps: [...(set === found ? [] : [update(replicaSet, set)]), ...markRevision(deployment, revisionOf(set))],
    conditions: hasDeadline(deployment) && !conditionOf(conditions, 'Progressing') ? withCondition(conditions, progress) : conditions,
  }
}

/** A template that was never rolled out: a ReplicaSet is created for it, as large as the surge allows. */
function started(
  deployment: Deployment,
  old: readonly ReplicaSet[],
  conditions: readonly DeploymentCondition[],
  refusal: Error | undefined,
  nowMs: number,
): Current {
  const replicas = newSetSize(deployment, undefined, old)
  const revision = nextRevision(old)
  const wanted = newReplicaSet(deployment, old, replicas, revision)
  const name = wanted.metadata.name!
  const failed = (error: Error) => `Failed to create new replica set "${name}": ${error.message}`
  const progress = refusal
    ? newCondition('Progressing', 'False', 'ReplicaSetCreateError', failed(refusal), nowMs)
    : newCondition('Progressing', 'True', 'NewReplicaSetCreated', `Created new replica set "${name}"`, nowMs)
  return {
    // Stands in for what the server is about to store; it has no Pods yet, and everything below reads sizes only.
    set: { ...wanted, metadata: { ...wanted.metadata, creationTimestamp: '9' } } as ReplicaSet,
    isNew: true,
    steps: [
      create(replicaSet, wanted, {
        ...(replicas > 0 && { event: 'ScalingReplicaSet', message: () => `Scaled up replica set ${name} from 0 to ${replicas}` }),
        refusal: 'ReplicaSetCreateError',
        refusalMessage: failed,
      }),
      ...markRevision(deployment, revision),
    ],
    conditions: hasDeadline(deployment) ? withCondition(conditions, progress) : conditions,
  }
}

const markRevision = (deployment: Deployment, revision: number): Step[] =>
  revisionOf(deployment) === revision ? [] : [annotate(withAnnotation(deployment, REVISION, String(revision)))]

/** The controller notes the revision where it writes the status. */
const annotate = (deployment: Deployment): Step => ({
  do: 'update',
  kind: anyKind(deploymentKind),
  object: deployment,
  subresource: 'status',
})

const withAnnotation = (deployment: Deployment, name: string, value: string): Deployment => ({
  ...deployment,
  metadata: { ...deployment.metadata, annotations: { ...deployment.metadata.annotations, [name]: value } },
})

/** Steps that give ReplicaSets new sizes, each with its event; the size annotations are brought up to date silently. */
function resize(deployment: Deployment, sets: readonly ReplicaSet[], sizes: Sizes): Step[] {
  return sets.flatMap((rs) => {
    const size = sizes.get(rs.metadata.name)
    if (size === undefined) return []
    const before = rs.spec.replicas ?? 1
    const changed = resized(deployment, rs, size)
    if (changed === rs || (before === 0 && size === 0)) return []
    if (before === size) return [update(replicaSet, changed)]
    const message = () => `Scaled ${size > before ? 'up' : 'down'} replica set ${rs.metadata.name} from ${before} to ${size}`
    return [update(replicaSet, changed, { event: 'ScalingReplicaSet', message })]
  })
}

const prune = (deployment: Deployment, old: readonly ReplicaSet[]): Step[] =>
  beyondHistory(deployment, old).map((rs) => remove(replicaSet, rs))

/** Whether Pods of old ReplicaSets still exist: Recreate waits for the last of them, terminating ones included. */
function anyLeft(old: readonly ReplicaSet[], pods: readonly Pod[]): boolean {
  if (statusReplicas(old) > 0) return true
  const oldUids = new Set(old.map((rs) => rs.metadata.uid))
  return pods.some((p) => oldUids.has(controllerOf(p)?.uid ?? '') && !isFinished(p))
}

/** Pausing and resuming show in the Progressing condition, so that the deadline does not count while nothing should move. */
function pauseConditions(deployment: Deployment, nowMs: number): readonly DeploymentCondition[] {
  const conditions = deployment.status?.conditions ?? []
  const progress = conditionOf(conditions, 'Progressing')
  if (!hasDeadline(deployment) || progress?.reason === 'ProgressDeadlineExceeded') return conditions
  const isMarked = progress?.reason === 'DeploymentPaused'
  if (deployment.spec.paused && !isMarked)
    return withCondition(conditions, newCondition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused', nowMs))
  if (!deployment.spec.paused && isMarked)
    return withCondition(conditions, newCondition('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed', nowMs))
  return conditions
}
