import type { FieldError, FieldPath } from '../../api/field-path'
import type { Container, ContainerPort, EnvFromSource, EnvVar, PodSpec, SecurityContext, VolumeMount } from '../../api/types/core-v1.gen'
import { configMapKey, dnsLabel, dnsSubdomain, environmentVariableName, notBetween, portName, portNumber } from '../../formats/names'
import { invalidName, oneOf, requiredName, requiredOneOf } from '../field-checks'
import { lifecycleErrors, probeErrors } from './probe-validation'
import { resourceErrors } from './resource-validation'
import { commonSecurityErrors } from './security-context-validation'
import { internalForm } from './internal-form'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

/** What the checks of one container must know about the Pod around it. */
export interface ContainerSurroundings {
  readonly spec: PodSpec
  readonly volumes: ReadonlySet<string>
}

/** Complaints about the containers of a Pod: each for itself, then names and host ports against each other. */
export function containersErrors(spec: PodSpec, at: FieldPath, volumes: ReadonlySet<string>): FieldError[] {
  const around: ContainerSurroundings = { spec, volumes }
  const containers = spec.containers ?? []
  const errors: FieldError[] = containers.length === 0 ? [at('containers').required()] : []
  const names = new Set<string>()
  containers.forEach((container, index) => {
    const here = at('containers', index)
    errors.push(...containerErrors(container, here, around), ...uniqueName(container.name, here, names))
  })
  errors.push(...hostPortErrors(containers, at('containers')))
  if (spec.hostNetwork) errors.push(...hostNetworkErrors(containers, at('containers')))
  spec.initContainers?.forEach((container, index) => {
    const here = at('initContainers', index)
    errors.push(
      ...containerErrors(container, here, around),
      ...uniqueName(container.name, here, names),
      ...initContainerErrors(container, here),
    )
  })
  return errors
}

function uniqueName(name: string, at: FieldPath, names: Set<string>): FieldError[] {
  if (!name) return []
  if (names.has(name)) return [at('name').duplicate(name)]
  names.add(name)
  return []
}

/** What an init container may have only when it keeps running beside the others. */
function initContainerErrors(container: Container, at: FieldPath): FieldError[] {
  if (container.restartPolicy === 'Always') return []
  return (['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    .filter((field) => container[field])
    .map((field) => at(field).forbidden('may not be set for init containers without restartPolicy=Always'))
}

/** Complaints about one container, whatever its sort. */
export function containerErrors(container: Container, at: FieldPath, around: ContainerSurroundings): FieldError[] {
  const errors: FieldError[] = [...requiredName(container.name, at('name'), dnsLabel)]
  const image = container.image ?? ''
  if (image === '') errors.push(at('image').required())
  else if (image !== image.trim()) errors.push(at('image').invalid(image, 'must not have leading or trailing whitespace'))
  errors.push(
    ...probeErrors(container, at),
    ...lifecycleErrors(container.lifecycle, at('lifecycle'), around.spec.terminationGracePeriodSeconds ?? 30),
    ...requiredOneOf(container.terminationMessagePolicy, ['File', 'FallbackToLogsOnError'], at('terminationMessagePolicy')),
    ...portsErrors(container.ports, at('ports')),
    ...(container.env ?? []).flatMap((variable, index) => envErrors(variable, at('env', index))),
    ...(container.envFrom ?? []).flatMap((source, index) => envFromErrors(source, at('envFrom', index))),
    ...mountErrors(container.volumeMounts, at('volumeMounts'), around),
    ...requiredOneOf(container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'], at('imagePullPolicy')),
    ...resourceErrors(container.resources, at('resources')),
    ...oneOf(container.restartPolicy, ['Always', 'Never', 'OnFailure'], at('restartPolicy')),
    ...securityContextErrors(container.securityContext, at('securityContext')),
  )
  return errors
}

function portsErrors(ports: readonly ContainerPort[] | undefined, at: FieldPath): FieldError[] {
  const names = new Set<string>()
  return (ports ?? []).flatMap((port, index) => {
    const here = at(index)
    const errors: FieldError[] = []
    if (port.name) {
      const complaints = invalidName(port.name, here('name'), portName)
      errors.push(...complaints)
      if (complaints.length === 0 && names.has(port.name)) errors.push(here('name').duplicate(port.name))
      names.add(port.name)
    }
    if (!port.containerPort) errors.push(here('containerPort').required())
    else if (portNumber(port.containerPort).length > 0) errors.push(here('containerPort').invalid(port.containerPort, notBetween(1, 65535)))
    if (port.hostPort && portNumber(port.hostPort).length > 0) errors.push(here('hostPort').invalid(port.hostPort, notBetween(1, 65535)))
    errors.push(...requiredOneOf(port.protocol, PROTOCOLS, here('protocol')))
    return errors
  })
}

/** Two containers of a Pod share its network, so they cannot take one host port twice. */
function hostPortErrors(containers: readonly Container[], at: FieldPath): FieldError[] {
  const taken = new Set<string>()
  return containers.flatMap((container, c) =>
    (container.ports ?? []).flatMap((port, p) => {
      if (!port.hostPort) return []
      const text = `${port.protocol}/${port.hostIP ?? ''}/${port.hostPort}`
      if (taken.has(text)) return [at(c, 'ports', p, 'hostPort').duplicate(text)]
      taken.add(text)
      return []
    }),
  )
}

/** On the host's network a container's port is the host's. */
const hostNetworkErrors = (containers: readonly Container[], at: FieldPath): FieldError[] =>
  containers.flatMap((container, c) =>
    (container.ports ?? []).flatMap(({ hostPort, containerPort }, p) =>
      hostPort && hostPort !== containerPort
        ? [at(c, 'ports', p, 'hostPort').invalid(hostPort, 'must match `containerPort` when `hostNetwork` is true')]
        : [],
    ),
  )

const FIELD_PATHS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]

function envErrors(variable: EnvVar, at: FieldPath): FieldError[] {
  const errors = [...requiredName(variable.name, at('name'), environmentVariableName)]
  const from = variable.valueFrom
  if (!from) return errors
  const here = at('valueFrom')
  const sources = (['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const).filter(
    (source) => from[source],
  )
  if (from.fieldRef) errors.push(...fieldRefErrors(from.fieldRef.fieldPath, here('fieldRef', 'fieldPath')))
  if (from.resourceFieldRef && !from.resourceFieldRef.resource) errors.push(here('resourceFieldRef', 'resource').required())
  if (from.configMapKeyRef) errors.push(...keyRefErrors(from.configMapKeyRef, here('configMapKeyRef')))
  if (from.secretKeyRef) errors.push(...keyRefErrors(from.secretKeyRef, here('secretKeyRef')))
  if (sources.length === 0)
    errors.push(here.invalid('', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'))
  else if (variable.value) errors.push(here.invalid('', 'may not be specified when `value` is not empty'))
  else if (sources.length > 1) errors.push(here.invalid('', 'may not have more than one field specified at a time'))
  return errors
}

/** A path that the downward API can read: fields of the Pod, or one label or annotation in brackets. */
export function fieldRefErrors(path: string | undefined, at: FieldPath, supported: readonly string[] = FIELD_PATHS): FieldError[] {
  if (!path) return [at.required()]
  if (/^metadata\.(labels|annotations)\['[^']+'\]$/.test(path)) return []
  if (supported.includes(path)) return []
  const known =
    /^(metadata\.(name|namespace|uid|labels|annotations)|spec\.(nodeName|restartPolicy|serviceAccountName|schedulerName|hostNetwork)|status\.(phase|hostIP|hostIPs|podIP|podIPs))$/
  return known.test(path)
    ? [at.notSupported(path, supported)]
    : [at.invalid(path, `error converting fieldPath: field label not supported: ${path}`)]
}

function keyRefErrors(ref: { name?: string; key: string }, at: FieldPath): FieldError[] {
  return [
    ...(ref.name ? [] : [at('name').required()]),
    ...(ref.key ? invalidName(ref.key, at('key'), configMapKey) : [at('key').required()]),
  ]
}

function envFromErrors(source: EnvFromSource, at: FieldPath): FieldError[] {
  const errors: FieldError[] = source.prefix ? [...invalidName(source.prefix, at('prefix'), environmentVariableName)] : []
  for (const ref of ['configMapRef', 'secretRef'] as const) {
    if (source[ref]) errors.push(...requiredName(source[ref].name, at(ref, 'name'), dnsSubdomain))
  }
  if (source.configMapRef && source.secretRef) errors.push(at.invalid('', 'may not have more than one field specified at a time'))
  if (!source.configMapRef && !source.secretRef) errors.push(at.invalid('', 'must specify one of: `configMapRef` or `secretRef`'))
  return errors
}

function mountErrors(mounts: readonly VolumeMount[] | undefined, at: FieldPath, { volumes }: ContainerSurroundings): FieldError[] {
  const paths = new Set<string>()
  return (mounts ?? []).flatMap((mount, index) => {
    const here = at(index)
    const errors: FieldError[] = []
    if (!mount.name) errors.push(here('name').required())
    else if (!volumes.has(mount.name)) errors.push(here('name').notFound(mount.name))
    if (!mount.mountPath) errors.push(here('mountPath').required())
    else if (paths.has(mount.mountPath)) errors.push(here('mountPath').invalid(mount.mountPath, 'must be unique'))
    paths.add(mount.mountPath)
    if (mount.subPath) {
      if (mount.subPathExpr) errors.push(here('subPathExpr').invalid(mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'))
      errors.push(...localPathErrors(mount.subPath, here('subPath')))
    } else if (mount.subPathExpr) errors.push(...localPathErrors(mount.subPathExpr, here('subPathExpr')))
    errors.push(...oneOf(mount.mountPropagation, ['Bidirectional', 'HostToContainer', 'None'], here('mountPropagation')))
    return errors
  })
}

/** A path that stays below where it begins. */
export function localPathErrors(path: string, at: FieldPath): FieldError[] {
  if (path.startsWith('/')) return [at.invalid(path, 'must be a relative path')]
  return path.split('/').includes('..') ? [at.invalid(path, "must not contain '..'")] : []
}

function securityContextErrors(context: SecurityContext | undefined, at: FieldPath): FieldError[] {
  if (!context) return []
  const errors = commonSecurityErrors(context, at)
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged)
      errors.push(
        at.invalid(internalForm('SecurityContext', context), 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'),
      )
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN'))
      errors.push(at.invalid(context, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'))
  }
  errors.push(...oneOf(context.procMount, ['Default', 'Unmasked'], at('procMount')))
  return errors
}
