import { CompilationError, compile, EvaluationError, type Expression } from '../cel/expression'
import { fieldPath, type FieldError, type FieldPath } from '../field-path'
import type { AdmissionPlugin, AdmissionRequest } from '../hooks'
import { failure, forbidden, invalid } from '../status'
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, Validation } from '../types/admissionregistration-v1.gen'
import { findAll, isAbout, resource } from './lookup'
import { isMatched } from './policy-match'
import { paramsOf } from './policy-params'
import { policyEnvironment, policyVariables } from './policy-variables'

const GROUP = 'admissionregistration.k8s.io'
const policies = resource<ValidatingAdmissionPolicy>(GROUP, 'v1', 'validatingadmissionpolicies')
const bindings = resource<ValidatingAdmissionPolicyBinding>(GROUP, 'v1', 'validatingadmissionpolicybindings')

/** Asks the rules of ValidatingAdmissionPolicies, where a binding puts them into force. */
export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  validate(request) {
    if (request.kind.group === GROUP) {
      if (request.operation !== 'DELETE' && isAbout(request, policies as never)) checkPolicy(request)
      return // policies never apply to policies: nobody locks themselves out
    }
    for (const policy of findAll(request.server, policies)) {
      if (!isMatched(policy.spec?.matchConstraints, request)) continue
      for (const binding of findAll(request.server, bindings)) {
        if (binding.spec?.policyName === policy.metadata.name && isMatched(binding.spec.matchResources, request))
          apply(policy, binding, request)
      }
    }
  },
}

interface CompiledPolicy {
  readonly conditions: readonly Expression[]
  readonly variables: readonly (readonly [name: string, expression: Expression])[]
  readonly validations: readonly (readonly [validation: Validation, expression: Expression, message: Expression | undefined])[]
}

const compiled = new WeakMap<ValidatingAdmissionPolicy, CompiledPolicy>()

function compiledOf(policy: ValidatingAdmissionPolicy): CompiledPolicy {
  const known = compiled.get(policy)
  if (known) return known
  const { matchConditions = [], variables = [], validations = [] } = policy.spec
  const env = policyEnvironment()
  const made: CompiledPolicy = {
    conditions: matchConditions.map(({ expression }) => compile(env, expression)),
    variables: variables.map(({ name, expression }) => [name, compile(env, expression)]),
    validations: validations.map((validation) => [
      validation,
      compile(env, validation.expression),
      validation.messageExpression ? compile(env, validation.messageExpression) : undefined,
    ]),
  }
  compiled.set(policy, made)
  return made
}

/** Asks one policy through one binding, once for each parameter object, and does what the binding says about what it finds. */
function apply(policy: ValidatingAdmissionPolicy, binding: ValidatingAdmissionPolicyBinding, request: AdmissionRequest) {
  const fail = (why: string) => {
    if (policy.spec.failurePolicy !== 'Ignore') enforce(policy, binding, request, why, 'Invalid')
  }
  const params = paramsOf(policy.spec.paramKind, binding.spec?.paramRef, request)
  if (params === 'missing')
    return fail('failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction')
  const { conditions, variables, validations } = compiledOf(policy)
  for (const each of params) {
    const values = policyVariables(request, each)
    values.variables = lazily(variables, values)
    try {
      if (!conditions.every((condition) => condition.evaluate(values) === true)) continue
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error
      fail(error.message)
      continue
    }
    for (const [validation, expression, message] of validations) {
      try {
        if (expression.evaluate(values) === true) continue
        const text = textOf(message, values) ?? validation.message?.trim() ?? `failed expression: ${validation.expression.trim()}`
        enforce(policy, binding, request, text, validation.reason || 'Invalid')
      } catch (error) {
        if (!(error instanceof EvaluationError)) throw error
        fail(`expression '${validation.expression}' resulted in error: ${error.message}`)
      }
    }
  }
}

/** `variables.x`: worked out when first asked for, in terms of those before it. */
export function lazily(variables: CompiledPolicy['variables'], values: Record<string, unknown>): object {
  const object = {}
  for (const [name, expression] of variables) {
    let known: { readonly value: unknown } | undefined
    Object.defineProperty(object, name, { enumerable: true, get: () => (known ??= { value: expression.evaluate(values) }).value })
  }
  return object
}

function textOf(message: Expression | undefined, values: Readonly<Record<string, unknown>>): string | undefined {
  try {
    const text = message?.evaluate(values)
    return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined
  } catch (error) {
    if (error instanceof EvaluationError) return undefined
    throw error
  }
}

const CODES: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413, Invalid: 422 }

function enforce(
  { metadata }: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  request: AdmissionRequest,
  why: string,
  reason: string,
) {
  const actions = binding.spec?.validationActions ?? []
  const which = `ValidatingAdmissionPolicy '${metadata.name}' with binding '${binding.metadata.name}'`
  if (actions.includes('Warn')) request.warn(`Validation failed for ${which}: ${why}`)
  if (!actions.includes('Deny')) return
  const message = `${which} denied request: ${why}`
  const { status } = forbidden(request.kind, request.name, message)
  throw failure(CODES[reason] ?? 422, reason, status.message ?? message, { ...status.details, causes: [{ reason: '', message }] })
}

/** Refuses policies whose expressions do not compile. */
function checkPolicy({ kind, name, object }: AdmissionRequest) {
  const { spec } = object as unknown as ValidatingAdmissionPolicy // a write of a policy carries one
  const { validations = [], matchConditions = [], variables = [], auditAnnotations = [] } = spec
  const at = fieldPath('spec')
  const env = policyEnvironment()
  const errors = [
    ...variables.flatMap(({ expression }, index) => expressionErrors(expression, at('variables')(index)('expression'))),
    ...matchConditions.flatMap(({ expression }, index) => expressionErrors(expression, at('matchConditions')(index)('expression'), 'bool')),
    ...validations.flatMap(({ expression, messageExpression }, index) => [
      ...expressionErrors(expression, at('validations')(index)('expression'), 'bool'),
      ...(messageExpression ? expressionErrors(messageExpression, at('validations')(index)('messageExpression'), 'string') : []),
    ]),
    ...auditAnnotations.flatMap(({ valueExpression }, index) =>
      expressionErrors(valueExpression, at('auditAnnotations')(index)('valueExpression')),
    ),
  ]
  if (errors.length > 0) throw invalid(kind, name, errors)

  function expressionErrors(expression: string, here: FieldPath, wanted?: string): FieldError[] {
    try {
      const { type } = compile(env, expression)
      return wanted && type !== wanted && type !== 'dyn' ? [here.invalid(expression, `must evaluate to ${wanted}`)] : []
    } catch (error) {
      if (error instanceof CompilationError) return [here.invalid(expression, error.message)]
      throw error
    }
  }
}
