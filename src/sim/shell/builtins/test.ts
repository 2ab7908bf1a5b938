import type { Proc } from '../../node/os/syscalls'
import { compareNumbers, testBinary, testUnary } from '../evaluate/condition'
import type { Shell } from '../state'
import { failure, type Builtin, type Call } from './builtin'

/** `test` and `[`. */
class TestProblem extends Error {}

const isUnary = (text: string | undefined): text is string => text !== undefined && /^-[abcdefghknoprstuvwxzGLNORS]$/.test(text)
const isBinary = (text: string | undefined): text is string =>
  text !== undefined && /^(?:==?|!=|<|>|-(?:eq|ne|lt|le|gt|ge|nt|ot|ef))$/.test(text)

/** Evaluates the operands of `test`; throws TestProblem with the message. */
function* evaluate(shell: Shell, args: readonly string[]): Proc<boolean> {
  let at = 0

  function* or(): Proc<boolean> {
    let value = yield* and()
    while (args[at] === '-o') {
      at++
      const right = yield* and()
      value = value || right
    }
    return value
  }
  function* and(): Proc<boolean> {
    let value = yield* not()
    while (args[at] === '-a') {
      at++
      const right = yield* not()
      value = value && right
    }
    return value
  }
  function* not(): Proc<boolean> {
    if (args[at] === '!' && at < args.length - 1 && !(isBinary(args[at + 1]) && at + 2 < args.length && at + 3 === args.length)) {
      at++
      return !(yield* not())
    }
    return yield* primary()
  }
  function* primary(): Proc<boolean> {
    const left = args[at]
    if (left === undefined) throw new TestProblem('argument expected')
    const operator = args[at + 1]
    if (operator === '==' && at + 2 < args.length && shell.flavour === 'dash') throw new TestProblem(`${left}: unexpected operator`)
    if (isBinary(operator) && at + 2 < args.length) {
      const right = args[at + 2]!
      at += 3
      return yield* compare(left, operator, right)
    }
    if (left === '(' && args.length > at + 1) {
      at++
      const value = yield* or()
      if (args[at] !== ')') throw new TestProblem("`)' expected")
      at++
      return value
    }
    if (isUnary(left) && operator !== undefined) {
      at += 2
      return yield* testUnary(shell, left, operator)
    }
    at++
    return left !== ''
  }
  function* compare(left: string, operator: string, right: string): Proc<boolean> {
    if (!/^-(?:eq|ne|lt|le|gt|ge)$/.test(operator)) return yield* testBinary(left, operator, right)
    return compareNumbers(operator, integer(left), integer(right))
  }
  const integer = (text: string): bigint => {
    if (!/^\s*[-+]?\d+\s*$/.test(text))
      throw new TestProblem(
        shell.flavour === 'bash'
          ? `${text}: integer expression expected`
          : shell.flavour === 'busybox'
            ? `${text}: bad number`
            : `Illegal number: ${text}`,
      )
    return BigInt(text.trim().replace(/^\+/, ''))
  }

  if (args.length === 0) return false
  const value = yield* or()
  if (at < args.length) {
    if (args.length === 2) throw new TestProblem(`${args[0]}: unary operator expected`)
    if (args.length === 3) throw new TestProblem(`${args[1]}: binary operator expected`)
    throw new TestProblem('too many arguments')
  }
  return value
}

function* run(call: Call, args: readonly string[]): Proc<number> {
  try {
    return (yield* evaluate(call.shell, args)) ? 0 : 1
  } catch (error) {
    if (!(error instanceof TestProblem)) throw error
    return yield* failure(call, error.message, 2)
  }
}

export const test: Readonly<Record<string, Builtin>> = {
  test: (call) => run(call, call.args),
  *'['(call) {
    if (call.args.at(-1) !== ']') return yield* failure(call, call.shell.flavour === 'bash' ? "missing `]'" : 'missing ]', 2)
    return yield* run(call, call.args.slice(0, -1))
  },
}
