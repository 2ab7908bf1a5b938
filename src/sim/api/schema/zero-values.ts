import type { Field, ScalarName, Struct } from './schema'

/**
 * Which zero values an API server shows. Its types are Go structs: an optional field whose Go type is no pointer disappears when it is
 * false, 0 or empty; one that is a pointer stays, because there zero differs from "not said". These are the pointers, by name.
 */
const KEPT_BOOLEANS = new Set(
  `automountServiceAccountToken shareProcessNamespace enableServiceLinks hostUsers setHostnameAsFQDN runAsNonRoot allowPrivilegeEscalation privileged
  readOnlyRootFilesystem optional controller blockOwnerDeletion immutable suspend allocateLoadBalancerNodePorts attachRequired podInfoOnMount
  storageCapacity requiresRepublish seLinuxMount allowVolumeExpansion ready serving terminating manualSelector hostProcess started
  orphanDependents x-kubernetes-preserve-unknown-fields sendInitialEvents adminAccess allNodes exclusive nodeAllocatableInUse bool`.split(
    /\s+/,
  ),
)

const KEPT_NUMBERS = new Set(
  `replicas revisionHistoryLimit progressDeadlineSeconds terminationGracePeriodSeconds activeDeadlineSeconds backoffLimit completions parallelism
  ttlSecondsAfterFinished successfulJobsHistoryLimit failedJobsHistoryLimit startingDeadlineSeconds runAsUser runAsGroup fsGroup
  deletionGracePeriodSeconds gracePeriodSeconds defaultMode mode priority tolerationSeconds minReplicas averageUtilization expirationSeconds partition percent
  stabilizationWindowSeconds ready terminating collisionCount backoffLimitPerIndex maxFailedIndexes leaseDurationSeconds leaseTransitions
  minDomains terminatingReplicas stopSignal start retryAfterSeconds minLength maxLength minimum maximum minItems maxItems minProperties maxProperties int`.split(
    /\s+/,
  ),
)

const KEPT_STRINGS = new Set(
  `storageClassName volumeMode ipFamilyPolicy internalTrafficPolicy loadBalancerClass ingressClassName runtimeClassName pathType appProtocol
  volumeAttributesClassName trafficDistribution holderIdentity preferredHolder strategy service apiGroup nodeName zone hostname`.split(
    /\s+/,
  ),
)

/** In status the counters are plain numbers, and in these places a name of the lists above is no pointer. */
const NOT_KEPT: Readonly<Record<string, readonly string[]>> = {
  'core.v1.PodSpec': ['hostname', 'nodeName'],
  'core.v1.ContainerStatus': ['ready'],
  'rbac.v1.Subject': ['apiGroup'],
  'core.v1.Secret': ['type'],
}

/** Optional numbers with one meaning in one type and another elsewhere. */
const ALSO_KEPT: Readonly<Record<string, readonly string[]>> = {
  'core.v1.ClientIPConfig': ['timeoutSeconds'],
  'autoscaling.v2.HPAScalingRules': ['policies'], // none at all is another wish than the usual ones, and refused
  'discovery.v1.EndpointPort': ['name', 'port', 'protocol'],
  'admissionregistration.v1.ValidatingWebhook': ['timeoutSeconds'],
  'admissionregistration.v1.MutatingWebhook': ['timeoutSeconds'],
  'admissionregistration.v1.ServiceReference': ['port', 'path'],
  'core.v1.EmptyDirVolumeSource': ['sizeLimit'],
  'core.v1.HostPathVolumeSource': ['type'],
  'core.v1.AzureDiskVolumeSource': ['readOnly'],
  'core.v1.PodDNSConfigOption': ['value'],
  'apps.v1.StatefulSetStatus': ['availableReplicas'],
  'core.v1.NodeRuntimeHandler': ['name'],
  'policy.v1.PodDisruptionBudgetStatus': ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'],
  'flowcontrol.v1.LimitedPriorityLevelConfiguration': ['nominalConcurrencyShares', 'lendablePercent', 'borrowingLimitPercent'],
  'flowcontrol.v1.ExemptPriorityLevelConfiguration': ['nominalConcurrencyShares', 'lendablePercent'],
}

/** Whether an optional field stays in an object although its value is Go's zero value. */
export function keepsZero(struct: string, { name, type }: Field): boolean {
  if (ALSO_KEPT[struct]?.includes(name)) return true
  if (NOT_KEPT[struct]?.includes(name)) return false
  if (type.is !== 'scalar') return type.is === 'struct'
  switch (type.scalar) {
    case 'boolean':
      return KEPT_BOOLEANS.has(name)
    case 'string':
      return KEPT_STRINGS.has(name)
    case 'int32':
    case 'int64':
    case 'float64':
      return KEPT_NUMBERS.has(name) && !(name === 'replicas' && struct.endsWith('Status'))
    case 'bytes':
      return false
    default:
      return true
  }
}

/** Structs that are no pointers and so are always there, empty if need be. */
const ALWAYS_PRESENT: Readonly<Record<string, readonly string[]>> = {
  'core.v1.Container': ['resources'],
  'core.v1.EphemeralContainer': ['resources'],
  'core.v1.PersistentVolumeClaimSpec': ['resources'],
  'core.v1.Service': ['status'],
  'core.v1.ServiceStatus': ['loadBalancer'],
  'core.v1.Namespace': ['spec', 'status'],
  'core.v1.Node': ['spec', 'status'],
  'core.v1.NodeStatus': ['daemonEndpoints', 'nodeInfo'],
  'core.v1.NodeDaemonEndpoints': ['kubeletEndpoint'],
  'core.v1.Pod': ['status'],
  'core.v1.PersistentVolumeClaim': ['status'],
  'core.v1.PersistentVolumeClaimTemplate': ['metadata'],
  'core.v1.PersistentVolume': ['status'],
  'core.v1.ResourceQuota': ['status'],
  'core.v1.ReplicationController': ['status'],
  'apps.v1.Deployment': ['status'],
  'apps.v1.DeploymentSpec': ['strategy'],
  'apps.v1.DaemonSet': ['status'],
  'apps.v1.DaemonSetSpec': ['updateStrategy'],
  'apps.v1.StatefulSet': ['status'],
  'apps.v1.StatefulSetSpec': ['updateStrategy'],
  'apps.v1.ReplicaSet': ['status'],
  'batch.v1.Job': ['status'],
  'batch.v1.CronJob': ['status'],
  'batch.v1.JobTemplateSpec': ['metadata'],
  'core.v1.PodTemplateSpec': ['metadata', 'spec'],
  'networking.v1.Ingress': ['status'],
  'networking.v1.ServiceCIDR': ['status'],
  'resource.v1.ResourceClaimTemplateSpec': ['metadata'],
  'networking.v1.IngressStatus': ['loadBalancer'],
  'policy.v1.PodDisruptionBudget': ['status'],
  'autoscaling.v2.HorizontalPodAutoscaler': ['status'],
  'certificates.v1.CertificateSigningRequest': ['status'],
}

/** Fields without `omitempty` whose zero value shows as something of its own. */
const SHOWN_WHEN_UNSET: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'core.v1.ResourceFieldSelector': { divisor: '0' },
  'core.v1.ContainerStateRunning': { startedAt: null },
  'core.v1.ContainerStateTerminated': { startedAt: null, finishedAt: null },
  'rbac.v1.Role': { rules: null },
  'rbac.v1.ClusterRole': { rules: null },
  'scheduling.v1.PriorityClass': { value: 0 },
  'autoscaling.v2.HorizontalPodAutoscalerStatus': { currentMetrics: null },
  'core.v1.Event': {
    eventTime: null,
    firstTimestamp: null,
    lastTimestamp: null,
    source: {},
    reportingComponent: '',
    reportingInstance: '',
  },
}

/** Go's zero values as they are written on the wire. */
export const ZEROS: Readonly<Partial<Record<ScalarName, unknown>>> = {
  string: '',
  boolean: false,
  int32: 0,
  int64: 0,
  float64: 0,
  quantity: '0',
  'int-or-string': 0,
}

/** What Go has in a field that must be there when nobody set it; undefined where it has a pointer or a time, which stay away. */
function zeroOf({ type }: Field): unknown {
  if (type.is === 'list') return []
  if (type.is === 'map') return {}
  if (type.is === 'scalar') return ZEROS[type.scalar]
  return type.name.endsWith('.LabelSelector') ? undefined : {}
}

/** The times of a condition, which are no pointers: null when nobody set them. */
function timesOf(name: string, fields: Struct['fields']): readonly (readonly [name: string, value: null])[] {
  if (!name.endsWith('Condition')) return []
  return [...fields.values()]
    .filter(({ type }) => type.is === 'scalar' && type.scalar === 'time')
    .map((field) => [field.name, null] as const)
}

/**
 * The fields of a struct that are there even when nobody set them, with their values. `{}` stands for an empty struct, in which again fields
 * may have to be there. An object's own spec always is.
 */
export function alwaysPresent({ name, fields, custom }: Struct, isObject: boolean): readonly (readonly [name: string, value: unknown])[] {
  if (custom) return []
  const shown = [...Object.entries(SHOWN_WHEN_UNSET[name] ?? {}), ...timesOf(name, fields)]
  const structs = (ALWAYS_PRESENT[name] ?? []).filter((each) => fields.has(each)).map((each) => [each, {}] as const)
  const required = [...fields.values()]
    .filter((field) => field.required || (isObject && field.name === 'spec' && field.type.is === 'struct'))
    .flatMap((field) => {
      const value = field.default ?? zeroOf(field)
      return value === undefined ? [] : [[field.name, value] as const]
    })
  return [...new Map([...required, ...structs, ...shown])]
}
