import type { Node, Pod } from '../../api/types/core-v1.gen'
import { matchesRequiredAffinity } from '../../kinds/core/node-selector'
import { qosClassOf } from '../../kinds/core/pod-qos'
import { tolerates, untolerated } from '../../kinds/core/tolerations'
import { milliValue, quantityValue } from '../../formats/quantity'
import type { PodState } from './pod-state'
import { isFinished } from './pod-status'

/**
 * What a Pod asks of one resource: the sum of its containers, or the largest init container if that is more, and its overhead. What it asks for
 * as a whole replaces what its containers do.
 */
export function requestOf({ spec }: Pod, resource: 'cpu' | 'memory'): number {
  const value = (quantity: string | undefined) =>
    quantity === undefined ? 0 : resource === 'cpu' ? milliValue(quantity) : quantityValue(quantity)
  const ofPod = spec.resources?.requests?.[resource]
  if (ofPod !== undefined) return value(ofPod) + value(spec.overhead?.[resource])
  const init = spec.initContainers ?? []
  const sidecars = init.filter(({ restartPolicy }) => restartPolicy === 'Always')
  const running = [...spec.containers, ...sidecars].reduce((sum, { resources }) => sum + value(resources?.requests?.[resource]), 0)
  const largest = Math.max(0, ...init.map(({ resources }) => value(resources?.requests?.[resource])))
  return Math.max(running, largest) + value(spec.overhead?.[resource])
}

/** Kernel parameters that a Pod may set without a word from the node's administrator. */
const SAFE_SYSCTLS: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem',
]) // prettier-ignore

/** Pods of this priority and above run whatever the node lacks. */
const CRITICAL_PRIORITY = 2_000_000_000

/** A node that runs short of memory takes no more Pods that ask for nothing; one that runs short of something else takes none at all. */
export function whyNotUnderPressure(
  pod: Pod,
  pressures: Iterable<string>,
): { readonly reason: string; readonly message: string } | undefined {
  const conditions = [...pressures]
  if (conditions.length === 0 || (pod.spec.priority ?? 0) >= CRITICAL_PRIORITY) return undefined
  const lacksMemoryOnly = conditions.every((condition) => condition === 'MemoryPressure')
  const taint = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' }
  const isForgiven = qosClassOf(pod) !== 'BestEffort' || pod.spec.tolerations?.some((toleration) => tolerates(toleration, taint))
  if (lacksMemoryOnly && isForgiven) return undefined
  return { reason: 'Evicted', message: `The node had condition: [${conditions.join(' ')}]. ` }
}

/** Why a kubelet turns a Pod away that somebody has bound to its node without asking the scheduler; undefined when there is room. */
export function whyNotAdmitted(
  pod: Pod,
  known: { readonly size: number; values(): Iterable<PodState> },
  allocatable: Readonly<Record<string, string>>,
): { readonly reason: string; readonly message: string } | undefined {
  const sysctl = pod.spec.securityContext?.sysctls?.find(({ name }) => !SAFE_SYSCTLS.has(name))
  if (sysctl) return { reason: 'SysctlForbidden', message: `forbidden sysctl: ${JSON.stringify(sysctl.name)} not allowlisted` }
  const wanted = { cpu: requestOf(pod, 'cpu'), memory: requestOf(pod, 'memory') }
  const places = Number(allocatable.pods ?? 110)
  // Most Pods ask for nothing, and most nodes have room: then nobody need be counted.
  if (wanted.cpu === 0 && wanted.memory === 0 && known.size < places) return undefined
  let count = 0
  const used = { cpu: 0, memory: 0 }
  for (const { finished, failure, pod: other } of known.values()) {
    // One whose containers have ended no longer counts, even while the rest of it is being cleared away: the scheduler sees it so too.
    if (finished || failure || isFinished(other)) continue
    count++
    if (wanted.cpu > 0) used.cpu += requestOf(other, 'cpu')
    if (wanted.memory > 0) used.memory += requestOf(other, 'memory')
  }
  const asked: readonly (readonly [string, number, number, number])[] = [
    ['pods', 1, count, places],
    ['cpu', wanted.cpu, used.cpu, milliValue(allocatable.cpu ?? '0')],
    ['memory', wanted.memory, used.memory, quantityValue(allocatable.memory ?? '0')],
  ]
  for (const [resource, requested, taken, capacity] of asked) {
    if (requested === 0 || taken + requested <= capacity) continue
    return {
      reason: `OutOf${resource}`,
      message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${taken}, capacity: ${capacity}`,
    }
  }
  return undefined
}

/** Why a node is not one that a Pod asks for, or does not bear it: what the scheduler would have seen, had it been asked. */
export function whyNotSuitable(pod: Pod, node: Node | undefined): { readonly reason: string; readonly message: string } | undefined {
  if (!node) return undefined
  const failed = (reason: string, message: string) => ({ reason, message: `Predicate ${reason} failed: ${message}` })
  if (!matchesRequiredAffinity(pod, node)) return failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector")
  if (untolerated(node.spec?.taints, pod.spec.tolerations, ['NoExecute']))
    return failed('TaintToleration', "node(s) had taints that the pod didn't tolerate")
  return undefined
}
