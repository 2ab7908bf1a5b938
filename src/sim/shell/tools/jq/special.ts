import { natives } from './builtins'
import { evaluate } from './evaluate'
import { formatString } from './formats'
import type { Node } from './syntax'
import { Halt, counted, pathOf, recurse, result, type Machine, type Result, type Results } from './results'
import type { Scope } from './scope'
import { JqError, arithmetic, compare, deletePaths, getPath, isArray, setPath, truthy, typeOf } from './values'

/** Functions that must see their arguments unevaluated, and those that speak with the machine. */

/** What such a function is called with. */
export interface Call {
  readonly input: Result
  readonly args: readonly Node[]
  readonly scope: Scope
  readonly machine: Machine
  readonly depth: number
  /** The results of an argument on `from`, or on the input as a plain value. */
  each(node: Node, from?: Result): Results
  /** The results of an argument on the input itself, its path kept. */
  follow(node: Node): Results
}

export type Special = (call: Call, a: Node, b: Node, c: Node) => Results

function numeric(value: unknown): number {
  if (typeof value !== 'number') throw new JqError('Range bounds must be numeric')
  return value
}

const firstOf = (results: Results): unknown => results.next().value?.value ?? null

function* recurseBy(step: Node, input: Result, scope: Scope, machine: Machine, depth: number): Results {
  yield input
  for (const one of evaluate(step, input, scope, machine, depth)) yield* recurseBy(step, one, scope, machine, depth + 1)
}

/** An item of an array, with what an expression makes of it. */
interface Keyed {
  readonly item: unknown
  readonly key: unknown
}

/** What the smallest and largest of nothing are. */
const none: Keyed = { item: null, key: null }

/** A function on the items of an array by their keys. */
const byKey = (work: (keyed: readonly Keyed[]) => unknown): Special =>
  function* ({ input, each }, a) {
    if (!isArray(input.value)) throw new JqError(`Cannot index ${typeOf(input.value)} with number`)
    const keyed = input.value.map((item) => ({ item, key: [...each(a, result(item))].map(({ value }) => value) }))
    yield result(work(keyed))
  }

const inOrder = (keyed: readonly Keyed[]) => [...keyed].sort((a, b) => compare(a.key, b.key))

/** Runs of items whose keys are equal, in the order of their keys. */
function grouped(keyed: readonly Keyed[]): unknown[][] {
  const groups: { key: unknown; items: unknown[] }[] = []
  for (const { item, key } of inOrder(keyed)) {
    const last = groups.at(-1)
    if (last && compare(last.key, key) === 0) last.items.push(item)
    else groups.push({ key, items: [item] })
  }
  return groups.map(({ items }) => items)
}

/** By name and number of arguments. */
export const special: Readonly<Record<string, Special>> = {
  *'empty/0'() {},
  *'error/0'({ input }) {
    throw new JqError(input.value)
  },
  *'error/1'({ each }, a) {
    for (const { value } of each(a)) throw new JqError(value)
  },
  *'select/1'({ input, each }, a) {
    for (const { value } of each(a)) if (truthy(value)) yield input
  },
  *'recurse/0'({ input }) {
    return yield* recurse(input)
  },
  *'recurse/1'({ input, scope, machine, depth }, a) {
    return yield* recurseBy(a, input, scope, machine, depth)
  },
  *'path/1'({ input, each }, a) {
    for (const one of each(a, result(input.value, []))) yield result(pathOf(one))
  },
  *'getpath/1'({ input, each }, a) {
    for (const { value } of each(a)) {
      if (!isArray(value)) throw new JqError('Path must be specified as an array')
      let at: unknown = null
      try {
        at = getPath(input.value, value)
      } catch (error) {
        if (!(error instanceof JqError) || input.value !== null) throw error
      }
      yield result(at, input.path && [...input.path, ...value])
    }
  },
  *'paths/0'({ input }) {
    for (const one of recurse(result(input.value, []))) if (one.path!.length > 0) yield result(one.path)
  },
  *'first/1'({ follow }, a) {
    for (const one of follow(a)) {
      yield one
      return
    }
  },
  *'limit/2'({ each, follow }, a, b) {
    for (const { value } of each(a)) {
      let left = Number(value)
      if (left <= 0) continue
      for (const one of follow(b)) {
        yield one
        if (--left <= 0) break
      }
    }
  },
  *'skip/2'({ each, follow }, a, b) {
    for (const { value } of each(a)) {
      let left = Number(value)
      for (const one of follow(b)) if (left-- <= 0) yield one
    }
  },
  *'until/2'({ input, each }, a, b) {
    let at = input
    while (!truthy(firstOf(each(a, at)))) at = result(firstOf(each(b, at)))
    yield at
  },
  *'while/2'({ input, each }, a, b) {
    for (let at: Result | undefined = input; at && truthy(firstOf(each(a, at))); at = each(b, at).next().value ?? undefined) yield at
  },
  *'repeat/1'({ input, each }, a) {
    for (let at: Result | undefined = input; at; at = each(a, at).next().value ?? undefined) yield at
  },
  *'range/1'({ machine, each }, a) {
    for (const { value } of each(a)) for (let i = 0; i < numeric(value); i++) yield counted(i, machine)
  },
  *'range/2'({ machine, each }, a, b) {
    for (const from of each(a))
      for (const to of each(b)) for (let i = numeric(from.value); i < numeric(to.value); i++) yield counted(i, machine)
  },
  *'range/3'({ machine, each }, a, b, c) {
    for (const from of each(a)) {
      for (const to of each(b)) {
        for (const by of each(c)) {
          const step = numeric(by.value)
          if (step === 0) continue
          for (let i = numeric(from.value); step > 0 ? i < numeric(to.value) : i > numeric(to.value); i += step) yield counted(i, machine)
        }
      }
    }
  },
  *'isempty/1'({ each }, a) {
    yield result(each(a).next().done === true)
  },
  *'any/2'({ each }, a, b) {
    const wanted = true
    for (const one of each(a)) {
      for (const { value } of each(b, result(one.value))) {
        if (truthy(value) === wanted) {
          yield result(wanted)
          return
        }
      }
    }
    yield result(!wanted)
  },
  *'all/2'({ each }, a, b) {
    const wanted = false
    for (const one of each(a)) {
      for (const { value } of each(b, result(one.value))) {
        if (truthy(value) === wanted) {
          yield result(wanted)
          return
        }
      }
    }
    yield result(!wanted)
  },
  *'add/1'({ each }, a) {
    let sum: unknown = null
    for (const { value } of each(a)) sum = arithmetic('+', sum, value)
    yield result(sum)
  },
  *'input/0'({ machine }) {
    yield result(machine.nextInput())
  },
  *'inputs/0'({ machine }) {
    for (;;) {
      let value: unknown
      try {
        value = machine.nextInput()
      } catch (error) {
        if (error instanceof JqError && error.value === 'No more inputs') return
        throw error
      }
      yield result(value)
    }
  },
  *'debug/0'({ input, machine }) {
    for (const { value } of [input]) machine.debug(`["DEBUG:",${formatString('@json', value)}]\n`)
    yield input
  },
  *'debug/1'({ input, machine, each }, a) {
    for (const { value } of each(a)) machine.debug(`["DEBUG:",${formatString('@json', value)}]\n`)
    yield input
  },
  *'stderr/0'({ input, machine }) {
    machine.debug(formatString('@json', input.value))
    yield input
  },
  *'input_line_number/0'() {
    yield result(0)
  },
  *'input_filename/0'() {
    yield result(null)
  },
  *'now/0'({ machine }) {
    yield result(machine.nowMs / 1000)
  },
  *'env/0'({ machine }) {
    yield result(machine.env)
  },
  *'builtins/0'() {
    yield result(Object.keys(natives))
  },
  *'halt/0'() {
    throw new Halt(0, undefined)
  },
  *'halt_error/0'({ input }) {
    throw new Halt(5, input.value)
  },
  *'halt_error/1'({ input, each }, a) {
    throw new Halt(Number(firstOf(each(a))), input.value)
  },
  *'del/1'({ input, each }, a) {
    yield result(deletePaths(input.value, [...each(a, result(input.value, []))].map(pathOf)))
  },
  *'pick/1'({ input, each }, a) {
    let value: unknown = null
    for (const one of each(a, result(input.value, []))) value = setPath(value, pathOf(one), getPath(input.value, pathOf(one)))
    yield result(value)
  },
  'sort_by/1': byKey((keyed) => inOrder(keyed).map(({ item }) => item)),
  'group_by/1': byKey((keyed) => grouped(keyed)),
  'unique_by/1': byKey((keyed) => grouped(keyed).map(([first]) => first)),
  'min_by/1': byKey((keyed) => keyed.reduce((best, one) => (compare(one.key, best.key) < 0 ? one : best), keyed[0] ?? none).item),
  'max_by/1': byKey((keyed) => keyed.reduce((best, one) => (compare(one.key, best.key) >= 0 ? one : best), keyed[0] ?? none).item),
}
