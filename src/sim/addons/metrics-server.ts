import type { ApiServer } from '../api/hooks'
import type { KindDefinition } from '../api/kind'
import type { KubeObject } from '../api/object'
import { failure } from '../api/status'
import type { EndpointSlice } from '../api/types/discovery-v1.gen'
import type { Pod } from '../api/types/core-v1.gen'
import type { MetricsSource } from '../controllers/hpa/metrics'
import { timestamp } from '../engine/time'
import { apiService, type APIService } from '../kinds/apiregistration/api-service'
import { isAvailable, whyUnavailable, withAvailable } from '../kinds/apiregistration/availability'
import { node } from '../kinds/core/node'
import { endpointSlice } from '../kinds/discovery/endpoint-slice'
import { nodeMetrics, podMetrics, type NodeMetrics, type PodMetrics, type Usage } from '../kinds/metrics/metrics'
import type { Host } from '../node/host'
import { createUsageSamples, RESOLUTION_MS, type NodeSample, type PodSample, type Rate, type UsageSamples } from './usage-samples'

/** Under which name the metrics API is announced to kube-apiserver. */
const API_SERVICE = 'v1beta1.metrics.k8s.io'
const WINDOW = `${RESOLUTION_MS / 1000}s`

/**
 * The resource metrics API. While an APIService names it, `metrics.k8s.io` is served; while a Pod behind that APIService's Service is ready,
 * there is somebody to answer. Returns the source from which autoscalers take their figures.
 */
export function serveMetrics(server: ApiServer, hosts: () => Iterable<readonly [string, Host]>): MetricsSource {
  const client = server.client({ user: 'system:kube-aggregator', groups: ['system:masters'], manager: 'kube-apiserver' })
  const samples = createUsageSamples(server.engine, hosts)
  const kinds = metricsKinds(samples, () => isAvailable(client.get(apiService, undefined, API_SERVICE)))
  let served = false
  let answering = false

  function look() {
    const service = client.get(apiService, undefined, API_SERVICE)
    const wanted = service?.spec.service !== undefined
    if (wanted !== served) {
      served = wanted
      for (const kind of kinds) {
        if (wanted) server.registry.add(kind)
        else server.registry.remove(kind.group, kind.plural)
      }
    }
    if (!service?.spec.service) return server.registry.lead(API_SERVICE, [])
    const why = whyUnavailable(service.spec.service, client, server.release)
    const answers = why === undefined
    server.registry.lead(API_SERVICE, answers ? [] : [{ group: 'metrics.k8s.io', version: 'v1beta1', resources: [], isStale: true }])
    if (answers !== answering) {
      answering = answers
      if (answers) samples.start()
      else samples.stop()
    }
    const found = why ? { isTrue: false, ...why } : { isTrue: true, reason: 'Passed', message: 'all checks passed' }
    const status = withAvailable(service, found, timestamp(server.engine.nowMs))
    if (status) client.updateStatus(apiService, { ...service, status })
  }

  look()
  client.watch<APIService>(apiService, (events) => {
    if (events.some(({ object }) => object.metadata.name === API_SERVICE)) look()
  })
  client.watch<EndpointSlice>(endpointSlice, (events) => {
    if (served && events.some(({ object }) => object.metadata.namespace === 'kube-system')) look()
  })

  return {
    podUsage(pod, resource) {
      const sample = sampleOf(samples, pod)
      if (!sample || (resource !== 'cpu' && resource !== 'memory')) return undefined
      const value = (rate: Rate) => (resource === 'cpu' ? Math.ceil(rate.milliCores) : rate.memoryBytes * 1000)
      return new Map([...sample.containers].map(([name, rate]) => [name, value(rate)]))
    },
    measuredSinceMs({ spec }) {
      const sample = samples.node(spec.nodeName ?? '')
      return sample && sample.atMs - RESOLUTION_MS
    },
    whyNoUsage: () =>
      !served
        ? 'the server could not find the requested resource (get pods.metrics.k8s.io)'
        : answering
          ? undefined
          : 'the server is currently unable to handle the request (get pods.metrics.k8s.io)',
  }
}

const sampleOf = (samples: UsageSamples, { metadata, spec }: Pod): PodSample | undefined => {
  const sample = samples.node(spec.nodeName ?? '')?.pods.get(`${metadata.namespace}/${metadata.name}`)
  return sample?.pod.metadata.uid === metadata.uid ? sample : undefined
}

function metricsKinds(samples: UsageSamples, answers: () => boolean): readonly KindDefinition<never>[] {
  const check = () => {
    if (!answers()) throw failure(503, 'ServiceUnavailable', 'the server is currently unable to handle the request')
  }
  const pods = podMetrics(({ namespace }) => {
    check()
    return [...samples.nodes().values()].flatMap((sample) =>
      [...sample.pods.values()]
        .filter(({ pod }) => namespace === undefined || pod.metadata.namespace === namespace)
        .map((each) => metricsOfPod(each, sample)),
    )
  }, total)
  const nodes = nodeMetrics(({ server }) => {
    check()
    return [...samples.nodes()].flatMap(([name, sample]) => {
      const object = server.storage.get(node as unknown as KindDefinition, undefined, name)?.object // the store does not ask what a kind is of
      return object ? [metricsOfNode(name, object.metadata.labels, sample)] : []
    })
  })
  return [nodes, pods] as unknown as readonly KindDefinition<never>[] // the list forgets which kind each is for
}

const apiVersion = 'metrics.k8s.io/v1beta1'

/** What is computed has a name, but no identity: there are no two states of it to be told apart. */
const metadataOf = (metadata: Partial<KubeObject['metadata']>) => metadata as KubeObject['metadata']

const metricsOfPod = ({ pod: { metadata }, containers }: PodSample, { atMs }: NodeSample): PodMetrics => ({
  kind: 'PodMetrics',
  apiVersion,
  metadata: metadataOf({
    name: metadata.name,
    namespace: metadata.namespace,
    creationTimestamp: timestamp(atMs),
    ...(metadata.labels && { labels: metadata.labels }),
  }),
  timestamp: timestamp(atMs),
  window: WINDOW,
  containers: [...containers].map(([name, rate]) => ({ name, usage: usageText(rate) })),
})

const metricsOfNode = (name: string, labels: Readonly<Record<string, string>> | undefined, sample: NodeSample): NodeMetrics => ({
  kind: 'NodeMetrics',
  apiVersion,
  metadata: metadataOf({ name, creationTimestamp: timestamp(sample.atMs), ...(labels && { labels }) }),
  timestamp: timestamp(sample.atMs),
  window: WINDOW,
  usage: usageText(sample),
})

/** CPU in billionths of a core, memory in KiB: the units of the real one. */
const usageText = ({ milliCores, memoryBytes }: Rate): Usage => ({
  cpu: milliCores > 0 ? `${Math.round(milliCores * 1_000_000)}n` : '0',
  memory: `${Math.floor(memoryBytes / 1024)}Ki`,
})

/** All containers of a Pod together. */
function total({ containers }: PodMetrics): Usage {
  const sum = (read: (usage: Usage) => string) => containers.reduce((sum, { usage }) => sum + Number(read(usage).replace(/\D+$/, '')), 0)
  return { cpu: `${sum(({ cpu }) => cpu)}n`, memory: `${sum(({ memory }) => memory)}Ki` }
}
