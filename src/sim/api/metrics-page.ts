import { DURATION_BOUNDS, type RequestCounter, type Sample } from './edge-metrics'
import { versionInfo } from './version-info'
import type { ApiServer } from './hooks'
import type { BufferedResponse } from './http'
import type { FlowControl } from './late-flow-control'
import { atLeast, deprecationWarning } from './schema/schema'

type Type = 'counter' | 'gauge' | 'histogram'

/** `/metrics` in the text format of Prometheus, with the names of kube-apiserver. */
export function metricsPageOf(counters: readonly RequestCounter[], server: ApiServer, flows: FlowControl | undefined): BufferedResponse {
  const { gitVersion, major, minor, goVersion, platform } = versionInfo(server.release)
  const build = { build_date: '2026-01-01T00:00:00Z', compiler: 'gc', git_commit: '0'.repeat(40), git_tree_state: 'clean', git_version: gitVersion, go_version: goVersion, major, minor, platform } // prettier-ignore
  const objects = [...new Map(server.registry.all().filter(({ stored }) => stored).map((each) => [each.kind, each])).values()] // prettier-ignore
    .map(({ group, kind }) => ({ group, kind, count: server.storage.count(kind as never) }))
  const body = [
    metric('aggregator_unavailable_apiservice', 'gauge', 'ALPHA', 'Gauge of APIServices which are marked as unavailable broken down by APIService name.', []), // prettier-ignore
    metric('apiserver_current_inflight_requests', 'gauge', 'STABLE', 'Maximal number of currently used inflight request limit of this apiserver per request kind in last second.', [[{ request_kind: 'mutating' }, 0], [{ request_kind: 'readOnly' }, 1]]), // prettier-ignore
    ...flowMetrics(flows, server),
    metric('apiserver_request_duration_seconds', 'histogram', 'STABLE', 'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.', counters.flatMap(durations)), // prettier-ignore
    metric('apiserver_request_total', 'counter', 'STABLE', 'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.', counters.map(({ labels, count }): Sample => [labels, count])), // prettier-ignore
    metric('apiserver_requested_deprecated_apis', 'gauge', 'STABLE', 'Gauge of deprecated APIs that have been requested, broken out by API group, version, resource, subresource, and removed_release.', deprecated(counters, server)), // prettier-ignore
    metric('apiserver_resource_objects', 'gauge', 'BETA', 'Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.', objects.map(({ group, kind, count }): Sample => [{ group, resource: kind.plural }, count])), // prettier-ignore
    metric('apiserver_storage_objects', 'gauge', 'STABLE', '(Deprecated since 1.34.0) Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.', objects.map(({ group, kind, count }): Sample => [{ resource: group === '' ? kind.plural : `${kind.plural}.${group}` }, count])), // prettier-ignore
    metric('etcd_bookmark_counts', 'gauge', 'ALPHA', 'Number of etcd bookmarks (progress notify events) split by kind.', [[{ group: '', resource: 'pods' }, 0]]), // prettier-ignore
    metric('kubernetes_build_info', 'gauge', 'ALPHA', 'A metric with a constant \'1\' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.', [[build, 1]]), // prettier-ignore
    metric('kubernetes_feature_enabled', 'gauge', 'BETA', 'This metric records the data about the stage and enablement of a k8s feature.', features(server.release)), // prettier-ignore
    metric('process_start_time_seconds', 'gauge', '', 'Start time of the process since unix epoch in seconds.', [[{}, 1_767_225_480]]), // prettier-ignore
  ]
  return { status: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8; escaping=values' }, body: body.join('') }
}

function flowMetrics(flows: FlowControl | undefined, server: ApiServer): readonly string[] {
  if (!flows) return []
  const served = flows.dispatched().map(({ level, schema, count }): Sample => [{ flow_schema: schema, priority_level: level }, count])
  const seats = flows.seats(server).map(([level, count]): Sample => [{ priority_level: level }, count])
  const none = served.map(([labels]): Sample => [labels, 0])
  return [
    metric('apiserver_flowcontrol_current_executing_requests', 'gauge', 'BETA', 'Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem', none), // prettier-ignore
    metric('apiserver_flowcontrol_current_inqueue_requests', 'gauge', 'BETA', 'Number of requests currently pending in queues of the API Priority and Fairness subsystem', none), // prettier-ignore
    metric('apiserver_flowcontrol_dispatched_requests_total', 'counter', 'BETA', 'Number of requests executed by API Priority and Fairness subsystem', served), // prettier-ignore
    metric('apiserver_flowcontrol_nominal_limit_seats', 'gauge', 'BETA', 'Nominal number of execution seats configured for each priority level', seats), // prettier-ignore
    metric('apiserver_flowcontrol_rejected_requests_total', 'counter', 'BETA', 'Number of requests rejected by API Priority and Fairness subsystem', []), // prettier-ignore
  ]
}

/** The buckets, sum and count of one sort of request; a histogram does not tell answers apart by their code. */
function durations({ labels: { code: _code, ...labels }, count, totalMs, within }: RequestCounter): readonly (Sample | NamedSample)[] {
  if (labels.verb === 'WATCH' || labels.verb === 'CONNECT') return []
  return [
    ...DURATION_BOUNDS.map((bound, index): NamedSample => ['_bucket', { ...labels, le: String(bound) }, within[index]!]),
    ['_bucket', { ...labels, le: '+Inf' }, count],
    ['_sum', labels, totalMs / 1000],
    ['_count', labels, count],
  ]
}

function deprecated(counters: readonly RequestCounter[], { registry, release }: ApiServer): readonly Sample[] {
  const rows = new Map<string, Sample>()
  for (const { labels, isDeprecated } of counters) {
    if (!isDeprecated) continue
    const { group = '', version = '', resource = '', subresource = '' } = labels
    const kind = registry.find(group, version, resource)?.kind.kind ?? ''
    const removed = /unavailable in v([\d.]+)\+/.exec(deprecationWarning(release, group, version, kind) ?? '')?.[1] ?? ''
    const found: Sample = [{ group, removed_release: removed, resource, subresource, version }, 1]
    rows.set(Object.values(found[0]).join(' '), found)
  }
  return [...rows.values()]
}

/** Feature gates that people look for, with the releases of their alpha, beta and general availability. A beta is on unless it says `off`. */
const FEATURES: readonly (readonly [name: string, alpha: string, beta?: string, stable?: string, off?: 'off'])[] = [
  ['AnyVolumeDataSource', '1.18', '1.24', '1.33'],
  ['CPUManagerPolicyAlphaOptions', '1.23'],
  ['ContainerCheckpoint', '1.25', '1.30'],
  ['CoordinatedLeaderElection', '1.31', '1.33', undefined, 'off'],
  ['CronJobsScheduledAnnotation', '1.28', '1.28', '1.32'],
  ['CustomResourceFieldSelectors', '1.30', '1.31', '1.32'],
  ['DynamicResourceAllocation', '1.30', '1.32', '1.34'],
  ['GracefulNodeShutdown', '1.20', '1.21'],
  ['HPAScaleToZero', '1.16'],
  ['InPlacePodVerticalScaling', '1.27', '1.33', '1.35'],
  ['JobManagedBy', '1.30', '1.32', '1.35'],
  ['JobSuccessPolicy', '1.30', '1.31', '1.33'],
  ['MutatingAdmissionPolicy', '1.32', '1.34', '1.36'],
  ['NodeLogQuery', '1.27', '1.30', '1.36', 'off'],
  ['NodeSwap', '1.22', '1.30', '1.34'],
  ['PodLevelResources', '1.32', '1.34'],
  ['PodSchedulingReadiness', '1.26', '1.27', '1.30'],
  ['RecoverVolumeExpansionFailure', '1.23', '1.32', '1.34'],
  ['RelaxedDNSSearchValidation', '1.32', '1.33', '1.34'],
  ['SELinuxMount', '1.30', '1.33', '1.36', 'off'],
  ['SidecarContainers', '1.28', '1.29', '1.33'],
  ['StructuredAuthenticationConfiguration', '1.29', '1.30', '1.34'],
  ['TopologyAwareHints', '1.21', '1.23', '1.33'],
  ['UserNamespacesSupport', '1.25', '1.30', '1.36'],
  ['ValidatingAdmissionPolicy', '1.26', '1.28', '1.30'],
  ['VolumeAttributesClass', '1.29', '1.31', '1.34'],
  ['WatchList', '1.27', '1.32'],
  ['WinDSR', '1.14', '1.33', '1.34'],
]

function features(release: readonly [number, number]): readonly Sample[] {
  return FEATURES.filter(([, alpha]) => atLeast(release, alpha)).map(([name, , beta, stable, off]) => {
    const isStable = stable !== undefined && atLeast(release, stable)
    const isBeta = beta !== undefined && atLeast(release, beta)
    return [{ name, stage: isStable ? '' : isBeta ? 'BETA' : 'ALPHA' }, isStable || (isBeta && off === undefined) ? 1 : 0]
  })
}

/** A sample of a metric that has several names: `_bucket`, `_sum`, `_count`. */
type NamedSample = readonly [suffix: string, labels: Readonly<Record<string, string>>, value: number]

function metric(name: string, type: Type, stability: string, help: string, samples: readonly (Sample | NamedSample)[]): string {
  const lines = samples.map((sample) => {
    const [suffix, labels, value] = sample.length === 3 ? sample : ['', ...sample]
    const text = Object.entries(labels).map(([key, label]) => `${key}=${JSON.stringify(label)}`)
    return `${name}${suffix}${text.length > 0 ? `{${text.join(',')}}` : ''} ${value}\n`
  })
  return `# HELP ${name} ${stability ? `[${stability}] ` : ''}${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}
