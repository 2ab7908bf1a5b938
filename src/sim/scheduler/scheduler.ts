import type { Client, WatchEvent } from '../api/client'
import type { EventRecorder } from '../api/event-recorder'
import type { KindDefinition } from '../api/kind'
import { withFields, type KubeObject } from '../api/object'
import { StatusError } from '../api/status'
import type { Node, Pod } from '../api/types/core-v1.gen'
import { same } from '../formats/same'
import type { Engine, Timer } from '../engine/engine'
import { createRandom } from '../engine/random'
import { timestamp } from '../engine/time'
import { namespace as namespaceKind } from '../kinds/core/namespace'
import { node as nodeKind } from '../kinds/core/node'
import { persistentVolume } from '../kinds/core/persistent-volume'
import { persistentVolumeClaim } from '../kinds/core/persistent-volume-claim'
import { pod as podKind } from '../kinds/core/pod'
import { podDisruptionBudget } from '../kinds/policy/pod-disruption-budget'
import { deviceClass } from '../kinds/resource/device-class'
import { resourceClaim } from '../kinds/resource/resource-claim'
import { deviceTaintRule } from '../kinds/resource/device-taint-rule'
import { resourceSlice } from '../kinds/resource/resource-slice'
import { csiDriver } from '../kinds/storage/csi-driver'
import { csiNode } from '../kinds/storage/csi-node'
import { csiStorageCapacity } from '../kinds/storage/csi-storage-capacity'
import { storageClass } from '../kinds/storage/storage-class'
import { createClusterView, holdsResources } from './cluster-view'
import { createExplanations, type Explanation } from './explanation'
import type { ClusterEvent, Hint } from './framework'
import { podInfo, type PodInfo } from './node-info'
import { placePod, type Placement } from './place-pod'
import { preempt, type Candidate } from './preemption'
import { createProfile, type Profile, type ProfileOptions } from './profile'
import { createSchedulingQueue, type QueuedPod } from './queue'
import { siblingSelector } from './siblings'
import { createVolumeBinder } from './volume-binder'
import { lateDevices } from './devices/late-devices'

export interface SchedulerOptions {
  readonly engine: Engine
  readonly client: Client
  readonly recorder: EventRecorder
  /** Recorders of profiles other than `default-scheduler`, which tell of their Pods under their own names. */
  readonly recorderOf?: (schedulerName: string) => EventRecorder
  /** Which `schedulerName`s this scheduler serves, and how; `default-scheduler` with the default plugins unless told. */
  readonly profiles?: readonly ProfileOptions[]
  /** Whether it looks after device claims, as from release 1.34 on: it says then that there are none to give back before it preempts. */
  readonly allocatesDevices?: boolean
}

export interface Scheduler {
  /** Names that Pods may ask for it by. */
  readonly names: readonly string[]
  /** Catches up by listing, then follows watches. */
  start(): void
  stop(): void
  /** The latest decision about a Pod: each node, each plugin's verdict and points. */
  explain(uid: string): Explanation | undefined
  /** Pods that wait for a node: their keys, and the plugins that refused them last. */
  pending(): readonly { readonly pod: string; readonly refusedBy: readonly string[]; readonly state: string }[]
}

/** How long one decision takes, in virtual milliseconds. */
const DECISION_MS = 2
/** From a Pod's arrival to the beginning of its decision. */
const REACTION_MS = 5

/** A scheduler for the Pods that name one of its profiles. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { engine, client } = options
  const siblings = siblingSelector(client)
  const profiles = new Map<string, Profile>(
    (options.profiles ?? [{}]).map((it) => createProfile(it, siblings)).map((profile) => [profile.schedulerName, profile]),
  )
  const recorders = new Map([...profiles.keys()].map((name) => [name, options.recorderOf?.(name) ?? options.recorder]))
  const recorderFor = (pod: Pod) => recorders.get(schedulerOf(pod)) ?? options.recorder
  const view = createClusterView(client, (name) => client.get(namespaceKind, undefined, name)?.metadata.labels ?? {})
  const explanations = createExplanations()
  const queue = createSchedulingQueue(engine, hintsOf(profiles.values()), decideSoon)
  const volumes = createVolumeBinder({ engine, client })
  // Chance for each Pod comes from its name and not from the one stream of the cluster: else a request more or less, somewhere, would send
  // every later Pod elsewhere, and two clusters of one seed could not be compared.
  const seed = engine.random.int(0x1_0000_0000)
  const chanceOf = ({ namespace, pod: { metadata } }: PodInfo) => hashOf(`${namespace}/${metadata.generateName ?? metadata.name}`, seed)
  let unsubscribe: (() => void)[] = []
  let next: Timer | undefined
  let start = 0

  function decideSoon() {
    next ??= engine.after(REACTION_MS, decideNext)
  }

  function decideNext() {
    next = undefined
    const entry = queue.pop()
    if (!entry) return
    decide(entry)
    next = engine.after(DECISION_MS, decideNext)
  }

  function decide(entry: QueuedPod) {
    const { pod } = entry
    const profile = profiles.get(schedulerOf(pod.pod))!
    const placement = placePod(profile, pod, view, createRandom(chanceOf(pod)), start)
    start = placement.nextStart
    const message = placement.message === undefined ? undefined : fail(entry, profile, placement)
    const { refusals, feasible, scores, node: chosen } = placement
    explanations.keep(pod.uid, { pod: pod.key, atMs: engine.nowMs, attempt: entry.attempts, chosen, message, refusals, feasible, scores })
    if (chosen !== undefined) assign(entry, chosen)
  }

  function fail(entry: QueuedPod, profile: Profile, placement: Placement): string {
    const { pod } = entry
    const budgets = client.list(podDisruptionBudget)
    const outcome = view.nodes.length === 0 || !profile.preempts ? undefined : preempt(profile, pod, placement, view, budgets)
    const tried =
      outcome && 'message' in outcome
        ? `${options.allocatesDevices ? `${pod.pod.spec?.resourceClaims?.length ? 'still not schedulable' : 'no new claims to deallocate'}, ` : ''}preemption: ${outcome.message}`
        : undefined
    const message = tried ? `${placement.message} ${tried}` : placement.message!
    queue.putBack(entry, placement.refusedBy)
    report(pod, 'Unschedulable', message, outcome && 'candidate' in outcome ? outcome.candidate.node : undefined)
    if (outcome && 'candidate' in outcome) evictVictims(pod, profile, outcome.candidate)
    return message
  }

  /** Tells the Pod's owner why it waits: in an event each time, in the condition when it has changed. */
  function report(pod: PodInfo, reason: string, message: string, nominated?: string) {
    const current = client.get(podKind, pod.namespace, pod.pod.metadata.name)
    if (!current || current.metadata.uid !== pod.uid) return
    recorderFor(current).event(current, 'Warning', 'FailedScheduling', message, { action: 'Scheduling' })
    const present = current.status?.conditions?.find((condition) => condition.type === 'PodScheduled')
    if (nominated === undefined && present?.status === 'False' && present.reason === reason && present.message === message) return
    const lastTransitionTime = present?.status === 'False' ? present.lastTransitionTime : timestamp(engine.nowMs)
    const condition = { type: 'PodScheduled', status: 'False', reason, message, lastTransitionTime }
    const status = { ...(nominated !== undefined && { nominatedNodeName: nominated }), conditions: [condition] }
    attempt(() => client.patch(podKind, pod.namespace, pod.pod.metadata.name, 'strategic', { status }, { subresource: 'status' }))
  }

  function evictVictims(pod: PodInfo, profile: Profile, { node, victims }: Candidate) {
    view.nominate(pod, node)
    for (const other of view.nominated(node)) {
      if (other.priority >= pod.priority) continue
      view.nominate(other, undefined)
      // It looks for another place: what it waited for will be somebody else's.
      queue.update(other, false, true)
      attempt(() =>
        client.patch(
          podKind,
          other.namespace,
          other.pod.metadata.name,
          'merge',
          { status: { nominatedNodeName: null } },
          { subresource: 'status' },
        ),
      )
    }
    for (const { namespace, uid, pod: victim } of victims) {
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: `${profile.schedulerName}: preempting to accommodate a higher priority pod`,
        lastTransitionTime: timestamp(engine.nowMs),
      }
      attempt(() =>
        client.patch(
          podKind,
          namespace,
          victim.metadata.name,
          'strategic',
          { status: { conditions: [condition] } },
          { subresource: 'status' },
        ),
      )
      attempt(() => client.delete(podKind, namespace, victim.metadata.name, { preconditions: { uid } }))
      recorderFor(pod.pod).event(victim, 'Normal', 'Preempted', `Preempted by pod ${pod.uid} on node ${node}`, { action: 'Preempting' })
    }
  }

  /** Books the Pod onto the node at once, so that the next decision counts with it; binds it when its volumes are ready. */
  function assign(entry: QueuedPod, nodeName: string) {
    const { pod } = entry
    const info = view.node(nodeName)!
    view.nominate(pod, undefined)
    view.setPod(pod, nodeName)
    volumes.prepare(pod, info.node, (ready) => {
      if (!queue.get(pod.uid)) return
      const error = ready instanceof Error ? ready : (reserveDevices(pod, nodeName) ?? bind(pod, nodeName))
      if (!error) {
        queue.delete(pod.uid)
        recorderFor(pod.pod).event(pod.pod, 'Normal', 'Scheduled', `Successfully assigned ${pod.key} to ${nodeName}`, { action: 'Binding' })
        queue.happened({ resource: 'Pod', action: 'added', pod, node: info })
        return
      }
      view.deletePod(pod.uid)
      queue.retry(entry)
      report(pod, 'SchedulerError', error.message)
    })

    /** Writes the Pod's claims: which devices they have, and that they are this Pod's. */
    function reserveDevices(asking: PodInfo, target: string): Error | undefined {
      if ((asking.pod.spec?.resourceClaims ?? []).length === 0) return undefined
      const claims = lateDevices.code.reserved(asking, view.node(target)!, view)
      if (typeof claims === 'string') return new Error(claims)
      return attempt(() => {
        for (const claim of claims) {
          const { metadata } = claim.metadata.finalizers ? client.update(resourceClaim, claim) : claim
          client.updateStatus(resourceClaim, { ...claim, metadata })
        }
      })
    }

    function bind(bound: PodInfo, target: string): Error | undefined {
      const { name, namespace, uid } = bound.pod.metadata
      const binding = { metadata: { name, namespace, uid }, target: { kind: 'Node', name: target } }
      // The binding subresource takes a Binding, which the client's signature, made for whole objects, does not know.
      return attempt(() =>
        client.create(podKind as unknown as KindDefinition<KubeObject>, binding as unknown as KubeObject, { subresource: 'binding' }),
      )
    }
  }

  function onPod({ type, object: pod, old }: WatchEvent<Pod>) {
    if (type === 'DELETED' || !holdsResources(pod)) return forget(pod)
    if (pod.spec?.nodeName) return onAssigned(pod, old)
    if (!profiles.has(schedulerOf(pod)) || pod.metadata.deletionTimestamp) {
      if (pod.metadata.deletionTimestamp) queue.delete(pod.metadata.uid)
      return
    }
    const gated = isGated(pod)
    const known = queue.get(pod.metadata.uid)
    if (known && known.pod.pod.metadata.resourceVersion === pod.metadata.resourceVersion) return
    // Only what the Pod asks for can get it scheduled; its status is mostly the scheduler's own report.
    if (known) queue.update(podInfo(pod), gated, changedMeaning(known.pod.pod, pod))
    else if (!view.podOf(pod.metadata.uid)) {
      queue.add(podInfo(pod), gated)
      if (pod.status?.nominatedNodeName) view.nominate(podInfo(pod), pod.status.nominatedNodeName)
    }
  }

  function onAssigned(pod: Pod, old: Pod | undefined) {
    const { uid } = pod.metadata
    const known = view.podOf(uid)
    queue.delete(uid)
    if (known && old && !changedMeaning(known.pod, pod)) {
      known.pod = pod // the state before is nobody's any more
      return
    }
    const info = podInfo(pod)
    view.setPod(info, pod.spec!.nodeName!)
    queue.happened(withNode({ resource: 'Pod', action: known ? 'updated' : 'added', pod: info }, pod.spec!.nodeName!))
  }

  function forget(pod: Pod) {
    const { uid } = pod.metadata
    queue.delete(uid)
    explanations.forget(uid)
    volumes.cancel(uid)
    view.nominate(podInfo(pod), undefined)
    const gone = view.deletePod(uid)
    if (gone) queue.happened(withNode({ resource: 'Pod', action: 'deleted', pod: gone }, pod.spec?.nodeName ?? ''))
  }

  const withNode = (event: ClusterEvent, nodeName: string): ClusterEvent => {
    const node = view.node(nodeName)
    return node ? withFields(event, { node }) : event
  }

  function onNode({ type, object: node, old }: WatchEvent<Node>) {
    if (type === 'DELETED') {
      view.deleteNode(node.metadata.name)
      queue.happened({ resource: 'Node', action: 'deleted' })
      return
    }
    const isNew = view.node(node.metadata.name) === undefined
    const info = view.setNode(node)
    if (isNew) queue.happened({ resource: 'Node', action: 'added', node: info })
    // A heartbeat changes times in conditions and nothing that matters here.
    else if (!old || !sameForScheduling(old, node)) queue.happened({ resource: 'Node', action: 'updated', node: info })
  }

  const follow = <T extends KubeObject>(kind: KindDefinition<T>, listener: (event: WatchEvent<T>) => void) =>
    client.watch(kind, (events) => events.forEach(listener))
  const wakeOn = <T extends KubeObject>(kind: KindDefinition<T>, resource: ClusterEvent['resource']) =>
    follow(kind, ({ type }) =>
      queue.happened({ resource, action: type === 'ADDED' ? 'added' : type === 'MODIFIED' ? 'updated' : 'deleted' }),
    )

  return {
    names: [...profiles.keys()],
    start() {
      if (unsubscribe.length > 0) return
      unsubscribe = [
        follow(nodeKind, onNode),
        follow(podKind, onPod),
        follow(persistentVolumeClaim, () => volumes.look()),
        wakeOn(persistentVolumeClaim, 'PersistentVolumeClaim'),
        wakeOn(persistentVolume, 'PersistentVolume'),
        wakeOn(storageClass, 'StorageClass'),
        wakeOn(csiNode, 'CSINode'),
        wakeOn(csiDriver, 'CSIDriver'),
        wakeOn(csiStorageCapacity, 'CSIStorageCapacity'),
        wakeOn(resourceClaim, 'ResourceClaim'),
        wakeOn(resourceSlice, 'ResourceSlice'),
        wakeOn(deviceClass, 'DeviceClass'),
        wakeOn(deviceTaintRule, 'DeviceTaintRule'),
      ]
      if (client.mayWatch(nodeKind)) for (const node of client.list(nodeKind)) view.setNode(node)
      if (client.mayWatch(podKind)) for (const pod of client.list(podKind)) onPod({ type: 'ADDED', object: pod })
    },
    stop() {
      for (const stop of unsubscribe) stop()
      unsubscribe = []
      engine.cancel(next)
      next = undefined
      queue.clear()
      volumes.clear()
      view.clear()
    },
    explain: (uid) => explanations.of(uid),
    pending: () => [...queue.pending].map(({ pod, refusedBy, state }) => ({ pod: pod.key, refusedBy, state })),
  }
}

/** Runs a request; a refusal is an answer. */
function attempt(request: () => unknown): Error | undefined {
  try {
    request()
    return undefined
  } catch (error) {
    if (error instanceof StatusError) return error
    throw error
  }
}

const schedulerOf = (pod: Pod) => pod.spec?.schedulerName || 'default-scheduler'
const isGated = (pod: Pod) => (pod.spec?.schedulingGates ?? []).length > 0

function hintsOf(profiles: Iterable<Profile>): ReadonlyMap<string, readonly Hint[]> {
  return new Map([...profiles].flatMap(({ plugins }) => plugins.map((plugin) => [plugin.name, plugin.retryOn ?? []] as const)))
}

/** Whether something has changed that scheduling looks at. */
function changedMeaning(before: Pod, after: Pod): boolean {
  if (before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp) return true
  return (
    !same(before.metadata.labels, after.metadata.labels) || (before.spec !== after.spec && !same(withoutNode(before), withoutNode(after)))
  )
}

const withoutNode = (pod: Pod) => ({ ...pod.spec, nodeName: undefined })

const sameForScheduling = (a: Node, b: Node) =>
  same(a.spec, b.spec) &&
  same(a.metadata.labels, b.metadata.labels) &&
  same(a.status?.allocatable, b.status?.allocatable) &&
  same(a.metadata.annotations, b.metadata.annotations)

/** A number for a text (FNV-1a), another one for every seed. */
function hashOf(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) | 0
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
