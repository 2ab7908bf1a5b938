import { characterClasses } from '../character-classes'

/** POSIX regular expressions (basic and extended, with GNU's additions) as JavaScript's. */
export interface RegexOptions {
  readonly extended: boolean
  readonly ignoreCase?: boolean
  readonly global?: boolean
  readonly multiline?: boolean
}

const cache = new Map<string, RegExp>()

/** Compiles a POSIX pattern. Throws Error with GNU's words when it is malformed. */
export function posixRegex(pattern: string, options: RegexOptions): RegExp {
  const flags = `u${options.ignoreCase ? 'i' : ''}${options.global ? 'g' : ''}${options.multiline ? 'm' : ''}`
  const key = `${options.extended ? 'E' : 'B'}${flags}:${pattern}`
  const known = cache.get(key)
  if (known) {
    known.lastIndex = 0
    return known
  }
  const regex = new RegExp(translate(pattern, options.extended), flags)
  if (cache.size > 300) cache.clear()
  cache.set(key, regex)
  return regex
}

const escapes: Readonly<Record<string, string>> = {
  w: '[A-Za-z0-9_]',
  W: '[^A-Za-z0-9_]',
  s: '\\s',
  S: '\\S',
  b: '\\b',
  B: '\\B',
  '<': '\\b(?=\\w)',
  '>': '\\b(?<=\\w)',
  '`': '^',
  "'": '$',
  n: '\\n',
  t: '\\t',
  r: '\\r',
  f: '\\f',
  v: '\\v',
}

/** The source of the JavaScript expression. */
export function translate(pattern: string, extended: boolean): string {
  let out = ''
  let depth = 0
  let groups = 0
  /** Whether the last thing can be repeated. */
  let atom = false
  const special = (name: string) => (extended ? pattern[i] === name : pattern[i] === '\\' && pattern[i + 1] === name)
  let i = 0
  for (; i < pattern.length; i++) {
    const c = pattern[i]!
    if (c === '[') {
      const { source, end } = bracket(pattern, i)
      out += source
      i = end
      atom = true
    } else if (special('(')) {
      if (!extended) i++
      depth++
      groups++
      out += '('
      atom = false
    } else if (special(')') && (depth > 0 || !extended)) {
      if (depth === 0) throw new Error('Unmatched ) or \\)')
      if (!extended) i++
      depth--
      out += ')'
      atom = true
    } else if (special('|')) {
      if (!extended) i++
      out += '|'
      atom = false
    } else if (special('{') && (atom || !extended)) {
      const close = pattern.indexOf(extended ? '}' : '\\}', i)
      const body = close < 0 ? undefined : pattern.slice(i + (extended ? 1 : 2), close)
      if (body === undefined || !/^\d*(?:,\d*)?$/.test(body) || body === '') {
        if (!extended) throw new Error(close < 0 ? 'Unmatched \\{' : 'Invalid content of \\{\\}')
        out += '\\{'
        continue
      }
      const [from, to] = body.split(',')
      if (to !== undefined && to !== '' && Number(to) < Number(from)) throw new Error('Invalid content of \\{\\}')
      out += `{${from || 0}${to === undefined ? '' : `,${to}`}}`
      i = close + (extended ? 0 : 1)
    } else if (c === '*' || (extended ? c === '+' || c === '?' : c === '\\' && (pattern[i + 1] === '+' || pattern[i + 1] === '?'))) {
      const operator = c === '\\' ? pattern[++i]! : c
      if (atom) out += /[*+?}]$/.test(out) && repeated(out) ? '' : operator
      else if (c === '*' || !extended) out += `\\${operator}` // with nothing before it, a star is a star
      continue
    } else if (c === '^') {
      // Basic expressions anchor only at the start of the pattern, a group or an alternative.
      const anchors = extended || i === 0 || /(?:\\\(|\\\||\n)$/.test(pattern.slice(0, i))
      out += anchors ? '^' : '\\^'
      atom = !anchors
    } else if (c === '$') {
      const anchors = extended || i === pattern.length - 1 || /^\$(?:\\\)|\\\|)/.test(pattern.slice(i))
      out += anchors ? '$' : '\\$'
      atom = !anchors
    } else if (c === '.') {
      out += '[^]'
      atom = true
    } else if (c === '\\') {
      const next = pattern[++i]
      if (next === undefined) throw new Error('Trailing backslash')
      if (/[1-9]/.test(next)) {
        if (Number(next) > groups) throw new Error('Invalid back reference')
        out += `\\${next}(?:)`
      } else out += escapes[next] ?? quote(next)
      atom = true
    } else {
      out += quote(c)
      atom = true
    }
  }
  if (depth > 0) throw new Error(extended ? 'Unmatched ( or \\(' : 'Unmatched ( or \\(')
  return out
}

/** Whether the expression so far ends in a repetition: `a**` repeats no more than `a*`. */
const repeated = (out: string) => /(?:^|[^\\])(?:\\\\)*[*+?]$/.test(out)

const quote = (c: string) => c.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

function bracket(pattern: string, start: number): { source: string; end: number } {
  let i = start + 1
  let source = '['
  if (pattern[i] === '^') {
    source += '^'
    i++
  }
  for (let first = true; ; first = false, i++) {
    const c = pattern[i]
    if (c === undefined) throw new Error('Unmatched [, [^, [:, [., or [=')
    if (c === ']' && !first) break
    const name = c === '[' ? /^\[:(\w+):\]/.exec(pattern.slice(i, i + 12)) : null
    const single = c === '[' ? /^\[([.=])(.)\1\]/.exec(pattern.slice(i, i + 6)) : null
    if (name) {
      const known = characterClasses[name[1]!]
      if (!known) throw new Error('Invalid character class name')
      source += known
      i += name[0].length - 1
    } else if (single) {
      source += `\\u{${single[2]!.codePointAt(0)!.toString(16)}}`
      i += single[0].length - 1
    } else if (c === '-' && (first || pattern[i + 1] === ']')) source += '\\-'
    else source += c === '-' ? '-' : c.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
  }
  return { source: source === '[' ? '(?!)' : source === '[^' ? '[^]' : `${source}]`, end: i }
}
