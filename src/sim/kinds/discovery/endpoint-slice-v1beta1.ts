import type { AnyObject } from '../../api/object'
import type { Endpoint, EndpointSlice } from '../../api/types/discovery-v1.gen'
import type { Endpoint as OldEndpoint, EndpointSlice as OldSlice } from '../../api/types/discovery-v1beta1.gen'

const HOSTNAME = 'kubernetes.io/hostname'
const ZONE = 'topology.kubernetes.io/zone'

/** v1beta1 had a map of topology where v1 has `nodeName` and `zone`; the rest of the map survives as `deprecatedTopology`. */
export function fromV1beta1(object: AnyObject): EndpointSlice {
  const slice = object as unknown as OldSlice // decoded as this version's type
  return { ...slice, apiVersion: 'discovery.k8s.io/v1', endpoints: (slice.endpoints ?? []).map(endpointFrom) }
}

function endpointFrom({ topology, ...endpoint }: OldEndpoint): Endpoint {
  const { [ZONE]: zone, [HOSTNAME]: hostname, ...others } = topology ?? {}
  const nodeName = endpoint.nodeName ?? hostname
  const rest = endpoint.nodeName && hostname ? { ...others, [HOSTNAME]: hostname } : others
  return {
    ...endpoint,
    ...(nodeName && { nodeName }),
    ...(zone && { zone }),
    ...(Object.keys(rest).length > 0 && { deprecatedTopology: rest }),
  }
}

/** The way back: `zone` returns into the map. */
export function toV1beta1(slice: EndpointSlice): AnyObject {
  const endpoints = (slice.endpoints ?? []).map(({ zone, deprecatedTopology, ...endpoint }) => {
    const topology = { ...deprecatedTopology, ...(zone && { [ZONE]: zone }) }
    return { ...endpoint, ...(Object.keys(topology).length > 0 && { topology }) }
  })
  return { ...slice, apiVersion: 'discovery.k8s.io/v1beta1', endpoints }
}
