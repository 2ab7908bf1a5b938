import { nowMs, wait } from '../../../node/os/calls'
import type { Proc } from '../../../node/os/syscalls'
import { formatTime } from '../format'
import { ToolError } from '../tool'
import { assignTo, evaluate, patternOf, type Machine } from './evaluate'
import type { Expression } from './syntax'
import { regex, replace, separate } from './regex'
import { sprintf } from './sprintf'
import { compare, outside, toNumber, type Value } from './values'

/** awk's own functions. Most take values; those that store into an argument, or take a pattern, see the expressions. */

type OnValues = (machine: Machine, ...args: Value[]) => Value | Proc<Value>
type OnExpressions = (machine: Machine, ...args: (Expression | undefined)[]) => Proc<Value>

/** Calls a function of awk's own with the arguments' expressions; refuses an unknown name. */
export function* callBuiltin(machine: Machine, name: string, args: readonly Expression[]): Proc<Value> {
  const special = onExpressions[name]
  if (special) return yield* special(machine, ...args)
  const plain = onValues[name]
  if (!plain) throw new ToolError(`function ${name} not defined`, 2)
  const values: Value[] = []
  for (const argument of args) values.push(yield* evaluate(machine, argument))
  const answer = plain(machine, ...values)
  return typeof answer === 'object' && 'next' in answer ? yield* answer : answer
}

const onNumber =
  (work: (x: number, y: number) => number): OnValues =>
  (_machine, x, y) =>
    work(toNumber(x), toNumber(y))

const onIntegers = (work: (x: bigint, y: bigint) => bigint): OnValues =>
  onNumber((x, y) => Number(work(BigInt(Math.trunc(x)), BigInt(Math.trunc(y)))))

const onValues: Readonly<Record<string, OnValues>> = {
  substr: ({ memory }, subject, from, length) => {
    const characters = [...memory.text(subject)]
    const first = toNumber(from)
    const begin = Math.max(1, Math.round(first))
    const end = length === undefined ? characters.length + 1 : Math.round(first + toNumber(length))
    return characters.slice(begin - 1, Math.max(begin - 1, end - 1)).join('')
  },
  index: ({ memory }, subject, wanted) => {
    const whole = memory.text(subject)
    const at = whole.indexOf(memory.text(wanted))
    return at < 0 ? 0 : [...whole.slice(0, at)].length + 1
  },
  sprintf: ({ memory }, format, ...values) => sprintf(memory.text(format), values, memory.special('CONVFMT')),
  tolower: ({ memory }, subject) => memory.text(subject).toLowerCase(),
  toupper: ({ memory }, subject) => memory.text(subject).toUpperCase(),
  strtonum: ({ memory }, value) => {
    const subject = memory.text(value)
    return /^\s*0[xX]/.test(subject) ? parseInt(subject, 16) : /^\s*0\d/.test(subject) ? parseInt(subject, 8) : toNumber(subject)
  },
  sin: onNumber(Math.sin),
  cos: onNumber(Math.cos),
  atan2: onNumber(Math.atan2),
  exp: onNumber(Math.exp),
  log: onNumber(Math.log),
  sqrt: onNumber(Math.sqrt),
  int: onNumber(Math.trunc),
  and: onIntegers((x, y) => x & y),
  or: onIntegers((x, y) => x | y),
  xor: onIntegers((x, y) => x ^ y),
  lshift: onNumber((x, y) => x * 2 ** y),
  rshift: onNumber((x, y) => Math.floor(x / 2 ** y)),
  rand: (machine) => {
    machine.seed = (Math.imul(machine.seed, 1664525) + 1013904223) >>> 0
    return machine.seed / 0x1_0000_0000
  },
  *srand(machine, seed) {
    const before = machine.lastSeed
    machine.lastSeed = seed === undefined ? Math.floor((yield* nowMs()) / 1000) : toNumber(seed)
    machine.seed = Math.trunc(machine.lastSeed) >>> 0
    return before
  },
  *systime() {
    return Math.floor((yield* nowMs()) / 1000)
  },
  *strftime({ memory }, format, time) {
    const at = time === undefined ? yield* nowMs() : toNumber(time) * 1000
    return formatTime(format === undefined ? '%a %b %e %H:%M:%S %Z %Y' : memory.text(format), at)
  },
  *fflush({ output }) {
    yield* output.flush()
    return 0
  },
  close: ({ memory, streams }, name) => streams.close(memory.text(name)),
  *system({ memory, streams, output }, command) {
    yield* output.flush()
    return (yield* wait(yield* streams.shell(memory.text(command), {}))).code
  },
}

/** The name of a parameter that must be an array. */
function arrayName(node: Expression | undefined): string {
  if (node?.type === 'variable') return node.name
  throw new ToolError('an array is needed as argument', 2)
}

const textOf = function* (machine: Machine, node: Expression | undefined): Proc<string> {
  return node ? machine.memory.text(yield* evaluate(machine, node)) : ''
}

const patternFrom = function* (machine: Machine, node: Expression | undefined, everywhere = false): Proc<RegExp> {
  return regex(node ? yield* patternOf(machine, node) : '', everywhere)
}

const substitution = (everywhere: boolean): OnExpressions =>
  function* (machine, pattern, replacement, given) {
    const compiled = yield* patternFrom(machine, pattern, true)
    const text = yield* textOf(machine, replacement)
    const target: Expression = given ?? { type: 'field', index: { type: 'number', value: 0 } }
    const { result, count } = replace(yield* textOf(machine, target), compiled, text, everywhere)
    if (count > 0) yield* assignTo(machine, target, result)
    return count
  }

const sorted = (of: 'values' | 'keys'): OnExpressions =>
  function* ({ memory }, from, to) {
    const source = memory.table(arrayName(from))
    const target = to ? memory.table(arrayName(to)) : source
    const values: Value[] = [...source[of]()]
    values.sort((a, b) => compare(a, b, memory.special('CONVFMT')))
    target.clear()
    values.forEach((value, i) => target.set(String(i + 1), value))
    return values.length
  }

const onExpressions: Readonly<Record<string, OnExpressions>> = {
  *length(machine, node) {
    const { memory } = machine
    if (!node) return [...memory.record].length
    const held = node.type === 'variable' ? memory.frameOf(node.name).get(node.name) : undefined
    return held instanceof Map ? held.size : [...(yield* textOf(machine, node))].length
  },
  *split(machine, subject, into, by) {
    const { memory } = machine
    const text = yield* textOf(machine, subject)
    const target = memory.table(arrayName(into))
    const separator = by ? yield* patternOf(machine, by) : memory.special('FS')
    // A one-character regular expression separates by itself: / / is one blank, " " any white space.
    const alone = by?.type === 'regex' && separator.length === 1
    const parts = !alone ? separate(text, separator) : text === '' ? [] : text.split(regex(separator))
    target.clear()
    for (const [i, part] of parts.entries()) target.set(String(i + 1), outside(part))
    return parts.length
  },
  sub: substitution(false),
  gsub: substitution(true),
  *gensub(machine, pattern, replacement, how, target) {
    const which = yield* textOf(machine, how)
    const subject = target ? yield* textOf(machine, target) : machine.memory.record
    const text = yield* textOf(machine, replacement)
    let seen = 0
    return subject.replace(yield* patternFrom(machine, pattern, true), (...found: unknown[]) => {
      const groups = found.slice(0, -2) as string[] // the last two are the offset and the whole
      seen++
      if (!/^[gG]/.test(which) && seen !== Math.max(1, Number(which))) return groups[0]!
      return text.replace(/\\(.)|&/g, (whole, escaped: string | undefined) =>
        whole === '&' || escaped === '0' ? groups[0]! : /\d/.test(escaped!) ? (groups[Number(escaped)] ?? '') : escaped!,
      )
    })
  },
  *match(machine, subject, pattern, groups) {
    const { memory } = machine
    const text = yield* textOf(machine, subject)
    const found = (yield* patternFrom(machine, pattern)).exec(text)
    const start = found ? [...text.slice(0, found.index)].length + 1 : 0
    memory.globals.set('RSTART', start)
    memory.globals.set('RLENGTH', found ? [...found[0]].length : -1)
    if (groups) {
      const target = memory.table(arrayName(groups))
      target.clear()
      found?.forEach((group, i) => target.set(String(i), outside(group ?? '')))
    }
    return start
  },
  asort: sorted('values'),
  asorti: sorted('keys'),
}
