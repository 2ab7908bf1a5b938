import type { Environment } from '@marcbachmann/cel-js'

/*
 * The macros of cel-go that name two variables: the index and the item of a list, or the key and the value of a map.
 * `{'a': 1}.all(k, v, v > 0)`, `[3, 4].transformList(i, v, i + v)`, `m.transformMap(k, v, v > 0, v * 2)`.
 */

/** What the library hands to a macro; it has no types for these. */
interface Node {
  readonly op: string
  readonly args: unknown
}
interface Context {
  forkWithVariable(name: string, type: unknown): Overlay
}
interface Overlay extends Context {
  reuse(parent: Context): Overlay
  setIterValue(value: unknown, evaluator: Evaluator): Overlay
}
interface Checker {
  check(node: Node, context: Context): unknown
  getType(name: string): unknown
}
interface Evaluator {
  run(node: Node, context: Context): unknown
}
interface Macro {
  readonly receiver: Node
  readonly names: readonly [string, string]
  readonly parts: readonly Node[]
  first?: Overlay
  second?: Overlay
}

type Pair = readonly [key: unknown, value: unknown]
/** Makes the result of all pairs; `of` evaluates the n-th expression of the macro for one of them. */
type Result = (pairs: readonly Pair[], of: (pair: Pair, part: number) => unknown, parts: number) => unknown

const wanted = (pairs: readonly Pair[], of: Parameters<Result>[1], parts: number) =>
  parts === 2 ? pairs.filter((pair) => of(pair, 0) === true) : pairs

const RESULTS: readonly (readonly [name: string, parts: number, type: string, result: Result])[] = [
  ['all', 1, 'bool', (pairs, of) => pairs.every((pair) => of(pair, 0) === true)],
  ['exists', 1, 'bool', (pairs, of) => pairs.some((pair) => of(pair, 0) === true)],
  ['existsOne', 1, 'bool', (pairs, of) => pairs.filter((pair) => of(pair, 0) === true).length === 1],
  ['transformList', 1, 'list<dyn>', (pairs, of) => pairs.map((pair) => of(pair, 0))],
  ['transformList', 2, 'list<dyn>', (pairs, of, parts) => wanted(pairs, of, parts).map((pair) => of(pair, 1))],
  ['transformMap', 1, 'map<dyn, dyn>', (pairs, of) => new Map(pairs.map((pair) => [pair[0], of(pair, 0)]))],
  ['transformMap', 2, 'map<dyn, dyn>', (pairs, of, parts) => new Map(wanted(pairs, of, parts).map((pair) => [pair[0], of(pair, 1)]))],
]

function pairsOf(value: unknown): readonly Pair[] {
  if (Array.isArray(value)) return value.map((item, index) => [BigInt(index), item])
  if (value instanceof Map) return [...value]
  return Object.entries((value ?? {}) as object)
}

/** Adds the macros to an environment. */
export function addTwoVariableMacros(env: Environment) {
  for (const [name, parts, type, result] of RESULTS) {
    const asts = Array.from({ length: parts + 2 }, () => 'ast').join(', ')
    const macro = ({ args, receiver }: { args: readonly Node[]; receiver: Node }) => {
      const [first, second, ...rest] = args
      if (first?.op !== 'id' || second?.op !== 'id') throw new Error(`${name}() argument is not an identifier`)
      return {
        receiver,
        names: [first.args, second.args],
        parts: rest,
        typeCheck(checker: Checker, own: Macro, context: Context) {
          checker.check(own.receiver, context)
          own.first = context.forkWithVariable(own.names[0], checker.getType('dyn'))
          own.second = own.first.forkWithVariable(own.names[1], checker.getType('dyn'))
          for (const part of own.parts) checker.check(part, own.second)
          return checker.getType(type)
        },
        evaluate(evaluator: Evaluator, own: Macro, context: Context) {
          const of = ([key, value]: Pair, part: number) => {
            const outer = own.first!.reuse(context).setIterValue(key, evaluator)
            return evaluator.run(own.parts[part]!, own.second!.reuse(outer).setIterValue(value, evaluator))
          }
          return result(pairsOf(evaluator.run(own.receiver, context)), of, parts)
        },
      }
    }
    env.registerFunction(`list.${name}(${asts}): ${type}`, macro as never)
  }
}
