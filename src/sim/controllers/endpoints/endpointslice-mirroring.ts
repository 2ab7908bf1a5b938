import type { NewObject } from '../../api/object'
import type { Endpoints, EndpointSubset } from '../../api/types/core-v1.gen'
import type { Endpoint, EndpointSlice } from '../../api/types/discovery-v1.gen'
import { endpoints as endpointsKind } from '../../kinds/core/endpoints'
import { service as serviceKind } from '../../kinds/core/service'
import { endpointSlice } from '../../kinds/discovery/endpoint-slice'
import { defineController } from '../controller'
import { controllerReference } from '../owners'
import { same } from '../../formats/same'
import { create, remove, say, update } from '../steps'
import { owned, sameName } from '../watches'
import { hasSelector } from './service-pods'

const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
const MANAGER = 'endpointslicemirroring-controller.k8s.io'
const SKIP = 'endpointslice.kubernetes.io/skip-mirror'
/** No more addresses of a subset than this are mirrored. */
const MAX_PER_SUBSET = 1000

/** Copies Endpoints that somebody wrote by hand into EndpointSlices, so that whoever routes traffic need read slices only. */
export const endpointSliceMirroringController = defineController({
  name: 'endpointslicemirroring-controller',
  source: 'endpoint-slice-mirroring-controller',
  reconciles: endpointsKind,
  watches: { service: sameName(serviceKind), slices: owned(endpointSlice, endpointsKind) },

  reconcile(endpoints, { service, slices }) {
    const mirrored = slices.filter((slice) => slice.metadata.labels?.[MANAGED_BY] === MANAGER)
    const isWanted =
      service &&
      !hasSelector(service.spec.selector) &&
      endpoints.metadata.labels?.[SKIP] !== 'true' &&
      !endpoints.metadata.annotations?.['control-plane.alpha.kubernetes.io/leader']
    const wanted = isWanted ? (endpoints.subsets ?? []).flatMap((subset) => slicesFor(endpoints, subset)) : []
    const steps = [
      ...wanted.flatMap((slice, index) => {
        const present = mirrored[index]
        if (!present) return [create(endpointSlice, slice)]
        if (present.addressType !== slice.addressType) return [remove(endpointSlice, present), create(endpointSlice, slice)]
        const isSame = same(present.endpoints, slice.endpoints) && same(present.ports, slice.ports)
        return isSame ? [] : [update(endpointSlice, { ...present, endpoints: slice.endpoints, ports: slice.ports })]
      }),
      ...mirrored.slice(wanted.length).map((slice) => remove(endpointSlice, slice)),
    ]
    const skipped = isWanted && steps.length > 0 ? skippedOf(endpoints) : 0
    const text = `A max of ${MAX_PER_SUBSET} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`
    return [...(skipped > 0 ? [say('Warning', 'TooManyAddressesToMirror', text)] : []), ...steps]
  },
})

const skippedOf = ({ subsets = [] }: Endpoints) =>
  subsets.reduce(
    (sum, { addresses = [], notReadyAddresses = [] }) => sum + Math.max(0, addresses.length + notReadyAddresses.length - MAX_PER_SUBSET),
    0,
  )

function slicesFor(
  endpoints: Endpoints,
  { addresses = [], notReadyAddresses = [], ports = [] }: EndpointSubset,
): NewObject<EndpointSlice>[] {
  const { name, namespace, labels } = endpoints.metadata
  const all = [
    ...addresses.map((address) => ({ address, ready: true })),
    ...notReadyAddresses.map((address) => ({ address, ready: false })),
  ].slice(0, MAX_PER_SUBSET)
  return ['IPv4', 'IPv6'].flatMap((family) => {
    const ofFamily = all.filter(({ address }) => address.ip.includes(':') === (family === 'IPv6'))
    if (ofFamily.length === 0) return []
    return [
      {
        metadata: {
          generateName: `${name}-`,
          namespace,
          labels: { ...labels, 'kubernetes.io/service-name': name, [MANAGED_BY]: MANAGER },
          ownerReferences: [controllerReference(endpointsKind, endpoints)],
        },
        addressType: family,
        endpoints: ofFamily.map(({ address, ready }): Endpoint => ({
          addresses: [address.ip],
          conditions: { ready },
          ...(address.hostname && { hostname: address.hostname }),
          ...(address.nodeName && { nodeName: address.nodeName }),
          ...(address.targetRef && { targetRef: address.targetRef }),
        })),
        ports: ports.map((port) => ({
          name: port.name ?? '',
          protocol: port.protocol ?? 'TCP',
          port: port.port,
          ...(port.appProtocol && { appProtocol: port.appProtocol }),
        })),
      },
    ]
  })
}
