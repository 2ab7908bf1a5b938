import type {
  AzureDiskVolumeSource,
  Container,
  ContainerPort,
  EnvVar,
  EphemeralContainer,
  HTTPGetAction,
  Lifecycle,
  LifecycleHandler,
  PodSpec,
  PodTemplateSpec,
  Probe,
  ResourceRequirements,
  Volume,
  VolumeProjection,
} from '../../api/types/core-v1.gen'
import { changeField, mapSame, withDefaults, withEmpty, withField } from '../defaulting'

/** 0644, in the decimal that JSON knows. */
const FILE_MODE = 420

/** Defaults of a Pod's spec, whether in a Pod or in a template. See `SetDefaults_PodSpec` and its neighbours. */
export function podSpecDefaults(spec: PodSpec): PodSpec {
  let result = withDefaults(spec, {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
    serviceAccountName: spec.serviceAccount,
  })
  // The field's old name always says what the new one does; alone it is understood too.
  if (result.serviceAccountName !== undefined) result = withField(result, 'serviceAccount', result.serviceAccountName)
  const hostNetwork = result.hostNetwork === true
  result = changeField(result, 'containers', (list) => mapSame(list, (c) => containerDefaults(c, hostNetwork))!)
  result = changeField(result, 'initContainers', (list) => mapSame(list, (c) => containerDefaults(c, hostNetwork))!)
  result = changeField(result, 'ephemeralContainers', (list) => mapSame(list, (c) => ephemeralContainerDefaults(c))!)
  return changeField(result, 'volumes', (list) => mapSame(list, volumeDefaults)!)
}

/** Defaults of the Pod template of a workload kind. */
export function podTemplateDefaults(template: PodTemplateSpec | undefined): PodTemplateSpec {
  const result = withEmpty(template ?? {}, 'metadata', 'spec')
  return changeField(result, 'spec', podSpecDefaults)
}

/** What a Pod gets beyond its spec's defaults, but a template does not: requests as large as limits, service links. */
export function podOnlyDefaults(spec: PodSpec): PodSpec {
  let result = withDefaults(spec, { enableServiceLinks: true })
  const requested = <C extends Container>(container: C) => changeField(container, 'resources', requestsFromLimits)
  result = changeField(result, 'containers', (list) => mapSame(list, requested)!)
  return changeField(result, 'initContainers', (list) => mapSame(list, requested)!)
}

function requestsFromLimits(resources: ResourceRequirements): ResourceRequirements {
  const { limits } = resources
  return limits ? withField(resources, 'requests', withDefaults(resources.requests ?? {}, limits)) : resources
}

/** Defaults of one container. */
export function containerDefaults<C extends Container>(container: C, hostNetwork = false): C {
  let result = withEmpty(
    withDefaults<Container>(container, {
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      imagePullPolicy: pullPolicyOf(container.image),
    }),
    'resources',
  )
  result = changeField(result, 'ports', (ports) => mapSame(ports, (port) => portDefaults(port, hostNetwork))!)
  result = changeField(result, 'env', (env) => mapSame(env, envDefaults)!)
  result = changeField(result, 'livenessProbe', probeDefaults)
  result = changeField(result, 'readinessProbe', probeDefaults)
  result = changeField(result, 'startupProbe', probeDefaults)
  result = changeField(result, 'lifecycle', lifecycleDefaults)
  return result as C // only optional fields were added
}

/** Ephemeral containers take a container's defaults. */
export const ephemeralContainerDefaults = (container: EphemeralContainer): EphemeralContainer => containerDefaults(container)

/** `Always` for an image without a tag or with `:latest`, else `IfNotPresent`; a digest names one content for ever. */
export function pullPolicyOf(image = ''): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent'
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? 'latest'
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function portDefaults(port: ContainerPort, hostNetwork: boolean): ContainerPort {
  return withDefaults(port, { protocol: 'TCP', ...(hostNetwork && !port.hostPort && { hostPort: port.containerPort }) })
}

function envDefaults(variable: EnvVar): EnvVar {
  return changeField(variable, 'valueFrom', (from) => {
    const result = changeField(from, 'fieldRef', (ref) => withDefaults(ref, { apiVersion: 'v1' }))
    return changeField(result, 'resourceFieldRef', (ref) => withDefaults(ref, { divisor: '0' }))
  })
}

function probeDefaults(probe: Probe): Probe {
  // A zero here means "not told", as in every number that the API keeps without a pointer.
  const { timeoutSeconds, periodSeconds, successThreshold, failureThreshold } = probe
  const timed: Probe =
    timeoutSeconds && periodSeconds && successThreshold && failureThreshold
      ? probe
      : {
          ...probe,
          timeoutSeconds: timeoutSeconds || 1,
          periodSeconds: periodSeconds || 10,
          successThreshold: successThreshold || 1,
          failureThreshold: failureThreshold || 3,
        }
  const http = changeField(timed, 'httpGet', httpGetDefaults)
  return changeField(http, 'grpc', (grpc) => (grpc.service === undefined ? { ...grpc, service: '' } : grpc))
}

const httpGetDefaults = (get: HTTPGetAction): HTTPGetAction => withDefaults(get, { path: '/', scheme: 'HTTP' })

function lifecycleDefaults(lifecycle: Lifecycle): Lifecycle {
  const handler = (action: LifecycleHandler) => changeField(action, 'httpGet', httpGetDefaults)
  return changeField(changeField(lifecycle, 'postStart', handler), 'preStop', handler)
}

/** A Volume without a source is an emptyDir; the modes of files, and the like, of the sources that have them. */
function volumeDefaults(volume: Volume): Volume {
  if (Object.keys(volume).every((key) => key === 'name')) return { ...volume, emptyDir: {} }
  let result = changeField(volume, 'secret', (source) => withDefaults(source, { defaultMode: FILE_MODE }))
  result = changeField(result, 'configMap', (source) => withDefaults(source, { defaultMode: FILE_MODE }))
  result = changeField(result, 'hostPath', (source) => (source.type === undefined ? { ...source, type: '' } : source))
  result = changeField(result, 'azureDisk', azureDiskDefaults)
  result = changeField(result, 'downwardAPI', (source) =>
    changeField(withDefaults(source, { defaultMode: FILE_MODE }), 'items', (items) =>
      mapSame(items, (item) => changeField(item, 'fieldRef', (ref) => withDefaults(ref, { apiVersion: 'v1' })))!,
    ),
  )
  result = changeField(result, 'projected', (source) =>
    changeField(withDefaults(source, { defaultMode: FILE_MODE }), 'sources', (sources) => mapSame(sources, projectionDefaults)!),
  )
  result = changeField(result, 'image', (source) => withDefaults(source, { pullPolicy: pullPolicyOf(source.reference) }))
  return changeField(result, 'ephemeral', (source) =>
    changeField(source, 'volumeClaimTemplate', (template) =>
      changeField(template, 'spec', (spec) => withDefaults(spec, { volumeMode: 'Filesystem' })),
    ),
  )
}

/** What a disk of Azure is when nobody says. */
export const azureDiskDefaults = (disk: AzureDiskVolumeSource): AzureDiskVolumeSource =>
  withDefaults(disk, { cachingMode: 'ReadWrite', kind: 'Shared', readOnly: false })

function projectionDefaults(projection: VolumeProjection): VolumeProjection {
  const result = changeField(projection, 'serviceAccountToken', (token) => withDefaults(token, { expirationSeconds: 3600 }))
  return changeField(result, 'downwardAPI', (source) =>
    changeField(source, 'items', (items) =>
      mapSame(items, (item) => changeField(item, 'fieldRef', (ref) => withDefaults(ref, { apiVersion: 'v1' })))!,
    ),
  )
}
