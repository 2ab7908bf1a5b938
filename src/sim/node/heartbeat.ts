import type { Client } from '../api/client'
import type { EventRecorder } from '../api/event-recorder'
import { StatusError } from '../api/status'
import type { Lease } from '../api/types/coordination-v1.gen'
import type { Node } from '../api/types/core-v1.gen'
import type { Engine, Timer } from '../engine/engine'
import { microTimestamp } from '../engine/time'
import { lease as leaseKind } from '../kinds/coordination/lease'
import type { CSINode } from '../api/types/storage-v1.gen'
import { node as nodeKind } from '../kinds/core/node'
import { csiNode } from '../kinds/storage/csi-node'
import { csiNodeOf } from './csi-node-object'
import type { KubeletSettings } from './kubelet-configuration'
import type { NodeImages } from './kubelet/node-images'
import { extendedResources, networkAvailable, nodeStatus, registration, type Health, type HostFacts } from './node-object'

/** A kubelet renews its lease every ten seconds; the control plane begins to worry after forty. */
const LEASE_SECONDS = 40
const RENEW_MS = 10_000
/** An unchanged status is reported this often, a changed one (a new image) with the next look. */
const REPORT_MS = 300_000

export interface Heartbeat {
  /** Looks and reports at once. */
  beatNow(): void
  /** `boots`: how often the machine was switched on again. `resumed`: the kubelet has run all the time, nobody heard it. */
  start(boots: number, resumed: boolean): void
  stop(): void
}

/** Conditions of shortage with the reasons of the events that tell of their coming and going. */
const pressures = [
  ['MemoryPressure', 'NodeHasInsufficientMemory', 'NodeHasSufficientMemory'],
  ['DiskPressure', 'NodeHasDiskPressure', 'NodeHasNoDiskPressure'],
  ['PIDPressure', 'NodeHasInsufficientPID', 'NodeHasSufficientPID'],
] as const

/** Registers a Node and keeps saying that it is alive. */
export function createHeartbeat(
  engine: Engine,
  client: Client,
  recorder: EventRecorder,
  facts: HostFacts,
  version: string,
  images: NodeImages,
  /** What is wrong with the node now. */
  look: () => Health,
  /** The attachable volumes that its Pods use. */
  volumesInUse: () => readonly string[],
  settings: () => KubeletSettings,
): Heartbeat {
  let timer: Timer | undefined
  let reportedMs = 0
  let reportedImages = -1
  let reportedInUse = ''
  let health: Health = {}
  let cordoned = false
  /** A kubelet registers its node when it comes up, and never again: a Node that is deleted stays deleted until somebody restarts it. */
  let registered = false
  let boots = 0

  function register() {
    if (registered) return
    registered = client.get<Node>(nodeKind, undefined, facts.name) !== undefined
    if (registered) return
    const { status, ...object } = registration(facts, version, engine.nowMs)
    const created = client.create<Node>(nodeKind, { ...object, status })
    const conditions = [networkAvailable(engine.nowMs), ...(status?.conditions ?? [])]
    client.updateStatus<Node>(nodeKind, { ...created, status: { ...status, conditions } })
    registered = true
    if (!client.get<CSINode>(csiNode, undefined, facts.name)) client.create<CSINode>(csiNode, csiNodeOf(created))
  }

  function report() {
    const current = client.get<Node>(nodeKind, undefined, facts.name)
    if (!current) return
    const inUse = volumesInUse()
    const status = {
      ...nodeStatus(facts, version, images.list(), current.status, engine.nowMs, health, boots, settings()),
      ...(current.status?.volumesAttached && { volumesAttached: current.status.volumesAttached }),
      ...(inUse.length > 0 && { volumesInUse: inUse }),
    }
    reportedInUse = inUse.join()
    client.updateStatus<Node>(nodeKind, { ...current, status })
    const { bootID } = status.nodeInfo!
    if (current.status?.nodeInfo && current.status.nodeInfo.bootID !== bootID)
      recorder.event(current, 'Warning', 'Rebooted', `Node ${facts.name} has been rebooted, boot id: ${bootID}`)
    const ready = readyOf(status)
    if (readyOf(current.status) !== ready) tellReady(current, ready === 'True' ? 'NodeReady' : 'NodeNotReady')
    reportedMs = engine.nowMs
    reportedImages = images.version
  }

  const tellReady = (about: Node, reason: string) => recorder.event(about, 'Normal', reason, `Node ${facts.name} status is now: ${reason}`)

  /** Whether resources were announced, or taken back, that the kubelet has not offered yet. */
  function lacksResources(): boolean {
    const status = client.get<Node>(nodeKind, undefined, facts.name)?.status
    const offered = Object.entries(status?.allocatable ?? {}).filter(([name]) => name.includes('/'))
    const announced = extendedResources(status)
    return offered.length !== Object.keys(announced).length || offered.some(([name, amount]) => announced[name] !== amount)
  }

  /** Whether somebody has meanwhile written that nothing is known of this node. */
  function isThoughtLost(): boolean {
    return readyOf(client.get<Node>(nodeKind, undefined, facts.name)?.status) === 'Unknown'
  }

  function renew() {
    const renewTime = microTimestamp(engine.nowMs)
    const current = client.get<Lease>(leaseKind, 'kube-node-lease', facts.name)
    if (current) {
      client.update<Lease>(leaseKind, { ...current, spec: { ...current.spec, renewTime } })
      return
    }
    const owner = client.get<Node>(nodeKind, undefined, facts.name)
    client.create<Lease>(leaseKind, {
      metadata: {
        name: facts.name,
        namespace: 'kube-node-lease',
        ...(owner && { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: facts.name, uid: owner.metadata.uid }] }),
      },
      spec: { holderIdentity: facts.name, leaseDurationSeconds: LEASE_SECONDS, renewTime },
    })
  }

  /** Takes note of what has become worse or better since the last look. Answers whether anything has. */
  function examine(): boolean {
    const now = look()
    const about = client.get<Node>(nodeKind, undefined, facts.name)
    const changed = pressures.filter(([type]) => type in now !== type in health)
    for (const [type, ill, well] of about ? changed : []) {
      const status = type in now ? ill : well
      recorder.event(about!, 'Normal', status, `Node ${facts.name} status is now: ${status}`)
    }
    if (about && (about.spec?.unschedulable ?? false) !== cordoned) {
      cordoned = !cordoned
      const status = cordoned ? 'NodeNotSchedulable' : 'NodeSchedulable'
      recorder.event(about, 'Normal', status, `Node ${facts.name} status is now: ${status}`)
    }
    const differs = changed.length > 0 || now.Ready !== health.Ready
    health = now
    return differs
  }

  function beat() {
    timer = engine.after(RENEW_MS, beat, { background: true })
    try {
      register()
      const differs = examine()
      const isOld = engine.nowMs - reportedMs >= REPORT_MS || reportedImages !== images.version || reportedInUse !== volumesInUse().join()
      if (differs || isOld || lacksResources() || isThoughtLost()) report()
      renew()
    } catch (error) {
      // The API server may be away for a while, or not want this now; the next beat tries again.
      if (!(error instanceof StatusError)) throw error
    }
  }

  /** What a kubelet tells of itself when it comes up. */
  function announce(isNew: boolean) {
    const about = client.get<Node>(nodeKind, undefined, facts.name)
    if (!about) return
    const tell = (reason: string, message: string) => recorder.event(about, 'Normal', reason, message)
    tell('Starting', 'Starting kubelet.')
    tell('NodeHasSufficientMemory', `Node ${facts.name} status is now: NodeHasSufficientMemory`)
    tell('NodeHasNoDiskPressure', `Node ${facts.name} status is now: NodeHasNoDiskPressure`)
    tell('NodeHasSufficientPID', `Node ${facts.name} status is now: NodeHasSufficientPID`)
    tell('NodeAllocatableEnforced', 'Updated Node Allocatable limit across pods')
    if (isNew) tellReady(about, 'NodeReady')
  }

  return {
    start(nowBoots, resumed) {
      if (timer) return
      reportedMs = -REPORT_MS
      boots = nowBoots
      registered &&= resumed
      if (!resumed) recorder.forget()
      const isNew = client.get<Node>(nodeKind, undefined, facts.name) === undefined
      if (!resumed && !isNew) announce(false)
      beat()
      if (!resumed && isNew) announce(true)
    },
    beatNow() {
      if (!timer) return
      engine.cancel(timer)
      beat()
    },
    stop() {
      engine.cancel(timer)
      timer = undefined
    },
  }
}

const readyOf = (status: Node['status']) => status?.conditions?.find(({ type }) => type === 'Ready')?.status
