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
} from '../types/admissionregistration-v1.gen'
import { callWebhook, CallError } from '../webhook-call'
import { defaulted } from './defaulted'
import { findAll, resource } from './lookup'
import { inVersion, matchedVersion, selectsNamespace, selectsObject, type Version } from './policy-match'
import { policyEnvironment, policyVariables } from './policy-variables'

const GROUP = 'admissionregistration.k8s.io'
const mutating = resource<MutatingWebhookConfiguration>(GROUP, 'v1', 'mutatingwebhookconfigurations')
const validating = resource<ValidatingWebhookConfiguration>(GROUP, 'v1', 'validatingwebhookconfigurations')

type Webhook = MutatingWebhook | ValidatingWebhook

/** Asks the mutating webhooks one after another, each about what the one before made of the object; some once more at the end. */
export const mutatingAdmissionWebhook: AdmissionPlugin = {
  name: 'MutatingAdmissionWebhook',
  mutate(request) {
    const webhooks = webhooksFor(mutating, request)
    if (webhooks.length === 0) return request.object!
    let object = request.object!
    const asked: { readonly webhook: Webhook; readonly after: AnyObject }[] = []
    const apply = (webhook: Webhook, round: number) => {
      const version = versionFor(webhook, { ...request, object })
      if (!version) return false
      const patch = ask(webhook, { ...request, object }, version, round)?.patch
      if (!patch) return true
      const shown = request.body ? object : version.fromStorage(object)
      const next = patched(webhook, shown, patch)
      object = request.body ? next : defaulted(request.server, request.kind, version.toStorage(next))
      return true
    }
    for (const webhook of webhooks) if (apply(webhook, 1)) asked.push({ webhook, after: object })
    for (const { webhook, after } of asked) {
      const wantsToSeeChanges = 'reinvocationPolicy' in webhook && webhook.reinvocationPolicy === 'IfNeeded'
      if (wantsToSeeChanges && after !== object) apply(webhook, 2)
    }
    return object
  },
}

/** Asks the validating webhooks. */
export const validatingAdmissionWebhook: AdmissionPlugin = {
  name: 'ValidatingAdmissionWebhook',
  validate(request) {
    for (const webhook of webhooksFor(validating, request)) {
      const version = versionFor(webhook, request)
      if (version) ask(webhook, request, version, 1)
    }
  },
}

const NONE: readonly Webhook[] = []

/** All webhooks, in the order of their configurations' names. Configurations and policies themselves go to none: nobody locks themselves out. */
function webhooksFor(kind: typeof mutating | typeof validating, request: AdmissionRequest): readonly Webhook[] {
  if (request.kind.group === GROUP) return []
  const configurations = findAll<MutatingWebhookConfiguration | ValidatingWebhookConfiguration>(request.server, kind as never)
  if (configurations.length === 0) return NONE
  const sorted = configurations.toSorted((x, y) => (x.metadata.name < y.metadata.name ? -1 : 1))
  return sorted.flatMap(({ webhooks = [] }) => webhooks as readonly Webhook[])
}

/** The version in which a webhook wants to be asked about a request; undefined when it does not want to. */
function versionFor(
  { name, rules = [], namespaceSelector, objectSelector, matchConditions = [], failurePolicy, matchPolicy }: Webhook,
  request: AdmissionRequest,
): Version | undefined {
  const version = matchedVersion(rules, matchPolicy, request)
  if (!version || !selectsNamespace(namespaceSelector, request) || !selectsObject(objectSelector, request)) return undefined
  if (matchConditions.length === 0) return version
  try {
    const values = policyVariables(request, undefined, version)
    return matchConditions.every(({ expression }) => compile(policyEnvironment(), expression).evaluate(values) === true)
      ? version
      : undefined
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error
    if (failurePolicy === 'Ignore') return undefined
    throw failure(403, 'Forbidden', `admission webhook ${JSON.stringify(name)} denied the request: ${error.message}`)
  }
}

/** Asks one webhook. Undefined when it could not be asked and that is to be ignored. Throws what it denies. */
function ask(webhook: Webhook, request: AdmissionRequest, version: Version, round: number): AdmissionResponse | undefined {
  const { name, clientConfig, timeoutSeconds = 10, sideEffects } = webhook
  if (request.dryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun') {
    throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`)
  }
  const response = answerOf(webhook, () => {
    const key = `${name} ${round} ${subjectOf(request)}`
    return callWebhook(request.server, key, clientConfig, timeoutSeconds, (uid) => reviewOf(inVersion(request, version), version, uid)) as
      Review | undefined // whatever the program behind it wrote; looked at with care
  })
  if (!response) return undefined
  for (const warning of response.warnings ?? []) request.warn(warning)
  if (response.allowed) return response
  const { message, reason = '', code = 0 } = response.status ?? {}
  const why = message || reason ? `denied the request: ${message || reason}` : 'denied the request without explanation'
  throw failure(Math.max(400, code), reason, `admission webhook ${JSON.stringify(name)} ${why}`)
}

/** What tells one question about an object from the next: each webhook is asked once a round, and again when the object has changed meanwhile. */
const subjectOf = ({ operation, kind, subresource = '', namespace = '', name, old }: AdmissionRequest) =>
  [operation, kind.group, kind.plural, subresource, namespace, old ? `${name} ${old.metadata.resourceVersion}` : ''].join(' ')

interface Review {
  readonly apiVersion?: string
  readonly kind?: string
  readonly request?: { readonly uid: string }
  readonly response?: AdmissionResponse
}

function answerOf({ name, failurePolicy }: Webhook, call: () => Review | undefined): AdmissionResponse | undefined {
  try {
    return verified(call())
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    if (failurePolicy === 'Ignore') return undefined
    throw internalError(`failed calling webhook ${JSON.stringify(name)}: ${error.message}`)
  }
}

/** The response of a review that keeps the protocol's rules. */
function verified(review: Review | undefined): AdmissionResponse {
  const wrong = (why: string) => new CallError(`received invalid webhook response: ${why}`)
  const { apiVersion = '', kind = '', response } = review ?? {}
  if (!response || typeof response !== 'object') throw wrong('webhook response was absent')
  if (apiVersion !== 'admission.k8s.io/v1' || kind !== 'AdmissionReview') {
    throw wrong(`expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${apiVersion}, Kind=${kind}`)
  }
  const { uid, patch, patchType } = response
  if (uid !== review?.request?.uid)
    throw wrong(`expected response.uid=${JSON.stringify(review?.request?.uid)}, got ${JSON.stringify(uid ?? '')}`)
  if (patch && !patchType) throw wrong('webhook returned response.patch but not response.patchType')
  if (patchType && !patch) throw wrong('webhook returned response.patchType but not response.patch')
  if (patchType && patchType !== 'JSONPatch') throw wrong(`invalid value of response.patchType: ${JSON.stringify(patchType)}`)
  return response
}

function patched({ name, failurePolicy }: Webhook, object: AnyObject, patch: string): AnyObject {
  try {
    return jsonPatch(object, JSON.parse(atob(patch))) as AnyObject // a patch keeps an object one
  } catch (error) {
    if (failurePolicy === 'Ignore') return object
    throw internalError(`failed calling webhook ${JSON.stringify(name)}: ${(error as Error).message}`)
  }
}

function reviewOf(request: AdmissionRequest, version: Version, uid: string) {
  const { kind, served, body, subresource, name, namespace, operation, user, object, old, dryRun, options } = request
  const kindIn = ({ group, version: of }: Pick<Version, 'group' | 'version'>) => body ?? { group, version: of, kind: kind.kind }
  const resourceIn = ({ group, version: of }: Pick<Version, 'group' | 'version'>) => ({ group, version: of, resource: kind.plural })
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind: kindIn(version),
      resource: resourceIn(version),
      ...(subresource !== undefined && { subResource: subresource }),
      requestKind: kindIn(served),
      requestResource: resourceIn(served),
      ...(subresource !== undefined && { requestSubResource: subresource }),
      ...(name && { name }),
      ...(namespace !== undefined && { namespace }),
      operation,
      userInfo: { username: user.name, ...(user.uid && { uid: user.uid }), groups: user.groups, ...(user.extra && { extra: user.extra }) },
      object: object ?? null,
      oldObject: (body && operation !== 'UPDATE' ? undefined : old) ?? null,
      dryRun,
      options: operation === 'CONNECT' ? null : { kind: OPTIONS[operation], apiVersion: 'meta.k8s.io/v1', ...options },
    },
  }
}

const OPTIONS = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' }
