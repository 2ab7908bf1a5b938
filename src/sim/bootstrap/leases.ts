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

export interface LeaseOptions {
  readonly engine: Engine
  readonly client: Client
  readonly name: string
  readonly seconds: number
  readonly labels?: Readonly<Record<string, string>>
  readonly holder: (again: number) => string
}

/** While it is started it holds a lease in kube-system and renews it; once stopped the lease stays, and expires. */
export function holdLease({ engine, client, name, seconds, labels, holder }: LeaseOptions) {
  let timer: ReturnType<typeof engine.after> | undefined
  let starts = 0

  function renew(identity: string) {
    timer = engine.after(RENEW_MS, () => renew(identity), { background: true })
    try {
      write(identity)
    } catch (error) {
      if (!(error instanceof StatusError)) throw error // the API server is away, or refuses: tried again with the next renewal
    }
  }

  function write(identity: string) {
    const renewTime = microTimestamp(engine.nowMs)
    const current = client.get<Lease>(leaseKind, 'kube-system', name)
    const spec = { holderIdentity: identity, leaseDurationSeconds: seconds, renewTime }
    if (!current) {
      client.create<Lease>(leaseKind, {
        metadata: { name, namespace: 'kube-system', ...(labels && { labels }) },
        spec: { ...spec, ...(labels ? {} : { acquireTime: renewTime, leaseTransitions: 0 }) },
      })
      return
    }
    const isNew = current.spec?.holderIdentity !== identity
    const taken = labels || !isNew ? {} : { acquireTime: renewTime, leaseTransitions: (current.spec?.leaseTransitions ?? 0) + 1 }
    client.update<Lease>(leaseKind, { ...current, spec: { ...current.spec, ...spec, ...taken } })
  }

  return {
    start() {
      if (timer) return
      renew(holder(starts++))
    },
    stop() {
      if (timer) engine.cancel(timer)
      timer = undefined
    },
  }
}

/** A name of its own for each process that was started: no chance is drawn for it, so that nothing else changes by it. */
function uuidOf(text: string): string {
  const hex = sha256(text)
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}

/** The lease by which one of several copies of a component leads. */
export const leaderLease = (engine: Engine, client: Client, name: string) =>
  holdLease({
    engine,
    client,
    name,
    seconds: LEADER_SECONDS,
    holder: (again) => `controlplane_${uuidOf(`${name} ${engine.nowMs} ${again}`)}`,
  })

/** The lease that tells that an API server is there. */
export function serverLease(engine: Engine, client: Client) {
  const name = `apiserver-${sha256('controlplane').slice(0, 26)}`
  const labels = { 'apiserver.kubernetes.io/identity': 'kube-apiserver', 'kubernetes.io/hostname': 'controlplane' }
  const holder = (again: number) => `${name}_${uuidOf(`${name} ${engine.nowMs} ${again}`)}`
  return holdLease({ engine, client, name, seconds: SERVER_SECONDS, labels, holder })
}
