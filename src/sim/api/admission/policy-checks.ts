import type { Environment } from '@marcbachmann/cel-js'
import { CompilationError, compile, type VariableType } from '../cel/expression'
import { untyped } from '../cel/typed-literals'
import { fieldPath, type FieldError, type FieldPath } from '../field-path'
import type {
  AuditAnnotation,
  MatchCondition,
  MutatingAdmissionPolicy,
  ValidatingAdmissionPolicy,
  Validation,
  Variable,
} from '../types/admissionregistration-v1.gen'
import { qualifiedName } from '../../formats/names'
import type { CelNode } from '../crd/cel-cost'
import { environmentWith, POLICY_VARIABLES } from './policy-variables'

/*
 * Refuses policies and webhooks whose expressions do not compile. Each expression knows only what it may speak of: `params` where the policy
 * has a paramKind, `variables` in what comes after them, `authorizer` not in messages. See `validateValidatingAdmissionPolicySpec`.
 */

const { object, oldObject, request, namespaceObject, authorizer, params } = POLICY_VARIABLES
const ALWAYS = { object, oldObject, request, authorizer }

const environments = new Map<string, Environment>()
/** The environment that knows these variables; there are few, and most policies want the same. */
function knowing(variables: Readonly<Record<string, VariableType>>): Environment {
  const key = JSON.stringify(variables)
  let known = environments.get(key)
  if (!known) environments.set(key, (known = environmentWith(variables)))
  if (environments.size > 100) environments.clear()
  return known
}

const MAX_ANNOTATIONS = 20

/** Complaints about the expressions of a ValidatingAdmissionPolicy. */
export function validatingPolicyErrors({ metadata, spec }: ValidatingAdmissionPolicy): readonly FieldError[] {
  const { paramKind, matchConditions, variables = [], validations = [], auditAnnotations = [] } = spec ?? {}
  const at = fieldPath('spec')
  const base = { ...ALWAYS, namespaceObject, ...(paramKind && { params }) }
  const { authorizer: _authorizer, ...inMessages } = base
  const composed = withVariables(variables)
  const keys = auditAnnotations.map(({ key }) => key)
  return [
    ...conditionErrors(matchConditions, at('matchConditions'), knowing(base)),
    ...variablesErrors(variables, at('variables'), base),
    ...validations.flatMap((validation, index) =>
      validationErrors(validation, at('validations')(index), knowing({ ...base, ...composed }), knowing({ ...inMessages, ...composed })),
    ),
    ...(auditAnnotations.length > MAX_ANNOTATIONS
      ? [at('auditAnnotations').invalid(auditAnnotations, `must not have more than ${MAX_ANNOTATIONS} auditAnnotations`)]
      : []),
    ...auditAnnotations.flatMap((annotation, index) => {
      const here = at('auditAnnotations')(index)
      return [
        ...annotationErrors(metadata.name, annotation, here, knowing({ ...base, ...composed })),
        ...(keys.indexOf(annotation.key) < index ? [here('key').duplicate(annotation.key)] : []),
      ]
    }),
  ]
}

/** The same of a MutatingAdmissionPolicy. */
export function mutatingPolicyErrors({ spec }: MutatingAdmissionPolicy): readonly FieldError[] {
  const { paramKind, matchConditions, variables = [], mutations = [] } = spec ?? {}
  const at = fieldPath('spec')
  const base = { ...ALWAYS, namespaceObject, ...(paramKind && { params }) }
  const env = knowing({ ...base, ...withVariables(variables) })
  return [
    ...conditionErrors(matchConditions, at('matchConditions'), knowing(base)),
    ...variablesErrors(variables, at('variables'), base),
    ...mutations.flatMap(({ patchType, applyConfiguration, jsonPatch }, index) => {
      const field = patchType === 'JSONPatch' ? 'jsonPatch' : 'applyConfiguration'
      const expression = (patchType === 'JSONPatch' ? jsonPatch : applyConfiguration)?.expression ?? ''
      const here = at('mutations')(index)(field)
      if ((patchType === 'JSONPatch' ? jsonPatch : applyConfiguration) === undefined)
        return [here.required(`must be specified when patchType is ${patchType}`)]
      return expressionErrors(expression, here('expression'), env, { typed: patchType === 'JSONPatch' ? 'list(JSONPatch)' : 'Object' })
    }),
  ]
}

/** `variables` with the fields that are declared; an expression that asks for another does not compile. */
const withVariables = (variables: readonly Variable[]): Readonly<Record<string, VariableType>> =>
  variables.length === 0 ? {} : { variables: Object.fromEntries(variables.filter(({ name }) => name).map(({ name }) => [name, 'dyn'])) }

const IDENTIFIER = /^[_a-zA-Z]\w*$/
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)

function variablesErrors(variables: readonly Variable[], at: FieldPath, base: Readonly<Record<string, VariableType>>): FieldError[] {
  return variables.flatMap(({ name, expression }, index): readonly FieldError[] => {
    const here = at(index)
    const named = !name?.trim()
      ? [here('name').required('name is not specified')]
      : IDENTIFIER.test(name) && !RESERVED.has(name)
        ? []
        : [here('name').invalid(name, 'name is not a valid CEL identifier')]
    // Each sees the ones before it.
    const env = knowing({ ...base, ...withVariables(variables.slice(0, index)) })
    return [...named, ...expressionErrors(expression, here('expression'), env, { why: 'expression is not specified', typed: true })]
  })
}

function validationErrors(validation: Validation, at: FieldPath, env: Environment, inMessages: Environment): FieldError[] {
  const { expression, message = '', messageExpression = '', reason } = validation
  const errors = expressionErrors(expression, at('expression'), env, { wanted: ['bool'], why: 'expression is not specified' })
  if (messageExpression && !messageExpression.trim())
    errors.push(at('messageExpression').invalid(messageExpression, 'must be non-empty if specified'))
  else if (messageExpression)
    errors.push(...expressionErrors(messageExpression, at('messageExpression'), inMessages, { wanted: ['string'] }))
  if (message && !message.trim()) errors.push(at('message').invalid(message, 'message must be non-empty if specified'))
  else if (/[\n\r]/.test(message.trim())) errors.push(at('message').invalid(message, 'message must not contain line breaks'))
  if (reason && !REASONS.includes(reason)) errors.push(at('reason').notSupported(reason, REASONS))
  return errors
}

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const MAX_EXPRESSION = 5 * 1024

function annotationErrors(policy: string, { key, valueExpression }: AuditAnnotation, at: FieldPath, env: Environment): FieldError[] {
  const full = `${policy}/${key}`
  const errors = qualifiedName(full).map((why) => at('key').invalid(full, why))
  const here = at('valueExpression')
  if (!valueExpression?.trim()) errors.push(here.required('valueExpression is not specified'))
  else if (valueExpression.trim().length > MAX_EXPRESSION) errors.push(here.required(`must not exceed ${MAX_EXPRESSION} bytes in length`))
  else errors.push(...expressionErrors(valueExpression, here, env, { wanted: ['string', 'null'] }))
  return errors
}

const MAX_CONDITIONS = 64

/** Complaints about the conditions of a webhook. */
export const webhookConditionErrors = (conditions: readonly MatchCondition[] | undefined, at: FieldPath): readonly FieldError[] =>
  conditionErrors(conditions, at, knowing(ALWAYS))

function conditionErrors(conditions: readonly MatchCondition[] = [], at: FieldPath, env: Environment): FieldError[] {
  const names = conditions.map(({ name }) => name)
  return [
    ...(conditions.length > MAX_CONDITIONS ? [at.tooMany(conditions.length, MAX_CONDITIONS)] : []),
    ...conditions.flatMap(({ name, expression }, index) => {
      const here = at(index)
      return [
        ...expressionErrors(expression?.trim(), here('expression'), env, { wanted: ['bool'] }),
        ...(name ? qualifiedName(name).map((why) => here('name').invalid(name, why)) : [here('name').required()]),
        ...(name && names.indexOf(name) < index ? [here('name').duplicate(name)] : []),
      ]
    }),
  ]
}

interface Wish {
  /** The types that it may yield; any unless told. */
  readonly wanted?: readonly string[]
  /** What is said when there is none. */
  readonly why?: string
  /** May build objects by their type's name; what it must yield of them, if anything. */
  readonly typed?: true | 'Object' | 'list(JSONPatch)'
}

function expressionErrors(expression: string | undefined, at: FieldPath, env: Environment, { wanted, why, typed }: Wish): FieldError[] {
  if (!expression?.trim()) return [at.required(why)]
  try {
    const { type, ast } = compile(env, typed ? untyped(expression) : expression)
    if (typeof typed === 'string') return yields(typed, type, expression) ? [] : [at.invalid(expression, `must evaluate to ${typed}`)]
    if (!wanted || wanted.includes(type) || (type === 'dyn' && !isField(ast as CelNode))) return []
    const names = wanted.map((each) => (each === 'null' ? 'null_type' : each))
    return [at.invalid(expression, `must evaluate to ${names.length === 1 ? names[0] : `one of [${names.join(' ')}]`}`)]
  } catch (error) {
    if (error instanceof CompilationError) return [at.invalid(expression, error.message)]
    throw error
  }
}

/** Whether an expression can yield what its mutation needs, as far as can be told from its type and its first letters. */
function yields(wanted: 'Object' | 'list(JSONPatch)', type: string, expression: string): boolean {
  if (type === 'dyn') return true
  return wanted === 'Object' ? type.startsWith('map') && !expression.trim().startsWith('{') : type.startsWith('list')
}

/** Whether an expression does no more than name a field of an object whose fields have no types for the checker: that is not yet a bool. */
function isField({ op, args }: CelNode): boolean {
  if (op === 'id') return ['object', 'oldObject', 'params'].includes(args as string)
  return (op === '.' || op === '[]') && isField((args as readonly CelNode[])[0]!)
}
