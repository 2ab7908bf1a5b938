import type { EndpointAddress, EndpointPort, Endpoints, EndpointSubset, Pod, Service } from '../../api/types/core-v1.gen'
import { endpoints as endpointsKind } from '../../kinds/core/endpoints'
import { service as serviceKind } from '../../kinds/core/service'
import { defineController } from '../controller'
import { isFinished, isReady } from '../pod-state'
import { same } from '../../formats/same'
import { create, remove, update } from '../steps'
import { sameName } from '../watches'
import { hasSelector, hostnameIn, referenceTo, rememberPerPod, servicePods, targetPortIn } from './service-pods'

const HEADLESS = 'service.kubernetes.io/headless'
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity'
const MANAGED_BY = 'endpoints.kubernetes.io/managed-by'
const MAX_ADDRESSES = 1000

/** Keeps the older Endpoints object of every Service with a selector, for those who do not read EndpointSlices yet. */
export const endpointsController = defineController({
  name: 'endpoint-controller',
  reconciles: serviceKind,
  watches: { pods: servicePods, present: sameName(endpointsKind) },

  reconcile(service, { pods, present }) {
    if (service.spec.type === 'ExternalName' || !hasSelector(service.spec.selector)) return []
    const { subsets, truncated } = limited(subsetsOf(service, pods))
    const labels = labelsOf(service)
    const { [OVER_CAPACITY]: _before, ...others } = present?.metadata.annotations ?? {}
    const annotations = truncated ? { ...others, [OVER_CAPACITY]: 'truncated' } : others
    const metadata = { labels, ...(Object.keys(annotations).length > 0 && { annotations }) }
    const { name, namespace } = service.metadata
    if (!present)
      return [
        create(
          endpointsKind,
          { metadata: { name, namespace, ...metadata }, ...(subsets.length > 0 && { subsets }) },
          {
            refusal: 'FailedToCreateEndpoint',
            refusalMessage: (error) => `Failed to create endpoint for service ${namespace}/${name}: ${error.message}`,
          },
        ),
      ]
    const isSame =
      same(present.subsets ?? [], subsets) && same(present.metadata.labels, labels) && same(present.metadata.annotations ?? {}, annotations)
    if (isSame) return []
    const next: Endpoints = {
      ...present,
      metadata: { ...present.metadata, labels, annotations: metadata.annotations },
      subsets: subsets.length > 0 ? subsets : undefined,
    }
    return [
      update(endpointsKind, next, {
        refusal: 'FailedToUpdateEndpoint',
        refusalMessage: (error) => `Failed to update endpoint ${namespace}/${name}: ${error.message}`,
      }),
    ]
  },

  /** Nothing owns an Endpoints object: it goes because its Service is gone. */
  deleted({ namespace, name }, find) {
    const left = find.get(endpointsKind, namespace, name)
    return left?.metadata.labels?.[MANAGED_BY] === 'endpoint-controller' ? [remove(endpointsKind, left)] : []
  },
})

function labelsOf({ metadata, spec }: Service): Readonly<Record<string, string>> {
  const { [HEADLESS]: _headless, ...own } = metadata.labels ?? {}
  return { ...own, [MANAGED_BY]: 'endpoint-controller', ...(spec.clusterIP === 'None' && { [HEADLESS]: '' }) }
}

const portsOf = rememberPerPod((pod, service) => {
  const ports = (service.spec.ports ?? []).flatMap((it): EndpointPort[] => {
    const port = targetPortIn(pod, it)
    if (port === undefined) return []
    return [
      { ...(it.name && { name: it.name }), port, protocol: it.protocol ?? 'TCP', ...(it.appProtocol && { appProtocol: it.appProtocol }) },
    ]
  })
  return { ports, key: JSON.stringify(ports) }
})

/** Addresses with the same ports together, ready and not ready apart, all in order. */
function subsetsOf(service: Service, pods: readonly Pod[]): readonly EndpointSubset[] {
  const groups = new Map<
    string,
    { readonly ports: readonly EndpointPort[]; readonly ready: EndpointAddress[]; readonly notReady: EndpointAddress[] }
  >()
  for (const pod of pods) {
    const ip = pod.status?.podIP
    if (!ip || isFinished(pod) || pod.metadata.deletionTimestamp) continue
    const { ports, key } = portsOf(pod, service)
    if (ports.length === 0 && service.spec.clusterIP !== 'None') continue
    const group = groups.get(key) ?? { ports, ready: [], notReady: [] }
    groups.set(key, group)
    const hostname = hostnameIn(pod, service)
    const address: EndpointAddress = {
      ip,
      ...(hostname && { hostname }),
      ...(pod.spec?.nodeName && { nodeName: pod.spec.nodeName }),
      targetRef: referenceTo(pod),
    }
    ;(isReady(pod) || service.spec.publishNotReadyAddresses ? group.ready : group.notReady).push(address)
  }
  return [...groups.values()].map(({ ports, ready, notReady }) => ({
    ...(ready.length > 0 && { addresses: ready.sort(byAddress) }),
    ...(notReady.length > 0 && { notReadyAddresses: notReady.sort(byAddress) }),
    ...(ports.length > 0 && { ports }),
  }))
}

const byAddress = (a: EndpointAddress, b: EndpointAddress) => (a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : 0)

/** An Endpoints object holds a thousand addresses and no more, the ready ones first. */
function limited(subsets: readonly EndpointSubset[]): { readonly subsets: readonly EndpointSubset[]; readonly truncated: boolean } {
  const count = subsets.reduce((sum, { addresses = [], notReadyAddresses = [] }) => sum + addresses.length + notReadyAddresses.length, 0)
  if (count <= MAX_ADDRESSES) return { subsets, truncated: false }
  let room = MAX_ADDRESSES
  const take = (addresses: readonly EndpointAddress[] | undefined) => {
    const taken = (addresses ?? []).slice(0, room)
    room -= taken.length
    return taken.length > 0 ? taken : undefined
  }
  const ready = subsets.map((subset) => ({ ...subset, addresses: take(subset.addresses) }))
  const all = ready.map((subset) => ({ ...subset, notReadyAddresses: take(subset.notReadyAddresses) }))
  return { subsets: all.filter((subset) => subset.addresses ?? subset.notReadyAddresses), truncated: true }
}
