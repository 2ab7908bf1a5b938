import {
  celEnvironment,
  CompilationError,
  compile,
  EvaluationError,
  OutOfBudget,
  type Expression,
  type VariableType,
} from '../cel/expression'
import { COST_BUDGET, type Budget } from '../cel/meter'
import type { FieldError, FieldPath } from '../field-path'
import { cardinalityInside, ruleCost, tooDear, tooDearTogether, type CelNode } from './cel-cost'
import type { JSONSchemaProps, ValidationRule } from '../types/apiextensions-v1.gen'

/** One rule of `x-kubernetes-validations`, compiled for the schema it stands in. */
interface CompiledRule {
  readonly rule: ValidationRule
  readonly expression: Expression
  readonly message: Expression | undefined
  /** Speaks of `oldSelf`, so it is asked of updates only. */
  readonly isTransition: boolean
}

const compiledRules = new WeakMap<JSONSchemaProps, readonly CompiledRule[]>()

function rulesOf(schema: JSONSchemaProps, isRoot: boolean): readonly CompiledRule[] {
  let rules = compiledRules.get(schema)
  if (!rules)
    compiledRules.set(schema, (rules = (schema['x-kubernetes-validations'] ?? []).map((rule) => compileRule(rule, schema, isRoot))))
  return rules
}

function compileRule(rule: ValidationRule, schema: JSONSchemaProps, isRoot: boolean): CompiledRule {
  const self = celType(schema, isRoot)
  const env = celEnvironment({ self, oldSelf: rule.optionalOldSelf ? 'dyn' : self })
  const message = rule.messageExpression ? compileMessage(env, rule.messageExpression) : undefined
  return { rule, expression: compile(env, rule.rule), message, isTransition: /\boldSelf\b/.test(rule.rule) }
}

/** What is wrong with the expression of a message, rather than with its rule. */
class MessageError extends Error {}

function compileMessage(env: ReturnType<typeof celEnvironment>, source: string): Expression {
  try {
    return compile(env, source)
  } catch (error) {
    throw error instanceof CompilationError ? new MessageError(error.message) : error
  }
}

const SCALARS: Readonly<Record<string, string>> = { string: 'string', integer: 'int', number: 'double', boolean: 'bool' }

/** How CEL sees values of a schema: objects with known fields are checked, everything else is what it is when it comes. */
function celType(schema: JSONSchemaProps, isRoot = false): VariableType {
  if (schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields']) return 'dyn'
  if (schema.type === 'array') return `list<${scalarType(schema.items as JSONSchemaProps | undefined)}>` // a structural schema has one for all
  if (schema.type !== 'object') return SCALARS[schema.type ?? ''] ?? 'dyn'
  if (typeof schema.additionalProperties === 'object') return `map<string, ${scalarType(schema.additionalProperties)}>`
  const fields = Object.entries(schema.properties ?? {}).map(([name, property]) => [name, celType(property)] as const)
  const head: Readonly<Record<string, VariableType>> = isRoot
    ? { apiVersion: 'string', kind: 'string', metadata: { name: 'string', generateName: 'string' } }
    : {}
  return fields.length === 0 && !isRoot ? 'dyn' : { ...Object.fromEntries(fields), ...head }
}

const scalarType = (schema: JSONSchemaProps | undefined) => SCALARS[schema?.type ?? ''] ?? 'dyn'

/** Compiles every rule in a schema; what does not compile, or could cost too much, is an error of the definition. */
export function compilationErrors(schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  const costs: RuleCost[] = []
  const errors = errorsIn(schema, at, true, 1, costs)
  const why = tooDearTogether(costs.reduce((sum, { cost }) => sum + cost, 0))
  if (!why) return errors
  const dearest = costs.toSorted((x, y) => y.cost - x.cost).slice(0, MOST_NAMED)
  return [...errors, ...dearest.filter(({ cost }) => cost > WORTH_NAMING).map(({ here }) => here.forbidden(CONTRIBUTED)), at.forbidden(why)]
}

interface RuleCost {
  readonly cost: number
  readonly here: FieldPath
}

const CONTRIBUTED = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'
/** So many of the dearest rules are named, unless they are a small part of what is too much. */
const MOST_NAMED = 4
const WORTH_NAMING = 1_000_000

function errorsIn(
  schema: JSONSchemaProps,
  at: FieldPath,
  isRoot: boolean,
  cardinality: number | undefined,
  costs: RuleCost[],
): FieldError[] {
  const errors = (schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) => {
    const here = at('x-kubernetes-validations')(index)
    if (!rule.rule) return [here('rule').required('rule is not specified')]
    try {
      const { expression } = compileRule(rule, schema, isRoot)
      if (expression.type !== 'bool' && expression.type !== 'dyn')
        return [here('rule').invalid(rule, 'cel expression must evaluate to a bool')]
      const cost = ruleCost(expression.ast as CelNode, schema, cardinality) // what the library parsed
      costs.push({ cost, here: here('rule') })
      const why = tooDear(cost)
      return why ? [here('rule').forbidden(why)] : []
    } catch (error) {
      if (error instanceof MessageError)
        return [here('messageExpression').invalid(rule, error.message.replace(/^compilation/, 'messageExpression compilation'))]
      if (error instanceof CompilationError) return [here('rule').invalid(rule, error.message)]
      throw error
    }
  })
  const items = schema.items as JSONSchemaProps | undefined // a structural schema has one for all
  return [
    ...errors,
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
      errorsIn(property, at('properties').key(name), false, cardinality, costs),
    ),
    ...(items ? errorsIn(items, at('items'), false, cardinalityInside(schema, cardinality), costs) : []),
    ...(typeof schema.additionalProperties === 'object'
      ? errorsIn(schema.additionalProperties, at('additionalProperties'), false, cardinalityInside(schema, cardinality), costs)
      : []),
  ]
}

/** What a value breaks of the rules in its schema. `old` is the value before an update; transition rules are asked only then. */
export function ruleErrors(value: unknown, old: unknown, schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  return errorsAt(value, old, schema, at, { left: COST_BUDGET }, true)
}

function errorsAt(value: unknown, old: unknown, schema: JSONSchemaProps, at: FieldPath, budget: Budget, isRoot = false): FieldError[] {
  if (value === undefined || value === null || budget.left < 0) return []
  const own = rulesOf(schema, isRoot).flatMap((rule) => (budget.left < 0 ? [] : ruleError(rule, value, old, schema, at, budget)))
  return [...own, ...childErrors(value, old, schema, at, budget)]
}

function childErrors(value: unknown, old: unknown, schema: JSONSchemaProps, at: FieldPath, budget: Budget): FieldError[] {
  const items = schema.items as JSONSchemaProps | undefined // as above
  if (Array.isArray(value)) {
    return items ? value.flatMap((each, index) => errorsAt(each, sameItem(each, old, schema), items, at(index), budget)) : []
  }
  if (!isObject(value)) return []
  const before = isObject(old) ? old : {}
  return Object.entries(value).flatMap(([name, inner]) => {
    const property = schema.properties?.[name]
    if (property) return errorsAt(inner, before[name], property, at(name), budget)
    const more = schema.additionalProperties
    return typeof more === 'object' ? errorsAt(inner, before[name], more, at.key(name), budget) : []
  })
}

/** The item of an old list that has the same keys; only lists of type map say which is which. */
function sameItem(item: unknown, old: unknown, schema: JSONSchemaProps): unknown {
  const keys = schema['x-kubernetes-list-map-keys']
  if (schema['x-kubernetes-list-type'] !== 'map' || !keys || !Array.isArray(old) || !isObject(item)) return undefined
  return old.find((each) => isObject(each) && keys.every((key) => each[key] === item[key])) as unknown
}

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const REASONS: Readonly<Record<string, string>> = {
  FieldValueForbidden: 'Forbidden: ',
  FieldValueRequired: 'Required value: ',
}

function ruleError(
  { rule, expression, message, isTransition }: CompiledRule,
  value: unknown,
  old: unknown,
  schema: JSONSchemaProps,
  at: FieldPath,
  budget: Budget,
): FieldError[] {
  if (isTransition && old === undefined && !rule.optionalOldSelf) return []
  const variables = { self: celValueOf(value, schema), ...(old !== undefined && { oldSelf: celValueOf(old, schema) }) }
  const complaint = (why: string) => at.invalid(schema.type ?? '', why)
  try {
    if (expression.evaluate(variables, budget) === true) return []
    const why = messageOf(message, variables) ?? rule.message?.trim() ?? `failed rule: ${rule.rule.trim()}`
    return [broken(rule, value, why, rule.fieldPath ? at(...rule.fieldPath.replace(/^\./, '').split('.')) : at)]
  } catch (error) {
    const named = rule.message?.trim() ?? rule.rule.trim()
    if (error instanceof OutOfBudget) return [complaint(error.message)]
    if (error instanceof EvaluationError && error.message.startsWith('operation cancelled')) {
      budget.left = -1
      return [complaint(`'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${named}`)]
    }
    if (error instanceof EvaluationError) return [complaint(`${error.message} evaluating rule: ${named}`)]
    throw error
  }
}

/** That a rule is broken, and by which value: objects and lists are not shown. */
function broken({ reason = '' }: ValidationRule, value: unknown, why: string, at: FieldPath): FieldError {
  const shown = typeof value === 'object' ? '' : `: ${JSON.stringify(value)}`
  if (reason === 'FieldValueDuplicate') return { reason, field: at.text, message: `Duplicate value${shown}` }
  const prefix = REASONS[reason]
  return { reason: reason || 'FieldValueInvalid', field: at.text, message: prefix ? prefix + why : `Invalid value${shown}: ${why}` }
}

/** A message made by an expression, unless that fails or yields nothing to read. */
function messageOf(message: Expression | undefined, variables: Json): string | undefined {
  try {
    const text = message?.evaluate(variables)
    return typeof text === 'string' && text.trim() !== '' && !text.includes('\n') ? text.trim() : undefined
  } catch (error) {
    if (error instanceof EvaluationError) return undefined
    throw error
  }
}

/** A JSON value as CEL takes it: the schema tells whole numbers that are `double` from those that are `int`. */
function celValueOf(value: unknown, schema: JSONSchemaProps | undefined): unknown {
  if (typeof value === 'number') return schema?.type === 'number' || !Number.isInteger(value) ? value : BigInt(value)
  if (Array.isArray(value)) return value.map((each) => celValueOf(each, schema?.items as JSONSchemaProps | undefined)) // as above
  if (!isObject(value)) return value
  const more = typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, celValueOf(inner, schema?.properties?.[name] ?? more)]))
}
