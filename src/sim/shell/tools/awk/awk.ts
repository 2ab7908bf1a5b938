import { random, readFile, write } from '../../../node/os/calls'
import { SyscallError, type Proc } from '../../../node/os/syscalls'
import { ToolError, createOutput, parseOptions, tool, type Context } from '../tool'
import { evaluate, Exit, runAll, tick, type Machine, type Signal } from './evaluate'
import { createMemory } from './memory'
import { parseAwk } from './parse'
import { AwkSyntaxError, type Program, type Rule } from './syntax'
import { unescapeAwk } from './tokens'
import { createStreams } from './streams'
import { isTrue, outside, type Cell } from './values'

/** awk: its options, its special variables, and the cycle of rules over records. */

export const awk = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'F:v:f:WV',
    long: { 'field-separator=': 'F', 'assign=': 'v', 'file=': 'f', version: 'V' },
    strict: true,
    usage: 2,
  })
  const operands = [...options.operands]
  let source = ''
  for (const path of options.all('f')) {
    try {
      source += `${yield* readFile(path)}\n`
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      throw new ToolError(`cannot open ${path} (${error.message})`, 2)
    }
  }
  if (!options.has('f')) {
    const text = operands.shift()
    if (text === undefined) {
      yield* write(2, `usage: ${context.name} [-F fs][-v var=value][prog | -f progfile][file ...]\n`)
      return 2
    }
    source = text
  }
  let program: Program
  try {
    program = parseAwk(source)
  } catch (error) {
    if (!(error instanceof AwkSyntaxError)) throw error
    throw new ToolError(error.message, context.busybox ? 1 : 2)
  }
  return yield* runAwk(context, program, { operands, assignments: options.all('v'), separator: options.get('F') })
})

/** What the command line gives a program. */
interface Start {
  readonly operands: readonly string[]
  readonly assignments: readonly string[]
  readonly separator: string | undefined
}

/** The variables every program begins with. */
const initialVariables = (context: Context, { operands, separator }: Start): Map<string, Cell> =>
  new Map<string, Cell>([
    ['FS', separator === undefined ? ' ' : separator === 't' ? '\t' : unescapeAwk(separator)],
    ['OFS', ' '],
    ['ORS', '\n'],
    ['RS', '\n'],
    ['NR', 0],
    ['NF', 0],
    ['FNR', 0],
    ['SUBSEP', '\x1c'],
    ['CONVFMT', '%.6g'],
    ['OFMT', '%.6g'],
    ['RSTART', 0],
    ['RLENGTH', -1],
    ['FILENAME', ''],
    ['ENVIRON', new Map(Object.entries(context.env).map(([name, text]) => [name, outside(text)]))],
    ['ARGC', operands.length + 1],
    ['ARGV', new Map([context.name, ...operands].map((text, i) => [String(i), outside(text)]))],
  ])

function* runAwk(context: Context, program: Program, start: Start): Proc<number> {
  const memory = createMemory(initialVariables(context, start))
  const output = createOutput()
  const streams = createStreams(context, memory, output)
  for (const one of start.assignments) {
    const at = one.indexOf('=')
    if (at < 0) throw new ToolError(`invalid -v argument`, 2)
    memory.globals.set(one.slice(0, at), outside(unescapeAwk(one.slice(at + 1))))
  }
  const seed = Math.floor((yield* random()) * 0x1_0000_0000)
  const machine: Machine = { program, memory, streams, output, seed, lastSeed: 0, exitCode: undefined, steps: 0 }
  try {
    yield* untilExit(runRecords(machine))
    yield* untilExit(runSpecial(machine, 'END'))
  } finally {
    yield* output.flush()
  }
  yield* streams.closeAll()
  return machine.exitCode ?? (streams.failed ? 2 : 0)
}

/** Runs to the end, or to an `exit` in the depth of a function. */
function* untilExit(work: Proc<unknown>): Proc {
  try {
    yield* work
  } catch (error) {
    if (!(error instanceof Exit)) throw error
  }
}

/** BEGIN, then the rules over every record, if any rule wants one. `exit` in either leads to END. */
function* runRecords(machine: Machine): Proc {
  const { program, memory, streams } = machine
  if ((yield* runSpecial(machine, 'BEGIN')) === 'exit') return
  if (!program.rules.some((rule) => rule.when !== 'BEGIN')) return
  const openRanges = new Set<Rule>()
  for (;;) {
    const line = yield* streams.nextMainRecord()
    if (line === undefined) return
    memory.setRecord(line)
    memory.count('NR')
    memory.count('FNR')
    yield* tick(machine)
    const signal = yield* runRules(machine, openRanges)
    if (signal === 'exit') return
    if (signal === 'nextfile') streams.skipFile()
  }
}

function* runRules(machine: Machine, openRanges: Set<Rule>): Proc<Signal> {
  for (const rule of machine.program.rules) {
    if (typeof rule.when === 'string' || !(yield* selects(machine, rule, openRanges))) continue
    if (!rule.body) yield* machine.output.text(machine.memory.record + machine.memory.special('ORS'))
    else {
      const signal = yield* runAll(machine, rule.body)
      if (signal === 'next' || signal === 'nextfile' || signal === 'exit') return signal
    }
  }
  return undefined
}

/** Whether a rule wants the record: its pattern holds, or the record lies between its two patterns. */
function* selects(machine: Machine, rule: Rule, openRanges: Set<Rule>): Proc<boolean> {
  if (typeof rule.when === 'string') return false
  const { from, to } = rule.when
  if (!from) return true
  if (!to) return isTrue(yield* evaluate(machine, from))
  if (!openRanges.has(rule)) {
    if (!isTrue(yield* evaluate(machine, from))) return false
    openRanges.add(rule)
  }
  if (isTrue(yield* evaluate(machine, to))) openRanges.delete(rule)
  return true
}

function* runSpecial(machine: Machine, when: 'BEGIN' | 'END'): Proc<Signal> {
  for (const rule of machine.program.rules) {
    if (rule.when !== when) continue
    const signal = yield* runAll(machine, rule.body ?? [])
    if (signal === 'exit') return signal
  }
  return undefined
}
