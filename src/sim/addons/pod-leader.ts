import type { Lease } from '../api/types/coordination-v1.gen'
import { microTimestamp, parseTimestamp } from '../engine/time'
import { ask, Refused } from '../node/programs/in-cluster'
import { nowMs } from '../node/os/calls'
import { SyscallError, type Proc, type Self } from '../node/os/syscalls'

const LEASE_SECONDS = 30
/** How often the lease is looked at: renewed by who has it, tried for by the others. */
export const LEASE_RETRY_MS = 7500

/**
 * One round of an election among copies of a program in Pods: takes the lease when nobody holds it or its time is over, renews it when it is one's own.
 * Answers who leads now, '' when the API server would not tell.
 */
export function* electLeader(self: Self, namespace: string, name: string, identity: string): Proc<string> {
  const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`
  const now = yield* nowMs()
  const mine = { holderIdentity: identity, leaseDurationSeconds: LEASE_SECONDS, renewTime: microTimestamp(now) }
  try {
    const lease = yield* ask<Lease>(self, 'GET', `${leases}/${name}`)
    if (!lease) {
      const spec = { ...mine, acquireTime: microTimestamp(now), leaseTransitions: 0 }
      yield* ask(self, 'POST', leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace }, spec })
      return identity
    }
    const { spec = {} } = lease
    const isOver = !spec.holderIdentity || !spec.renewTime || parseTimestamp(spec.renewTime) + LEASE_SECONDS * 1000 < now
    if (spec.holderIdentity !== identity && !isOver) return spec.holderIdentity ?? ''
    const isNew = spec.holderIdentity !== identity
    const taken = isNew && { acquireTime: microTimestamp(now), leaseTransitions: (spec.leaseTransitions ?? 0) + 1 }
    yield* ask(self, 'PUT', `${leases}/${name}`, { ...lease, spec: { ...spec, ...mine, ...taken } })
    return identity
  } catch (error) {
    if (!(error instanceof Refused) && !(error instanceof SyscallError)) throw error
    return ''
  }
}
