import type { Service } from '../../api/types/core-v1.gen'
import { conditionsOf } from './conditions'
import type { Attachment, JudgedParent } from './attaching'
import { verdict, type JudgedListener, type Verdict } from './listeners'
import { GATEWAY_GROUP, type Gateway, type GatewayClass, type Route, type RouteParentStatus } from './types'

/** The status of a class: the one that the controller is for, or another that names it too. */
export function classStatus(
  gatewayClass: GatewayClass,
  isOurs: boolean,
  hasParameters: boolean | undefined,
  now: string,
): GatewayClass['status'] {
  const parameters =
    hasParameters === undefined
      ? []
      : hasParameters
        ? [verdict('ResolvedRefs', true, 'ResolvedRefs', 'ParametersRef resource is resolved')]
        : [verdict('ResolvedRefs', false, 'ParametersRefNotFound', 'ParametersRef resource could not be found')]
  const verdicts = isOurs
    ? [
        verdict('Accepted', true, 'Accepted', 'GatewayClass is accepted'),
        verdict('SupportedVersion', true, 'SupportedVersion', 'Gateway API CRD versions are supported'),
        ...parameters,
      ]
    : [verdict('Accepted', false, 'GatewayClassConflict', 'The resource is ignored due to a conflicting GatewayClass resource')]
  return { conditions: conditionsOf(verdicts, gatewayClass.status?.conditions, gatewayClass.metadata.generation, now) }
}

/** The status of a Gateway: what is to be said of it and of each listener, and under which addresses its Service can be reached. */
export function gatewayStatus(
  gateway: Gateway,
  listeners: readonly JudgedListener[],
  attachments: readonly Attachment[],
  service: Service | undefined,
  now: string,
): Gateway['status'] {
  const { generation } = gateway.metadata
  return {
    ...(service && { addresses: addressesOf(service) }),
    conditions: conditionsOf(gatewayVerdicts(listeners), gateway.status?.conditions, generation, now),
    listeners: listeners.map(({ listener, kinds, verdicts }) => ({
      name: listener.name,
      attachedRoutes: new Set(attachments.filter((each) => each.listener.listener === listener).map(({ route }) => route)).size,
      supportedKinds: kinds.map((kind) => ({ group: GATEWAY_GROUP, kind })),
      conditions: conditionsOf(
        verdicts,
        gateway.status?.listeners?.find(({ name }) => name === listener.name)?.conditions,
        generation,
        now,
      ),
    })),
  }
}

function gatewayVerdicts(listeners: readonly JudgedListener[]): readonly Verdict[] {
  if (!listeners.some(({ isValid }) => isValid)) {
    const message = 'Gateway has no valid listeners'
    return [verdict('Accepted', false, 'ListenersNotValid', message), verdict('Programmed', false, 'Invalid', message)]
  }
  const accepted = listeners.every(({ isValid }) => isValid)
    ? verdict('Accepted', true, 'Accepted', 'Gateway is accepted')
    : verdict('Accepted', true, 'ListenersNotValid', 'Gateway has at least one valid listener')
  return [accepted, verdict('Programmed', true, 'Programmed', 'Gateway is programmed')]
}

function addressesOf({ spec, status }: Service): readonly { readonly type: string; readonly value: string }[] {
  if (spec.type === 'LoadBalancer')
    return (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) =>
      ip ? { type: 'IPAddress', value: ip } : { type: 'Hostname', value: hostname ?? '' },
    )
  return spec.clusterIP ? [{ type: 'IPAddress', value: spec.clusterIP }] : []
}

/** The status of a route: ours for each of its parents that are ours, and what other controllers have said of theirs. */
export function routeStatus(route: Route, parents: readonly JudgedParent[], controllerName: string, now: string): Route['status'] {
  const before = route.status?.parents ?? []
  const others = before.filter((each) => each.controllerName !== controllerName)
  const own = parents.map(({ parentRef, verdicts }): RouteParentStatus => {
    const known = before.find(
      (each) => each.controllerName === controllerName && JSON.stringify(each.parentRef) === JSON.stringify(parentRef),
    )
    return { parentRef, controllerName, conditions: conditionsOf(verdicts, known?.conditions, route.metadata.generation, now) }
  })
  return { parents: [...others, ...own] }
}
