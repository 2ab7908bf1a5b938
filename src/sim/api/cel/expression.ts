import type { Environment, ParseResult } from '@marcbachmann/cel-js'
import { addQuantities, compareQuantities, milliValue, parseQuantity, quantityValue, subtractQuantities } from '../../formats/quantity'
import { isCIDR, isIP } from '../../formats/ip'
import { addKubernetesFunctions } from './kubernetes-functions'
import { compilationComplaint, evaluationWords } from './messages'
import { formatted, replaced } from './strings'
import { addTwoVariableMacros } from './two-variables'
import { celLibrary } from './library'
import { meter, metered, type Budget } from './meter'

/** A CEL expression, parsed and checked. */
export interface Expression {
  readonly source: string
  /** Its parts, for whoever estimates what it costs. */
  readonly ast: unknown
  /** The type it yields, as far as can be told. */
  readonly type: string
  /** Its value for these variables; what that costs is taken from the budget. Throws `EvaluationError` with what CEL says. */
  evaluate(variables: Readonly<Record<string, unknown>>, budget?: Budget): unknown
}

/** Why an expression could not be compiled: `ERROR: <input>:1:5: undefined field 'missing'` with the place marked. */
export class CompilationError extends Error {}
/** Why a compiled expression has no value for some object: `no such key: replicas`. */
export class EvaluationError extends Error {}
/** A rule has used up what all rules may cost together. */
export class OutOfBudget extends EvaluationError {
  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run')
  }
}

/** What a variable is: `dyn`, or the fields of an object by name. */
export type VariableType = string | { readonly [field: string]: VariableType }

/** Declares variables; expressions that use others do not compile. `extend` adds types and functions that only these expressions know. */
export function celEnvironment(variables: Readonly<Record<string, VariableType>>, extend?: (env: Environment) => void): Environment {
  const env = base().clone()
  extend?.(env)
  for (const [name, type] of Object.entries(variables)) {
    if (typeof type === 'string') env.registerVariable(name, type)
    else env.registerVariable({ name, schema: type } as Parameters<Environment['registerVariable']>[0])
  }
  return env
}

let shared: Environment | undefined

/** CEL with the libraries that Kubernetes adds: lists, regular expressions, quantities. */
function base(): Environment {
  if (shared) return shared
  const env = new celLibrary.code.Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false })
  const numbers = (list: readonly unknown[]) => list as readonly (bigint | number)[]
  const extreme = (list: readonly unknown[], better: (x: bigint | number, y: bigint | number) => boolean) =>
    numbers(list).reduce((best, each) => (better(each, best) ? each : best))
  const functions: readonly (readonly [signature: string, run: (...values: never[]) => unknown])[] = [
    ['list.isSorted(): bool', (list: readonly (bigint | string)[]) => list.every((each, i) => i === 0 || list[i - 1]! <= each)],
    ['list.sum(): dyn', (list: readonly unknown[]) => numbers(list).reduce((sum, each) => (typeof each === 'bigint' && typeof sum === 'bigint' ? sum + each : Number(sum) + Number(each)), 0n)], // prettier-ignore
    ['list.min(): dyn', (list: readonly unknown[]) => extreme(list, (x, y) => x < y)],
    ['list.max(): dyn', (list: readonly unknown[]) => extreme(list, (x, y) => x > y)],
    ['list.indexOf(dyn): int', (list: readonly unknown[], item: unknown) => BigInt(list.indexOf(item))],
    ['string.find(string): string', (text: string, pattern: string) => new RegExp(pattern).exec(text)?.[0] ?? ''],
    ['string.findAll(string): list', (text: string, pattern: string) => text.match(new RegExp(pattern, 'g')) ?? []],
    ['isQuantity(string): bool', (text: string) => parseQuantity(text) !== undefined],
    ['quantity(string): Quantity', (text: string) => new Quantity(text)],
    ['Quantity.isLessThan(Quantity): bool', (x: Quantity, y: Quantity) => compareQuantities(x.text, y.text) < 0],
    ['Quantity.isGreaterThan(Quantity): bool', (x: Quantity, y: Quantity) => compareQuantities(x.text, y.text) > 0],
    ['Quantity.compareTo(Quantity): int', (x: Quantity, y: Quantity) => BigInt(compareQuantities(x.text, y.text))],
    ['jsonPatchEscapeKey(string): string', (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1')],
    ['string.format(list): string', (text: string, values: readonly unknown[]) => formatted(text, values)],
    ['string.replace(string, string): string', (text: string, old: string, by: string) => replaced(text, old, by)],
    ['string.replace(string, string, int): string', (text: string, old: string, by: string, limit: bigint) => replaced(text, old, by, limit)], // prettier-ignore
    ['string.charAt(int): string', (text: string, at: bigint) => text.charAt(Number(at))],
    ['list.lastIndexOf(dyn): int', (list: readonly unknown[], item: unknown) => BigInt(list.lastIndexOf(item))],
    ['Quantity.add(Quantity): Quantity', (x: Quantity, y: Quantity) => new Quantity(addQuantities(x.text, y.text))],
    ['Quantity.sub(Quantity): Quantity', (x: Quantity, y: Quantity) => new Quantity(subtractQuantities(x.text, y.text))],
    ['Quantity.add(int): Quantity', (x: Quantity, y: bigint) => new Quantity(addQuantities(x.text, String(y)))],
    ['Quantity.sub(int): Quantity', (x: Quantity, y: bigint) => new Quantity(subtractQuantities(x.text, String(y)))],
    ['Quantity.asApproximateFloat(): double', (x: Quantity) => milliValue(x.text) / 1000],
    ['Quantity.sign(): int', (x: Quantity) => BigInt(compareQuantities(x.text, '0'))],
    ['Quantity.asInteger(): int', (x: Quantity) => BigInt(quantityValue(x.text))],
    ['Quantity.isInteger(): bool', (x: Quantity) => milliValue(x.text) % 1000 === 0],
    ['isIP(string): bool', (text: string) => isIP(text)],
    ['isCIDR(string): bool', (text: string) => isCIDR(text)],
  ]
  env.registerType('Quantity', Quantity as never)
  for (const [signature, run] of functions) {
    try {
      env.registerFunction(signature, run as never)
    } catch {
      // The library has this one already.
    }
  }
  addKubernetesFunctions(env)
  addTwoVariableMacros(env)
  return (shared = env)
}

class Quantity {
  constructor(readonly text: string) {
    if (parseQuantity(text) === undefined) throw new Error(`quantities must match the regular expression`)
  }
}

/** A quantity as expressions take it. */
export const celQuantity = (text: string): unknown => new Quantity(text)

/** Parses and checks an expression. Throws `CompilationError`. */
export function compile(env: Environment, source: string): Expression {
  const parsed = attempt(() => env.parse(source), source)
  const checked = parsed.check()
  if (!checked.valid) throw compilationError(checked.error, source)
  meter(parsed.ast)
  return {
    source,
    ast: parsed.ast,
    type: checked.type ?? 'dyn',
    evaluate(variables, budget) {
      let value: unknown
      try {
        value = metered(() => parsed(variables as Record<string, unknown>) as unknown, budget)
      } catch (error) {
        if (budget && budget.left < 0) throw new OutOfBudget()
        throw new EvaluationError(evaluationWords(firstLine(error)))
      }
      if (budget && budget.left < 0) throw new OutOfBudget()
      return value
    },
  }
}

function attempt(parse: () => ParseResult, source: string): ParseResult {
  try {
    return parse()
  } catch (error) {
    throw compilationError(error, source)
  }
}

const firstLine = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0]!

/** The words and the drawing of cel-go. */
function compilationError(error: unknown, source: string): CompilationError {
  const said = firstLine(error)
  const place = (error as { range?: { start: number } } | undefined)?.range?.start ?? 0
  const { text, at } = compilationComplaint(said, source, place)
  return new CompilationError(`compilation failed: ERROR: <input>:1:${at + 1}: ${text}\n | ${source}\n | ${'.'.repeat(at)}^`)
}

/** A JSON value as CEL takes it: whole numbers are `int`. */
export function celValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value
  if (Array.isArray(value)) return value.map(celValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, celValue(inner)]))
}
