import type { Proc } from '../../../node/os/syscalls'
import { useCpu, write } from '../../../node/os/calls'
import { ToolError, type Output } from '../tool'
import { callBuiltin } from './builtins'
import type { Memory } from './memory'
import type { Expression, Program, Statement } from './syntax'
import { regex } from './regex'
import { sprintf } from './sprintf'
import type { Streams } from './streams'
import { compare, isTrue, outside, toNumber, type Cell, type Value } from './values'

/** What ends a block early. */
export type Signal = 'break' | 'continue' | 'next' | 'nextfile' | 'exit' | { readonly returned: Value } | undefined

/** `exit` inside a function. */
export class Exit extends Error {}

const MAX_CALLS = 400

/** Everything a program's expressions and statements work with. */
export interface Machine {
  readonly program: Program
  readonly memory: Memory
  readonly streams: Streams
  readonly output: Output
  /** State of `rand`, and what `srand` answers next. */
  seed: number
  lastSeed: number
  /** What `exit` was given. */
  exitCode: number | undefined
  steps: number
}

/** Counts work, so that a loop without end can be interrupted and its time is seen. */
export function* tick(machine: Machine): Proc {
  if (++machine.steps % 500 !== 0) return
  yield* machine.output.flush()
  yield* useCpu(0.5)
}

/** The subscript that a list of expressions makes. */
export function* keyOf(machine: Machine, keys: readonly Expression[]): Proc<string> {
  const parts: string[] = []
  for (const key of keys) parts.push(machine.memory.text(yield* evaluate(machine, key)))
  return parts.join(machine.memory.special('SUBSEP'))
}

/** Gives a value to a variable, a field or an element; refuses anything else. */
export function* assignTo(machine: Machine, target: Expression, value: Value): Proc {
  const { memory } = machine
  if (target.type === 'variable') memory.setVariable(target.name, value)
  else if (target.type === 'field') memory.setField(toNumber(yield* evaluate(machine, target.index)), value)
  else if (target.type === 'element') memory.table(target.name).set(yield* keyOf(machine, target.keys), value)
  else if (target.type === 'group' && target.items.length === 1) yield* assignTo(machine, target.items[0]!, value)
  else throw new ToolError('assignment to something that cannot be assigned', 2)
}

function arithmetic(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      if (b === 0) throw new ToolError('division by zero', 2)
      return a / b
    case '%':
      if (b === 0) throw new ToolError('division by zero in %', 2)
      return a % b
    default:
      return a ** b
  }
}

/** The value of an expression. */
export function* evaluate(machine: Machine, node: Expression): Proc<Value> {
  const { memory } = machine
  switch (node.type) {
    case 'number':
    case 'string':
      return node.value
    case 'regex':
      return regex(node.source).test(memory.record) ? 1 : 0
    case 'variable':
      return memory.getVariable(node.name)
    case 'field':
      return memory.getField(Math.trunc(toNumber(yield* evaluate(machine, node.index))))
    case 'element': {
      const all = memory.table(node.name)
      const key = yield* keyOf(machine, node.keys)
      if (!all.has(key)) all.set(key, undefined) // looking creates
      return all.get(key)
    }
    case 'group':
      if (node.items.length === 1) return yield* evaluate(machine, node.items[0]!)
      return yield* keyOf(machine, node.items)
    case 'assign': {
      if (node.operator === '=') {
        const value = yield* evaluate(machine, node.value)
        yield* assignTo(machine, node.target, value)
        return value
      }
      const right = toNumber(yield* evaluate(machine, node.value))
      const value = arithmetic(node.operator.slice(0, -1), toNumber(yield* evaluate(machine, node.target)), right)
      yield* assignTo(machine, node.target, value)
      return value
    }
    case 'step': {
      const old = toNumber(yield* evaluate(machine, node.target))
      const value = node.operator === '++' ? old + 1 : old - 1
      yield* assignTo(machine, node.target, value)
      return node.prefix ? value : old
    }
    case 'unary': {
      const value = yield* evaluate(machine, node.operand)
      return node.operator === '!' ? (isTrue(value) ? 0 : 1) : node.operator === '-' ? -toNumber(value) : toNumber(value)
    }
    case 'and':
      return isTrue(yield* evaluate(machine, node.left)) && isTrue(yield* evaluate(machine, node.right)) ? 1 : 0
    case 'or':
      return isTrue(yield* evaluate(machine, node.left)) || isTrue(yield* evaluate(machine, node.right)) ? 1 : 0
    case 'ternary':
      return isTrue(yield* evaluate(machine, node.test)) ? yield* evaluate(machine, node.yes) : yield* evaluate(machine, node.no)
    case 'binary': {
      const left = yield* evaluate(machine, node.left)
      const right = yield* evaluate(machine, node.right)
      switch (node.operator) {
        case ' ':
          return memory.text(left) + memory.text(right)
        case '<':
          return compare(left, right, memory.special('CONVFMT')) < 0 ? 1 : 0
        case '<=':
          return compare(left, right, memory.special('CONVFMT')) <= 0 ? 1 : 0
        case '==':
          return compare(left, right, memory.special('CONVFMT')) === 0 ? 1 : 0
        case '!=':
          return compare(left, right, memory.special('CONVFMT')) !== 0 ? 1 : 0
        case '>':
          return compare(left, right, memory.special('CONVFMT')) > 0 ? 1 : 0
        case '>=':
          return compare(left, right, memory.special('CONVFMT')) >= 0 ? 1 : 0
        default:
          return arithmetic(node.operator, toNumber(left), toNumber(right))
      }
    }
    case 'match': {
      const subject = memory.text(yield* evaluate(machine, node.subject))
      return regex(yield* patternOf(machine, node.pattern)).test(subject) !== node.negated ? 1 : 0
    }
    case 'in':
      return memory.table(node.name).has(yield* keyOf(machine, node.keys)) ? 1 : 0
    case 'getline':
      return yield* getLine(machine, node)
    case 'builtin':
      return yield* callBuiltin(machine, node.name, node.args)
    case 'call':
      return yield* call(machine, node.name, node.args)
  }
}

/** The regular expression an expression stands for: itself, or its value as text. */
export function* patternOf(machine: Machine, node: Expression): Proc<string> {
  return node.type === 'regex' ? node.source : machine.memory.text(yield* evaluate(machine, node))
}

function* call(machine: Machine, name: string, args: readonly Expression[]): Proc<Value> {
  const { memory } = machine
  const known = machine.program.functions.get(name)
  if (!known) throw new ToolError(`calling undefined function ${name}`, 2)
  if (memory.frames.length >= MAX_CALLS) throw new ToolError(`function call nesting too deep: ${name}`, 2)
  const frame = new Map<string, Cell>()
  const shared: [string, string][] = []
  for (const [i, parameter] of known.parameters.entries()) {
    const argument = args[i]
    if (argument?.type === 'variable') {
      const held = memory.frameOf(argument.name).get(argument.name)
      frame.set(parameter, held)
      // An untouched name may turn out to be an array inside.
      if (held === undefined) shared.push([parameter, argument.name])
    } else frame.set(parameter, argument ? yield* evaluate(machine, argument) : undefined)
  }
  memory.frames.push(frame)
  const signal = yield* runAll(machine, known.body)
  memory.frames.pop()
  for (const [parameter, outer] of shared) {
    const made = frame.get(parameter)
    if (made instanceof Map && memory.frameOf(outer).get(outer) === undefined) memory.frameOf(outer).set(outer, made)
  }
  if (signal === 'exit') throw new Exit()
  return typeof signal === 'object' ? signal.returned : undefined
}

function* print(machine: Machine, node: Extract<Statement, { type: 'print' | 'printf' }>): Proc {
  const { memory, streams, output } = machine
  const values: Value[] = []
  for (const argument of node.args) values.push(yield* evaluate(machine, argument))
  const line =
    node.type === 'printf'
      ? sprintf(memory.text(values[0]), values.slice(1), memory.special('CONVFMT'))
      : (values.length === 0 ? memory.record : values.map((value) => memory.text(value, 'OFMT')).join(memory.special('OFS'))) +
        memory.special('ORS')
  if (!node.to) return yield* output.text(line)
  const fd = yield* streams.sink(node.to.operator, memory.text(yield* evaluate(machine, node.to.target)))
  if (fd === 1) yield* output.text(line)
  else {
    if (fd === 2) yield* output.flush()
    yield* write(fd, line)
  }
}

function* getLine(machine: Machine, node: Extract<Expression, { type: 'getline' }>): Proc<number> {
  const { memory, streams } = machine
  let line: string | undefined
  if (node.from === '') {
    line = yield* streams.nextMainRecord()
    if (line === undefined) return 0
    memory.count('NR')
    memory.count('FNR')
  } else {
    const reader = yield* streams.source(node.from, memory.text(yield* evaluate(machine, node.source!)))
    if (!reader) return -1
    line = yield* streams.readRecord(reader)
    if (line === undefined) return 0
    if (node.from === '|') memory.count('NR')
  }
  if (node.target) yield* assignTo(machine, node.target, outside(line))
  else memory.setRecord(line)
  return 1
}

/** Runs statements one after another; answers what ended them early. */
export function* runAll(machine: Machine, statements: readonly Statement[]): Proc<Signal> {
  for (const statement of statements) {
    const signal = yield* run(machine, statement)
    if (signal) return signal
  }
  return undefined
}

function* run(machine: Machine, node: Statement): Proc<Signal> {
  const { memory } = machine
  yield* tick(machine)
  switch (node.type) {
    case 'block':
      return yield* runAll(machine, node.body)
    case 'expression':
      yield* evaluate(machine, node.expression)
      return undefined
    case 'print':
    case 'printf':
      yield* print(machine, node)
      return undefined
    case 'if':
      if (isTrue(yield* evaluate(machine, node.test))) return yield* run(machine, node.then)
      return node.otherwise ? yield* run(machine, node.otherwise) : undefined
    case 'while':
    case 'do':
      for (let first = node.type === 'do'; first || isTrue(yield* evaluate(machine, node.test)); first = false) {
        yield* tick(machine)
        const signal = yield* run(machine, node.body)
        if (signal === 'break') break
        if (signal && signal !== 'continue') return signal
      }
      return undefined
    case 'for':
      if (node.init) yield* run(machine, node.init)
      while (!node.test || isTrue(yield* evaluate(machine, node.test))) {
        yield* tick(machine)
        const signal = yield* run(machine, node.body)
        if (signal === 'break') break
        if (signal && signal !== 'continue') return signal
        if (node.update) yield* run(machine, node.update)
      }
      return undefined
    case 'each':
      for (const key of [...memory.table(node.array).keys()]) {
        memory.setVariable(node.variable, outside(key))
        const signal = yield* run(machine, node.body)
        if (signal === 'break') break
        if (signal && signal !== 'continue') return signal
      }
      return undefined
    case 'delete':
      if (node.keys) memory.table(node.name).delete(yield* keyOf(machine, node.keys))
      else memory.table(node.name).clear()
      return undefined
    case 'exit':
      if (node.value) machine.exitCode = toNumber(yield* evaluate(machine, node.value)) & 255
      return 'exit'
    case 'return':
      return { returned: node.value ? yield* evaluate(machine, node.value) : undefined }
    default:
      return node.type
  }
}
