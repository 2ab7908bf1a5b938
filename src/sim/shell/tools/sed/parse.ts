import { posixRegex } from '../regex'

/** sed's language, read into commands; GNU's additions that people use. */

export type Address = { readonly line: number; readonly step?: number } | { readonly regex: RegExp | undefined } | 'last'

export interface Command {
  readonly name: string
  readonly from?: Address
  readonly to?: Address | { readonly plus: number } | { readonly multiple: number }
  readonly negated: boolean
  /** `}` of a `{`, or the label's place. */
  jump?: number
  readonly text?: string
  readonly label?: string
  readonly code?: number
  readonly substitute?: {
    readonly regex: RegExp | undefined
    readonly replacement: readonly ReplacementPart[]
    readonly global: boolean
    readonly occurrence: number
    readonly print: boolean
    readonly file?: string
  }
  readonly map?: ReadonlyMap<string, string>
  /** Whether the range is open, and at which line it ends. */
  active?: boolean
  end?: number
}

export type ReplacementPart = { readonly text: string } | { readonly group: number } | { readonly change: 'U' | 'L' | 'u' | 'l' | 'E' }

export class Problem extends Error {}

export function parseScript(source: string, extended: boolean): Command[] {
  const commands: Command[] = []
  const open: number[] = []
  let at = 0
  const fail = (message: string): never => {
    throw new Problem(`-e expression #1, char ${Math.min(at, source.length)}: ${message}`)
  }
  const blanks = () => {
    while (/[ \t]/.test(source[at] ?? '')) at++
  }
  /** Text up to an unescaped delimiter. */
  const delimited = (delimiter: string, regex: boolean, what: string): string => {
    let out = ''
    for (; at < source.length; at++) {
      const c = source[at]!
      if (c === delimiter) {
        at++
        return out
      }
      if (c === '\\' && at + 1 < source.length) {
        const next = source[++at]!
        if (next === delimiter && delimiter !== '\\')
          out += regex && /[.*[\]^$+?(){}|]/.test(delimiter) ? `\\${next}` : next === '&' && !regex ? '\\&' : next
        else out += next === 'n' && regex ? '\\n' : `\\${next}`
      } else if (c === '[' && regex) {
        // A bracket expression may hold the delimiter.
        const end = /^\[\^?\]?(?:\[:\w+:\]|[^\]])*\]/.exec(source.slice(at))
        const body = end && !end[0].includes('\n') ? end[0] : c
        out += body
        at += body.length - 1
      } else out += c
    }
    return fail(what)
  }
  const compile = (pattern: string, flags: { ignoreCase?: boolean; multiline?: boolean; global?: boolean }): RegExp | undefined => {
    if (pattern === '') return undefined
    try {
      return posixRegex(pattern, { extended, ...flags })
    } catch (error) {
      return fail(error instanceof Error ? error.message : String(error))
    }
  }
  const address = (): Address | undefined => {
    const digits = /^\d+/.exec(source.slice(at))
    if (digits) {
      at += digits[0].length
      const step = /^~(\d+)/.exec(source.slice(at))
      if (step) at += step[0].length
      return { line: Number(digits[0]), step: step ? Number(step[1]) : undefined }
    }
    if (source[at] === '$') {
      at++
      return 'last'
    }
    if (source[at] === '/' || source[at] === '\\') {
      if (source[at] === '\\') at++
      const delimiter = source[at++]!
      const pattern = delimited(delimiter, true, 'unterminated address regex')
      const flags = /^[IM]+/.exec(source.slice(at))?.[0] ?? ''
      at += flags.length
      return { regex: compile(pattern, { ignoreCase: flags.includes('I'), multiline: flags.includes('M') }) }
    }
    return undefined
  }
  const text = (): string => {
    blanks()
    if (source[at] === '\\') {
      at++
      if (/^[ \t]*\n/.test(source.slice(at))) at += /^[ \t]*\n/.exec(source.slice(at))![0].length
    }
    let out = ''
    for (; at < source.length && source[at] !== '\n'; at++) {
      if (source[at] === '\\' && at + 1 < source.length) out += source[++at]!
      else out += source[at]!
    }
    return `${out}\n`
  }
  const endOfCommand = () => {
    blanks()
    if (source[at] === '#') while (at < source.length && source[at] !== '\n') at++
    if (at >= source.length || source[at] === '\n' || source[at] === ';') at++
    else if (source[at] !== '}') {
      at++
      fail('extra characters after command')
    }
  }
  while (at < source.length) {
    if (/[\s;]/.test(source[at]!)) {
      at++
      continue
    }
    if (source[at] === '#') {
      while (at < source.length && source[at] !== '\n') at++
      continue
    }
    const from = address()
    let to: Command['to']
    blanks()
    if (from !== undefined && source[at] === ',') {
      at++
      blanks()
      const relative = /^([+~])(\d+)/.exec(source.slice(at))
      if (relative) {
        at += relative[0].length
        to = relative[1] === '+' ? { plus: Number(relative[2]) } : { multiple: Number(relative[2]) }
      } else to = address() ?? fail("unexpected `,'")
      blanks()
    }
    let negated = false
    while (source[at] === '!') {
      negated = true
      at++
      blanks()
    }
    const name = source[at++]
    if (name === undefined) return fail('missing command')
    const base = { name, from, to, negated }
    switch (name) {
      case '{':
        open.push(commands.length)
        commands.push(base)
        break
      case '}': {
        const start = open.pop()
        if (start === undefined) return fail("unexpected `}'")
        commands[start]!.jump = commands.length
        commands.push({ ...base, from: undefined })
        endOfCommand()
        break
      }
      case 'a':
      case 'i':
      case 'c':
        if (at >= source.length) fail("expected \\ after `a', `c' or `i'")
        commands.push({ ...base, text: text() })
        break
      case ':':
      case 'b':
      case 't':
      case 'T': {
        blanks()
        const label = /^[^\n;}]*/.exec(source.slice(at))![0].trim()
        at += /^[^\n;}]*/.exec(source.slice(at))![0].length
        if (name === ':' && label === '') fail('":" lacks a label')
        commands.push({ ...base, label })
        break
      }
      case 'r':
      case 'w':
      case 'R':
      case 'W': {
        blanks()
        const file = /^[^\n]*/.exec(source.slice(at))![0]
        at += file.length
        if (file === '') fail('missing filename in r/R/w/W commands')
        commands.push({ ...base, text: file })
        break
      }
      case 's': {
        const delimiter = source[at++]
        if (delimiter === undefined || delimiter === '\n' || delimiter === '\\') return fail("unterminated `s' command")
        const pattern = delimited(delimiter, true, "unterminated `s' command")
        const replacement = delimited(delimiter, false, "unterminated `s' command")
        const flags = /^[gpiIme0-9]*/.exec(source.slice(at))![0]
        at += flags.length
        let file: string | undefined
        if (source[at] === 'w') {
          file = /^w[ \t]*([^\n]*)/.exec(source.slice(at))![1]
          at += /^w[^\n]*/.exec(source.slice(at))![0].length
        } else if (/[a-zA-Z]/.test(source[at] ?? '')) {
          at++
          fail("unknown option to `s'")
        }
        const count = Number(/\d+/.exec(flags)?.[0] ?? 1)
        if (/\d/.test(flags) && count === 0) fail("number option to `s' command may not be zero")
        const parts = parseReplacement(replacement)
        const groups = pattern === '' ? 9 : countGroups(pattern, extended)
        const missing = parts.find((part) => 'group' in part && part.group > groups)
        if (missing && 'group' in missing) fail(`invalid reference \\${missing.group} on \`s' command's RHS`)
        commands.push({
          ...base,
          substitute: {
            regex: compile(pattern, { ignoreCase: /[iI]/.test(flags), multiline: /[mM]/.test(flags), global: true }),
            replacement: parts,
            global: flags.includes('g'),
            occurrence: count,
            print: flags.includes('p'),
            file,
          },
        })
        endOfCommand()
        break
      }
      case 'y': {
        const delimiter = source[at++] ?? fail("unterminated `y' command")
        const plain = (raw: string) => [...raw.replace(/\\n/g, '\n').replace(/\\\\/g, '\\')]
        const [a, b] = [
          plain(delimited(delimiter, false, "unterminated `y' command")),
          plain(delimited(delimiter, false, "unterminated `y' command")),
        ]
        if (a.length !== b.length) fail("strings for `y' command are different lengths")
        commands.push({ ...base, map: new Map(a.map((c, i) => [c, b[i]!])) })
        endOfCommand()
        break
      }
      case 'q':
      case 'Q':
      case 'l':
      case 'L': {
        blanks()
        const code = /^\d*/.exec(source.slice(at))![0]
        at += code.length
        commands.push({ ...base, code: Number(code || 0) })
        endOfCommand()
        break
      }
      default:
        if (!'=dDgGhHnNpPxFz'.includes(name)) return fail(`unknown command: \`${name}'`)
        commands.push(base)
        endOfCommand()
    }
  }
  if (open.length > 0) throw new Problem("-e expression #1, char 0: unmatched `{'")
  for (const command of commands) {
    if (!'btT'.includes(command.name) || !command.label) continue
    const target = commands.findIndex((one) => one.name === ':' && one.label === command.label)
    if (target < 0) throw new Problem(`-e expression #1, char ${source.length}: can't find label for jump to \`${command.label}'`)
    command.jump = target
  }
  return commands
}

const countGroups = (pattern: string, extended: boolean) =>
  (pattern.replace(/\[[^\]]*\]/g, '').match(extended ? /(?<!\\)\(/g : /\\\(/g) ?? []).length

function parseReplacement(text: string): ReplacementPart[] {
  const parts: ReplacementPart[] = []
  let plain = ''
  const push = (part: ReplacementPart) => {
    if (plain) parts.push({ text: plain })
    plain = ''
    parts.push(part)
  }
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if (c === '&') push({ group: 0 })
    else if (c !== '\\') plain += c
    else {
      const next = text[++i] ?? '\\'
      if (/\d/.test(next)) push({ group: Number(next) })
      else if (/[ULulE]/.test(next)) push({ change: next as 'U' })
      else plain += { n: '\n', t: '\t', r: '\r', a: '\x07', f: '\f', v: '\v' }[next] ?? next
    }
  }
  if (plain) parts.push({ text: plain })
  return parts
}
