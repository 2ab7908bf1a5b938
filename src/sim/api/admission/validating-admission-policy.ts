import { compile, EvaluationError, type Expression } from '../cel/expression'
import { COST_BUDGET, type Budget } from '../cel/meter'
import type { AdmissionPlugin, AdmissionRequest } from '../hooks'
import { failure, forbidden } from '../status'
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, Validation } from '../types/admissionregistration-v1.gen'
import { findAll, resource } from './lookup'
import { matched, type Version } from './policy-match'
import { ConfigurationError, paramKindOf, paramsOf } from './policy-params'
import { policyEnvironment, policyVariables } from './policy-variables'

const GROUP = 'admissionregistration.k8s.io'
const policies = resource<ValidatingAdmissionPolicy>(GROUP, 'v1', 'validatingadmissionpolicies')
const bindings = resource<ValidatingAdmissionPolicyBinding>(GROUP, 'v1', 'validatingadmissionpolicybindings')

/** Asks the rules of ValidatingAdmissionPolicies, where a binding puts them into force. All are asked before the first that denies is told. */
export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  validate(request) {
    if (request.kind.group === GROUP) return // policies never apply to policies: nobody locks themselves out
    const denials: Denial[] = []
    const audited: AuditedFailure[] = []
    for (const policy of findAll(request.server, policies)) {
      const version = matched(policy.spec?.matchConstraints, request)
      if (version) askPolicy(policy, request, version, denials, audited)
    }
    if (audited.length > 0) request.annotate('validation.policy.admission.k8s.io/validation_failure', JSON.stringify(audited))
    const [first] = denials
    if (first) throw denialOf(request, first)
  },
}

/** One reason to refuse a request. Whatever could not be asked at all has no binding's action behind it, and none of a rule's reasons. */
interface Denial {
  readonly message: string
  readonly reason: string
}

/** What the audit log says of a rule that a binding with the action Audit has seen broken. */
interface AuditedFailure {
  readonly message: string
  readonly policy: string
  readonly binding: string
  readonly expressionIndex: number
  readonly validationActions: readonly string[]
}

function askPolicy(
  policy: ValidatingAdmissionPolicy,
  request: AdmissionRequest,
  version: Version,
  denials: Denial[],
  audited: AuditedFailure[],
) {
  const name = `ValidatingAdmissionPolicy '${policy.metadata.name}'`
  const attempt = (who: string, ask: () => void) => {
    try {
      ask()
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
      if (policy.spec.failurePolicy !== 'Ignore') denials.push({ message: `${who} denied request: ${error.message}`, reason: 'Invalid' })
    }
  }
  attempt(name, () => {
    const bound = findAll(request.server, bindings).filter(({ spec }) => spec?.policyName === policy.metadata.name)
    const paramKind = bound.length > 0 ? paramKindOf(policy.spec.paramKind, request) : undefined
    for (const binding of bound) {
      if (!matched(binding.spec?.matchResources, request)) continue
      const who = `${name} with binding '${binding.metadata.name}'`
      attempt(who, () => {
        for (const params of paramsOf(paramKind, binding.spec?.paramRef, request))
          for (const { why, reason, expressionIndex } of decisionsOf(policy, policyVariables(request, params, version), request)) {
            const actions = binding.spec?.validationActions ?? []
            if (actions.includes('Audit'))
              audited.push({
                message: why,
                policy: policy.metadata.name,
                binding: binding.metadata.name,
                expressionIndex,
                validationActions: actions,
              })
            if (actions.includes('Warn')) request.warn(`Validation failed for ${who}: ${why}`)
            if (actions.includes('Deny')) denials.push({ message: `${who} denied request: ${why}`, reason })
          }
      })
    }
  })
}

interface CompiledPolicy {
  readonly conditions: readonly Expression[]
  readonly variables: readonly (readonly [name: string, expression: Expression])[]
  readonly validations: readonly (readonly [validation: Validation, expression: Expression, message: Expression | undefined])[]
  readonly annotations: readonly Expression[]
}

const compiled = new WeakMap<ValidatingAdmissionPolicy, CompiledPolicy>()

function compiledOf(policy: ValidatingAdmissionPolicy): CompiledPolicy {
  const known = compiled.get(policy)
  if (known) return known
  const { matchConditions = [], variables = [], validations = [], auditAnnotations = [] } = policy.spec
  const env = policyEnvironment()
  const made: CompiledPolicy = {
    conditions: matchConditions.map(({ expression }) => compile(env, expression)),
    variables: variables.map(({ name, expression }) => [name, compile(env, expression)]),
    validations: validations.map((validation) => [
      validation,
      compile(env, validation.expression),
      validation.messageExpression ? compile(env, validation.messageExpression) : undefined,
    ]),
    annotations: auditAnnotations.map(({ valueExpression }) => compile(env, valueExpression)),
  }
  compiled.set(policy, made)
  return made
}

interface Decision {
  readonly why: string
  readonly reason: string
  /** Which of the policy's rules says so. */
  readonly expressionIndex: number
}

/** What a policy's rules say against a request. What cannot be answered counts against it as well, unless the policy ignores failures. */
function decisionsOf(policy: ValidatingAdmissionPolicy, values: Record<string, unknown>, request: AdmissionRequest): readonly Decision[] {
  const { conditions, variables, validations, annotations } = compiledOf(policy)
  const failed = (why: string, expressionIndex = 0): readonly Decision[] =>
    policy.spec.failurePolicy === 'Ignore' ? [] : [{ why, reason: 'Invalid', expressionIndex }]
  const budget: Budget = { left: COST_BUDGET }
  values.variables = lazily(variables, values, budget)
  for (const condition of conditions) {
    const answer = evaluated(condition, values, budget)
    if ('error' in answer) return failed(answer.error)
    if (answer.value !== true) return []
  }
  const decisions = validations.flatMap(([validation, expression, message], index): readonly Decision[] => {
    if (budget.left < 0) return []
    const answer = evaluated(expression, values, budget)
    if (budget.left < 0 && 'error' in answer) return failed(answer.error)
    if ('error' in answer) return failed(`expression '${validation.expression}' resulted in error: ${answer.error}`, index)
    if (answer.value === true) return []
    const why = textOf(message, values) ?? (validation.message?.trim() || `failed expression: ${validation.expression.trim()}`)
    return [{ why, reason: validation.reason || 'Invalid', expressionIndex: index }]
  })
  const unsaid = annotations.flatMap((expression, index) => {
    const answer = evaluated(expression, values, budget)
    const { key } = policy.spec.auditAnnotations![index]!
    if ('value' in answer && typeof answer.value === 'string' && answer.value.trim())
      request.annotate(`${policy.metadata.name}/${key}`, answer.value.trim())
    return 'error' in answer ? failed(`expression '${expression.source}' resulted in error: ${answer.error}`) : []
  })
  return [...decisions, ...unsaid]
}

function evaluated(
  expression: Expression,
  values: Readonly<Record<string, unknown>>,
  budget: Budget | undefined,
): { value: unknown } | { error: string } {
  try {
    return { value: expression.evaluate(values, budget) }
  } catch (error) {
    if (error instanceof EvaluationError) return { error: error.message }
    throw error
  }
}

/** `variables.x`: worked out when first asked for, in terms of those before it. */
export function lazily(variables: CompiledPolicy['variables'], values: Record<string, unknown>, budget?: Budget): object {
  const object = {}
  for (const [name, expression] of variables) {
    let known: { readonly value: unknown } | undefined
    Object.defineProperty(object, name, {
      enumerable: true,
      get: () => (known ??= { value: composed(name, expression, values, budget) }).value,
    })
  }
  return object
}

function composed(name: string, expression: Expression, values: Readonly<Record<string, unknown>>, budget: Budget | undefined): unknown {
  const answer = evaluated(expression, values, budget)
  if ('error' in answer) throw new Error(`composited variable ${JSON.stringify(name)} fails to evaluate: ${answer.error}`)
  return answer.value
}

/** A message that an expression makes, unless it fails, is empty, has several lines or is far too long. */
function textOf(message: Expression | undefined, values: Readonly<Record<string, unknown>>): string | undefined {
  try {
    const text = message?.evaluate(values)
    return typeof text === 'string' && isMessage(text.trim()) ? text.trim() : undefined
  } catch (error) {
    if (error instanceof EvaluationError) return undefined
    throw error
  }
}

const MAX_MESSAGE = 5 * 1024
const isMessage = (text: string) => text !== '' && text.length <= MAX_MESSAGE && !text.includes('\n')

const CODES: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413, Invalid: 422 }

function denialOf({ kind, name }: AdmissionRequest, { message, reason }: Denial) {
  const { status } = forbidden(kind, name, message)
  return failure(CODES[reason] ?? 422, reason, status.message ?? message, { ...status.details, causes: [{ message }] })
}
