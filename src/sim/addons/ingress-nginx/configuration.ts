import type { Secret, Service } from '../../api/types/core-v1.gen'
import type { EndpointSlice } from '../../api/types/discovery-v1.gen'
import type { Ingress, IngressServiceBackend } from '../../api/types/networking-v1.gen'
import { aliasesOf, canaryOf, settingsOf, type Canary, type Settings } from './annotations'
import { certificateIn, namesHost } from './certificates'

/** Whom a request may be handed to. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** The endpoints of one Service's port. */
export interface Upstream {
  readonly name: string
  readonly endpoints: readonly Endpoint[]
  readonly canary: Canary | undefined
}

/** One `location` of nginx: where requests with such a path go. */
export interface Location {
  readonly path: string
  readonly type: 'Exact' | 'Prefix'
  readonly upstream: string
  /** Upstreams of canaries. */
  readonly alternatives: readonly string[]
  /** Undefined for the location that answers where no Ingress does. */
  readonly ingress: string | undefined
  readonly service: string
  readonly settings: Settings
}

/** One `server` of nginx: a host, or `_` for all others. */
export interface Server {
  readonly host: string
  readonly aliases: readonly string[]
  /** In the order in which nginx has them. */
  readonly locations: readonly Location[]
  /** Some location asks for regular expressions, and so all are. */
  readonly usesRegex: boolean
  /** PEM text of the certificate, `fake` for the controller's own; undefined where no TLS was asked for. */
  readonly certificate: string | undefined
}

export interface Configuration {
  readonly servers: ReadonlyMap<string, Server>
  readonly upstreams: ReadonlyMap<string, Upstream>
}

/** What the cluster has of what a configuration is made from. */
export interface Inputs {
  /** Those of the controller's classes only. */
  readonly ingresses: readonly Ingress[]
  readonly service: (namespace: string, name: string) => Service | undefined
  readonly slices: (namespace: string, service: string) => readonly EndpointSlice[]
  readonly secret: (namespace: string, name: string) => Secret | undefined
  readonly options: Readonly<Record<string, string>>
  /** Hears what a person should know of. */
  readonly warn: (text: string) => void
}

/** The server that answers for hosts that no Ingress names. */
export const DEFAULT_SERVER = '_'
export const DEFAULT_UPSTREAM = 'upstream-default-backend'
const ROOT = '/'

interface Draft {
  host: string
  aliases: readonly string[]
  locations: (Location & { isDefault: boolean })[]
  certificate: string | undefined
}

/** nginx' configuration for these Ingresses: the oldest wins where two ask for the same path. */
export function configurationFor(inputs: Inputs): Configuration {
  const ingresses = [...inputs.ingresses].sort(olderFirst)
  const upstreams = new Map<string, Upstream>([[DEFAULT_UPSTREAM, { name: DEFAULT_UPSTREAM, endpoints: [], canary: undefined }]])
  for (const ingress of ingresses) addUpstreams(inputs, ingress, upstreams)
  const drafts = new Map<string, Draft>()
  const defaults = settingsOf({ metadata: {} } as Ingress, inputs.options) // an Ingress without annotations
  const root = (upstream: string, ingress: string | undefined, service: string, settings: Settings) => ({
    path: ROOT,
    type: 'Prefix' as const,
    upstream,
    alternatives: [],
    ingress,
    service,
    settings,
    isDefault: true,
  })
  drafts.set(DEFAULT_SERVER, {
    host: DEFAULT_SERVER,
    aliases: [],
    locations: [root(DEFAULT_UPSTREAM, undefined, '', defaults)],
    certificate: 'fake',
  })
  const main = ingresses.filter((ingress) => !canaryOf(ingress))
  for (const ingress of main) {
    const settings = settingsOf(ingress, inputs.options)
    const backend = ingress.spec.defaultBackend?.service
    const fallback = backend ? upstreamName(ingress, backend) : DEFAULT_UPSTREAM
    const rules = ingress.spec.rules ?? []
    const catchAll = drafts.get(DEFAULT_SERVER)!.locations[0]!
    if (backend && rules.length === 0 && catchAll.isDefault)
      drafts.get(DEFAULT_SERVER)!.locations[0] = { ...root(fallback, keyOf(ingress), backend.name, settings), isDefault: false }
    for (const { host = DEFAULT_SERVER } of rules)
      if (!drafts.has(host || DEFAULT_SERVER))
        drafts.set(host, {
          host,
          aliases: [],
          locations: [root(fallback, keyOf(ingress), backend?.name ?? '', settings)],
          certificate: undefined,
        })
  }
  for (const ingress of main) addServerSettings(inputs, ingress, drafts)
  for (const ingress of main) addLocations(inputs, ingress, drafts)
  for (const ingress of ingresses) if (canaryOf(ingress)) addAlternatives(inputs, ingress, drafts, upstreams)
  return { servers: new Map([...drafts].map(([host, draft]) => [host, finished(draft)])), upstreams }
}

const keyOf = ({ metadata }: Ingress) => `${metadata.namespace}/${metadata.name}`

const olderFirst = (one: Ingress, other: Ingress) =>
  (one.metadata.creationTimestamp ?? '').localeCompare(other.metadata.creationTimestamp ?? '') || (keyOf(one) < keyOf(other) ? -1 : 1)

const portText = ({ port }: IngressServiceBackend) => String(port?.name ?? port?.number ?? '')
const upstreamName = ({ metadata }: Ingress, backend: IngressServiceBackend) => `${metadata.namespace}-${backend.name}-${portText(backend)}`

const backendsOf = ({ spec }: Ingress): readonly IngressServiceBackend[] => [
  ...(spec.defaultBackend?.service ? [spec.defaultBackend.service] : []),
  ...(spec.rules ?? []).flatMap(({ http }) => (http?.paths ?? []).flatMap(({ backend }) => backend.service ?? [])),
]

function addUpstreams(inputs: Inputs, ingress: Ingress, upstreams: Map<string, Upstream>) {
  const settings = settingsOf(ingress, inputs.options)
  for (const backend of backendsOf(ingress)) {
    const name = upstreamName(ingress, backend)
    if (upstreams.has(name)) continue
    let endpoints = endpointsOf(inputs, ingress.metadata.namespace!, backend.name, portText(backend), settings.serviceUpstream)
    if (endpoints.length === 0 && settings.defaultBackend !== '') {
      const port = inputs.service(ingress.metadata.namespace!, settings.defaultBackend)?.spec.ports?.[0]?.port
      if (port !== undefined)
        endpoints = endpointsOf(inputs, ingress.metadata.namespace!, settings.defaultBackend, String(port), settings.serviceUpstream)
    }
    upstreams.set(name, { name, endpoints, canary: canaryOf(ingress) })
  }
}

/** The ready endpoints behind a Service's port, which is named, numbered, or the number that it leads to. */
function endpointsOf(inputs: Inputs, namespace: string, name: string, port: string, asService: boolean): readonly Endpoint[] {
  const key = `${namespace}/${name}`
  const service = inputs.service(namespace, name)
  if (!service) {
    inputs.warn(
      `Error obtaining Endpoints for Service ${JSON.stringify(key)}: no object matching key ${JSON.stringify(key)} in local store`,
    )
    return []
  }
  const found = service.spec.ports?.find(
    (each) => String(each.port) === port || String(each.targetPort ?? '') === port || (each.name ?? '') === port,
  )
  if (service.spec.type === 'ExternalName')
    return [{ address: service.spec.externalName ?? '', port: Number(found?.targetPort ?? found?.port ?? port) || 80 }]
  if (!found) return []
  const { clusterIP } = service.spec
  if (asService && clusterIP && clusterIP !== 'None') return [{ address: clusterIP, port: found.port }]
  const endpoints = readyEndpoints(inputs.slices(namespace, name), found.name ?? '')
  if (endpoints.length === 0) inputs.warn(`Service ${JSON.stringify(key)} does not have any active Endpoint.`)
  return endpoints
}

/** Addresses of ready endpoints with the number of a named port, each once, in order. */
export function readyEndpoints(slices: readonly EndpointSlice[], portName: string): readonly Endpoint[] {
  const found = new Map<string, Endpoint>()
  for (const { ports = [], endpoints = [] } of slices) {
    const port = ports?.find(({ name, protocol }) => (name ?? '') === portName && (protocol ?? 'TCP') === 'TCP')?.port
    if (port === undefined) continue
    for (const { addresses, conditions } of endpoints ?? [])
      if (conditions?.ready !== false) for (const address of addresses) found.set(`${address}:${port}`, { address, port })
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint)
}

function addServerSettings(inputs: Inputs, ingress: Ingress, drafts: Map<string, Draft>) {
  for (const { host = DEFAULT_SERVER } of ingress.spec.rules ?? []) {
    const draft = drafts.get(host)!
    if (draft.aliases.length === 0) draft.aliases = aliasesOf(ingress).filter((alias) => !drafts.has(alias))
    if (draft.certificate === undefined && ingress.spec.tls?.length) draft.certificate = certificateFor(inputs, ingress, host)
  }
}

/** The certificate that an Ingress gives one of its hosts: the one of its TLS section, else one that fits, else the controller's own. */
function certificateFor(inputs: Inputs, ingress: Ingress, host: string): string {
  const namespace = ingress.metadata.namespace!
  const sections = ingress.spec.tls ?? []
  const read = (name: string) => certificateIn(inputs.secret(namespace, name))
  const named = sections.find(({ hosts = [] }) => hosts.some((each) => each.toLowerCase() === host.toLowerCase()))
  const name =
    named?.secretName ??
    (named ? undefined : sections.find(({ secretName }) => secretName && namesHost(read(secretName) ?? '', host))?.secretName)
  if (!name) return 'fake'
  const key = `${namespace}/${name}`
  const certificate = read(name)
  if (certificate === undefined) {
    inputs.warn(
      `Error getting SSL certificate ${JSON.stringify(key)}: local SSL certificate ${key} was not found. Using default certificate`,
    )
    return 'fake'
  }
  if (!namesHost(certificate, host)) {
    inputs.warn(
      `SSL certificate ${JSON.stringify(key)} does not contain a Common Name or Subject Alternative Name for server ${JSON.stringify(host)}: x509: certificate is not valid for any names, but wanted to match ${host}`,
    )
    inputs.warn('Using default certificate')
    return 'fake'
  }
  return certificate
}

function addLocations(inputs: Inputs, ingress: Ingress, drafts: Map<string, Draft>) {
  const settings = settingsOf(ingress, inputs.options)
  for (const { host = DEFAULT_SERVER, http } of ingress.spec.rules ?? []) {
    const { locations } = drafts.get(host)!
    for (const { path = '', pathType, backend } of http?.paths ?? []) {
      if (!backend.service) continue
      const type = pathType === 'Exact' ? ('Exact' as const) : ('Prefix' as const)
      const at = locations.findIndex((location) => location.path === (path || ROOT) && location.type === type)
      if (at >= 0 && !locations[at]!.isDefault) continue
      const location = {
        path: path || ROOT,
        type,
        upstream: upstreamName(ingress, backend.service),
        alternatives: [],
        ingress: keyOf(ingress),
        service: backend.service.name,
        settings,
        isDefault: false,
      }
      if (at >= 0) locations[at] = location
      else locations.push(location)
    }
  }
}

/** A canary joins the locations with its host and path; one that finds none is not used. */
function addAlternatives(inputs: Inputs, ingress: Ingress, drafts: Map<string, Draft>, upstreams: Map<string, Upstream>) {
  for (const { host = DEFAULT_SERVER, http } of ingress.spec.rules ?? []) {
    const draft = drafts.get(host)
    for (const { path = ROOT, pathType, backend } of http?.paths ?? []) {
      if (!backend.service) continue
      const name = upstreamName(ingress, backend.service)
      const type = pathType === 'Exact' ? 'Exact' : 'Prefix'
      let merged = false
      draft?.locations.forEach((location, at) => {
        const isMain = location.upstream !== name && location.upstream !== DEFAULT_UPSTREAM && !upstreams.get(location.upstream)?.canary
        if (!isMain || location.path !== path || location.type !== type) return
        merged = true
        draft.locations[at] = { ...location, alternatives: [...location.alternatives, name] }
      })
      if (!merged) inputs.warn(`unable to find real backend for alternative backend ${name}. Deleting.`)
    }
  }
}

/** A location whose path counts as a regular expression. */
const isExpression = ({ settings: { usesRegex, rewriteTarget }, path }: Location) =>
  usesRegex || (rewriteTarget !== '' && rewriteTarget !== path)

/** Longest paths first; a prefix `/foo` becomes `/foo/` and exactly `/foo`, unless it is a regular expression. */
function finished({ host, aliases, locations, certificate }: Draft): Server {
  const sorted = locations
    .map(({ isDefault: _, ...location }): Location => location)
    .sort((one, other) => other.path.length - one.path.length || (one.path > other.path ? -1 : 1))
  const exact = new Set(sorted.filter(({ type }) => type === 'Exact').map(({ path }) => path))
  const all = sorted.flatMap((location) => {
    if (location.path === ROOT || location.type === 'Exact' || isExpression(location)) return [location]
    const prefix = { ...location, path: location.path.replace(/\/*$/, '/') }
    return exact.has(location.path) ? [prefix] : [prefix, { ...location, type: 'Exact' as const }]
  })
  return { host, aliases, locations: all, usesRegex: all.some(isExpression), certificate }
}
