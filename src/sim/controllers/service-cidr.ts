import type { Condition } from '../api/types/meta-v1.gen'
import type { ServiceCIDR } from '../api/types/networking-v1.gen'
import { parseTimestamp, timestamp } from '../engine/time'
import { contains } from '../formats/ip'
import { ipAddress } from '../kinds/networking/ip-address'
import { serviceCIDR } from '../kinds/networking/service-cidr'
import { SERVICE_CIDR_FINALIZER, serviceCIDRReady } from '../kinds/networking/service-ranges'
import { anyKind, defineController, type Find, type Step, type Watch } from './controller'
import { again, patch, setStatus, update } from './steps'

/** A range that is being deleted stays for so long, lest an API server hands out an address of it that has not heard yet. */
const GRACE_MS = 10_000

const goingAway = (find: Find<ServiceCIDR>) =>
  find
    .all()
    .filter(({ metadata }) => metadata.deletionTimestamp)
    .map(({ metadata }) => metadata.name)

/** Addresses that hold a range: those that lie in no other. */
const held: Watch<ServiceCIDR, readonly string[]> = {
  kind: anyKind(ipAddress),
  concerns: (_object, _old, find, change) => (change === 'DELETED' ? goingAway(find) : []),
  read: (range, find) => {
    const others = find
      .all()
      .filter(({ metadata }) => metadata.name !== range.metadata.name)
      .flatMap(({ spec }) => spec?.cidrs ?? [])
    const names = find
      .list(ipAddress, undefined, 'ipaddress.kubernetes.io/managed-by=ipallocator.k8s.io')
      .map(({ metadata }) => metadata.name)
    return names.filter((ip) => (range.spec?.cidrs ?? []).some((cidr) => contains(cidr, ip)) && !others.some((cidr) => contains(cidr, ip)))
  },
}

/** A new range may take over the addresses of one that is going. */
const others: Watch<ServiceCIDR, undefined> = {
  kind: anyKind(serviceCIDR),
  concerns: (_object, _old, find) => goingAway(find),
  read: () => undefined,
}

/** Protects ranges of Service addresses from deletion while an address of theirs is in use, and says whether they are ready. */
export const serviceCIDRController = defineController({
  name: 'service-cidr-controller',
  account: 'service-cidrs-controller',
  reconciles: serviceCIDR,
  watches: { held, others },
  reconcile(range: ServiceCIDR, { held, nowMs }): readonly Step[] {
    const { finalizers = [], deletionTimestamp } = range.metadata
    if (deletionTimestamp === undefined)
      return [
        ...(finalizers.includes(SERVICE_CIDR_FINALIZER)
          ? []
          : [patch(serviceCIDR, range, { metadata: { finalizers: [...finalizers, SERVICE_CIDR_FINALIZER] } })]),
        ...withCondition(range, serviceCIDRReady(nowMs)),
      ]
    if (held.length > 0) return withCondition(range, terminating(nowMs))
    const waitMs = parseTimestamp(deletionTimestamp) + GRACE_MS - nowMs
    if (waitMs > 0) return [again(waitMs)]
    const left = finalizers.filter((each) => each !== SERVICE_CIDR_FINALIZER)
    return left.length === finalizers.length ? [] : [update(serviceCIDR, { ...range, metadata: { ...range.metadata, finalizers: left } })]
  },
})

const terminating = (nowMs: number): Condition => ({
  lastTransitionTime: timestamp(nowMs),
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
  reason: 'Terminating',
  status: 'False',
  type: 'Ready',
})

function withCondition(range: ServiceCIDR, condition: Condition): readonly Step[] {
  const conditions = range.status?.conditions ?? []
  const now = conditions.find(({ type }) => type === condition.type)
  if (now?.status === condition.status && now.message === condition.message) return []
  return [setStatus(range, { ...range.status, conditions: [...conditions.filter((each) => each !== now), condition] })]
}
