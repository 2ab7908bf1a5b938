import type { Container, Pod } from '../../api/types/core-v1.gen'
import { writeContainers, writeResources, writeTolerations } from './containers'
import { closeWithEvents, describing, writeController } from './describer'
import { writeSpread } from './pod-template'
import { writeVolumes } from './volumes'
import { longTime, since, writeAnnotations, writeLabels } from './writer'

export const describePod = describing<Pod>(function* (d, pod, around) {
  const { metadata, spec, status = {} } = pod
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  write(0, `Namespace:\t${metadata.namespace}`)
  if (spec!.priority !== undefined) write(0, `Priority:\t${spec!.priority}`)
  if (spec!.priorityClassName) write(0, `Priority Class Name:\t${spec!.priorityClassName}`)
  if (spec!.runtimeClassName) write(0, `Runtime Class Name:\t${spec!.runtimeClassName}`)
  if (spec!.serviceAccountName) write(0, `Service Account:\t${spec!.serviceAccountName}`)
  write(0, `Node:\t${spec!.nodeName ? `${spec!.nodeName}/${status.hostIP ?? ''}` : '<none>'}`)
  if (status.startTime) write(0, `Start Time:\t${longTime(status.startTime)}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  if (metadata.deletionTimestamp && !['Failed', 'Succeeded'].includes(status.phase ?? '')) {
    write(0, `Status:\tTerminating (lasts ${since(metadata.deletionTimestamp, d.nowMs)})`)
    write(0, `Termination Grace Period:\t${metadata.deletionGracePeriodSeconds ?? 0}s`)
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
  writeController(d, metadata)
  if (status.nominatedNodeName) write(0, `NominatedNodeName:\t${status.nominatedNodeName}`)
  if (spec!.resources) {
    write(0, 'Resources:')
    writeResources(d, spec!.resources, 1)
  }
  if (spec!.initContainers?.length) writeContainers(d, 'Init Containers', spec!.initContainers, status.initContainerStatuses ?? [], '', pod)
  writeContainers(d, 'Containers', spec!.containers, status.containerStatuses ?? [], '', pod)
  // An ephemeral container has every field that is shown of a container.
  const ephemeral = spec!.ephemeralContainers as unknown as readonly Container[] | undefined
  if (ephemeral?.length) writeContainers(d, 'Ephemeral Containers', ephemeral, status.ephemeralContainerStatuses ?? [], '', pod)
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
  yield* closeWithEvents(d, around)
})
