import type { KindContext } from '../../api/kind'
import type { ServiceCIDR } from '../../api/types/networking-v1.gen'
import type { Condition } from '../../api/types/meta-v1.gen'
import { timestamp } from '../../engine/time'
import { ipv4Number, isIPv4 } from '../../formats/ip'
import { serviceCIDR } from './service-cidr'

/** Addresses that Services may have. */
export interface Range {
  /** `10.96.0.0/12` */
  readonly text: string
  /** Its first address that may be used, as a number, and how many there are: neither the network's own nor that for broadcasts. */
  readonly first: number
  readonly size: number
  /** How many at the beginning are kept for those that are asked for by name. */
  readonly kept: number
}

/** The first minor release that has ServiceCIDR and IPAddress objects for good. */
export const RANGES_SINCE = 33

/** An IPv4 range; of the other family this cluster has none. */
function rangeOf(text: string): Range | undefined {
  const [base = '', length] = text.split('/')
  if (!isIPv4(base)) return undefined
  const all = 2 ** (32 - Number(length))
  // One address in sixteen, but at least sixteen and at most 256; of a range that has no more than that, none.
  const kept = all <= 16 ? 0 : Math.min(256, Math.max(16, Math.floor(all / 16)))
  const first = Math.floor(ipv4Number(base) / all) * all + 1
  const size = Math.max(0, all - 2)
  return { text, first, size, kept: Math.min(kept, size) }
}

export const DEFAULT_RANGE = rangeOf('10.96.0.0/12')!

/** Where the addresses of Services come from right now: the ServiceCIDRs that are ready, in releases that have them. */
export function serviceRanges({ read, release }: Pick<KindContext, 'read' | 'release'>): readonly Range[] {
  const objects = release[1] >= RANGES_SINCE ? read.list(serviceCIDR) : []
  if (objects.length === 0) return [DEFAULT_RANGE]
  return objects.filter(isReady).flatMap(({ spec }) => (spec?.cidrs ?? []).flatMap((text) => rangeOf(text) ?? []))
}

function isReady({ metadata, status }: ServiceCIDR): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  // One that nobody has looked at yet is ready: it must work without kube-controller-manager too.
  return metadata.deletionTimestamp === undefined && (ready === undefined || ready.status === 'True')
}

/** Keeps a range from going whose addresses are in use. */
export const SERVICE_CIDR_FINALIZER = 'networking.k8s.io/service-cidr-finalizer'

/** What is said of a range that addresses may be taken from. */
export const serviceCIDRReady = (nowMs: number): Condition => ({
  lastTransitionTime: timestamp(nowMs),
  message: 'Kubernetes Service CIDR is ready',
  reason: '',
  status: 'True',
  type: 'Ready',
})
