import type { DaemonSet, DaemonSetStatus } from '../../api/types/apps-v1.gen'
import type { Node, Pod } from '../../api/types/core-v1.gen'
import { keyOf } from '../../api/object'
import { controllerRevision } from '../../kinds/apps/controller-revision'
import { daemonSet as daemonSetKind } from '../../kinds/apps/daemon-set'
import { node as nodeKind } from '../../kinds/core/node'
import { pod as podKind } from '../../kinds/core/pod'
import { anyKind, defineController, type Circumstances, type Step, type Watch } from '../controller'
import { intOrPercent } from '../int-or-percent'
import { claim } from '../owners'
import { isActive, isAvailable, isFinished, isReady } from '../pod-state'
import { lookAgainWhenAvailable, positive } from '../replicaset'
import { currentRevision, pruneRevisions, REVISION_HASH } from '../revisions'
import { same } from '../../formats/same'
import { again, create, remove, say, setStatus } from '../steps'
import { ownedOrAdoptable } from '../watches'
import { daemonPod, daemonSpec, fitsNode, nodeOfDaemon } from './daemon-pod'

/** Nodes wake all DaemonSets, but only by what decides whether a daemon should run there: heartbeats do not. */
const nodes: Watch<DaemonSet, readonly Node[]> = {
  kind: anyKind(nodeKind),
  concerns(object, old, find, change) {
    const [now, before] = [object as unknown as Node, old as unknown as Node | undefined] // this watch sees nodes only
    const isHeartbeat = change === 'MODIFIED' && before && same(now.metadata.labels, before.metadata.labels) && same(now.spec, before.spec)
    return isHeartbeat ? [] : find.all().map(keyOf)
  },
  read: (_set, find) => find.list(nodeKind),
}

/** Runs one Pod on every node that its template fits. */
export const daemonSetController = defineController({
  name: 'daemonset-controller',
  account: 'daemon-set-controller',
  reconciles: daemonSetKind,
  watches: {
    pods: ownedOrAdoptable(podKind, daemonSetKind, (set: DaemonSet) => set.spec.selector),
    revisions: ownedOrAdoptable(controllerRevision, daemonSetKind, (set: DaemonSet) => set.spec.selector),
    nodes,
  },

  reconcile(set, { pods, revisions, nodes, nowMs, pauses }) {
    const { mine, steps } = claim(daemonSetKind, set, podKind, pods, set.spec.selector)
    if (set.metadata.deletionTimestamp) return []
    const history = claim(daemonSetKind, set, controllerRevision, revisions, set.spec.selector)
    const revision = currentRevision(daemonSetKind, set, history.mine, set.spec.template.metadata?.labels ?? {})
    const spec = daemonSpec(set)
    const places = nodes.map((node): Place => ({ node, ...fitsNode(spec, node), pods: [] }))
    const byName = new Map(places.map((place) => [place.node.metadata.name, place]))
    const lost: Pod[] = []
    for (const pod of mine) {
      const place = byName.get(nodeOfDaemon(pod) ?? '')
      if (place) place.pods.push(pod)
      else if (!pod.spec?.nodeName) lost.push(pod)
    }
    const plan = planFor(set, places, revision.hash, nowMs, pauses)
    const inUse = new Set([revision.name, ...mine.map((pod) => pod.metadata.labels?.[REVISION_HASH] ?? '')])
    return [
      ...steps,
      ...history.steps,
      ...revision.steps,
      ...plan.steps,
      ...lost.map((pod) => remove(podKind, pod)),
      ...pruneRevisions(set, history.mine, inUse),
      setStatus(set, statusOf(set, places, revision.hash, nowMs)),
      ...lookAgainWhenAvailable(mine, set.spec.minReadySeconds ?? 0, nowMs),
    ]
  },
})

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 900_000

/** How long a failed daemon is left alone still; 0 when it may go now, and the next one of its node will be left alone for twice as long. */
function pauseMs(pauses: Circumstances['pauses'], key: string, nowMs: number): number {
  const last = pauses.get(key)
  const known = last && nowMs - last.sinceMs <= 2 * LONGEST_PAUSE_MS ? last : undefined
  const leftMs = known ? known.sinceMs + known.lastsMs - nowMs : 0
  if (leftMs > 0) return leftMs
  pauses.set(key, { sinceMs: nowMs, lastsMs: known ? Math.min(known.lastsMs * 2, LONGEST_PAUSE_MS) : FIRST_PAUSE_MS })
  return 0
}

interface Place {
  readonly node: Node
  readonly shouldRun: boolean
  readonly mayStay: boolean
  readonly pods: Pod[]
}

const DELETED = { event: 'SuccessfulDelete', refusal: 'FailedDelete' } as const

/** What to create and delete: one daemon a node, and during a rolling update no more nodes without one (or with two) than allowed. */
function planFor(
  set: DaemonSet,
  places: readonly Place[],
  hash: string,
  nowMs: number,
  pauses: Circumstances['pauses'],
): { readonly steps: readonly Step[] } {
  const steps: Step[] = []
  const start = (place: Place) =>
    steps.push(create(podKind, daemonPod(set, place.node, hash), { event: 'SuccessfulCreate', refusal: 'FailedCreate' }))
  const stop = (pod: Pod) => steps.push(remove(podKind, pod, DELETED))
  const minReady = set.spec.minReadySeconds ?? 0
  const isNew = (pod: Pod) => pod.metadata.labels?.[REVISION_HASH] === hash
  const rolling = (set.spec.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate'
  const wanted = places.filter(({ shouldRun }) => shouldRun).length
  const maxSurge = rolling ? intOrPercent(set.spec.updateStrategy?.rollingUpdate?.maxSurge ?? 0, wanted, 'up') : 0
  const maxUnavailable =
    maxSurge > 0 ? 0 : Math.max(1, intOrPercent(set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted, 'up'))

  const outdated: { readonly place: Place; readonly pod: Pod }[] = []
  let unavailable = 0
  let surging = 0
  for (const place of places) {
    const { shouldRun, mayStay, pods, node } = place
    for (const pod of pods.filter((it) => isFinished(it) && !it.metadata.deletionTimestamp)) {
      const failed = pod.status?.phase === 'Failed'
      const waitMs = failed ? pauseMs(pauses, `${set.metadata.uid}/${set.status?.observedGeneration}/${node.metadata.name}`, nowMs) : 0
      if (waitMs > 0) {
        steps.push(again(waitMs))
        continue
      }
      const text = `Found ${failed ? 'failed' : 'succeeded'} daemon pod ${keyOf(pod)} on node ${node.metadata.name}, will try to ${failed ? 'kill' : 'delete'} it`
      steps.push(say(failed ? 'Warning' : 'Normal', failed ? 'FailedDaemonPod' : 'SucceededDaemonPod', text))
      stop(pod)
    }
    const active = pods.filter(isActive)
    if (!mayStay || (!shouldRun && active.length === 0)) {
      active.forEach(stop)
      continue
    }
    if (!shouldRun) continue
    // One that has failed stands in the way until it is deleted.
    if (pods.length === 0) {
      start(place)
      unavailable++
      continue
    }
    const fresh = active.filter(isNew)
    const old = active.filter((pod) => !isNew(pod))
    // Of several daemons of one revision on a node the oldest stays.
    for (const group of [fresh, old])
      [...group]
        .sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1))
        .slice(1)
        .forEach(stop)
    if (!active.some((pod) => isAvailable(pod, minReady, nowMs))) unavailable++
    const [oldPod] = old
    if (!oldPod) continue
    if (fresh.length > 0) {
      if (fresh.some((pod) => isAvailable(pod, minReady, nowMs)) || !isAvailable(oldPod, minReady, nowMs)) stop(oldPod)
      else surging++
    } else if (rolling) outdated.push({ place, pod: oldPod })
  }
  for (const { place, pod } of outdated) {
    const isBroken = !isAvailable(pod, minReady, nowMs)
    if (maxSurge > 0) {
      if (surging++ < maxSurge) start(place)
    } else if (isBroken) stop(pod)
    else if (unavailable < maxUnavailable) {
      unavailable++
      stop(pod)
    }
  }
  return { steps }
}

function statusOf(set: DaemonSet, places: readonly Place[], hash: string, nowMs: number): DaemonSetStatus {
  const count = { desired: 0, current: 0, misscheduled: 0, ready: 0, updated: 0, available: 0 }
  for (const { shouldRun, pods } of places) {
    const active = pods.filter((pod) => !isFinished(pod))
    if (!shouldRun) {
      if (active.length > 0) count.misscheduled++
      continue
    }
    count.desired++
    if (active.length === 0) continue
    count.current++
    const [oldest] = active.sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1))
    if (isReady(oldest!)) count.ready++
    if (isAvailable(oldest!, set.spec.minReadySeconds ?? 0, nowMs)) count.available++
    if (active.some((pod) => pod.metadata.labels?.[REVISION_HASH] === hash)) count.updated++
  }
  return {
    currentNumberScheduled: count.current,
    numberMisscheduled: count.misscheduled,
    desiredNumberScheduled: count.desired,
    numberReady: count.ready,
    observedGeneration: set.metadata.generation ?? 0,
    ...positive('updatedNumberScheduled', count.updated),
    ...positive('numberAvailable', count.available),
    ...positive('numberUnavailable', count.desired - count.available),
    ...(set.status?.collisionCount !== undefined && { collisionCount: set.status.collisionCount }),
  }
}
