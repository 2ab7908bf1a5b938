import type {
  Container,
  ContainerState,
  ContainerStatus,
  EnvVar,
  Pod,
  Probe,
  ResourceFieldSelector,
  ResourceRequirements,
  Toleration,
} from '../../api/types/core-v1.gen'
import { milliValue, quantityValue } from '../../formats/quantity'
import { longTime, type Description } from './writer'

/** The section `Containers:` or `Init Containers:`; with `space` it stands inside a pod template. */
export function writeContainers(
  description: Description,
  label: string,
  containers: readonly Container[],
  statuses: readonly ContainerStatus[] | undefined,
  space: '' | '  ',
  pod?: Pod,
): void {
  const { write } = description
  write(0, `${space}${label}:${containers.length === 0 ? ' <none>' : ''}`)
  for (const container of containers) {
    const status = statuses?.find(({ name }) => name === container.name)
    write(1, `${space ? ' ' : ''}${container.name}:`)
    if (status) write(2, `Container ID:\t${status.containerID ?? ''}`)
    write(2, `Image:\t${container.image ?? ''}`)
    if (status) write(2, `Image ID:\t${status.imageID ?? ''}`)
    const ports = (container.ports ?? []).map(({ containerPort, protocol = 'TCP' }) => `${containerPort}/${protocol}`).join(', ')
    const hostPorts = (container.ports ?? []).map(({ hostPort, protocol = 'TCP' }) => `${hostPort ?? 0}/${protocol}`).join(', ')
    write(2, `${ports.includes(',') ? 'Ports' : 'Port'}:\t${ports || '<none>'}`)
    write(2, `${hostPorts.includes(',') ? 'Host Ports' : 'Host Port'}:\t${hostPorts || '<none>'}`)
    const seccomp = container.securityContext?.seccompProfile
    if (seccomp) {
      write(2, `SeccompProfile:\t${seccomp.type}`)
      if (seccomp.type === 'Localhost') write(3, `LocalhostProfile:\t${seccomp.localhostProfile ?? ''}`)
    }
    writeWords(description, 'Command', container.command)
    writeWords(description, 'Args', container.args)
    if (status) writeStatus(description, status)
    writeResources(description, container.resources, 2)
    for (const [title, probe] of [['Liveness', container.livenessProbe], ['Readiness', container.readinessProbe], ['Startup', container.startupProbe]] as const) if (probe) write(2, `${title}:\t${probeText(probe)}`) // prettier-ignore
    writeEnvironment(description, container, pod)
    writeMounts(description, container)
  }
}

function writeWords({ write }: Description, title: string, words: readonly string[] | undefined): void {
  if (!words?.length) return
  write(2, `${title}:`)
  for (const word of words) for (const line of word.split('\n')) write(3, line)
}

function writeStatus({ write }: Description, status: ContainerStatus): void {
  writeState({ write }, 'State', status.state ?? {})
  if (status.lastState?.terminated) writeState({ write }, 'Last State', status.lastState)
  write(2, `Ready:\t${status.ready ? 'True' : 'False'}`)
  write(2, `Restart Count:\t${status.restartCount}`)
}

function writeState({ write }: Pick<Description, 'write'>, title: string, { running, waiting, terminated }: ContainerState): void {
  if (running) {
    write(2, `${title}:\tRunning`)
    write(3, `Started:\t${longTime(running.startedAt)}`)
  } else if (terminated) {
    write(2, `${title}:\tTerminated`)
    if (terminated.reason) write(3, `Reason:\t${terminated.reason}`)
    if (terminated.message) write(3, `Message:\t${terminated.message}`)
    write(3, `Exit Code:\t${terminated.exitCode}`)
    if (terminated.signal) write(3, `Signal:\t${terminated.signal}`)
    write(3, `Started:\t${longTime(terminated.startedAt)}`)
    write(3, `Finished:\t${longTime(terminated.finishedAt)}`)
  } else {
    write(2, `${title}:\tWaiting`)
    if (waiting?.reason) write(3, `Reason:\t${waiting.reason}`)
  }
}

/** Limits and requests, sorted by resource. */
export function writeResources({ write }: Description, resources: ResourceRequirements | undefined, level: number): void {
  for (const [title, amounts] of [['Limits', resources?.limits], ['Requests', resources?.requests]] as const) {
    if (!amounts || Object.keys(amounts).length === 0) continue
    write(level, `${title}:`)
    for (const name of Object.keys(amounts).sort()) write(level + 1, `${name}:\t${amounts[name]}`)
  } // prettier-ignore
}

function probeText(probe: Probe): string {
  const { initialDelaySeconds = 0, timeoutSeconds = 0, periodSeconds = 0, successThreshold = 0, failureThreshold = 0 } = probe
  const times = `delay=${initialDelaySeconds}s timeout=${timeoutSeconds}s period=${periodSeconds}s #success=${successThreshold} #failure=${failureThreshold}`
  if (probe.exec) return `exec [${(probe.exec.command ?? []).join(' ')}] ${times}`
  if (probe.httpGet) {
    const { scheme = 'HTTP', host = '', port, path = '' } = probe.httpGet
    return `http-get ${scheme.toLowerCase()}://${urlHost(host)}:${String(port).replace('%', '%25')}${urlPath(path)} ${times}`
  }
  if (probe.tcpSocket) return `tcp-socket ${probe.tcpSocket.host ?? ''}:${probe.tcpSocket.port} ${times}`
  if (probe.grpc) return `grpc <pod>:${probe.grpc.port} ${probe.grpc.service ?? ''} ${times}`
  return `unknown ${times}`
}

/** A host as a URL has it: addresses of IPv6 in brackets. */
const urlHost = (host: string) => (host.includes(':') ? `[${host}]` : host.replace(/[^\w.~!$&'()*+,;=:[\]<>"-]/gu, encodeURIComponent))

/** A path as a URL has it, so that what looks like a query is seen to be none. */
const urlPath = (path: string) =>
  (path.startsWith('/') || path === '' ? path : `/${path}`).replace(/[^\w.~$&+,/:;=@-]/gu, (character) =>
    /[!'()*]/.test(character) ? `%${character.charCodeAt(0).toString(16).toUpperCase()}` : encodeURIComponent(character),
  )

function writeEnvironment({ write }: Description, container: Container, pod: Pod | undefined): void {
  if (container.envFrom?.length) {
    write(2, 'Environment Variables from:')
    for (const { prefix, configMapRef, secretRef } of container.envFrom) {
      const ref = configMapRef ?? secretRef
      write(
        3,
        `${ref?.name ?? ''}\t${configMapRef ? 'ConfigMap' : 'Secret'}${prefix ? ` with prefix '${prefix}'` : ''}\tOptional: ${ref?.optional ?? false}`,
      )
    }
  }
  write(2, `Environment:${container.env?.length ? '' : '\t<none>'}`)
  for (const variable of container.env ?? []) {
    envText(variable, container, pod)
      .split('\n')
      .forEach((line, i) => write(3, i === 0 ? `${variable.name}:\t${line}` : `\t${line}`))
  }
}

function envText({ value = '', valueFrom }: EnvVar, container: Container, pod: Pod | undefined): string {
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = valueFrom ?? {}
  if (fieldRef) return `${pod ? fieldValue(pod, fieldRef.fieldPath) : ''} (${fieldRef.apiVersion ?? 'v1'}:${fieldRef.fieldPath})`
  if (resourceFieldRef) return `${resourceText(resourceFieldRef, container)} (${resourceFieldRef.resource})`
  if (secretKeyRef)
    return `<set to the key '${secretKeyRef.key}' in secret '${secretKeyRef.name ?? ''}'>\tOptional: ${secretKeyRef.optional ?? false}`
  if (configMapKeyRef)
    return `<set to the key '${configMapKeyRef.key}' of config map '${configMapKeyRef.name ?? ''}'>\tOptional: ${configMapKeyRef.optional ?? false}`
  return value
}

/** A client knows two fields of an object by name; the others only the node fills in. */
const fieldValue = ({ metadata }: Pod, path: string) =>
  ({ 'metadata.name': metadata.name, 'metadata.namespace': metadata.namespace })[path] ?? ''

/** What a container sees of its own limits and requests, in units of `divisor`. */
function resourceText({ resource, divisor }: ResourceFieldSelector, { resources }: Container): string {
  const [which, ...rest] = resource.split('.')
  const name = rest.join('.')
  if (
    (which !== 'limits' && which !== 'requests') ||
    !(['cpu', 'memory', 'ephemeral-storage'].includes(name) || name.startsWith('hugepages-'))
  )
    return ''
  const amount = name === 'cpu' ? milliValue : quantityValue
  const unit = divisor === undefined || amount(divisor) === 0 ? '1' : divisor
  const value = Math.ceil(amount(resources?.[which]?.[name] ?? '0') / amount(unit))
  return value === 0 && (resource === 'limits.cpu' || resource === 'limits.memory') ? 'node allocatable' : String(value)
}

function writeMounts({ write }: Description, { volumeMounts = [], volumeDevices = [] }: Container): void {
  // The title of the devices speaks of the mounts, too: so does the real program's.
  const none = volumeMounts.length ? '' : '\t<none>'
  write(2, `Mounts:${none}`)
  for (const { mountPath, name, readOnly, subPath } of [...volumeMounts].sort((a, b) => (a.mountPath < b.mountPath ? -1 : 1))) write(3, `${mountPath} from ${name} (${readOnly ? 'ro' : 'rw'}${subPath ? `,path=${JSON.stringify(subPath)}` : ''})`) // prettier-ignore
  if (volumeDevices.length === 0) return
  write(2, `Devices:${none}`)
  for (const { devicePath, name } of [...volumeDevices].sort((a, b) => (a.devicePath < b.devicePath ? -1 : 1)))
    write(3, `${devicePath} from ${name}`)
}

/** `node.kubernetes.io/not-ready:NoExecute op=Exists for 300s`, one a line. */
export function writeTolerations({ write }: Description, title: string, tolerations: readonly Toleration[] | undefined): void {
  if (!tolerations?.length) return write(0, `${title}:\t<none>`)
  const sorted = [...tolerations].sort((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : (a.key ?? '') > (b.key ?? '') ? 1 : 0))
  sorted.forEach(({ key = '', value, effect, operator, tolerationSeconds }, i) => {
    const exists = operator === 'Exists' && !value ? (key || effect ? ' op=Exists' : 'op=Exists') : ''
    write(
      0,
      `${i === 0 ? `${title}:` : ''}\t${key}${value ? `=${value}` : ''}${effect ? `:${effect}` : ''}${exists}${tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`}`,
    )
  })
}
