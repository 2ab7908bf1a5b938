import type { KubeObject } from '../../sim/api/object'
import type { Deployment, ReplicaSet } from '../../sim/api/types/apps-v1.gen'
import type { Job } from '../../sim/api/types/batch-v1.gen'
import type { Event, Node, Pod, Service } from '../../sim/api/types/core-v1.gen'
import type { EndpointSlice } from '../../sim/api/types/discovery-v1.gen'
import { summarizePod } from '../../sim/kinds/core/pod-summary'
import { parseTimestamp } from '../../sim/engine/time'
import { keyFor } from './object-key'

/**
 * What the page knows of an object: the few fields that panels draw, so that a change costs little to send and to compare. The whole object is
 * asked for when somebody inspects it.
 */
export type Summary = PodSummary | NodeSummary | ServiceSummary | WorkloadSummary | EndpointsSummary | EventSummary | PlainSummary

interface Common {
  /** `Pod/default/web-1`: what panels and stores call it. */
  readonly key: string
  readonly namespace?: string
  readonly name: string
  readonly uid: string
  readonly version: string
  readonly createdMs: number
  readonly labels: Readonly<Record<string, string>>
  readonly ownerUid?: string
}

/** How far a Pod is on its way, as the map draws it. */
export type PodStage = 'pending' | 'starting' | 'running' | 'unready' | 'failing' | 'done' | 'ending'

export interface PodSummary extends Common {
  readonly kind: 'Pod'
  readonly node?: string
  readonly stage: PodStage
  /** The STATUS column of `kubectl get pods`. */
  readonly status: string
  readonly ready: number
  readonly total: number
  readonly restarts: number
  readonly ip?: string
  readonly images: readonly string[]
  readonly containers: readonly string[]
  /** Why no node was found, in the scheduler's words. */
  readonly why?: string
}

export interface NodeSummary extends Common {
  readonly kind: 'Node'
  readonly ready: boolean
  readonly cordoned: boolean
  readonly controlPlane: boolean
  readonly zone?: string
}

export interface ServiceSummary extends Common {
  readonly kind: 'Service'
  readonly type: string
  readonly address: string
  readonly ports: string
  /** Undefined: endpoints are written by hand. */
  readonly selector?: Readonly<Record<string, string>>
}

export interface WorkloadSummary extends Common {
  readonly kind: 'Deployment' | 'ReplicaSet' | 'Job'
  readonly wanted: number
  readonly ready: number
  readonly images: readonly string[]
  readonly selector: Readonly<Record<string, string>>
}

export interface EndpointsSummary extends Common {
  readonly kind: 'EndpointSlice'
  readonly service: string
  /** Names of Pods behind ready and unready addresses. */
  readonly ready: readonly string[]
  readonly unready: readonly string[]
}

export interface EventSummary extends Common {
  readonly kind: 'Event'
  readonly about: { readonly kind: string; readonly name: string; readonly namespace?: string; readonly uid?: string }
  readonly type: string
  readonly reason: string
  readonly message: string
  readonly count: number
  readonly lastMs: number
  readonly source: string
}

export interface PlainSummary extends Common {
  readonly kind: 'Namespace' | 'ConfigMap' | 'Secret'
}

/** What the page needs of an object. Its `kind` must be one of those in `Summary`. */
export function summarize(object: KubeObject): Summary {
  const common = commonOf(object)
  switch (object.kind) {
    case 'Pod':
      return pod(common, object as Pod & KubeObject)
    case 'Node':
      return node(common, object as Node & KubeObject)
    case 'Service':
      return service(common, object as Service & KubeObject)
    case 'Deployment':
    case 'ReplicaSet': {
      const { spec, status } = object as (Deployment | ReplicaSet) & KubeObject
      const images = spec.template?.spec?.containers.map(({ image }) => image ?? '') ?? []
      const selector = spec.selector.matchLabels ?? {}
      return { ...common, kind: object.kind, wanted: spec.replicas ?? 1, ready: status?.readyReplicas ?? 0, images, selector }
    }
    case 'Job': {
      const { spec, status } = object as Job & KubeObject
      const images = spec.template.spec?.containers.map(({ image }) => image ?? '') ?? []
      const selector = spec.selector?.matchLabels ?? {}
      return { ...common, kind: 'Job', wanted: spec.completions ?? 1, ready: status?.succeeded ?? 0, images, selector }
    }
    case 'EndpointSlice':
      return endpoints(common, object as EndpointSlice & KubeObject)
    case 'Event':
      return event(common, object as Event & KubeObject)
    default:
      return { ...common, kind: object.kind as PlainSummary['kind'] } // the kinds that are watched are exactly those of Summary
  }
}

function commonOf({ kind, metadata }: KubeObject): Common {
  return {
    key: keyFor(kind, metadata.namespace, metadata.name ?? ''),
    namespace: metadata.namespace,
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    version: metadata.resourceVersion ?? '',
    createdMs: parseTimestamp(metadata.creationTimestamp ?? ''),
    labels: metadata.labels ?? {},
    ownerUid: metadata.ownerReferences?.find(({ controller }) => controller)?.uid,
  }
}

function pod(common: Common, object: Pod & KubeObject): PodSummary {
  const { ready, total, status, restarts } = summarizePod(object)
  const scheduled = object.status?.conditions?.find(({ type }) => type === 'PodScheduled')
  return {
    ...common,
    kind: 'Pod',
    node: object.spec.nodeName || undefined,
    stage: stageOf(object, status, ready === total),
    status,
    ready,
    total,
    restarts,
    ip: object.status?.podIP,
    images: object.spec.containers.map(({ image }) => image ?? ''),
    containers: [...(object.spec.initContainers ?? []), ...object.spec.containers].map(({ name }) => name),
    why: scheduled?.status === 'False' ? scheduled.message : undefined,
  }
}

const FAILING =
  /Back-?[oO]ff|Err|Error|Failed|OOMKilled|Evicted|ContainerCannotRun|Invalid|Unknown|Signal:|ExitCode:|DeadlineExceeded|UnexpectedAdmission/

/** The stage of a Pod whose STATUS column reads `status`. */
export function stageOf(
  object: { metadata: KubeObject['metadata']; spec: { nodeName?: string } },
  status: string,
  ready: boolean,
): PodStage {
  if (object.metadata.deletionTimestamp) return 'ending'
  if (status === 'Completed' || status === 'Succeeded') return 'done'
  if (FAILING.test(status)) return 'failing'
  if (status === 'Running') return ready ? 'running' : 'unready'
  if (status === 'NotReady') return 'unready'
  return object.spec.nodeName ? 'starting' : 'pending'
}

function node(common: Common, { spec, status }: Node & KubeObject): NodeSummary {
  return {
    ...common,
    kind: 'Node',
    ready: status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    cordoned: spec?.unschedulable ?? false,
    controlPlane: 'node-role.kubernetes.io/control-plane' in common.labels,
    zone: common.labels['topology.kubernetes.io/zone'],
  }
}

function service(common: Common, { spec }: Service & KubeObject): ServiceSummary {
  return {
    ...common,
    kind: 'Service',
    type: spec?.type ?? 'ClusterIP',
    address: spec?.type === 'ExternalName' ? (spec.externalName ?? '') : (spec?.clusterIP ?? ''),
    ports: (spec?.ports ?? []).map(({ port, nodePort }) => (nodePort ? `${port}:${nodePort}` : `${port}`)).join(', '),
    selector: spec?.selector && Object.keys(spec.selector).length > 0 ? spec.selector : undefined,
  }
}

function endpoints(common: Common, { endpoints }: EndpointSlice & KubeObject): EndpointsSummary {
  const named = (wanted: boolean) =>
    (endpoints ?? [])
      .filter(({ conditions }) => (conditions?.ready ?? true) === wanted)
      .map(({ targetRef, addresses }) => targetRef?.name ?? addresses[0] ?? '')
  return {
    ...common,
    kind: 'EndpointSlice',
    service: common.labels['kubernetes.io/service-name'] ?? '',
    ready: named(true),
    unready: named(false),
  }
}

function event(common: Common, object: Event & KubeObject): EventSummary {
  const { involvedObject: about } = object
  return {
    ...common,
    kind: 'Event',
    about: { kind: about.kind ?? '', name: about.name ?? '', namespace: about.namespace, uid: about.uid },
    type: object.type ?? 'Normal',
    reason: object.reason ?? '',
    message: object.message ?? '',
    count: object.series?.count ?? object.count ?? 1,
    lastMs:
      parseTimestamp(object.series?.lastObservedTime ?? object.lastTimestamp ?? object.eventTime ?? object.firstTimestamp ?? '') ||
      common.createdMs,
    source: object.source?.component ?? object.reportingComponent ?? '',
  }
}
