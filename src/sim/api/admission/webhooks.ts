import { jsonPatch } from '../../formats/json-patch'
import { compile, EvaluationError } from '../cel/expression'
import type { AdmissionPlugin, AdmissionRequest } from '../hooks'
import type { AnyObject } from '../object'
import { badRequest, failure, internalError } from '../status'
import type { AdmissionResponse } from '../types/admission-v1.gen'
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
  WebhookClientConfig,
} from '../types/admissionregistration-v1.gen'
import type { Endpoints, Service } from '../types/core-v1.gen'
import { defaulted } from './defaulted'
import { find, findAll, resource } from './lookup'
import { fits, selectsNamespace, selectsObject } from './policy-match'
import { policyEnvironment, policyVariables } from './policy-variables'

/**
 * Sends an AdmissionReview to whoever serves a webhook and returns the AdmissionReview that came back. Throws an Error in the words of Go's
 * HTTP client when there was no answer. Given by the cluster, which knows the network; synchronous, as admission is.
 */
export type CallWebhook = (url: string, review: unknown, timeoutMs: number, request: AdmissionRequest) => unknown

const GROUP = 'admissionregistration.k8s.io'
const mutating = resource<MutatingWebhookConfiguration>(GROUP, 'v1', 'mutatingwebhookconfigurations')
const validating = resource<ValidatingWebhookConfiguration>(GROUP, 'v1', 'validatingwebhookconfigurations')
const services = resource<Service>('', 'v1', 'services')
const endpoints = resource<Endpoints>('', 'v1', 'endpoints')

type Webhook = MutatingWebhook | ValidatingWebhook

/** The two plugins that call webhooks. */
export function webhookPlugins(call: CallWebhook = callNobody): {
  readonly mutating: AdmissionPlugin
  readonly validating: AdmissionPlugin
} {
  return {
    mutating: {
      name: 'MutatingAdmissionWebhook',
      mutate(request) {
        let object = request.object!
        for (const webhook of webhooksFor(mutating, request)) {
          const asked = { ...request, object }
          const patch = ask(webhook, asked, call)?.patch
          if (patch) object = defaulted(request.server, request.kind, jsonPatch(object, JSON.parse(atob(patch))) as AnyObject) // a patch keeps an object one
        }
        return object
      },
    },
    validating: {
      name: 'ValidatingAdmissionWebhook',
      validate(request) {
        for (const webhook of webhooksFor(validating, request)) ask(webhook, request, call)
      },
    },
  }
}

/** The webhooks that a request goes to, in the order of their configurations' names. Configurations themselves go to none. */
function webhooksFor(kind: typeof mutating | typeof validating, request: AdmissionRequest): readonly Webhook[] {
  if (request.kind.group === GROUP) return []
  const configurations = [...findAll<MutatingWebhookConfiguration | ValidatingWebhookConfiguration>(request.server, kind as never)]
  if (configurations.length === 0) return []
  configurations.sort((x, y) => (x.metadata.name < y.metadata.name ? -1 : 1))
  return configurations.flatMap(({ webhooks = [] }) => webhooks as readonly Webhook[]).filter((webhook) => isCalled(webhook, request))
}

function isCalled(
  { name, rules = [], namespaceSelector, objectSelector, matchConditions = [], failurePolicy }: Webhook,
  request: AdmissionRequest,
): boolean {
  if (
    !rules.some((rule) => fits(rule, request)) ||
    !selectsNamespace(namespaceSelector, request) ||
    !selectsObject(objectSelector, request)
  )
    return false
  if (matchConditions.length === 0) return true
  try {
    const values = policyVariables(request, undefined)
    return matchConditions.every(({ expression }) => compile(policyEnvironment(), expression).evaluate(values) === true)
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error
    if (failurePolicy === 'Ignore') return false
    throw failure(403, 'Forbidden', `admission webhook ${JSON.stringify(name)} denied the request: ${error.message}`)
  }
}

/** Asks one webhook. Undefined when it could not be asked and that is to be ignored. Throws what it denies. */
function ask(webhook: Webhook, request: AdmissionRequest, call: CallWebhook): AdmissionResponse | undefined {
  const { name, clientConfig, timeoutSeconds = 10, sideEffects } = webhook
  if (request.dryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun') {
    throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`)
  }
  const response = answerOf(webhook, request, () =>
    call(urlOf(clientConfig, timeoutSeconds), reviewOf(request), timeoutSeconds * 1000, request),
  )
  if (!response) return undefined
  for (const warning of response.warnings ?? []) request.warn(warning)
  if (response.allowed) return response
  const { message, reason = '', code = 0 } = response.status ?? {}
  const why = message || reason ? `denied the request: ${message || reason}` : 'denied the request without explanation'
  throw failure(Math.max(400, code), reason, `admission webhook ${JSON.stringify(name)} ${why}`)
}

function answerOf({ name, failurePolicy }: Webhook, request: AdmissionRequest, send: () => unknown): AdmissionResponse | undefined {
  try {
    const review = send() as { readonly response?: AdmissionResponse } | undefined // whatever the program behind it wrote; looked at with care
    if (typeof review?.response?.allowed === 'boolean') return review.response
    throw new Error(`webhook response did not contain a valid AdmissionReview for ${request.kind.kind}`)
  } catch (error) {
    if (failurePolicy === 'Ignore') return undefined
    throw internalError(`failed calling webhook ${JSON.stringify(name)}: failed to call webhook: ${(error as Error).message}`)
  }
}

function urlOf({ url, service }: WebhookClientConfig, timeoutSeconds: number): string {
  const query = `?timeout=${timeoutSeconds}s`
  if (url !== undefined || !service) return `${url ?? ''}${query}`
  const { name, namespace, port = 443, path = '' } = service
  return `https://${name}.${namespace}.svc:${port}${path}${query}`
}

function reviewOf({ kind, subresource, name, namespace, operation, user, object, old, dryRun, options, server }: AdmissionRequest) {
  const gvk = { group: kind.group, version: kind.version, kind: kind.kind }
  const gvr = { group: kind.group, version: kind.version, resource: kind.plural }
  const sub = subresource === undefined ? {} : { subResource: subresource, requestSubResource: subresource }
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: server.engine.random.uuid(),
      kind: gvk,
      resource: gvr,
      requestKind: gvk,
      requestResource: gvr,
      ...sub,
      name,
      ...(namespace !== undefined && { namespace }),
      operation,
      userInfo: { username: user.name, ...(user.uid && { uid: user.uid }), groups: user.groups, ...(user.extra && { extra: user.extra }) },
      object: object ?? null,
      oldObject: old ?? null,
      dryRun,
      options,
    },
  }
}

/** As long as no network is given: what calling a Service comes to that nobody serves. */
const callNobody: CallWebhook = (url, _review, _timeoutMs, { server }) => {
  const [, name = '', namespace = '', port = ''] = /^https:\/\/([^.]+)\.([^.]+)\.svc:(\d+)/.exec(url) ?? []
  const post = `Post ${JSON.stringify(url)}`
  const service = find(server, services, namespace, name)
  if (!service)
    throw new Error(name ? `${post}: service ${JSON.stringify(name)} not found` : `${post}: dial tcp: connect: connection refused`)
  const isServed = find(server, endpoints, namespace, name)?.subsets?.some(({ addresses }) => addresses?.length)
  if (!isServed) throw new Error(`${post}: no endpoints available for service ${JSON.stringify(name)}`)
  throw new Error(`${post}: dial tcp ${service.spec.clusterIP}:${port}: connect: connection refused`)
}
