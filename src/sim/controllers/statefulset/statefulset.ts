import type { ControllerRevision, StatefulSet, StatefulSetStatus } from '../../api/types/apps-v1.gen'
import type { PersistentVolumeClaim, Pod, PodTemplateSpec } from '../../api/types/core-v1.gen'
import { controllerRevision } from '../../kinds/apps/controller-revision'
import { statefulSet as statefulSetKind } from '../../kinds/apps/stateful-set'
import { persistentVolumeClaim } from '../../kinds/core/persistent-volume-claim'
import { pod as podKind } from '../../kinds/core/pod'
import { anyKind, defineController, type Says, type Step } from '../controller'
import { intOrPercent } from '../int-or-percent'
import { claim } from '../owners'
import { isAvailable, isFinished, isReady } from '../pod-state'
import { lookAgainWhenAvailable, positive } from '../replicaset'
import { currentRevision, pruneRevisions, REVISION_HASH, templateOf } from '../revisions'
import { again, create, remove, say, setStatus } from '../steps'
import { looksAt, ownedOrAdoptable } from '../watches'
import { claimsFor, ordinalOf, statefulPod } from './identity'
import { retentionSteps } from './retention'

/** Runs Pods with lasting names, hosts and volumes, one after the other unless told otherwise. */
export const statefulSetController = defineController({
  name: 'statefulset-controller',
  reconciles: statefulSetKind,
  watches: {
    pods: ownedOrAdoptable(podKind, statefulSetKind, (set: StatefulSet) => set.spec.selector),
    revisions: ownedOrAdoptable(controllerRevision, statefulSetKind, (set: StatefulSet) => set.spec.selector),
    claimNamed: looksAt(
      anyKind(persistentVolumeClaim),
      ({ metadata }: StatefulSet, find) =>
        (name: string) =>
          find.get(persistentVolumeClaim, metadata.namespace, name),
    ),
    // The process around it knows its release; without one it is the newest.
    mayUpdateSeveral: looksAt(podKind, () => true),
  },

  reconcile(set, { pods, revisions, claimNamed, mayUpdateSeveral, nowMs }) {
    const { mine, steps } = claim(
      statefulSetKind,
      set,
      podKind,
      pods.filter((pod) => ordinalOf(set, pod) !== undefined),
      set.spec.selector,
    )
    const retention = retentionSteps(set, mine, claimNamed)
    if (set.metadata.deletionTimestamp) return retention
    const history = claim(statefulSetKind, set, controllerRevision, revisions, set.spec.selector)
    const latest = currentRevision(statefulSetKind, set, history.mine, set.spec.selector.matchLabels ?? {})
    const currentName = set.status?.currentRevision || latest.name
    const situation: Situation = {
      set,
      latest: latest.name,
      current: currentName,
      currentTemplate: recorded(history.mine, currentName) ?? set.spec.template,
      claimNamed,
      mayUpdateSeveral,
      nowMs,
    }
    const inUse = new Set([latest.name, currentName, ...mine.map((pod) => pod.metadata.labels?.[REVISION_HASH] ?? '')])
    const status = statusOf(situation, mine)
    return [
      ...steps,
      ...history.steps,
      ...latest.steps,
      ...retention,
      ...nextSteps(situation, mine),
      ...pruneRevisions(set, history.mine, inUse),
      setStatus(set, status),
      // With the update over, the revision before it is one more that nothing uses.
      ...(status.currentRevision === currentName ? [] : [again(0)]),
      ...lookAgainWhenAvailable(mine, set.spec.minReadySeconds ?? 0, nowMs),
    ]
  },
})

interface Situation {
  readonly set: StatefulSet
  /** Names of the revisions: the one to update to, and the one all Pods had when the last update was over. */
  readonly latest: string
  readonly current: string
  readonly currentTemplate: PodTemplateSpec
  readonly claimNamed: (name: string) => PersistentVolumeClaim | undefined
  readonly mayUpdateSeveral: boolean
  readonly nowMs: number
}

const recorded = (revisions: readonly ControllerRevision[], name: string): PodTemplateSpec | undefined => {
  const found = revisions.find((it) => it.metadata.name === name)
  return found && templateOf(found)
}

const firstOrdinal = ({ spec }: StatefulSet) => spec.ordinals?.start ?? 0
const count = ({ spec }: StatefulSet) => spec.replicas ?? 1
const isOrdered = ({ spec }: StatefulSet) => (spec.podManagementPolicy ?? 'OrderedReady') === 'OrderedReady'
const partitionOf = ({ spec }: StatefulSet) => spec.updateStrategy?.rollingUpdate?.partition ?? 0
const revisionOf = (pod: Pod) => pod.metadata.labels?.[REVISION_HASH]
const isLeaving = (pod: Pod) => pod.metadata.deletionTimestamp !== undefined
const isUp = (pod: Pod, { set, nowMs }: Situation) =>
  !isLeaving(pod) && pod.status?.phase === 'Running' && isAvailable(pod, set.spec.minReadySeconds ?? 0, nowMs)

/** In order: missing Pods from the lowest ordinal up, surplus ones from the highest down, outdated ones from the highest down. Ordered sets wait at each Pod. */
function nextSteps(situation: Situation, pods: readonly Pod[]): Step[] {
  const { set } = situation
  const ordered = isOrdered(set)
  const [start, end] = [firstOrdinal(set), firstOrdinal(set) + count(set)]
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod)!, pod]))
  const steps: Step[] = []
  for (let ordinal = start; ordinal < end; ordinal++) {
    const pod = byOrdinal.get(ordinal)
    if (!pod) {
      steps.push(...createPod(situation, ordinal))
      if (ordered) return steps
    } else if (isFinished(pod) && !isLeaving(pod)) {
      steps.push(...recreate(set, pod))
      if (ordered) return steps
    } else {
      if (pod.status?.phase === 'Pending') steps.push(...missingClaims(situation, ordinal))
      if (ordered && !isUp(pod, situation)) return steps
    }
  }
  const surplus = [...byOrdinal].filter(([ordinal]) => ordinal < start || ordinal >= end).sort(([a], [b]) => b - a)
  const firstUnhealthy = [...byOrdinal].sort(([a], [b]) => a - b).find(([, pod]) => !isReady(pod) || isLeaving(pod))?.[1]
  for (const [, pod] of surplus) {
    if (isLeaving(pod)) {
      if (ordered) return steps
      continue
    }
    if (ordered && !isReady(pod) && pod !== firstUnhealthy) return steps
    steps.push(deletePod(set, pod))
    if (ordered) return steps
  }
  return [...steps, ...updateSteps(situation, byOrdinal, end)]
}

function updateSteps(situation: Situation, byOrdinal: ReadonlyMap<number, Pod>, end: number): Step[] {
  const { set, latest, mayUpdateSeveral } = situation
  if (set.spec.updateStrategy?.type === 'OnDelete') return []
  const maxUnavailable = (mayUpdateSeveral ? set.spec.updateStrategy?.rollingUpdate?.maxUnavailable : undefined) ?? 1
  const allowed = Math.max(1, intOrPercent(maxUnavailable, count(set), 'up'))
  const lowest = Math.max(firstOrdinal(set), firstOrdinal(set) + partitionOf(set))
  const steps: Step[] = []
  let unavailable = 0
  for (let ordinal = end - 1; ordinal >= lowest && unavailable < allowed; ordinal--) {
    const pod = byOrdinal.get(ordinal)
    if (!pod) unavailable++
    else if (revisionOf(pod) !== latest && !isLeaving(pod)) {
      steps.push(deletePod(set, pod))
      unavailable++
    } else if (!isUp(pod, situation)) unavailable++
  }
  return steps
}

function createPod(situation: Situation, ordinal: number): Step[] {
  const { set, latest, current, currentTemplate } = situation
  const keepsCurrent = current !== latest && needsCurrent(situation, ordinal)
  const pod = keepsCurrent ? statefulPod(set, ordinal, currentTemplate, current) : statefulPod(set, ordinal, set.spec.template, latest)
  const name = pod.metadata.name
  const says: Says = {
    event: 'SuccessfulCreate',
    message: () => `create Pod ${name} in StatefulSet ${set.metadata.name} successful`,
    refusal: 'FailedCreate',
    refusalMessage: (error, of) =>
      `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${missingClaim(of)}${error.message}`,
  }
  const step = create(podKind, pod, says, { unlessRefused: true })
  return [...missingClaims(situation, ordinal), step]
}

/** A Pod is not made before its claims are: what is said of a claim that could not be made. */
const missingClaim = (step: Step) =>
  step.do === 'create' && step.kind === anyKind(persistentVolumeClaim) ? `failed to create PVC ${step.object.metadata.name}: ` : ''

/** While an update is under way, Pods below the partition (or not reached yet) come back as they were. */
function needsCurrent({ set }: Situation, ordinal: number): boolean {
  const { updateStrategy } = set.spec
  if (updateStrategy?.type === 'OnDelete') return false
  const limit = updateStrategy?.rollingUpdate === undefined ? (set.status?.currentReplicas ?? 0) : partitionOf(set)
  return ordinal < firstOrdinal(set) + limit
}

function missingClaims({ set, claimNamed }: Situation, ordinal: number): Step[] {
  const podName = `${set.metadata.name}-${ordinal}`
  return claimsFor(set, ordinal).flatMap((wanted) => {
    const name = wanted.metadata.name!
    if (claimNamed(name)) return []
    const words = (outcome: string) => `create Claim ${name} Pod ${podName} in StatefulSet ${set.metadata.name} ${outcome}`
    return [
      create(persistentVolumeClaim, wanted, {
        event: 'SuccessfulCreate',
        message: () => words('success'),
        refusal: 'FailedCreate',
        refusalMessage: (error) => words(`failed error: ${error.message}`),
      }),
    ]
  })
}

function deletePod(set: StatefulSet, pod: Pod): Step {
  const words = (outcome: string) => `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} ${outcome}`
  return remove(podKind, pod, {
    event: 'SuccessfulDelete',
    message: () => words('successful'),
    refusal: 'FailedDelete',
    refusalMessage: (error) => words(`failed error: ${error.message}`),
  })
}

function recreate(set: StatefulSet, pod: Pod): Step[] {
  const failed = pod.status?.phase === 'Failed'
  const { namespace, name } = set.metadata
  const event = say(
    failed ? 'Warning' : 'Normal',
    failed ? 'RecreatingFailedPod' : 'RecreatingTerminatedPod',
    `StatefulSet ${namespace}/${name} is recreating ${failed ? 'failed' : 'terminated'} Pod ${pod.metadata.name}`,
  )
  return [event, deletePod(set, pod)]
}

function statusOf(situation: Situation, pods: readonly Pod[]): StatefulSetStatus {
  const { set, latest, current, nowMs } = situation
  const created = pods.filter((pod) => pod.status?.phase)
  const ready = created.filter((pod) => pod.status?.phase === 'Running' && isReady(pod))
  const available = ready.filter((pod) => isAvailable(pod, set.spec.minReadySeconds ?? 0, nowMs))
  const ofRevision = (revision: string) => created.filter((pod) => !isLeaving(pod) && revisionOf(pod) === revision).length
  const updated = ofRevision(latest)
  const rolling = (set.spec.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate'
  const isComplete = rolling && updated === created.length && ready.length === created.length && created.length === count(set)
  return {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: created.length,
    ...positive('readyReplicas', ready.length),
    ...positive('currentReplicas', isComplete ? updated : ofRevision(current)),
    ...positive('updatedReplicas', updated),
    currentRevision: isComplete ? latest : current,
    updateRevision: latest,
    collisionCount: set.status?.collisionCount ?? 0,
    availableReplicas: available.length,
  }
}
