import type { Node, Pod } from '../../api/types/core-v1.gen'
import type { Lease } from '../../api/types/coordination-v1.gen'
import { addQuantities, milliValue } from '../../formats/quantity'
import type { Describer } from './describer'
import { longTime, since, writeAnnotations, writeEvents, writeLabels, type Description } from './writer'

const roleLabel = 'node-role.kubernetes.io/'

/** A node: what it is, what it can hold, and what runs there. */
export const describeNode: Describer = function* (d, object, around) {
  const { metadata, spec = {}, status = {} } = object as unknown as Node // chosen by its kind
  const { write } = d
  const pods = yield* around.list<Pod>('v1', 'Pod', '', {
    field: `spec.nodeName=${metadata.name},status.phase!=Succeeded,status.phase!=Failed`,
  })
  const events = yield* around.events()
  write(0, `Name:\t${metadata.name}`)
  const roles = [
    ...Object.keys(metadata.labels ?? {}).filter((label) => label.startsWith(roleLabel)).map((label) => label.slice(roleLabel.length)),
    ...(metadata.labels?.['kubernetes.io/role'] ? [metadata.labels['kubernetes.io/role']] : []),
  ].filter(Boolean).sort() // prettier-ignore
  write(0, `Roles:\t${roles.join(',') || '<none>'}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  write(0, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`)
  const taints = [...(spec.taints ?? [])]
    .sort((a, b) => (`${a.effect},${a.key}` < `${b.effect},${b.key}` ? -1 : 1))
    .map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`)
  if (taints.length === 0) write(0, 'Taints:\t<none>')
  taints.forEach((taint, i) => write(0, `${i === 0 ? 'Taints:' : ''}\t${taint}`))
  write(0, `Unschedulable:\t${spec.unschedulable ?? false}`)
  const lease = yield* around.get<Lease>('coordination.k8s.io/v1', 'Lease', 'kube-node-lease', metadata.name)
  if (lease instanceof Error) write(0, `Lease:\tFailed to get lease: ${lease.message}`)
  else {
    write(0, 'Lease:')
    write(1, `HolderIdentity:\t${lease.spec?.holderIdentity ?? '<unset>'}`)
    write(1, `AcquireTime:\t${lease.spec?.acquireTime ? longTime(lease.spec.acquireTime) : '<unset>'}`)
    write(1, `RenewTime:\t${lease.spec?.renewTime ? longTime(lease.spec.renewTime) : '<unset>'}`)
  }
  if (status.conditions?.length) {
    write(0, 'Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage')
    write(1, '----\t------\t-----------------\t------------------\t------\t-------')
    for (const c of status.conditions)
      write(
        1,
        `${c.type} \t${c.status} \t${longTime(c.lastHeartbeatTime)} \t${longTime(c.lastTransitionTime)} \t${c.reason ?? ''} \t${c.message ?? ''}`,
      )
  }
  write(0, 'Addresses:')
  for (const { type, address } of status.addresses ?? []) write(1, `${type}:\t${address}`)
  for (const [title, amounts] of [['Capacity', status.capacity], ['Allocatable', status.allocatable]] as const) {
    if (!amounts || Object.keys(amounts).length === 0) continue
    write(0, `${title}:`)
    for (const name of Object.keys(amounts).sort()) write(1, `${name}:\t${amounts[name]}`)
  } // prettier-ignore
  const info = status.nodeInfo
  write(0, 'System Info:')
  write(1, `Machine ID:\t${info?.machineID ?? ''}`)
  write(1, `System UUID:\t${info?.systemUUID ?? ''}`)
  write(1, `Boot ID:\t${info?.bootID ?? ''}`)
  write(1, `Kernel Version:\t${info?.kernelVersion ?? ''}`)
  write(1, `OS Image:\t${info?.osImage ?? ''}`)
  write(1, `Operating System:\t${info?.operatingSystem ?? ''}`)
  write(1, `Architecture:\t${info?.architecture ?? ''}`)
  write(1, `Container Runtime Version:\t${info?.containerRuntimeVersion ?? ''}`)
  write(1, `Kubelet Version:\t${info?.kubeletVersion ?? ''}`)
  write(1, `Kube-Proxy Version:\t${info?.kubeProxyVersion ?? ''}`)
  if (spec.podCIDR) write(0, `PodCIDR:\t${spec.podCIDR}`)
  if (spec.podCIDRs?.length) write(0, `PodCIDRs:\t${spec.podCIDRs.join(',')}`)
  if (spec.providerID) write(0, `ProviderID:\t${spec.providerID}`)
  writePods(d, pods, status.allocatable ?? {})
  if (events) writeEvents(d, events)
}

type Amounts = Readonly<Record<string, string>>

/** What a pod asks for: its containers together, or its largest init container where that is more. */
function amountsOf(pod: Pod, which: 'requests' | 'limits'): Record<string, string> {
  const total: Record<string, string> = {}
  const add = (name: string, amount: string) => (total[name] = total[name] === undefined ? amount : addQuantities(total[name], amount))
  const sidecars = (pod.spec!.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  for (const { resources } of [...pod.spec!.containers, ...sidecars])
    for (const [name, amount] of Object.entries(resources?.[which] ?? {})) add(name, amount)
  for (const { resources } of pod.spec!.initContainers ?? [])
    for (const [name, amount] of Object.entries(resources?.[which] ?? {}))
      if (total[name] === undefined || milliValue(amount) > milliValue(total[name])) total[name] = amount
  const overhead: Amounts = pod.spec!.overhead ?? {}
  for (const [name, amount] of Object.entries(overhead)) if (which === 'requests' || total[name] !== undefined) add(name, amount)
  return total
}

function writePods({ write, nowMs }: Description, pods: readonly Pod[], allocatable: Amounts): void {
  write(0, `Non-terminated Pods:\t(${pods.length} in total)`)
  write(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge')
  write(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---')
  const share = (name: string, amount: string) => {
    const whole = allocatable[name] ? milliValue(allocatable[name]) : 0
    return whole ? Math.trunc((milliValue(amount) / whole) * 100) : 0
  }
  const cell = (name: string, amounts: Amounts) => `${amounts[name] ?? '0'} (${share(name, amounts[name] ?? '0')}%)`
  const totals: Record<'requests' | 'limits', Record<string, string>> = { requests: {}, limits: {} }
  for (const pod of pods) {
    const [requests, limits] = [amountsOf(pod, 'requests'), amountsOf(pod, 'limits')]
    for (const [sum, amounts] of [[totals.requests, requests], [totals.limits, limits]] as const) for (const [name, amount] of Object.entries(amounts)) sum[name] = sum[name] === undefined ? amount : addQuantities(sum[name], amount) // prettier-ignore
    write(
      1,
      `${pod.metadata.namespace}\t${pod.metadata.name}\t\t${cell('cpu', requests)}\t${cell('cpu', limits)}\t${cell('memory', requests)}\t${cell('memory', limits)}\t${since(pod.metadata.creationTimestamp, nowMs)}`,
    )
  }
  write(0, 'Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)')
  write(1, 'Resource\tRequests\tLimits')
  write(1, '--------\t--------\t------')
  for (const name of ['cpu', 'memory', 'ephemeral-storage'])
    write(1, `${name}\t${cell(name, totals.requests)}\t${cell(name, totals.limits)}`)
  const isHugePage = (name: string) => name.startsWith('hugepages-')
  const others = Object.keys(allocatable).filter((name) => !['cpu', 'memory', 'ephemeral-storage', 'pods'].includes(name)).sort() // prettier-ignore
  for (const name of others.filter(isHugePage)) write(1, `${name}\t${cell(name, totals.requests)}\t${cell(name, totals.limits)}`)
  for (const name of others.filter((name) => !isHugePage(name)))
    write(1, `${name}\t${totals.requests[name] ?? '0'}\t${totals.limits[name] ?? '0'}`)
}
