import { nowMs, readFile, terminalSize, useCpu, write, readAll } from '../../../node/os/calls'
import { SyscallError, type Proc } from '../../../node/os/syscalls'
import { ToolError, parseOptions, tool } from '../tool'
import { runJq } from './evaluate'
import { Halt, type Machine } from './results'
import { checkNames } from './scope'
import { special } from './special'
import { readDocuments } from './documents'
import { parseJq } from './parse'
import { JqSyntaxError, type Node } from './syntax'
import { JqError, toJson, writeJson } from './values'

/** jq 1.7. Exit codes: 2 wrong usage or unreadable input, 3 a program that does not compile, 5 an error while it ran, 1 and 4 with -e. */
export const jq = tool(function* (context, args) {
  const named: Record<string, unknown> = {}
  const { rest, positional } = yield* takeArguments(args, named)
  const options = parseOptions({ ...context, busybox: false }, rest, {
    short: 'rjcesnSaMCRhVL:f:0',
    long: {
      'raw-output': 'r',
      'join-output': 'j',
      'compact-output': 'c',
      'exit-status': 'e',
      slurp: 's',
      'null-input': 'n',
      'sort-keys': 'S',
      'ascii-output': 'a',
      'monochrome-output': 'M',
      'color-output': 'C',
      'raw-input': 'R',
      tab: 't',
      'indent=': 'i',
      'from-file=': 'f',
      unbuffered: 'u',
      version: 'V',
      seq: 'q',
      'raw-output0': '0',
      help: 'h',
      stream: 'm',
    },
    usage: 2,
  })
  if (options.has('V')) {
    yield* write(1, 'jq-1.7.1\n')
    return 0
  }
  const operands = [...options.operands]
  const source = options.has('f') ? yield* readFile(options.get('f')!) : operands.shift()
  if (source === undefined) {
    yield* write(
      2,
      `Usage:\tjq [OPTIONS] FILTER [FILES...]\n\tjq [OPTIONS] --args FILTER [ARGUMENTS...]\n\tjq [OPTIONS] --jsonargs FILTER [JSON_VALUES...]\n\nTry 'jq --help' for more: filters are described at https://jqlang.org/manual\n`,
    )
    return 2
  }
  named.ARGS = { named: { ...named }, positional }
  let program: Node
  try {
    program = parseJq(source)
    checkNames(program, Object.keys(named), special)
  } catch (error) {
    if (!(error instanceof JqSyntaxError)) throw error
    throw new ToolError(`\x00jq: error: ${error.message} at <top-level>, line 1:\n${source}\njq: 1 compile error`, 3)
  }
  const indent = options.has('c') ? '' : options.has('t') ? '\t' : ' '.repeat(Math.min(7, Number(options.get('i') ?? 2)))
  const colour = options.has('C') || (!options.has('M') && (yield* terminalSize(1)) !== undefined && context.env.NO_COLOR === undefined)
  const style = { indent, sortKeys: options.has('S'), ascii: options.has('a'), colour }
  const raw = options.has('r') || options.has('j') || options.has('0')
  const inputs = yield* readAllInputs(operands)
  const documents = readDocuments(inputs.text, { raw: options.has('R'), slurp: options.has('s') })
  let debugged = ''
  const machine: Machine = {
    env: context.env,
    nowMs: yield* nowMs(),
    named,
    steps: 0,
    debug: (text) => void (debugged += text),
    nextInput() {
      const next = documents.next()
      if (next.done) throw new JqError('No more inputs')
      return next.value
    },
  }
  let code = inputs.failed ? 2 : 0
  let last: unknown
  let printed = false
  const each = options.has('n') ? [null] : { [Symbol.iterator]: () => documents }
  try {
    for (const input of each) {
      try {
        for (const value of runJq(program, input, machine)) {
          last = value
          printed = true
          const text = raw && typeof value === 'string' ? value : writeJson(value, style)
          yield* write(1, text + (options.has('j') ? '' : options.has('0') ? '\0' : '\n'))
          yield* useCpu(0.05)
        }
      } catch (error) {
        if (error instanceof RangeError) throw new ToolError('error: the program went too deep and was stopped', 5)
        if (!(error instanceof JqError)) throw error
        yield* write(2, `jq: error (at ${inputs.name}:${documents.line()})${errorText(error)}\n`)
        code = 5
      }
      if (debugged) {
        yield* write(2, debugged)
        debugged = ''
      }
    }
  } catch (error) {
    if (error instanceof Halt) {
      if (error.message !== undefined) yield* write(2, typeof error.message === 'string' ? error.message : `${toJson(error.message)}\n`)
      return error.code
    }
    if (!(error instanceof SyntaxError)) throw error
    yield* write(2, `jq: parse error: ${error.message}\n`)
    return 2
  }
  if (code === 0 && options.has('e')) return !printed ? 4 : last === null || last === false ? 1 : 0
  return code
})

const errorText = ({ value, message }: JqError) => (typeof value === 'string' ? `: ${message}` : ` (not a string): ${toJson(value)}`)

/** Takes `--arg` and its like out of the arguments: they eat two words each. */
function* takeArguments(args: readonly string[], named: Record<string, unknown>): Proc<{ rest: string[]; positional: unknown[] }> {
  const rest: string[] = []
  const positional: unknown[] = []
  let mode: '' | '--args' | '--jsonargs' = ''
  let filter = false
  for (let i = 0; i < args.length; i++) {
    const argument = args[i]!
    const [name, value] = [args[i + 1], args[i + 2]]
    if (/^--(?:arg|argjson|slurpfile|rawfile)$/.test(argument)) {
      if (name === undefined || value === undefined)
        throw new ToolError(
          `\x00jq: ${argument} takes two parameters (e.g. ${argument} varname ${argument === '--arg' ? 'value' : argument === '--argjson' ? 'text' : 'filename'})\nUse jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq`,
          2,
        )
      named[name] =
        argument === '--arg'
          ? value
          : argument === '--argjson'
            ? jsonArgument(value)
            : argument === '--rawfile'
              ? yield* readFile(value)
              : [...readDocuments(yield* readFile(value), { raw: false, slurp: false }).all()]
      i += 2
    } else if (argument === '--args' || argument === '--jsonargs') mode = argument
    else if (mode && filter && !argument.startsWith('-')) positional.push(mode === '--args' ? argument : jsonArgument(argument))
    else {
      if (!argument.startsWith('-')) filter = true
      rest.push(argument)
    }
  }
  return { rest, positional }
}

function jsonArgument(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ToolError(
      `\x00jq: Invalid JSON text passed to --argjson\nUse jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq`,
      2,
    )
  }
}

function* readAllInputs(paths: readonly string[]): Proc<{ text: string; failed: boolean; name: string }> {
  let text = ''
  let failed = false
  if (paths.length === 0) {
    const pieces: string[] = []
    pieces.push(yield* readAll(0))
    return { text: pieces.join(''), failed, name: '<stdin>' }
  }
  for (const path of paths) {
    try {
      text += yield* readFile(path)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      yield* write(2, `jq: error: Could not open ${path}: ${error.message}\n`)
      failed = true
    }
  }
  return { text, failed, name: paths.at(-1)! }
}
