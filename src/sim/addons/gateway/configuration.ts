import type { Endpoint } from '../ingress-nginx/configuration'
import type { Attachment } from './attaching'
import type { JudgedListener } from './listeners'
import type { RouteFilter, RouteMatch } from './types'

/** What the nginx of a Gateway is told: plain JSON, which travels over the network. */
export interface GatewayConfiguration {
  readonly ports: readonly ServedPort[]
}

export interface ServedPort {
  readonly port: number
  readonly isSecure: boolean
  readonly hosts: readonly ServedHost[]
}

/** A host, or `*.example.com`, or '' for all others, with the rules of all routes for it: older routes first. */
export interface ServedHost {
  readonly host: string
  readonly certificate: string | undefined
  readonly rules: readonly ServedRule[]
}

export interface ServedRule {
  readonly route: string
  readonly matches: readonly RouteMatch[]
  readonly filters: readonly ServedFilter[]
  readonly backends: readonly ServedBackend[]
  readonly timeoutMs: number | undefined
}

export interface ServedFilter {
  readonly filter: RouteFilter
  readonly mirrored?: ServedBackend
}

export interface ServedBackend {
  readonly name: string
  readonly weight: number
  readonly endpoints: readonly Endpoint[]
  /** False for one that does not exist or may not be referred to: its share of the requests fails. */
  readonly isValid: boolean
}

/** The configuration of a Gateway, from its valid listeners and the routes on them. GRPCRoutes are attached and not served. */
export function configurationOf(listeners: readonly JudgedListener[], attachments: readonly Attachment[]): GatewayConfiguration {
  const ports = new Map<number, Map<string, { certificate: string | undefined; rules: ServedRule[] }>>()
  for (const { listener, isValid, certificate } of listeners) {
    if (!isValid) continue
    const hosts = ports.get(listener.port) ?? new Map<string, { certificate: string | undefined; rules: ServedRule[] }>()
    ports.set(listener.port, hosts)
    const own = listener.hostname ?? ''
    if (!hosts.has(own)) hosts.set(own, { certificate, rules: [] })
  }
  for (const { listener, route, hosts, rules } of attachments) {
    if (route.kind !== 'HTTPRoute') continue
    const served = ports.get(listener.listener.port)!
    for (const host of hosts) {
      const known = served.get(host) ?? { certificate: listener.certificate, rules: [] }
      served.set(host, known)
      known.rules.push(...rules)
    }
  }
  return {
    ports: [...ports]
      .sort(([one], [other]) => one - other)
      .map(([port, hosts]) => ({
        port,
        isSecure: listeners.some(({ listener }) => listener.port === port && listener.protocol === 'HTTPS'),
        hosts: [...hosts].map(([host, { certificate, rules }]) => ({ host, certificate, rules })),
      })),
  }
}
