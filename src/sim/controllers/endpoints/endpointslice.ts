import type { NewObject } from '../../api/object'
import type { Node, Pod, Service } from '../../api/types/core-v1.gen'
import type { Endpoint, EndpointPort, EndpointSlice } from '../../api/types/discovery-v1.gen'
import { endpointSlice } from '../../kinds/discovery/endpoint-slice'
import { node as nodeKind } from '../../kinds/core/node'
import { service as serviceKind } from '../../kinds/core/service'
import { defineController, type Step, type Watch } from '../controller'
import { controllerReference } from '../owners'
import { isFinished, isReady } from '../pod-state'
import { same } from '../../formats/same'
import { create, remove, update } from '../steps'
import { looksAt } from '../watches'
import { lateHints, saysWhere } from './late-hints'
import { hasSelector, hostnameIn, referenceTo, rememberPerPod, servicePods, targetPortIn } from './service-pods'

const SERVICE_NAME = 'kubernetes.io/service-name'
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
const MANAGER = 'endpointslice-controller.k8s.io'
const HEADLESS = 'service.kubernetes.io/headless'
/** More endpoints than this do not go into one slice. */
const MAX_ENDPOINTS = 100

/** The slices that belong to a Service, by the label that says so. */
export const slicesOf = (manager: string): Watch<Service, readonly EndpointSlice[]> => ({
  kind: endpointSlice as never, // only used as the name of what to watch
  concerns: ({ metadata }) =>
    metadata.labels?.[MANAGED_BY] === manager && metadata.labels[SERVICE_NAME]
      ? [`${metadata.namespace}/${metadata.labels[SERVICE_NAME]}`]
      : [],
  read: ({ metadata }, find) => find.list(endpointSlice, metadata.namespace, `${SERVICE_NAME}=${metadata.name},${MANAGED_BY}=${manager}`),
})

/** Keeps EndpointSlices for every Service with a selector: where its Pods can be reached, and which of them are ready. */
export const endpointSliceController = defineController({
  name: 'endpointslice-controller',
  source: 'endpoint-slice-controller',
  reconciles: serviceKind,
  watches: {
    pods: servicePods,
    slices: slicesOf(MANAGER),
    nodeOf: looksAt(nodeKind as never, (_service: Service, find) => (name: string) => find.get(nodeKind, undefined, name)),
    nodes: looksAt(nodeKind as never, (_service: Service, find) => () => find.list(nodeKind)),
  },

  reconcile(service, { pods, slices, nodeOf, nodes }) {
    if (service.spec.type === 'ExternalName' || !hasSelector(service.spec.selector) || service.metadata.deletionTimestamp) return []
    const families = service.spec.ipFamilies?.length ? service.spec.ipFamilies : ['IPv4']
    const stale = slices.filter((slice) => !families.includes(slice.addressType)).map((slice) => remove(endpointSlice, slice))
    return [
      ...stale,
      ...families.flatMap((family) =>
        stepsFor(
          family,
          service,
          pods,
          slices.filter((slice) => slice.addressType === family),
          nodeOf,
          nodes,
        ),
      ),
    ]
  },
})

interface Group {
  readonly ports: readonly EndpointPort[]
  readonly endpoints: Map<string, Endpoint>
}

function stepsFor(
  family: string,
  service: Service,
  pods: readonly Pod[],
  slices: readonly EndpointSlice[],
  nodeOf: (name: string) => Node | undefined,
  nodes: () => readonly Node[],
): Step[] {
  const groups = new Map<string, Group>()
  for (const pod of pods) {
    const address = addressOf(pod, family)
    if (isFinished(pod) || address === undefined) continue
    const { ports, key } = portsOf(pod, service)
    const group = groups.get(key) ?? { ports, endpoints: new Map<string, Endpoint>() }
    group.endpoints.set(pod.metadata.uid, endpointOf(pod, address, service, nodeOf))
    groups.set(key, group)
  }
  // Even a Service without a single Pod has a slice: it says that there is nothing.
  if (groups.size === 0) groups.set(portsKey([]), { ports: [], endpoints: new Map() })
  const steps: Step[] = []
  const used = new Set<EndpointSlice>()
  for (const [key, group] of groups) {
    const present = slices.filter((slice) => portsKey(slice.ports ?? []) === key)
    for (const slice of present) used.add(slice)
    const hadHints = present.some(({ endpoints = [] }) => endpoints.some(({ hints }) => hints !== undefined))
    if (!hadHints && !saysWhere(service)) steps.push(...fillSlices(family, service, group, present))
    else {
      const hinted = lateHints.code.withHints(service, group.endpoints, nodes)
      steps.push(
        ...fillSlices(family, service, { ...group, endpoints: hinted.endpoints }, present),
        ...lateHints.code.hintNews(service, family, hadHints, hinted),
      )
    }
  }
  return [...steps, ...slices.filter((slice) => !used.has(slice)).map((slice) => remove(endpointSlice, slice))]
}

/** Leaves endpoints in the slices they are in, and puts new ones where there is room: few slices change when a Pod comes or goes. */
function fillSlices(family: string, service: Service, { ports, endpoints }: Group, present: readonly EndpointSlice[]): Step[] {
  const labels = sliceLabels(service)
  const waiting = new Map(endpoints)
  const filled = present.map((slice) => {
    const kept: Endpoint[] = []
    for (const { targetRef } of slice.endpoints ?? []) {
      const endpoint = waiting.get(targetRef?.uid ?? '')
      if (!endpoint || kept.length >= MAX_ENDPOINTS) continue
      kept.push(endpoint)
      waiting.delete(targetRef!.uid!)
    }
    return { slice, kept }
  })
  const rest = [...waiting.values()]
  for (const { kept } of filled) kept.push(...rest.splice(0, MAX_ENDPOINTS - kept.length))
  const steps: Step[] = []
  let remaining = filled.length
  for (const { slice, kept } of filled) {
    const isLast = remaining === 1 && rest.length === 0
    if (kept.length === 0 && !isLast) {
      steps.push(remove(endpointSlice, slice))
      remaining--
    } else if (!same(slice.endpoints ?? [], kept) || !same(slice.metadata.labels, labels))
      steps.push(update(endpointSlice, { ...slice, metadata: { ...slice.metadata, labels }, endpoints: kept, ports }))
  }
  const fresh: (readonly Endpoint[])[] = present.length === 0 && rest.length === 0 ? [[]] : []
  while (rest.length > 0) fresh.push(rest.splice(0, MAX_ENDPOINTS))
  return [
    ...steps,
    ...fresh.map((part) =>
      create(endpointSlice, newSlice(family, service, labels, ports, part), { refusal: 'FailedToUpdateEndpointSlices' }),
    ),
  ]
}

function newSlice(
  family: string,
  service: Service,
  labels: Readonly<Record<string, string>>,
  ports: readonly EndpointPort[],
  endpoints: readonly Endpoint[],
): NewObject<EndpointSlice> {
  const { name, namespace } = service.metadata
  return {
    metadata: { generateName: `${name}-`, namespace, labels, ownerReferences: [controllerReference(serviceKind, service)] },
    addressType: family,
    endpoints,
    ports,
  }
}

function sliceLabels({ metadata, spec }: Service): Readonly<Record<string, string>> {
  const { [HEADLESS]: _headless, ...own } = metadata.labels ?? {}
  return { ...own, [SERVICE_NAME]: metadata.name, [MANAGED_BY]: MANAGER, ...(spec.clusterIP === 'None' && { [HEADLESS]: '' }) }
}

function addressOf(pod: Pod, family: string): string | undefined {
  const addresses = pod.status?.podIPs?.map(({ ip }) => ip) ?? (pod.status?.podIP ? [pod.status.podIP] : [])
  return addresses.find((ip) => ip.includes(':') === (family === 'IPv6'))
}

const portsOf = rememberPerPod((pod, service) => {
  const ports = portsIn(pod, service)
  return { ports, key: portsKey(ports) }
})

function portsIn(pod: Pod, service: Service): readonly EndpointPort[] {
  return (service.spec.ports ?? []).flatMap((it) => {
    const port = targetPortIn(pod, it)
    return port === undefined
      ? []
      : [{ name: it.name ?? '', protocol: it.protocol ?? 'TCP', port, ...(it.appProtocol && { appProtocol: it.appProtocol }) }]
  })
}

const portsKey = (ports: readonly EndpointPort[]) =>
  ports.map(({ name, protocol, port, appProtocol }) => [name ?? '', protocol, port, appProtocol].join('/')).join(',')

function endpointOf(pod: Pod, address: string, service: Service, nodeOf: (name: string) => Node | undefined): Endpoint {
  const serving = isReady(pod)
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const nodeName = pod.spec?.nodeName
  const zone = nodeName ? nodeOf(nodeName)?.metadata.labels?.['topology.kubernetes.io/zone'] : undefined
  const hostname = hostnameIn(pod, service)
  return {
    addresses: [address],
    conditions: { ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
    ...(hostname && { hostname }),
    targetRef: referenceTo(pod),
    ...(nodeName && { nodeName }),
    ...(zone && { zone }),
  }
}
