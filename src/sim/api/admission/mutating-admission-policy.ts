import { jsonPatch, JsonPatchError } from '../../formats/json-patch'
import { strategicMerge, StrategicMergeError } from '../../formats/strategic-merge'
import { CompilationError, compile, EvaluationError } from '../cel/expression'
import { jsonValue, untyped } from '../cel/typed-literals'
import { fieldPath } from '../field-path'
import type { AdmissionPlugin, AdmissionRequest } from '../hooks'
import type { AnyObject } from '../object'
import { resourceRow } from '../schema/schema'
import { failure, forbidden, invalid } from '../status'
import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, Mutation } from '../types/admissionregistration-v1.gen'
import { defaulted } from './defaulted'
import { findAll, isAbout, resource } from './lookup'
import { isMatched } from './policy-match'
import { paramsOf } from './policy-params'
import { policyEnvironment, policyVariables } from './policy-variables'
import { lazily } from './validating-admission-policy'

const GROUP = 'admissionregistration.k8s.io'
const policies = resource<MutatingAdmissionPolicy>(GROUP, 'v1', 'mutatingadmissionpolicies')
const bindings = resource<MutatingAdmissionPolicyBinding>(GROUP, 'v1', 'mutatingadmissionpolicybindings')

/** Changes objects as MutatingAdmissionPolicies say, where a binding puts them into force. */
export const mutatingAdmissionPolicy: AdmissionPlugin = {
  name: 'MutatingAdmissionPolicy',
  mutate(request) {
    if (request.kind.group === GROUP) return request.object!
    let object = request.object!
    for (const policy of findAll(request.server, policies)) {
      if (!isMatched(policy.spec?.matchConstraints, request)) continue
      for (const binding of findAll(request.server, bindings)) {
        if (binding.spec?.policyName !== policy.metadata.name || !isMatched(binding.spec.matchResources, request)) continue
        object = apply(policy, binding, { ...request, object })
      }
    }
    return object
  },
  validate(request) {
    if (request.operation !== 'DELETE' && isAbout(request, policies as never)) checkPolicy(request)
  },
}

function apply({ metadata, spec }: MutatingAdmissionPolicy, binding: MutatingAdmissionPolicyBinding, request: AdmissionRequest): AnyObject {
  const refuse = (why: string) => {
    const message = `MutatingAdmissionPolicy '${metadata.name}' with binding '${binding.metadata.name}' denied request: ${why}`
    const { status } = forbidden(request.kind, request.name, message)
    return failure(422, 'Invalid', status.message ?? message, { ...status.details, causes: [{ reason: '', message }] })
  }
  const params = paramsOf(spec.paramKind, binding.spec?.paramRef, request)
  if (params === 'missing') {
    if (spec.failurePolicy === 'Ignore') return request.object!
    throw refuse('failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction')
  }
  const env = policyEnvironment()
  let object = request.object!
  for (const each of params) {
    try {
      for (const mutation of spec.mutations ?? []) {
        const values = policyVariables({ ...request, object }, each)
        values.variables = lazily(
          (spec.variables ?? []).map(({ name, expression }) => [name, compile(env, untyped(expression))]),
          values,
        )
        if (!(spec.matchConditions ?? []).every(({ expression }) => compile(env, expression).evaluate(values) === true)) break
        object = changed(object, mutation, compile(env, untyped(expressionOf(mutation))).evaluate(values), request)
      }
    } catch (error) {
      const isTheirs = [EvaluationError, CompilationError, JsonPatchError, StrategicMergeError].some((type) => error instanceof type)
      if (!isTheirs) throw error
      if (spec.failurePolicy !== 'Ignore') throw refuse((error as Error).message)
    }
  }
  return object
}

const expressionOf = ({ applyConfiguration, jsonPatch: patch }: Mutation) => applyConfiguration?.expression ?? patch?.expression ?? ''

function changed(object: AnyObject, { patchType }: Mutation, value: unknown, { kind, server }: AdmissionRequest): AnyObject {
  const patch = jsonValue(value)
  const type = resourceRow(kind.group, kind.version, kind.kind)?.type
  const next = patchType === 'JSONPatch' ? jsonPatch(object, patch) : strategicMerge(object, patch, type)
  return defaulted(server, kind, next as AnyObject) // both keep an object an object
}

function checkPolicy({ kind, name, object }: AdmissionRequest) {
  const { mutations = [] } = (object as unknown as MutatingAdmissionPolicy).spec // a write of a policy carries one
  const errors = mutations.flatMap((mutation, index) => {
    const field = mutation.patchType === 'JSONPatch' ? 'jsonPatch' : 'applyConfiguration'
    try {
      compile(policyEnvironment(), untyped(expressionOf(mutation)))
      return []
    } catch (error) {
      if (!(error instanceof CompilationError)) throw error
      return [fieldPath('spec')('mutations')(index)(field)('expression').invalid(expressionOf(mutation), error.message)]
    }
  })
  if (errors.length > 0) throw invalid(kind, name, errors)
}
