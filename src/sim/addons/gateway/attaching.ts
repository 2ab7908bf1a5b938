import type { Namespace, Service } from '../../api/types/core-v1.gen'
import type { EndpointSlice } from '../../api/types/discovery-v1.gen'
import { parseGoDuration } from '../../formats/duration'
import { readyEndpoints } from '../ingress-nginx/configuration'
import { commonHost } from './hostnames'
import type { ServedBackend, ServedFilter, ServedRule } from './configuration'
import { isGranted, judgeListeners, verdict, type JudgedListener, type ListenerInputs, type Verdict } from './listeners'
import {
  GATEWAY_GROUP,
  type BackendReference,
  type Gateway,
  type LabelSelector,
  type ParentReference,
  type Route,
  type RouteRule,
} from './types'

/** What the cluster has of what routes refer to. */
export interface Inputs extends ListenerInputs {
  readonly gateways: readonly Gateway[]
  /** HTTPRoutes and GRPCRoutes, each with its kind. */
  readonly routes: readonly Route[]
  readonly namespace: (name: string) => Namespace | undefined
  readonly service: (namespace: string, name: string) => Service | undefined
  readonly slices: (namespace: string, service: string) => readonly EndpointSlice[]
}

/** A route on one listener of a Gateway, with the hosts that it answers for there. */
export interface Attachment {
  readonly listener: Listener
  readonly route: Route
  readonly hosts: readonly string[]
  readonly rules: readonly ServedRule[]
}
type Listener = JudgedListener

export interface JudgedParent {
  readonly parentRef: ParentReference
  readonly verdicts: readonly Verdict[]
}

export interface Judged {
  readonly listeners: ReadonlyMap<Gateway, readonly JudgedListener[]>
  readonly attachments: ReadonlyMap<Gateway, readonly Attachment[]>
  readonly parents: ReadonlyMap<Route, readonly JudgedParent[]>
}

/** Which routes are attached to which listeners, and what is to be said of each. */
export function judge(inputs: Inputs): Judged {
  const listeners = new Map(inputs.gateways.map((gateway) => [gateway, judgeListeners(gateway, inputs)]))
  const attachments = new Map<Gateway, Attachment[]>(inputs.gateways.map((gateway) => [gateway, []]))
  const parents = new Map<Route, readonly JudgedParent[]>()
  for (const route of [...inputs.routes].sort(olderFirst)) {
    const references = resolveRules(inputs, route)
    parents.set(
      route,
      (route.spec.parentRefs ?? []).flatMap((parentRef) => {
        const gateway = gatewayOf(inputs, route, parentRef)
        if (!gateway) return []
        const { found, refusal } = attach(inputs, route, parentRef, listeners.get(gateway)!, gateway)
        for (const { listener, hosts } of found) attachments.get(gateway)!.push({ listener, route, hosts, rules: references.rules })
        return [{ parentRef, verdicts: [refusal ?? ACCEPTED, references.problem ?? RESOLVED] }]
      }),
    )
  }
  return { listeners, attachments, parents }
}

const ACCEPTED = verdict('Accepted', true, 'Accepted', 'The route is accepted')
const RESOLVED = verdict('ResolvedRefs', true, 'ResolvedRefs', 'All references are resolved')

const nameOf = ({ metadata }: Route) => `${metadata.namespace}/${metadata.name}`
const olderFirst = (one: Route, other: Route) =>
  (one.metadata.creationTimestamp ?? '').localeCompare(other.metadata.creationTimestamp ?? '') || (nameOf(one) < nameOf(other) ? -1 : 1)

function gatewayOf({ gateways }: Inputs, route: Route, { group = GATEWAY_GROUP, kind = 'Gateway', namespace, name }: ParentReference) {
  if (group !== GATEWAY_GROUP || kind !== 'Gateway') return undefined
  return gateways.find(({ metadata }) => metadata.name === name && metadata.namespace === (namespace ?? route.metadata.namespace))
}

/** The listeners that take a route, or why none does: looked at in the order in which a person would narrow it down. */
function attach(
  inputs: Inputs,
  route: Route,
  { sectionName, port }: ParentReference,
  all: readonly JudgedListener[],
  gateway: Gateway,
): { readonly found: readonly { readonly listener: JudgedListener; readonly hosts: readonly string[] }[]; readonly refusal?: Verdict } {
  const refused = (reason: string, message: string) => ({ found: [], refusal: verdict('Accepted', false, reason, message) })
  const named = all.filter(
    ({ listener }) => (sectionName === undefined || listener.name === sectionName) && (port === undefined || listener.port === port),
  )
  if (named.length === 0) return refused('NoMatchingParent', 'Listener is not found for this parent ref')
  if (!all.some(({ isValid }) => isValid)) return refused('InvalidGateway', 'Gateway is invalid')
  const valid = named.filter(({ isValid }) => isValid)
  if (valid.length === 0) return refused('InvalidListener', 'Listener is invalid for this parent ref')
  const allowing = valid.filter((each) => each.kinds.includes(route.kind) && admits(inputs, each, route, gateway))
  if (allowing.length === 0) return refused('NotAllowedByListeners', 'Route is not allowed by any listener')
  const found = allowing.flatMap((listener) => {
    const hostnames = route.spec.hostnames?.length ? route.spec.hostnames : ['']
    const hosts = hostnames.flatMap((host) => commonHost(listener.listener.hostname ?? '', host) ?? [])
    return hosts.length > 0 ? [{ listener, hosts }] : []
  })
  return found.length > 0 ? { found } : refused('NoMatchingListenerHostname', 'Listener hostname does not match the Route hostnames')
}

/** Whether a listener takes routes of this one's namespace. */
function admits({ namespace }: Inputs, { listener }: JudgedListener, { metadata }: Route, gateway: Gateway): boolean {
  const { from = 'Same', selector } = listener.allowedRoutes?.namespaces ?? {}
  if (from === 'All') return true
  if (from === 'Same') return metadata.namespace === gateway.metadata.namespace
  return selector !== undefined && selects(selector, namespace(metadata.namespace!)?.metadata.labels ?? {})
}

function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key]
      if (operator === 'Exists') return value !== undefined
      if (operator === 'DoesNotExist') return value === undefined
      return operator === 'In' ? value !== undefined && values.includes(value) : value === undefined || !values.includes(value)
    })
  )
}

/** The rules of a route with the endpoints of their backends, and the first thing that is wrong with those. */
function resolveRules(inputs: Inputs, route: Route): { readonly rules: readonly ServedRule[]; readonly problem: Verdict | undefined } {
  let problem: Verdict | undefined
  const resolved = (reference: BackendReference, at: string): ServedBackend => {
    const { endpoints, refusal } = resolveBackend(inputs, route, reference, at)
    problem ??= refusal
    return { name: reference.name, weight: reference.weight ?? 1, endpoints: endpoints ?? [], isValid: refusal === undefined }
  }
  const rules = (route.spec.rules ?? []).map((rule, index): ServedRule => {
    const at = `spec.rules[${index}]`
    const filters = (rule.filters ?? []).map((each, f): ServedFilter => {
      const mirrored = each.requestMirror && resolved(each.requestMirror.backendRef, `${at}.filters[${f}].backendRef`)
      return { filter: each, ...(mirrored && { mirrored }) }
    })
    return {
      route: nameOf(route),
      matches: rule.matches?.length ? rule.matches : [{}],
      filters,
      backends: (rule.backendRefs ?? []).map((reference, b) => resolved(reference, `${at}.backendRefs[${b}]`)),
      timeoutMs: timeoutOf(rule),
    }
  })
  return { rules, problem }
}

function timeoutOf({ timeouts = {} }: RouteRule): number | undefined {
  const times = [timeouts.request, timeouts.backendRequest].flatMap((text) => (text === undefined ? [] : (parseGoDuration(text) ?? [])))
  const least = Math.min(...times.filter((ms) => ms > 0))
  return Number.isFinite(least) ? least : undefined
}

function resolveBackend(
  inputs: Inputs,
  route: Route,
  { group = '', kind = 'Service', name, namespace = route.metadata.namespace!, port }: BackendReference,
  at: string,
): { readonly endpoints?: ServedBackend['endpoints']; readonly refusal?: Verdict } {
  const refused = (reason: string, message: string) => ({ refusal: verdict('ResolvedRefs', false, reason, message) })
  if (group !== '') return refused('InvalidKind', `${at}.group: Unsupported value: ${JSON.stringify(group)}: supported values: "core", ""`)
  if (kind !== 'Service')
    return refused('InvalidKind', `${at}.kind: Unsupported value: ${JSON.stringify(kind)}: supported values: "Service"`)
  const from = { group: GATEWAY_GROUP, kind: route.kind, namespace: route.metadata.namespace! }
  if (!isGranted(inputs.grants, from, { group, kind, namespace, name }))
    return refused('RefNotPermitted', `${at}.namespace: Forbidden: Backend ref to Service ${namespace}/${name} not permitted by any ReferenceGrant`) // prettier-ignore
  const service = inputs.service(namespace, name)
  if (!service) return refused('BackendNotFound', `${at}.name: Not found: ${JSON.stringify(name)}`)
  const found = service.spec.ports?.find((each) => each.port === port)
  if (!found) return refused('BackendNotFound', `${at}.port: Not found: ${port}`)
  if (service.spec.type === 'ExternalName')
    return { endpoints: [{ address: service.spec.externalName ?? '', port: Number(found.targetPort) || found.port }] }
  return { endpoints: readyEndpoints(inputs.slices(namespace, name), found.name ?? '') }
}
