import { jsonPatch } from '../../formats/json-patch'
import { compile, EvaluationError } from '../cel/expression'
import type { AdmissionPlugin, AdmissionRequest } from '../hooks'
import type { AnyObject } from '../object'
import { equal } from '../share'
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
    const { rounds } = request
    let object = request.object!
    const apply = (hook: Hook, index: number) => {
      const { webhook } = hook
      const version = versionFor(webhook, { ...request, object })
      if (!version) return false
      const round = rounds.isSecond ? 1 : 0
      const response = ask(
        hook,
        { ...request, object },
        version,
        `${round === 0 ? '' : 'again '}`,
        MUTATION,
        `round_${round}_index_${index}`,
      )
      const before = object
      if (response?.patch) {
        const shown = request.body ? object : version.fromStorage(object)
        const next = patched(webhook, shown, response.patch)
        object = request.body ? next : defaulted(request.server, request.kind, version.toStorage(next))
      }
      if (response) noteMutation(request, hook, `round_${round}_index_${index}`, object !== before, response.patch)
      return true
    }
    if (rounds.isSecond) {
      // Who asks for it sees what was changed since: by webhooks after it, or by all the plugins that were asked again.
      const first = rounds.memory[MUTATION] as FirstRound | undefined
      const isChanged = first !== undefined && !equal(first.output, object)
      first?.asked.forEach(({ hook, index, after }) => {
        const wantsToSeeChanges = 'reinvocationPolicy' in hook.webhook && hook.webhook.reinvocationPolicy === 'IfNeeded'
        if (wantsToSeeChanges && (isChanged || after !== first.output)) apply(hook, index)
      })
      return object
    }
    const asked: FirstRound['asked'][number][] = []
    webhooks.forEach((hook, index) => {
      if (apply(hook, index)) asked.push({ hook, index, after: object })
    })
    rounds.memory[MUTATION] = { asked, output: object } satisfies FirstRound
    if (object !== request.object) rounds.again = true
    return object
  },
}

/** Asks the validating webhooks. */
export const validatingAdmissionWebhook: AdmissionPlugin = {
  name: 'ValidatingAdmissionWebhook',
  validate(request) {
    webhooksFor(validating, request).forEach((hook, index) => {
      const version = versionFor(hook.webhook, request)
      if (version) ask(hook, request, version, '', VALIDATION, `round_0_index_${index}`)
    })
  },
}

/** A webhook, and the configuration it stands in. */
interface Hook {
  readonly webhook: Webhook
  readonly configuration: string
}

/** What the first round of mutating webhooks leaves for the second. */
interface FirstRound {
  readonly asked: readonly { readonly hook: Hook; readonly index: number; readonly after: AnyObject }[]
  readonly output: AnyObject
}

const MUTATION = 'mutation.webhook.admission.k8s.io'
const VALIDATION = 'validating.webhook.admission.k8s.io'

/** What the audit log says of a mutating webhook that was asked. */
function noteMutation({ annotate }: AdmissionRequest, { webhook, configuration }: Hook, at: string, mutated: boolean, patch?: string) {
  const who = { configuration, webhook: webhook.name }
  annotate(`${MUTATION}/${at}`, JSON.stringify({ ...who, mutated }))
  if (mutated && patch) annotate(`patch.webhook.admission.k8s.io/${at}`, JSON.stringify({ ...who, patch: JSON.parse(atob(patch)) as unknown, patchType: 'JSONPatch' })) // prettier-ignore
}

const NONE: readonly Hook[] = []

/** All webhooks, in the order of their configurations' names. Configurations and policies themselves go to none: nobody locks themselves out. */
function webhooksFor(kind: typeof mutating | typeof validating, request: AdmissionRequest): readonly Hook[] {
  if (request.kind.group === GROUP) return []
  const configurations = findAll<MutatingWebhookConfiguration | ValidatingWebhookConfiguration>(request.server, kind as never)
  if (configurations.length === 0) return NONE
  const sorted = configurations.toSorted((x, y) => (x.metadata.name < y.metadata.name ? -1 : 1))
  return sorted.flatMap(({ metadata, webhooks = [] }) =>
    (webhooks as readonly Webhook[]).map((webhook) => ({ webhook, configuration: metadata.name })),
  )
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

/** Asks one webhook. Undefined when it could not be asked and that is to be ignored. Throws what it denies. `sort` and `at` name it in the audit log. */
function ask(
  { webhook }: Hook,
  request: AdmissionRequest,
  version: Version,
  again: string,
  sort: string,
  at: string,
): AdmissionResponse | undefined {
  const { name, clientConfig, timeoutSeconds = 10, sideEffects } = webhook
  if (request.dryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun') {
    throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`)
  }
  const response = answerOf(webhook, () => {
    const key = `${name} ${again}${subjectOf(request)}`
    return callWebhook(request.server, key, clientConfig, timeoutSeconds, (uid) => reviewOf(inVersion(request, version), version, uid)) as
      Review | undefined // whatever the program behind it wrote; looked at with care
  })
  if (!response) {
    request.annotate(`failed-open.${sort}/${at}`, name)
    return undefined
  }
  for (const [key, value] of Object.entries(response.auditAnnotations ?? {})) request.annotate(`${name}/${key}`, value)
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
