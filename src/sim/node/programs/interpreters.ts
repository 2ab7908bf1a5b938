import { readFile, stat, useCpu, write } from '../os/calls'
import type { Proc, Program } from '../os/syscalls'
import { serveHttp } from './http-server'
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
    if (module >= 0 && args[module + 1] === 'http.server') return yield* fileServer(Number(args[module + 2] ?? 8000))(self)
    const program = code(args, 'c')
    if (program === undefined) return args.length === 0 ? 0 : yield* refuse('python3')
    for (const statement of program
      .split(/[;\n]/)
      .map((text) => text.trim())
      .filter(Boolean)) {
      const printed = /^print\((.*)\)$/.exec(statement)
      const text = printed && literal(printed[1]!)
      if (statement.startsWith('import ')) continue
      if (text === undefined || text === null) return yield* refuse('python3')
      yield* write(1, `${text}\n`)
    }
    return 0
  }

const fileServer =
  (port: number): Program =>
  (self) =>
    serveHttp({
      self,
      ports: [port],
      *handle({ path }) {
        const file = `${self.cwd}${path.endsWith('/') ? `${path}index.html` : path}`
        const found = (yield* stat(file))?.type === 'file'
        return found
          ? { status: 200, headers: { 'Content-Type': 'text/html' }, body: yield* readFile(file) }
          : { status: 404, body: 'File not found\n' }
      },
    })

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
