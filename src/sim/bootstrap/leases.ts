import type { Client } from '../api/client'
import { StatusError } from '../api/status'
import type { Lease } from '../api/types/coordination-v1.gen'
import type { Engine } from '../engine/engine'
import { microTimestamp } from '../engine/time'
import { sha256 } from '../formats/sha256'
import { lease as leaseKind } from '../kinds/coordination/lease'

/** How long a lease holds, and how often it is renewed. A real leader renews every two seconds; every ten keeps the store quiet. */
const LEADER_SECONDS = 15
const SERVER_SECONDS = 3600
const RENEW_MS = 10_000
/** How often somebody who waits for another's lease looks at it. */
const RETRY_MS = 2000
/** A leader that could not renew for so long gives up. */
const RENEW_DEADLINE_MS = 10_000

/** A name of its own for each process that was started: no chance is drawn for it, so that nothing else changes by it. */
function uuidOf(text: string): string {
  const hex = sha256(text)
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}

const read = (client: Client, name: string) => client.get<Lease>(leaseKind, 'kube-system', name)

/** Does something that the API server may refuse, or be away for: then it is tried again later. */
function attempted(write: () => void): boolean {
  try {
    write()
    return true
  } catch (error) {
    if (error instanceof StatusError) return false
    throw error
  }
}

/** What happens while a component leads. */
export interface Led {
  start(): void
  stop(): void
}

export interface ElectionOptions {
  readonly engine: Engine
  readonly client: Client
  /** Of the component and of its lease in kube-system. */
  readonly name: string
  readonly led: Led
  /** Told of the lease whenever it has been taken. */
  readonly elected?: (lease: Lease, identity: string) => void
}

/**
 * One of several copies of a component, of which one leads: it takes the lease when nobody holds it or when it has seen it unchanged for as long as
 * it holds, renews it, and stops what it leads when somebody else has it. See https://kubernetes.io/docs/concepts/architecture/leases/
 */
export function leaderElection({ engine, client, name, led, elected }: ElectionOptions) {
  let timer: ReturnType<typeof engine.after> | undefined
  let starts = 0
  let identity = ''
  let leads = false
  /** What the lease said when it was seen to change last, and when that was: others' clocks do not count. */
  let seen = ''
  let seenMs = 0

  const again = (ms: number) => void (timer = engine.after(ms, look, { background: true }))

  function look() {
    const lease = read(client, name)
    const isOurs = lease?.spec?.holderIdentity === identity
    if (leads && lease && !isOurs && lease.spec?.holderIdentity) lose()
    const record = JSON.stringify(lease?.spec ?? null)
    if (record !== seen) [seen, seenMs] = [record, engine.nowMs]
    const isFree = !lease?.spec?.holderIdentity || isOurs || engine.nowMs >= seenMs + (lease.spec.leaseDurationSeconds ?? 0) * 1000
    if (isFree) attempted(() => take(lease))
    again(leads ? RENEW_MS : RETRY_MS)
  }

  function take(lease: Lease | undefined) {
    const renewTime = microTimestamp(engine.nowMs)
    const isOurs = lease?.spec?.holderIdentity === identity
    const transitions = lease?.spec?.leaseTransitions ?? 0
    const taken = isOurs ? {} : { acquireTime: renewTime, leaseTransitions: lease ? transitions + 1 : 0 }
    const spec = { ...lease?.spec, holderIdentity: identity, leaseDurationSeconds: LEADER_SECONDS, renewTime, ...taken }
    const stored = lease
      ? client.update<Lease>(leaseKind, { ...lease, spec })
      : client.create<Lease>(leaseKind, { metadata: { name, namespace: 'kube-system' }, spec })
    seen = JSON.stringify(stored.spec)
    seenMs = engine.nowMs
    if (leads) return
    leads = true
    elected?.(stored, identity)
    led.start()
  }

  /** A process that has lost its lease ends; the one that the kubelet starts in its stead is somebody else. */
  function lose() {
    leads = false
    led.stop()
    begin()
  }

  function begin() {
    identity = `controlplane_${uuidOf(`${name} ${engine.nowMs} ${starts++}`)}`
    seen = ''
  }

  return {
    start() {
      if (timer) return
      begin()
      look()
    },
    stop() {
      if (timer) engine.cancel(timer)
      timer = undefined
      if (leads) led.stop()
      leads = false
    },
    /** The API server has been away for so long: who leads begins anew, and is nobody's leader any more if it was too long. */
    again(awayMs: number) {
      if (!timer) return
      if (leads && awayMs < RENEW_DEADLINE_MS) {
        led.stop()
        led.start()
        return
      }
      this.stop()
      this.start()
    },
  }
}

/** The lease that tells that an API server is there: held and renewed while it is started, left to expire after that. */
export function serverLease(engine: Engine, client: Client) {
  const name = `apiserver-${sha256('controlplane').slice(0, 26)}`
  const labels = { 'apiserver.kubernetes.io/identity': 'kube-apiserver', 'kubernetes.io/hostname': 'controlplane' }
  let timer: ReturnType<typeof engine.after> | undefined
  let starts = 0

  function renew(holderIdentity: string) {
    timer = engine.after(RENEW_MS, () => renew(holderIdentity), { background: true })
    const current = read(client, name)
    const spec = { ...current?.spec, holderIdentity, leaseDurationSeconds: SERVER_SECONDS, renewTime: microTimestamp(engine.nowMs) }
    attempted(() =>
      current
        ? client.update<Lease>(leaseKind, { ...current, spec })
        : client.create<Lease>(leaseKind, { metadata: { name, namespace: 'kube-system', labels }, spec }),
    )
  }

  return {
    start() {
      if (!timer) renew(`${name}_${uuidOf(`${name} ${engine.nowMs} ${starts++}`)}`)
    },
    stop() {
      if (timer) engine.cancel(timer)
      timer = undefined
    },
  }
}
