import type { Addon, AddonEnvironment, MetricsProvider } from './addon'
import { json, statusAnswer } from '../api/edge-answer'
import type { PathHandler } from '../api/hooks'
import type { KindDefinition } from '../api/kind'
import type { KubeObject } from '../api/object'
import { failure } from '../api/status'
import type { ConfigMap, Pod } from '../api/types/core-v1.gen'
import { attempt } from '../controllers/component'
import { timestamp } from '../engine/time'
import { canonicalQuantity, milliValue, parseQuantity } from '../formats/quantity'
import { apiService, type APIService } from '../kinds/apiregistration/api-service'
import { withAvailable } from '../kinds/apiregistration/availability'
import { configMap } from '../kinds/core/config-map'

/** A Pod, or any other object, says itself how much there is of a metric: `metrics.tabernetes.io/requests-per-second: "150"`. */
const PREFIX = 'metrics.tabernetes.io/'
/** Metrics of the world outside, by their names. */
const EXTERNAL = { namespace: 'custom-metrics', name: 'external-metrics' }
const CUSTOM_GROUP = 'custom.metrics.k8s.io'
const EXTERNAL_GROUP = 'external.metrics.k8s.io'

/**
 * Serves the APIs of custom and external metrics while its container runs, as prometheus-adapter does. There is no Prometheus: what it answers
 * is written on the objects, or in ConfigMap custom-metrics/external-metrics, by whoever tries an autoscaler out.
 */
export const metricsAdapter: Addon = {
  program: 'metrics-adapter',
  greeting: 'Serving custom.metrics.k8s.io and external.metrics.k8s.io from annotations and ConfigMap custom-metrics/external-metrics',
  start(environment) {
    environment.provideMetrics(providerOf(environment))
    tell(environment, true)
    return () => {
      environment.provideMetrics(undefined)
      tell(environment, false)
    }
  },
}

/** What kube-apiserver's aggregator finds out about the APIServices that lead here. */
function tell({ client, engine }: AddonEnvironment, isAnswering: boolean) {
  for (const service of client.list<APIService>(apiService)) {
    if (![CUSTOM_GROUP, EXTERNAL_GROUP].includes(service.spec.group ?? '')) continue
    const { name = '', namespace = '' } = service.spec.service ?? {}
    const found = isAnswering
      ? { isTrue: true, reason: 'Passed', message: 'all checks passed' }
      : {
          isTrue: false,
          reason: 'MissingEndpoints',
          message: `endpointslices for service/${name} in ${JSON.stringify(namespace)} have no addresses with port name "https"`,
        }
    const status = withAvailable(service, found, timestamp(engine.nowMs))
    if (status) attempt(() => client.updateStatus<APIService>(apiService, { ...service, status }))
  }
}

function providerOf(environment: AddonEnvironment): MetricsProvider {
  const { client, registry } = environment
  const kindNamed = (kind: string) =>
    registry.all().find((served) => served.stored && served.kind.kind === kind)?.kind as KindDefinition<KubeObject> | undefined
  return {
    podMetric: (pod: Pod, metric) => milliOf(valueOn(pod, metric)),
    objectMetric(namespace, kindName, name, metric) {
      const kind = kindNamed(kindName)
      const object = kind && client.get(kind, kind.namespaced ? namespace : undefined, name)
      return object && milliOf(valueOn(object, metric))
    },
    externalMetric: (_namespace, metric) => milliOf(quantityIn(externalMetrics(environment), metric)),
    answer: answerFor(environment),
  }
}

/** A quantity that somebody has written; what is none is as good as nothing. */
const quantityIn = (values: Readonly<Record<string, string>> | undefined, name: string) => {
  const text = values?.[name]
  return text !== undefined && parseQuantity(text) ? canonicalQuantity(text) : undefined
}
const milliOf = (quantity: string | undefined) => (quantity === undefined ? undefined : milliValue(quantity))
const valueOn = ({ metadata }: KubeObject, metric: string) => quantityIn(metadata.annotations, PREFIX + metric)
const externalMetrics = ({ client }: AddonEnvironment) => client.get<ConfigMap>(configMap, EXTERNAL.namespace, EXTERNAL.name)?.data ?? {}

/** The answers of both APIs, in their own forms. */
const answerFor =
  (environment: AddonEnvironment): PathHandler =>
  (_request, { path, query, resource }) => {
    const [root, group = '', version = '', ...rest] = path.split('/').filter(Boolean)
    if (root !== 'apis' || (group !== CUSTOM_GROUP && group !== EXTERNAL_GROUP)) return undefined
    const apiVersion = `${group}/${version}`
    if (!version)
      return json({ kind: 'APIGroup', apiVersion: 'v1', name: group, versions: versionsOf(group), preferredVersion: versionsOf(group)[0] })
    if (!versionsOf(group).some((it) => it.groupVersion === apiVersion)) return undefined
    if (rest.length === 0)
      return json({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersion, resources: resourcesOf(environment, group) })
    if (!resource) return undefined
    const items =
      group === CUSTOM_GROUP
        ? customItems(environment, version, resource, query.get('labelSelector') ?? '')
        : externalItems(environment, resource.plural)
    if (group === EXTERNAL_GROUP) return json({ kind: 'ExternalMetricValueList', apiVersion, metadata: {}, items })
    if (items.length > 0) return json({ kind: 'MetricValueList', apiVersion, metadata: {}, items })
    const { plural, name = '', subresource: metric = '' } = resource
    const whose = name === '*' ? plural : `${plural} ${name}`
    return statusAnswer(failure(404, 'NotFound', `the server could not find the metric ${metric} for ${whose}`).status)
  }

const versionsOf = (group: string) =>
  (group === CUSTOM_GROUP ? ['v1beta2', 'v1beta1'] : ['v1beta1']).map((version) => ({ groupVersion: `${group}/${version}`, version }))

interface Asked {
  readonly plural: string
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  readonly subresource?: string | undefined
}

function customItems(
  { client, registry, engine }: AddonEnvironment,
  version: string,
  { plural, namespace, name, subresource: metric = '' }: Asked,
  labelSelector: string,
) {
  const [resource = '', ...group] = plural.split('.')
  const kind = registry
    .all()
    .find((served) => served.stored && served.kind.plural === resource && (group.length === 0 || served.kind.group === group.join('.')))
    ?.kind as KindDefinition<KubeObject> | undefined // of whatever kind: only its annotations are read
  if (!kind) return []
  const objects =
    name === '*'
      ? client.list(kind, { ...(namespace !== undefined && { namespace }), ...(labelSelector && { labelSelector }) })
      : [client.get(kind, namespace, name ?? '')].flatMap((object) => object ?? [])
  return objects.flatMap((object) => {
    const value = valueOn(object, metric)
    if (value === undefined) return []
    const described = { kind: object.kind, namespace: object.metadata.namespace, name: object.metadata.name, apiVersion: object.apiVersion }
    return [
      {
        describedObject: described,
        ...(version === 'v1beta2' ? { metric: { name: metric, selector: null } } : { metricName: metric }),
        timestamp: timestamp(engine.nowMs),
        value,
        ...(version === 'v1beta1' && { selector: null }),
      },
    ]
  })
}

function externalItems(environment: AddonEnvironment, metricName: string) {
  const value = quantityIn(externalMetrics(environment), metricName)
  return value === undefined ? [] : [{ metricName, metricLabels: {}, timestamp: timestamp(environment.engine.nowMs), value }]
}

/** Every metric that there is something of now. */
function resourcesOf(environment: AddonEnvironment, group: string) {
  const { client, registry } = environment
  const shape = (name: string, kind: string) => ({ name, singularName: '', namespaced: true, kind, verbs: ['get'] })
  if (group === EXTERNAL_GROUP) return Object.keys(externalMetrics(environment)).map((name) => shape(name, 'ExternalMetricValueList'))
  const names = new Set<string>()
  for (const { kind, stored } of registry.all()) {
    if (!stored) continue
    for (const { metadata } of client.list(kind as KindDefinition<KubeObject>))
      for (const key of Object.keys(metadata.annotations ?? {}))
        if (key.startsWith(PREFIX)) names.add(`${kind.plural}${kind.group && `.${kind.group}`}/${key.slice(PREFIX.length)}`)
  }
  return [...names].sort().map((name) => shape(name, 'MetricValueList'))
}
