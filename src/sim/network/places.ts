import type { NetworkNamespace } from '../node/os/network'

/** Something with an address: a host, or a Pod's sandbox. */
export interface Place {
  /** The stack's own name: `host/node01`, `pod/default/web-…`. */
  readonly name: string
  readonly address: string
  readonly node: string
  readonly namespace: NetworkNamespace
  /** The Pod behind it; undefined for hosts. Pods of the host network share the host's place. */
  readonly pod?: { readonly namespace: string; readonly name: string }
  /** Into the containers of a Pod: a file of the first that has it, and the log of the first that runs. */
  readonly inside?: { readonly read: (path: string) => string | undefined; readonly say: (text: string) => void }
  /** False while the host is powered off or its cable is pulled. */
  readonly connected: () => boolean
}

/** Who is where on the cluster's network. */
export interface Places {
  attach(place: Place): void
  detach(address: string): void
  at(address: string): Place | undefined
  /** The place whose stack this is; several containers have stacks of the same name. */
  of(namespace: NetworkNamespace): Place | undefined
  host(node: string): Place | undefined
}

export function createPlaces(): Places {
  const byAddress = new Map<string, Place>()
  const byName = new Map<string, Place>()
  return {
    attach(place) {
      byAddress.set(place.address, place)
      byName.set(place.name, place)
    },
    detach(address) {
      const place = byAddress.get(address)
      if (!place) return
      byAddress.delete(address)
      if (byName.get(place.name) === place) byName.delete(place.name)
    },
    at: (address) => byAddress.get(address),
    of: (namespace) => byName.get(namespace.name),
    host: (node) => byName.get(`host/${node}`),
  }
}
