import { jsonPatch, JsonPatchError } from '../../formats/json-patch'
import { merge } from '../apply'
import { CompilationError, compile, EvaluationError } from '../cel/expression'
import { jsonValue, untyped } from '../cel/typed-literals'
import type { AdmissionPlugin, AdmissionRequest } from '../hooks'
import type { AnyObject, KubeObject } from '../object'
import { typeOfServed, type Type } from '../schema/schema'
import { failure, forbidden, type StatusError } from '../status'
import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, Mutation } from '../types/admissionregistration-v1.gen'
import { defaulted } from './defaulted'
import { findAll, resource } from './lookup'
import { matched, type Version } from './policy-match'
import { ConfigurationError, paramKindOf, paramsOf } from './policy-params'
import { policyEnvironment, policyVariables } from './policy-variables'
import { lazily } from './validating-admission-policy'

const GROUP = 'admissionregistration.k8s.io'
const policies = resource<MutatingAdmissionPolicy>(GROUP, 'v1', 'mutatingadmissionpolicies')
const bindings = resource<MutatingAdmissionPolicyBinding>(GROUP, 'v1', 'mutatingadmissionpolicybindings')

/** One policy to be asked through one binding with one parameter object. */
interface Invocation {
  readonly policy: MutatingAdmissionPolicy
  readonly binding: MutatingAdmissionPolicyBinding
  readonly params: KubeObject | undefined
  readonly version: Version
}

/** What went wrong of a policy that does not ignore failures. */
type Failures = string[]

/**
 * Changes objects as MutatingAdmissionPolicies say, where a binding puts them into force: one after another, each on what the one before made,
 * and those with reinvocationPolicy IfNeeded once more when something has changed since.
 */
export const mutatingAdmissionPolicy: AdmissionPlugin = {
  name: 'MutatingAdmissionPolicy',
  mutate(request) {
    if (request.kind.group === GROUP) return request.object!
    const failures: Failures = []
    const invocations = invocationsFor(request, failures)
    if (invocations.length === 0 && failures.length === 0) return request.object!
    let object = request.object!
    const asked: { readonly invocation: Invocation; readonly after: AnyObject }[] = []
    for (const invocation of invocations) {
      object = invoked(invocation, { ...request, object }, failures)
      asked.push({ invocation, after: object })
    }
    for (const { invocation, after } of asked) {
      const wantsToSeeChanges = invocation.policy.spec.reinvocationPolicy === 'IfNeeded'
      if (wantsToSeeChanges && after !== object) object = invoked(invocation, { ...request, object }, failures)
    }
    if (failures.length > 0) throw denial(request, failures)
    return object
  },
}

/** A refusal names the first failure; all are its causes. */
function denial({ kind, name }: AdmissionRequest, failures: Failures): StatusError {
  const causes = failures.map((message) => ({ message }))
  return failure(403, 'Invalid', failures[0]!, { ...forbidden(kind, name, '').status.details, causes })
}

function invocationsFor(request: AdmissionRequest, failures: Failures): readonly Invocation[] {
  return findAll(request.server, policies).flatMap((policy) => {
    const version = matched(policy.spec?.matchConstraints, request)
    const bound = version ? findAll(request.server, bindings).filter(({ spec }) => spec?.policyName === policy.metadata.name) : []
    if (!version || bound.length === 0) return []
    return attempt(policy, failures, `policy ${JSON.stringify(policy.metadata.name)}`, () => {
      const paramKind = paramKindOf(policy.spec.paramKind, request)
      return bound
        .filter(({ spec }) => matched(spec?.matchResources, request))
        .flatMap((binding) =>
          attempt(policy, failures, nameOf({ policy, binding }), () =>
            paramsOf(paramKind, binding.spec?.paramRef, request).map((params) => ({ policy, binding, params, version })),
          ),
        )
    })
  })
}

const nameOf = ({ policy, binding }: Pick<Invocation, 'policy' | 'binding'>) =>
  `policy '${policy.metadata.name}' with binding '${binding.metadata.name}'`

function attempt<T>({ spec }: MutatingAdmissionPolicy, failures: Failures, who: string, ask: () => readonly T[]): readonly T[] {
  try {
    return ask()
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    if (spec.failurePolicy !== 'Ignore') failures.push(`${who} denied request: ${error.message}`)
    return []
  }
}

function invoked(invocation: Invocation, request: AdmissionRequest, failures: Failures): AnyObject {
  const { policy, params, version } = invocation
  const { variables = [], mutations = [], matchConditions = [], failurePolicy } = policy.spec
  const env = policyEnvironment()
  const fail = (error: unknown) => {
    const isTheirs = [EvaluationError, CompilationError, JsonPatchError, PatchError].some((type) => error instanceof type)
    if (!isTheirs) throw error
    if (failurePolicy !== 'Ignore') failures.push(`${nameOf(invocation)} denied request: ${(error as Error).message}`)
  }
  let object = request.object!
  try {
    const values = policyVariables(request, params, version)
    if (!matchConditions.every(({ expression }) => compile(env, expression).evaluate(values) === true)) return object
  } catch (error) {
    fail(error)
    return object
  }
  for (const mutation of mutations) {
    try {
      const values = policyVariables({ ...request, object }, params, version)
      values.variables = lazily(
        variables.map(({ name, expression }) => [name, compile(env, untyped(expression))]),
        values,
      )
      object = changed(object, mutation, compile(env, untyped(expressionOf(mutation))).evaluate(values), request, version)
    } catch (error) {
      fail(error)
    }
  }
  return object
}

const expressionOf = ({ applyConfiguration, jsonPatch: patch }: Mutation) => applyConfiguration?.expression ?? patch?.expression ?? ''

/** What an expression made cannot be laid over the object. */
class PatchError extends Error {}

function changed(object: AnyObject, { patchType }: Mutation, value: unknown, request: AdmissionRequest, version: Version): AnyObject {
  const { kind, server, body } = request
  const patch = jsonValue(value)
  const shown = body ? object : version.fromStorage(object)
  // Both keep an object an object.
  const stored = (next: unknown) => (body ? (next as AnyObject) : defaulted(server, kind, version.toStorage(next as AnyObject)))
  if (patchType === 'JSONPatch') return stored(jsonPatch(shown, patch))
  const type = typeOfServed(kind, version.version, version.group)
  const atomic = type ? atomicsIn(patch, type, '') : []
  if (atomic.length > 0)
    throw new PatchError(
      `error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomic.join(', ')}`,
    )
  return stored(merge(shown, patch, type))
}

/** The atomic lists and maps that a configuration names: to set one would take away what else is in it, which nobody is allowed to by accident. */
function atomicsIn(value: unknown, type: Type | undefined, path: string): readonly string[] {
  if (Array.isArray(value)) {
    if (type?.is !== 'list') return []
    if (type.listType === 'atomic') return [path]
    return value.flatMap((each, index) => atomicsIn(each, type.of, `${path}[${index}]`))
  }
  if (typeof value !== 'object' || value === null || !type || type.is === 'scalar' || type.is === 'list') return []
  const own = type.atomic ? [path] : []
  const inner = Object.entries(value).flatMap(([name, each]) =>
    atomicsIn(each, type.is === 'struct' ? type.fields.get(name)?.type : type.of, `${path}.${name}`),
  )
  return [...own, ...inner]
}
