import { certificateIn } from '../ingress-nginx/certificates'
import type { Secret } from '../../api/types/core-v1.gen'
import { GATEWAY_GROUP, type Gateway, type Listener, type ReferenceGrant } from './types'

/** A condition before it has a time. */
export interface Verdict {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

export const verdict = (type: string, status: boolean, reason: string, message: string): Verdict => ({
  type,
  status: status ? 'True' : 'False',
  reason,
  message,
})

/** Whether a ReferenceGrant of the namespace that is referred to lets this be referred to from there. */
export function isGranted(
  grants: readonly ReferenceGrant[],
  from: { readonly group: string; readonly kind: string; readonly namespace: string },
  to: { readonly group: string; readonly kind: string; readonly namespace: string; readonly name: string },
): boolean {
  if (from.namespace === to.namespace) return true
  return grants.some(
    ({ metadata, spec }) =>
      metadata.namespace === to.namespace &&
      spec.from.some((each) => each.group === from.group && each.kind === from.kind && each.namespace === from.namespace) &&
      spec.to.some((each) => each.group === to.group && each.kind === to.kind && (!each.name || each.name === to.name)),
  )
}

/** What of the cluster listeners refer to. */
export interface ListenerInputs {
  readonly secret: (namespace: string, name: string) => Secret | undefined
  readonly grants: readonly ReferenceGrant[]
}

export interface JudgedListener {
  readonly listener: Listener
  readonly isValid: boolean
  readonly kinds: readonly string[]
  readonly verdicts: readonly Verdict[]
  /** PEM text, of a listener that ends TLS. */
  readonly certificate: string | undefined
}

const KINDS = ['HTTPRoute', 'GRPCRoute']

/** Judges each listener of a Gateway: whether it can be served, and which kinds of routes it takes. */
export const judgeListeners = (gateway: Gateway, inputs: ListenerInputs): readonly JudgedListener[] =>
  gateway.spec.listeners.map((listener, index) => {
    const { certificate, problems } = problemsOf(gateway, listener, index, inputs)
    const asked = listener.allowedRoutes?.kinds
    const kinds = asked ? asked.map(({ kind }) => kind).filter((kind) => KINDS.includes(kind)) : KINDS
    const found = new Map(
      [
        verdict('Accepted', true, 'Accepted', 'Listener is accepted'),
        verdict('Programmed', true, 'Programmed', 'Listener is programmed'),
        verdict('ResolvedRefs', true, 'ResolvedRefs', 'All references are resolved'),
        verdict('Conflicted', false, 'NoConflicts', 'No conflicts'),
        ...problems,
      ].map((each) => [each.type, each]),
    )
    return { listener, isValid: problems.length === 0, kinds, verdicts: [...found.values()], certificate }
  })

function problemsOf(
  gateway: Gateway,
  listener: Listener,
  index: number,
  inputs: ListenerInputs,
): { readonly problems: readonly Verdict[]; readonly certificate?: string } {
  const { protocol, port, tls, allowedRoutes } = listener
  const notProgrammed = (message: string) => verdict('Programmed', false, 'Invalid', message)
  const refused = (reason: string, message: string, ...more: readonly Verdict[]) => ({
    problems: [verdict('Accepted', false, reason, message), ...more, notProgrammed(message)],
  })
  if (protocol !== 'HTTP' && protocol !== 'HTTPS')
    return refused('UnsupportedProtocol', `spec.listeners[${index}].protocol: Unsupported value: ${JSON.stringify(protocol)}: supported values: "HTTP", "HTTPS"`) // prettier-ignore
  const unknown = allowedRoutes?.kinds?.find(({ kind, group = GATEWAY_GROUP }) => !KINDS.includes(kind) || group !== GATEWAY_GROUP)
  if (unknown) {
    const message = `Unsupported route kind for protocol ${protocol} "${unknown.group ?? GATEWAY_GROUP}/${unknown.kind}"`
    return { problems: [verdict('ResolvedRefs', false, 'InvalidRouteKinds', message), notProgrammed(message)] }
  }
  if (gateway.spec.listeners.some((other) => other.port === port && other.protocol !== protocol)) {
    const message = `Multiple listeners for the same port ${port} specify incompatible protocols; ensure only one protocol per port`
    return refused('ProtocolConflict', message, verdict('Conflicted', true, 'ProtocolConflict', message))
  }
  if (protocol === 'HTTP') return { problems: [] }
  const [reference] = tls?.certificateRefs ?? []
  if (!reference) return refused('UnsupportedValue', `spec.listeners[${index}].tls.certificateRefs: Required value: certificateRefs must be defined for TLS mode terminate`) // prettier-ignore
  const own = gateway.metadata.namespace!
  const { name, namespace = own, group = '', kind = 'Secret' } = reference
  const broken = (reason: string, message: string) => refused(reason, message, verdict('ResolvedRefs', false, reason, message))
  if (!isGranted(inputs.grants, { group: GATEWAY_GROUP, kind: 'Gateway', namespace: own }, { group, kind, namespace, name }))
    return broken('RefNotPermitted', `Certificate ref to secret ${namespace}/${name} not permitted by any ReferenceGrant`)
  const secret = inputs.secret(namespace, name)
  const certificate = certificateIn(secret)
  if (certificate === undefined) {
    const what = secret
      ? `tls secret is invalid: must contain valid ${secret.data?.['tls.crt'] ? 'tls.key' : 'tls.crt'}`
      : 'Secret does not exist'
    return broken('InvalidCertificateRef', `spec.listeners[${index}].tls.certificateRefs[0]: Invalid value: ${JSON.stringify({ Namespace: namespace, Name: name })}: ${what}`) // prettier-ignore
  }
  return { problems: [], certificate }
}
