import { jsonPatch, JsonPatchError } from '../../formats/json-patch'
import { merge } from '../apply'
import { CompilationError, compile, EvaluationError } from '../cel/expression'
import { jsonValue, misnamed, typeNameOf, untyped } from '../cel/typed-literals'
import { readAs } from '../decode'
import type { AdmissionPlugin, AdmissionRequest } from '../hooks'
import type { AnyObject, KubeObject } from '../object'
import { typeOfServed, type Type } from '../schema/schema'
import { equal } from '../share'
import { failure, forbidden, internalError, type StatusError } from '../status'
import { typedPatchErrors } from '../typed-patch'
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
    const { rounds } = request
    const first = rounds.memory[NAME] as FirstRound | undefined
    let object = request.object!
    // Who asks for it sees what has been changed since: by policies, by what else was asked again.
    const isNeeded = first !== undefined && (first.changed || !equal(first.output, object))
    const again = (key: string) => isNeeded && first.reinvocable.has(key)
    const reinvocable = new Set<string>()
    for (const invocation of invocations) {
      const key = keyOf(invocation)
      if (rounds.isSecond && !again(key)) continue
      const next = invoked(invocation, { ...request, object }, failures)
      if (next !== undefined && invocation.policy.spec.reinvocationPolicy === 'IfNeeded') reinvocable.add(key)
      object = next ?? object
    }
    if (failures.length > 0) throw denial(request, failures)
    const changed = object !== request.object
    rounds.memory[NAME] = { reinvocable, changed, output: object } satisfies FirstRound
    if (changed && !rounds.isSecond) rounds.again = true
    return object
  },
}

const NAME = 'MutatingAdmissionPolicy'

/** What the first round leaves for the second. */
interface FirstRound {
  readonly reinvocable: ReadonlySet<string>
  readonly changed: boolean
  readonly output: AnyObject
}

const keyOf = ({ policy, binding, params }: Invocation) =>
  [policy, binding].map(({ metadata }) => metadata.name).join('/') +
  (params ? ` ${params.metadata.namespace ?? ''}/${params.metadata.name}` : '')

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

/** What a policy makes of an object; undefined when its conditions leave it out. */
function invoked(invocation: Invocation, request: AdmissionRequest, failures: Failures): AnyObject | undefined {
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
    if (!matchConditions.every(({ expression }) => compile(env, expression).evaluate(values) === true)) return undefined
  } catch (error) {
    fail(error)
    return undefined
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
  if (patchType === 'JSONPatch') {
    refuseMisnamed(listed(value).flatMap((operation) => misnamedIn((operation as { readonly value?: unknown }).value)))
    const next = patched(shown, patch)
    return next === shown ? object : stored(body ? next : strictly(next, version))
  }
  refuseMisnamed(misnamed(value, 'Object'))
  const type = typeOfServed(kind, version.version, version.group)
  const foreign = type ? typedPatchErrors(patch, type) : []
  if (foreign.length > 0) throw new PatchError(`error applying patch: failed to convert patch object to typed object: ${joined(foreign)}`)
  const atomic = type ? atomicsIn(patch, type, '') : []
  if (atomic.length > 0)
    throw new PatchError(
      `error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomic.join(', ')}`,
    )
  return stored(merge(shown, patch, type))
}

const listed = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : []

/** An object in a patch is the root of its own path. */
const misnamedIn = (value: unknown) => {
  const name = typeNameOf(value)
  return typeof name === 'string' ? misnamed(value, name) : []
}

function refuseMisnamed(problems: readonly string[]) {
  if (problems.length > 0) throw new PatchError(`type mismatch: ${problems.join('\n')}`)
}

/** Several complaints of structured-merge-diff. */
const joined = (errors: readonly string[]) =>
  errors.length === 1 ? errors[0]! : `errors:\n${errors.map((error) => `  ${error}`).join('\n')}`

/** Applies a patch; one whose test fails changes nothing. */
function patched(object: AnyObject, patch: unknown): AnyObject {
  try {
    return jsonPatch(object, patch) as AnyObject // a patch keeps an object one
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error
    if (/: test failed$/.test(error.message)) return object
    throw new PatchError(`JSONPath: ${error.message}`)
  }
}

/** What a patch made is read like what people send: a field that is not there is the server's failure, whatever the policy says of failures. */
const strictly = (object: AnyObject, served: Version): AnyObject =>
  readAs({ served, options: { fieldValidation: 'Strict' }, warn: () => undefined }, object, [], { refuse: internalError })

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
