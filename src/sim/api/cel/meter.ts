/*
 * What running an expression costs, counted while it runs: its steps with the weights of cel-go, so that none runs for long. What texts cost by
 * their length is left out.
 */

/** A parsed expression as the library keeps it; it has no types for what is inside. */
interface Node {
  readonly op: string
  readonly args: unknown
  readonly meta: { readonly alternate?: Node; readonly macro?: Runner; readonly evaluate: Run }
  evaluate: Run
}
interface Runner {
  readonly evaluate: Run
}
type Run = (evaluator: unknown, node: unknown, context: unknown) => unknown

/** What a step costs that is not 1. A constant costs nothing, a list or a map is made anew, each round of a macro looks at its condition and its result. */
const WEIGHTS: Readonly<Record<string, number>> = { value: 0, list: 10, map: 30, accuValue: 3, accuInc: 3, accuPush: 12 }

/** One expression may cost so much. */
const CALL_LIMIT = 1_000_000

/** What all the rules about one object, or of one binding, may cost together. */
export const COST_BUDGET = 10_000_000

export interface Budget {
  left: number
}

/** Thrown when an expression has cost too much. */
export class CostExceeded extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded')
  }
}

let spent = 0

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'op' in value && 'evaluate' in value && 'meta' in value

/** Has every step of a checked expression counted whenever it is taken. */
export function meter(root: unknown): void {
  const seen = new Set<unknown>()
  const look = (value: unknown) => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if (isNode(value)) {
      count(value)
      look(value.args)
      look(value.meta.alternate)
      look(value.meta.macro)
    } else if (Array.isArray(value)) value.forEach(look)
    else if (Object.getPrototypeOf(value) === Object.prototype) Object.values(value as object).forEach(look)
  }
  look(root)
}

function count(node: Node) {
  const weight = WEIGHTS[node.op] ?? 1
  const { meta } = node
  const step: Run = meta.alternate
    ? (evaluator, _, context) => meta.alternate!.evaluate(evaluator, meta.alternate, context)
    : meta.macro
      ? (evaluator, _, context) => meta.macro!.evaluate(evaluator, meta.macro, context)
      : (evaluator, _, context) => meta.evaluate(evaluator, node, context)
  node.evaluate = (evaluator, self, context) => {
    spent += weight
    if (spent > CALL_LIMIT) throw new CostExceeded()
    return step(evaluator, self, context)
  }
}

/** Runs an expression that is metered; its cost is taken from the budget. Throws CostExceeded, also where the expression took no notice of that. */
export function metered<T>(run: () => T, budget: Budget | undefined): T {
  const outer = spent
  spent = 0
  try {
    const value = run()
    if (spent > CALL_LIMIT) throw new CostExceeded()
    return value
  } catch (error) {
    throw spent > CALL_LIMIT ? new CostExceeded() : error
  } finally {
    if (budget) budget.left -= Math.min(spent, CALL_LIMIT)
    spent = outer
  }
}
