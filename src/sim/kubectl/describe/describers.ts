import type { AnyObject } from '../../api/object'
import type { Deployment, ReplicaSet } from '../../api/types/apps-v1.gen'
import type { Job } from '../../api/types/batch-v1.gen'
import type { ConfigMap, Container, LimitRange, Namespace, Pod, ResourceQuota, Secret, Service } from '../../api/types/core-v1.gen'
import type { EndpointSlice } from '../../api/types/discovery-v1.gen'
import type { LabelSelector } from '../../api/types/meta-v1.gen'
import { sameJson } from '../../formats/merge-patch'
import { humanDuration } from '../../formats/duration'
import { formatSelector } from '../../formats/selector'
import { parseTimestamp } from '../../engine/time'
import type { Proc } from '../../node/os/syscalls'
import { withoutHash } from '../rollout-history'
import { formatLabels } from '../printers/table'
import { writeContainers, writeResources, writeTolerations, writeVolumes } from './containers'
import { describeNode } from './node'
import { writePodTemplate, writeSpread } from './pod-template'
import { longTime, since, writeAnnotations, writeEvents, writeHead, writeLabels, type Description, type EventLine } from './writer'

/** What a describer may look up besides its object. */
export interface Surroundings {
  readonly list: <T>(
    apiVersion: string,
    kind: string,
    namespace: string,
    selector?: { readonly label?: string; readonly field?: string },
  ) => Proc<readonly T[]>
  /** Events about the object, empty when they are not wanted. */
  readonly events: readonly EventLine[]
}

export type Describer = (description: Description, object: AnyObject, around: Surroundings) => Proc

const controllerOf = ({ metadata }: AnyObject) => metadata.ownerReferences?.find(({ controller }) => controller)
const writeController = ({ write }: Description, object: AnyObject) => {
  const owner = controllerOf(object)
  if (owner) write(0, `Controlled By:\t${owner.kind}/${owner.name}`)
}

/** A description for each kind; the casts below hold because a describer is chosen by apiVersion and kind. */
export const describers: Readonly<Record<string, Describer>> = {
  'v1/Pod': function* (d, object, { events }) {
    const pod = object as unknown as Pod
    const { spec, status = {} } = pod
    const { write } = d
    write(0, `Name:\t${pod.metadata.name}`)
    write(0, `Namespace:\t${pod.metadata.namespace}`)
    if (spec!.priority !== undefined) write(0, `Priority:\t${spec!.priority}`)
    if (spec!.priorityClassName) write(0, `Priority Class Name:\t${spec!.priorityClassName}`)
    if (spec!.runtimeClassName) write(0, `Runtime Class Name:\t${spec!.runtimeClassName}`)
    if (spec!.serviceAccountName) write(0, `Service Account:\t${spec!.serviceAccountName}`)
    write(0, `Node:\t${spec!.nodeName ? `${spec!.nodeName}/${status.hostIP ?? ''}` : '<none>'}`)
    if (status.startTime) write(0, `Start Time:\t${longTime(status.startTime)}`)
    writeLabels(d, 'Labels', pod.metadata.labels)
    writeAnnotations(d, 'Annotations', pod.metadata.annotations)
    if (pod.metadata.deletionTimestamp && !['Failed', 'Succeeded'].includes(status.phase ?? '')) {
      write(0, `Status:\tTerminating (lasts ${since(pod.metadata.deletionTimestamp, d.nowMs)})`)
      write(0, `Termination Grace Period:\t${pod.metadata.deletionGracePeriodSeconds ?? 0}s`)
    } else write(0, `Status:\t${status.phase ?? ''}`)
    if (status.reason) write(0, `Reason:\t${status.reason}`)
    if (status.message) write(0, `Message:\t${status.message}`)
    const seccomp = spec!.securityContext?.seccompProfile
    if (seccomp) {
      write(0, `SeccompProfile:\t${seccomp.type}`)
      if (seccomp.type === 'Localhost') write(0, `LocalhostProfile:\t${seccomp.localhostProfile ?? ''}`)
    }
    write(0, `IP:\t${status.podIP ?? ''}`)
    write(0, status.podIPs?.length ? 'IPs:' : 'IPs:\t<none>')
    for (const { ip } of status.podIPs ?? []) write(1, `IP:\t${ip}`)
    writeController(d, object)
    if (status.nominatedNodeName) write(0, `NominatedNodeName:\t${status.nominatedNodeName}`)
    if (spec!.resources) {
      write(0, 'Resources:')
      writeResources(d, spec!.resources, 1)
    }
    if (spec!.initContainers?.length)
      writeContainers(d, 'Init Containers', spec!.initContainers, status.initContainerStatuses ?? [], '', pod)
    writeContainers(d, 'Containers', spec!.containers, status.containerStatuses ?? [], '', pod)
    if (spec!.ephemeralContainers?.length)
      writeContainers(
        d,
        'Ephemeral Containers',
        spec!.ephemeralContainers as unknown as readonly Container[],
        status.ephemeralContainerStatuses ?? [],
        '',
        pod,
      )
    if (spec!.readinessGates?.length) {
      write(0, 'Readiness Gates:\n  Type\tStatus')
      for (const { conditionType } of spec!.readinessGates)
        write(1, `${conditionType} \t${status.conditions?.find(({ type }) => type === conditionType)?.status ?? '<none>'} `)
    }
    if (status.conditions?.length) {
      write(0, 'Conditions:\n  Type\tStatus')
      for (const { type, status: is } of status.conditions) write(1, `${type} \t${is} `)
    }
    writeVolumes(d, spec!.volumes, '')
    write(0, `QoS Class:\t${status.qosClass ?? ''}`)
    writeLabels(d, 'Node-Selectors', spec!.nodeSelector)
    writeTolerations(d, 'Tolerations', spec!.tolerations)
    writeSpread(d, spec!.topologySpreadConstraints, '')
    writeEvents(d, events)
  },

  'apps/v1/Deployment': function* (d, object, { events, list }) {
    const { metadata, spec, status = {} } = object as unknown as Deployment
    const { write } = d
    write(0, `Name:\t${metadata.name}`)
    write(0, `Namespace:\t${metadata.namespace}`)
    write(0, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`)
    writeLabels(d, 'Labels', metadata.labels)
    writeAnnotations(d, 'Annotations', metadata.annotations)
    write(0, `Selector:\t${formatSelector(spec!.selector)}`)
    write(
      0,
      `Replicas:\t${spec!.replicas ?? 0} desired | ${status.updatedReplicas ?? 0} updated | ${status.replicas ?? 0} total | ${status.availableReplicas ?? 0} available | ${status.unavailableReplicas ?? 0} unavailable`,
    )
    write(0, `StrategyType:\t${spec!.strategy?.type ?? ''}`)
    write(0, `MinReadySeconds:\t${spec!.minReadySeconds ?? 0}`)
    const rolling = spec!.strategy?.rollingUpdate
    if (rolling) write(0, `RollingUpdateStrategy:\t${rolling.maxUnavailable ?? 0} max unavailable, ${rolling.maxSurge ?? 0} max surge`)
    writePodTemplate(d, spec!.template)
    if (status.conditions?.length) {
      write(0, 'Conditions:\n  Type\tStatus\tReason')
      write(1, '----\t------\t------')
      for (const { type, status: is, reason } of status.conditions) write(1, `${type} \t${is}\t${reason ?? ''}`)
    }
    const sets = (yield* list<ReplicaSet>('apps/v1', 'ReplicaSet', metadata.namespace ?? '', {
      label: formatSelector(spec!.selector),
    })).filter((set) => set.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid))
    const templateOf = (template: unknown) => withoutHash(template as Readonly<Record<string, unknown>>)
    const current = sets.find((set) => sameJson(templateOf(set.spec?.template), templateOf(spec!.template)))
    const setText = (set: ReplicaSet) => `${set.metadata.name} (${set.status?.replicas ?? 0}/${set.spec?.replicas ?? 0} replicas created)`
    const old = sets.filter((set) => set !== current && (set.spec?.replicas ?? 0) >= 0)
    write(0, `OldReplicaSets:\t${old.map(setText).join(', ') || '<none>'}`)
    write(0, `NewReplicaSet:\t${current ? setText(current) : '<none>'}`)
    writeEvents(d, events)
  },

  'apps/v1/ReplicaSet': function* (d, object, { events, list }) {
    const { metadata, spec, status } = object as unknown as ReplicaSet
    const { write } = d
    write(0, `Name:\t${metadata.name}`)
    write(0, `Namespace:\t${metadata.namespace}`)
    write(0, `Selector:\t${formatSelector(spec!.selector)}`)
    writeLabels(d, 'Labels', metadata.labels)
    writeAnnotations(d, 'Annotations', metadata.annotations)
    writeController(d, object)
    write(0, `Replicas:\t${status?.replicas ?? 0} current / ${spec!.replicas ?? 0} desired`)
    write(0, `Pods Status:\t${yield* podPhases(list, metadata.namespace ?? '', spec!.selector, metadata.uid)}`)
    writePodTemplate(d, spec!.template)
    if (status?.conditions?.length) {
      write(0, 'Conditions:\n  Type\tStatus\tReason')
      write(1, '----\t------\t------')
      for (const { type, status: is, reason } of status.conditions) write(1, `${type} \t${is}\t${reason ?? ''}`)
    }
    writeEvents(d, events)
  },

  'v1/Service': function* (d, object, { events, list }) {
    const { metadata, spec, status } = object as unknown as Service
    const { write } = d
    writeHead(d, metadata)
    write(0, `Selector:\t${formatLabels(spec!.selector)}`)
    write(0, `Type:\t${spec!.type ?? ''}`)
    if (spec!.ipFamilyPolicy) write(0, `IP Family Policy:\t${spec!.ipFamilyPolicy}`)
    if (spec!.ipFamilies?.length) write(0, `IP Families:\t${spec!.ipFamilies.join(',')}`)
    else write(0, 'IP Families:\t<none>')
    write(0, `IP:\t${spec!.clusterIP ?? ''}`)
    write(0, `IPs:\t${spec!.clusterIPs?.length ? spec!.clusterIPs.join(',') : '<none>'}`)
    if (spec!.externalIPs?.length) write(0, `External IPs:\t${spec!.externalIPs.join(',')}`)
    if (spec!.loadBalancerIP) write(0, `Desired LoadBalancer IP:\t${spec!.loadBalancerIP}`)
    if (spec!.externalName) write(0, `External Name:\t${spec!.externalName}`)
    const ingress = status?.loadBalancer?.ingress ?? []
    if (ingress.length)
      write(
        0,
        `LoadBalancer Ingress:\t${ingress.map(({ ip, hostname, ipMode }) => (ip ? `${ip}${ipMode ? ` (${ipMode})` : ''}` : (hostname ?? ''))).join(', ')}`,
      )
    const slices = yield* list<EndpointSlice>('discovery.k8s.io/v1', 'EndpointSlice', metadata.namespace ?? '', {
      label: `kubernetes.io/service-name=${metadata.name}`,
    })
    for (const port of spec!.ports ?? []) {
      const name = port.name || '<unset>'
      const protocol = port.protocol ?? 'TCP'
      write(0, `Port:\t${name}\t${port.port}/${protocol}`)
      write(0, `TargetPort:\t${port.targetPort ?? 0}/${protocol}`)
      if (port.nodePort) write(0, `NodePort:\t${name}\t${port.nodePort}/${protocol}`)
      write(0, `Endpoints:\t${endpointsText(slices, port.name)}`)
    }
    write(0, `Session Affinity:\t${spec!.sessionAffinity ?? ''}`)
    if (spec!.externalTrafficPolicy) write(0, `External Traffic Policy:\t${spec!.externalTrafficPolicy}`)
    if (spec!.internalTrafficPolicy) write(0, `Internal Traffic Policy:\t${spec!.internalTrafficPolicy}`)
    if (spec!.trafficDistribution) write(0, `Traffic Distribution:\t${spec!.trafficDistribution}`)
    if (spec!.healthCheckNodePort) write(0, `HealthCheck NodePort:\t${spec!.healthCheckNodePort}`)
    if (spec!.loadBalancerSourceRanges?.length) write(0, `LoadBalancer Source Ranges:\t${spec!.loadBalancerSourceRanges.join(',')}`)
    writeEvents(d, events)
  },

  'v1/Node': describeNode,

  'v1/Namespace': function* (d, object, { list }) {
    const { metadata, status } = object as unknown as Namespace
    const { write } = d
    write(0, `Name:\t${metadata.name}`)
    writeLabels(d, 'Labels', metadata.labels)
    writeAnnotations(d, 'Annotations', metadata.annotations)
    write(0, `Status:\t${status?.phase ?? ''}`)
    if (status?.conditions?.length) {
      write(0, 'Conditions:\n  Type\tStatus\tLastTransitionTime\tReason\tMessage')
      write(1, '----\t------\t------------------\t------\t-------')
      for (const c of status.conditions)
        write(1, `${c.type} \t${c.status} \t${longTime(c.lastTransitionTime)}\t${c.reason ?? ''} \t${c.message ?? ''} `)
    }
    writeQuotas(d, yield* list<ResourceQuota>('v1', 'ResourceQuota', metadata.name))
    writeLimitRanges(d, yield* list<LimitRange>('v1', 'LimitRange', metadata.name))
  },

  'v1/ConfigMap': function* (d, object, { events }) {
    const { metadata, data = {}, binaryData = {} } = object as unknown as ConfigMap
    const { write } = d
    writeHead(d, metadata)
    write(0, '\nData\n====')
    for (const key of Object.keys(data).sort()) write(0, `${key}:\n----\n${data[key]}\n`)
    write(0, '\nBinaryData\n====')
    for (const key of Object.keys(binaryData).sort()) write(0, `${key}: ${byteCount(binaryData[key]!)} bytes`)
    write(0, '')
    writeEvents(d, events)
  },

  'v1/Secret': function* (d, object) {
    const { metadata, data = {}, type } = object as unknown as Secret
    const { write } = d
    writeHead(d, metadata)
    write(0, `\nType:\t${type ?? ''}\n\nData\n====`)
    for (const key of Object.keys(data).sort()) {
      if (type === 'kubernetes.io/service-account-token' && key === 'token') write(0, `${key}:\t${atob(data[key]!)}`)
      else write(0, `${key}:\t${byteCount(data[key]!)} bytes`)
    }
  },

  'batch/v1/Job': function* (d, object, { events }) {
    const { metadata, spec, status } = object as unknown as Job
    const { write } = d
    write(0, `Name:\t${metadata.name}`)
    write(0, `Namespace:\t${metadata.namespace}`)
    if (spec!.selector) write(0, `Selector:\t${formatSelector(spec!.selector)}`)
    writeLabels(d, 'Labels', metadata.labels)
    writeAnnotations(d, 'Annotations', metadata.annotations)
    writeController(d, object)
    if (spec!.parallelism !== undefined) write(0, `Parallelism:\t${spec!.parallelism}`)
    write(0, `Completions:\t${spec!.completions ?? '<unset>'}`)
    if (spec!.completionMode) write(0, `Completion Mode:\t${spec!.completionMode}`)
    if (spec!.suspend !== undefined) write(0, `Suspend:\t${spec!.suspend}`)
    if (spec!.backoffLimit !== undefined) write(0, `Backoff Limit:\t${spec!.backoffLimit}`)
    if (spec!.ttlSecondsAfterFinished !== undefined) write(0, `TTL Seconds After Finished:\t${spec!.ttlSecondsAfterFinished}`)
    if (status?.startTime) write(0, `Start Time:\t${longTime(status.startTime)}`)
    if (status?.completionTime) {
      write(0, `Completed At:\t${longTime(status.completionTime)}`)
      if (status.startTime)
        write(0, `Duration:\t${humanDuration(parseTimestamp(status.completionTime) - parseTimestamp(status.startTime))}`)
    }
    if (spec!.activeDeadlineSeconds !== undefined) write(0, `Active Deadline Seconds:\t${spec!.activeDeadlineSeconds}s`)
    const ready = status?.ready === undefined ? '' : ` (${status.ready} Ready)`
    write(0, `Pods Statuses:\t${status?.active ?? 0} Active${ready} / ${status?.succeeded ?? 0} Succeeded / ${status?.failed ?? 0} Failed`)
    if (spec!.completionMode === 'Indexed') write(0, `Completed Indexes:\t${status?.completedIndexes || '<none>'}`)
    writePodTemplate(d, spec!.template)
    writeEvents(d, events)
  },
}

const byteCount = (base64: string) => atob(base64).length

function* podPhases(
  list: Surroundings['list'],
  namespace: string,
  selector: LabelSelector | undefined,
  uid: string | undefined,
): Proc<string> {
  const pods = (yield* list<Pod>('v1', 'Pod', namespace, { label: formatSelector(selector) })).filter((pod) =>
    pod.metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === uid),
  )
  const count = (phase: string) => pods.filter((pod) => pod.status?.phase === phase).length
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`
}

/** Ready addresses behind one port of a Service, at most three of them. */
function endpointsText(slices: readonly EndpointSlice[], portName = ''): string {
  const addresses: string[] = []
  for (const { ports = [], endpoints = [] } of slices) {
    for (const { name = '', port } of ports ?? []) {
      if (name !== portName) continue
      for (const { addresses: list, conditions } of endpoints ?? [])
        if (conditions?.ready !== false)
          addresses.push(...list.map((address) => `${address.includes(':') ? `[${address}]` : address}:${port ?? ''}`))
    }
  }
  if (addresses.length === 0) return ''
  return addresses.length > 3 ? `${addresses.slice(0, 3).join(',')} + ${addresses.length - 3} more...` : addresses.join(',')
}

function writeQuotas({ write }: Description, quotas: readonly ResourceQuota[]): void {
  if (quotas.length === 0) return write(0, '\nNo resource quota.')
  write(0, '\nResource Quotas')
  for (const { metadata, spec, status } of [...quotas].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))) {
    write(1, `Name:\t${metadata.name}`)
    if (spec?.scopes?.length) write(1, `Scopes:\t${[...spec.scopes].sort().join(', ')}`)
    write(1, 'Resource\tUsed\tHard')
    write(1, '--------\t---\t---')
    for (const name of Object.keys(status?.hard ?? {}).sort()) write(1, `${name}\t${status?.used?.[name] ?? '0'}\t${status?.hard?.[name]}`)
  }
}

function writeLimitRanges({ write }: Description, ranges: readonly LimitRange[]): void {
  if (ranges.length === 0) return write(0, '\nNo LimitRange resource.')
  write(0, '\nResource Limits\n Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio')
  write(0, ' ----\t--------\t---\t---\t---------------\t-------------\t-----------------------')
  for (const { spec } of ranges) writeLimits({ write }, spec?.limits ?? [])
}

/** One line a resource of each limit. */
export function writeLimits({ write }: Pick<Description, 'write'>, limits: NonNullable<LimitRange['spec']>['limits'], lead = ' '): void {
  for (const limit of limits) {
    const { type, min = {}, max = {}, default: fallback = {}, defaultRequest = {}, maxLimitRequestRatio = {} } = limit
    const names = [...new Set([max, min, fallback, defaultRequest, maxLimitRequestRatio].flatMap((map) => Object.keys(map)))].sort()
    for (const name of names)
      write(
        0,
        `${lead}${type}\t${name}\t${min[name] ?? '-'}\t${max[name] ?? '-'}\t${defaultRequest[name] ?? '-'}\t${fallback[name] ?? '-'}\t${maxLimitRequestRatio[name] ?? '-'}`,
      )
  }
}
