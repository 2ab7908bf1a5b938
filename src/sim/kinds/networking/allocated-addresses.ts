import type { Client } from '../../api/client'
import type { ApiServer } from '../../api/hooks'
import { StatusError } from '../../api/status'
import type { Service } from '../../api/types/core-v1.gen'
import { isIPv4 } from '../../formats/ip'
import { service } from '../core/service'
import { ipAddress } from './ip-address'

const addressesOf = (one: Service | undefined) => (one?.spec.clusterIPs ?? []).filter((ip) => ip !== 'None' && ip !== '')

/**
 * Keeps an IPAddress for every address that a Service has: made when it is allocated, made anew when somebody deletes it, and gone with the
 * Service. Does nothing in releases without such objects.
 */
export function keepAddressesOfServices(server: ApiServer, client: Client): void {
  if (!server.registry.find(ipAddress.group, ipAddress.version, ipAddress.plural)) return

  function keep(one: Service) {
    const { namespace, name } = one.metadata
    for (const ip of addressesOf(one)) {
      if (client.get(ipAddress, undefined, ip)) continue
      attempt(() =>
        client.create(ipAddress, {
          metadata: {
            name: ip,
            labels: {
              'ipaddress.kubernetes.io/ip-family': isIPv4(ip) ? 'IPv4' : 'IPv6',
              'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
            },
          },
          spec: { parentRef: { group: '', resource: 'services', namespace: namespace ?? '', name } },
        }),
      )
    }
  }

  /** Gives back what a Service had; what another has taken meanwhile stays. */
  function release(ips: readonly string[], { namespace, name }: Service['metadata']) {
    for (const ip of ips) {
      const parent = client.get(ipAddress, undefined, ip)?.spec?.parentRef
      if (parent?.resource === 'services' && parent.namespace === namespace && parent.name === name)
        attempt(() => client.delete(ipAddress, undefined, ip))
    }
  }

  for (const one of client.list(service)) keep(one)
  client.watch(service, (events) => {
    for (const { type, object, old } of events) {
      const now = type === 'DELETED' ? [] : addressesOf(object)
      release(
        addressesOf(old ?? object).filter((ip) => !now.includes(ip)),
        object.metadata,
      )
      if (type !== 'DELETED') keep(object)
    }
  })
  client.watch(ipAddress, (events) => {
    for (const { type, object } of events) {
      const { resource, namespace, name = '' } = object.spec?.parentRef ?? {}
      const owner = type === 'DELETED' && resource === 'services' ? client.get(service, namespace, name) : undefined
      if (owner && addressesOf(owner).includes(object.metadata.name)) keep(owner)
    }
  })
}

/** A policy of somebody's may refuse: the Service has its address all the same. */
function attempt(write: () => unknown) {
  try {
    write()
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
  }
}
