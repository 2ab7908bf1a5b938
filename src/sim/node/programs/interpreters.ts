import { sleep, useCpu, write } from '../os/calls'
import type { Proc, Program } from '../os/syscalls'
import { pythonFileServer } from './file-servers'
import { untilStopped } from './pause'

/**
 * Interpreters of languages. Their languages are not simulated; what tutorials ask of them is, and anything else is refused with a sentence
 * that says so.
 */
function* refuse(language: string): Proc<number> {
  yield* write(2, `${language}: this program is beyond the simulation, which runs the shell and the one-liners of tutorials\n`)
  return 1
}

/** What `-e`, `-c` and their like carry; flags may be run together (`-wle`). */
function code(argv: readonly string[], letter: string): string | undefined {
  const at = argv.findIndex((word) => /^-[A-Za-z]+$/.test(word) && word.endsWith(letter))
  return at >= 0 ? argv[at + 1] : undefined
}

/** A literal, or a few of them, as print statements have them. */
function literal(text: string): string | undefined {
  const match = /^\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(-?\d+(?:\.\d+)?))\s*$/.exec(text)
  return match ? (match[1] ?? match[2] ?? match[3]!).replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/\\(.)/g, '$1') : undefined
}

/** π to `digits` significant digits, rounded: what Math::BigFloat's bpi answers. */
export function piDigits(digits: number): string {
  const guard = 10
  const scale = 10n ** BigInt(digits + guard)
  const arctan = (inverse: bigint) => {
    let power = scale / inverse
    let sum = power
    for (let n = 3n, sign = -1n; power > 0n; n += 2n, sign = -sign) {
      power /= inverse * inverse
      sum += (sign * power) / n
    }
    return sum
  }
  const pi = 4n * (4n * arctan(5n) - arctan(239n)) // Machin's formula
  const rounded = (pi + 5n * 10n ** BigInt(guard)) / 10n ** BigInt(guard + 1)
  const text = rounded.toString()
  return digits <= 1 ? text : `${text[0]}.${text.slice(1)}`
}

const LONGEST_PI = 10_000

export const perl = (version: string): Program =>
  function* (self) {
    if (self.argv.includes('-v')) {
      yield* write(
        1,
        `\nThis is perl 5, version ${version.split('.')[1]}, subversion ${version.split('.')[2]} (v${version}) built for x86_64-linux-gnu\n`,
      )
      return 0
    }
    const program = code(self.argv.slice(1), 'e')
    if (program === undefined) return self.argv.includes('-de0') ? 0 : yield* refuse('perl')
    const newline = self.argv.some((word) => /^-[a-z]*l[a-z]*e?$/.test(word)) ? '\n' : ''
    for (const statement of program
      .split(';')
      .map((text) => text.trim())
      .filter(Boolean)) {
      const pi = /^print\s*\(?\s*bpi\((\d+)\)\s*\)?$/.exec(statement)
      const sleeping = /^sleep\s*\(?\s*(\d+)\s*\)?$/.exec(statement)
      const text = pi ? undefined : literal(statement.replace(/^print\s*\(?/, '').replace(/\)$/, ''))
      if (pi) {
        const digits = Math.min(LONGEST_PI, Number(pi[1]))
        // Thousands of digits take perl some seconds.
        yield* useCpu(50 + (digits * digits) / 1500)
        yield* write(1, `${piDigits(digits)}${newline}`)
      } else if (statement.startsWith('print') && text !== undefined) yield* write(1, text + newline)
      else if (!sleeping) return yield* refuse('perl')
    }
    return 0
  }

export const python = (version: string): Program =>
  function* (self) {
    const args = self.argv.slice(1)
    if (args.includes('--version') || args.includes('-V')) {
      yield* write(1, `Python ${version}\n`)
      return 0
    }
    const module = args.indexOf('-m')
    if (module >= 0 && args[module + 1] === 'http.server') return yield* pythonFileServer(self, Number(args[module + 2] ?? 8000))
    const program = code(args, 'c')
    if (program === undefined) return args.length === 0 ? 0 : yield* refuse('python3')
    return yield* runPython(program, self.env)
  }

/** Lines of the one sort of Python program that Jobs in tutorials are made of: print, sleep, exit, and if/else on an environment variable. */
function* runPython(program: string, env: Readonly<Record<string, string>>): Proc<number> {
  const lines = program
    .split('\n')
    .map((line) => ({ indent: line.search(/\S/), text: line.trim() }))
    .filter(({ text }) => text !== '' && !text.startsWith('#'))
  let skipDeeperThan = Infinity // inside a branch not taken
  const taken = new Map<number, boolean>() // by indentation: whether a branch of the chain has been taken
  for (const { indent, text } of lines) {
    if (indent > skipDeeperThan) continue
    skipDeeperThan = Infinity
    const branch = /^(?:(if|elif)\s+(.*)|else)\s*:\s*(.*)$/.exec(text)
    let simple = text
    if (branch) {
      const [, word, condition = '', rest = ''] = branch
      const holds = word === undefined ? true : conditionOf(condition, env)
      if (holds === undefined) return yield* refuse('python3')
      const enters = holds && (word === 'if' || !taken.get(indent))
      taken.set(indent, enters || (word !== 'if' && taken.get(indent) === true))
      if (!enters) skipDeeperThan = indent
      if (!enters || rest === '') continue
      simple = rest
    }
    for (const statement of simple.split(';').map((each) => each.trim())) {
      if (statement === '' || statement === 'pass' || /^(import|from) /.test(statement)) continue
      const exit = /^(?:sys\.)?exit\((\d*)\)$/.exec(statement)
      if (exit) return Number(exit[1] || 0)
      const pause = /^(?:time\.)?sleep\(([\d.]+)\)$/.exec(statement)
      const printed = /^print\((.*)\)$/.exec(statement)
      const shown = printed && valueOf(printed[1]!, env)
      if (pause) yield* sleep(Number(pause[1]) * 1000)
      else if (typeof shown === 'string' || typeof shown === 'number') yield* write(1, `${shown}\n`)
      else return yield* refuse('python3')
    }
  }
  return 0
}

/** A literal, an environment variable, or one of them as a number; undefined for anything else. */
function valueOf(text: string, env: Readonly<Record<string, string>>): string | number | undefined {
  const trimmed = text.trim()
  const modulo = /^(.+?)\s*%\s*(\d+)$/.exec(trimmed)
  if (modulo) {
    const value = valueOf(modulo[1]!, env)
    return typeof value === 'number' ? value % Number(modulo[2]) : undefined
  }
  const number = /^int\((.*)\)$/.exec(trimmed)
  if (number) return Number(valueOf(number[1]!, env))
  const variable = /^os\.(?:environ\.get|getenv)\(\s*["'](\w+)["']\s*\)$|^os\.environ\[\s*["'](\w+)["']\s*\]$/.exec(trimmed)
  if (variable) return env[(variable[1] ?? variable[2])!] ?? ''
  return /^-?\d+$/.test(trimmed) ? Number(trimmed) : literal(trimmed)
}

function conditionOf(text: string, env: Readonly<Record<string, string>>): boolean | undefined {
  const match = /^\(?(.+?)\s*(==|!=|<=|>=|<|>)\s*([^()]+?)\)?$/.exec(text.trim())
  const left = match ? valueOf(match[1]!, env) : undefined
  const right = match ? valueOf(match[3]!, env) : undefined
  if (left === undefined || right === undefined) return undefined
  const comparisons = {
    '==': left === right,
    '!=': left !== right,
    '<=': left <= right,
    '>=': left >= right,
    '<': left < right,
    '>': left > right,
  }
  return comparisons[match![2] as keyof typeof comparisons] // the pattern takes these operators only
}

export const nodeJs = (version: string): Program =>
  function* (self) {
    const args = self.argv.slice(1)
    if (args.includes('--version') || args.includes('-v')) {
      yield* write(1, `v${version}\n`)
      return 0
    }
    const program = code(args, 'e')
    const printed = program === undefined ? null : /^console\.log\((.*)\);?$/.exec(program.trim())
    const text = printed ? literal(printed[1]!) : undefined
    if (text !== undefined) {
      yield* write(1, `${text}\n`)
      return 0
    }
    if (args.length > 0) return yield* refuse('node')
    yield* untilStopped()
    return 0
  }
