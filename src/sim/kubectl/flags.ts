import { parseGoDuration } from '../formats/duration'
import { bytesFromText } from '../node/os/text'
import { CommandError } from './errors'
import { csvProblem, parseCsv } from './csv'

export type FlagType = 'bool' | 'int' | 'int32' | 'duration' | 'string' | 'stringSlice' | 'stringArray' | 'stringToString'

/** A flag as `data/commands.json` describes it. */
export interface FlagSpec {
  readonly name: string
  readonly shorthand: string | null
  readonly type: FlagType
  readonly default: string
  /** May stand without a value. */
  readonly bareAllowed?: boolean
  readonly completions?: readonly string[]
  readonly fileExtensions?: readonly string[]
  /** Said on stderr whenever the flag is used. */
  readonly deprecated?: string
}

/** What flags may stand for when no value follows them. */
const bareValues: Readonly<Record<string, string>> = { 'dry-run': 'unchanged', validate: 'strict', cascade: 'background' }

/** A command line after parsing: flag values by type, the words that are no flags, and where `--` stood among them. */
export interface ParsedFlags {
  readonly flags: Flags
  readonly args: readonly string[]
  /** How many words came before `--`; -1 without one. */
  readonly dashAt: number
  /** The flags with their values, in the order in which they were given. */
  readonly given: readonly (readonly [name: string, value: string])[]
}

export interface Flags {
  readonly changed: (name: string) => boolean
  readonly has: (name: string) => boolean
  readonly text: (name: string) => string
  readonly bool: (name: string) => boolean
  readonly int: (name: string) => number
  readonly list: (name: string) => readonly string[]
  readonly durationMs: (name: string) => number
  readonly map: (name: string) => Readonly<Record<string, string>>
}

/** Parses words as pflag does; throws CommandError with its text. `usage` is the command whose help the error recommends. */
export function parseFlags(specs: readonly FlagSpec[], words: readonly string[], usage: string): ParsedFlags {
  const values = new Map<string, string[]>()
  const byName = new Map(specs.map((spec) => [spec.name, spec]))
  const byShorthand = new Map(specs.filter((spec) => spec.shorthand).map((spec) => [spec.shorthand!, spec]))
  const args: string[] = []
  const given: (readonly [string, string])[] = []
  let dashAt = -1
  const refuse = (why: string) => refusalOf(why, usage)
  const set = (spec: FlagSpec, value: string) => {
    const why = refusal(spec, value)
    if (why)
      throw refuse(
        `invalid argument ${JSON.stringify(value)} for "${spec.shorthand ? `-${spec.shorthand}, ` : ''}--${spec.name}" flag: ${why}`,
      )
    values.set(spec.name, [...(values.get(spec.name) ?? []), value])
    given.push([spec.name, spec.type === 'bool' ? String(parseGoBool(value)) : value])
  }

  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === '--') {
      dashAt = args.length
      args.push(...words.slice(i + 1))
      break
    }
    if (word.startsWith('--')) {
      const equals = word.indexOf('=')
      const name = equals < 0 ? word.slice(2) : word.slice(2, equals)
      if (name === '' || name.startsWith('-')) throw refuse(`bad flag syntax: ${word}`)
      const spec = byName.get(name)
      if (!spec) throw refuse(`unknown flag: --${name}`)
      if (equals >= 0) set(spec, word.slice(equals + 1))
      else if (spec.type === 'bool') set(spec, 'true')
      else if (spec.bareAllowed) set(spec, bareValues[name] ?? '')
      else if (i + 1 < words.length) set(spec, words[++i]!)
      else throw refuse(`flag needs an argument: --${name}`)
    } else if (word.startsWith('-') && word !== '-') {
      for (let rest = word.slice(1); rest !== '';) {
        const letter = rest[0]!
        const spec = byShorthand.get(letter)
        if (!spec) throw refuse(`unknown shorthand flag: ${goQuote(firstByte(rest))} in -${rest}`)
        const tail = rest.slice(1)
        if (tail.startsWith('=') && tail.length > 1) {
          set(spec, tail.slice(1))
          break
        }
        if (spec.type === 'bool') set(spec, 'true')
        else if (tail !== '') {
          set(spec, tail)
          break
        } else if (i + 1 < words.length) set(spec, words[++i]!)
        else throw refuse(`flag needs an argument: ${goQuote(letter)} in -${rest}`)
        rest = tail
      }
    } else args.push(word)
  }
  return { flags: flagsOf(byName, values), args, dashAt, given }
}

/** A wrong flag, with the advice that the command gives then: two have their own. */
function refusalOf(why: string, usage: string): CommandError {
  if (usage === 'kubectl diff') return new CommandError(`${why}\nSee '${usage} -h' for help and examples`, 2)
  if (usage === 'kubectl options') return new CommandError(`${why}\nRun '${usage}' without flags.`)
  return new CommandError(`${why}\nSee '${usage} --help' for usage.`)
}

const goQuote = (letter: string) => (letter === "'" || letter === '\\' ? `'\\${letter}'` : `'${letter}'`)

/** pflag reads shorthands byte by byte: of a letter beyond ASCII it names the first byte. */
const firstByte = (text: string) => String.fromCharCode(bytesFromText(String.fromCodePoint(text.codePointAt(0)!))[0]!)

/** Why a flag refuses a value; undefined when it does not. */
function refusal({ name, type }: FlagSpec, value: string): string | undefined {
  if (name === 'aggregation-rule')
    return value.split(',').some((pair) => pair !== '' && !pair.includes('=')) ? 'malformed pair, expect string=string' : undefined
  if (name === 'vmodule' && value.split(',').some((pair) => pair !== '' && !/=-?\d+$/.test(pair)))
    return 'syntax error: expect comma-separated list of filename=N'
  if (name === 'log-flush-frequency') return parseGoDuration(value) === undefined ? 'parse error' : undefined
  if (type === 'bool')
    return parseGoBool(value) === undefined ? `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax` : undefined
  if (type === 'int' || type === 'int32') {
    if (!/^[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]*|[1-9][0-9_]*)$/.test(value))
      return `strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`
    const limit = type === 'int32' ? 2 ** 31 : 2 ** 63
    const number = Number(value)
    return number >= limit || number < -limit ? `strconv.ParseInt: parsing ${JSON.stringify(value)}: value out of range` : undefined
  }
  if (type === 'duration') return parseGoDuration(value) === undefined ? goDurationRefusal(value) : undefined
  if (type === 'stringToString') {
    const wrong = (parseCsv(value) ?? [value]).find((pair) => !pair.includes('='))
    return wrong === undefined ? undefined : `${wrong} must be formatted as key=value`
  }
  if (type === 'stringSlice') return csvProblem(value)
  return undefined
}

/** Why `time.ParseDuration` refuses a text: it reads numbers and units in turn and names what it stumbles over. */
function goDurationRefusal(value: string): string {
  let rest = value.replace(/^[-+]/, '')
  while (rest !== '') {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest)?.[0]
    if (number === undefined) break
    rest = rest.slice(number.length)
    const unit = /^[^.\d]*/.exec(rest)![0]
    if (unit === '') return `time: missing unit in duration ${JSON.stringify(value)}`
    if (!['ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h'].includes(unit))
      return `time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(value)}`
    rest = rest.slice(unit.length)
  }
  return `time: invalid duration ${JSON.stringify(value)}`
}

/** `strconv.ParseBool`. */
export function parseGoBool(value: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value)) return true
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(value) ? false : undefined
}

function flagsOf(specs: ReadonlyMap<string, FlagSpec>, values: ReadonlyMap<string, readonly string[]>): Flags {
  const last = (name: string) => values.get(name)?.at(-1) ?? defaultOf(name)
  const defaultOf = (name: string) => specs.get(name)?.default ?? ''
  const list = (name: string) => {
    const given = values.get(name)
    if (!given) return listDefault(defaultOf(name))
    return specs.get(name)?.type === 'stringArray' ? given : given.flatMap((value) => (value === '' ? [] : (parseCsv(value) ?? [])))
  }
  return {
    changed: (name) => values.has(name),
    has: (name) => specs.has(name),
    text: last,
    bool: (name) => parseGoBool(last(name)) ?? false,
    int: (name) => Number(last(name) || 0),
    list,
    durationMs: (name) => parseGoDuration(last(name)) ?? 0,
    map: (name) =>
      Object.fromEntries(
        (values.get(name) ?? [])
          .flatMap((value) => (value === '' ? [] : (parseCsv(value) ?? [])))
          .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
      ),
  }
}

const listDefault = (text: string) => (/^\[.+\]$/.test(text) ? text.slice(1, -1).split(',') : [])
