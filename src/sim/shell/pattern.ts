import { characterClasses } from './character-classes'

/** Shell patterns. In a pattern a backslash makes the next character literal; that is also how quoted text is written into one. */

const literal = (character: string) => character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** Quoted text as a pattern that matches just itself. */
export const escapePattern = (text: string) => text.replace(/[\\*?[\]()|!+@^&-]/g, '\\$&')

/** A pattern without its escapes: the text it stands for when it matches nothing. */
export const unescapePattern = (pattern: string) => pattern.replace(/\\(.)/gs, '$1')

/** Whether a pattern can match anything but one text. */
export function isPattern(pattern: string): boolean {
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++
    else if (pattern[i] === '*' || pattern[i] === '?') return true
    else if (pattern[i] === '[' && bracketEnd(pattern, i) > 0) return true
    else if ('?*+@!'.includes(pattern[i]!) && pattern[i + 1] === '(') return true
  }
  return false
}

/** Where the bracket expression that opens at `start` ends (index of its `]`), or -1. */
function bracketEnd(pattern: string, start: number): number {
  let i = start + 1
  if (pattern[i] === '!' || pattern[i] === '^') i++
  if (pattern[i] === ']') i++
  for (; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++
    else if (pattern[i] === '[' && pattern[i + 1] === ':') {
      const close = pattern.indexOf(':]', i)
      if (close > 0) i = close + 1
    } else if (pattern[i] === ']') return i
  }
  return -1
}

function bracket(body: string): string {
  let out = '['
  let i = 0
  if (body[0] === '!' || body[0] === '^') {
    out += '^'
    i++
  }
  for (; i < body.length; i++) {
    const name = /^\[:(\w+):\]/.exec(body.slice(i, i + 12))?.[1]
    if (name && characterClasses[name]) {
      out += characterClasses[name]
      i += name.length + 3
    } else if (body[i] === '\\' && i + 1 < body.length) out += literal(body[++i]!).replace(/^-$/, '\\-')
    else if (body[i] === '-') out += '-'
    else out += body[i] === '^' ? '\\^' : literal(body[i]!)
  }
  return `${out}]`
}

/** A pattern as the source of a regular expression; `any` is what `*` may run over. */
export function patternSource(pattern: string, any = '[^]'): string {
  let out = ''
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!
    if ('?*+@!'.includes(character) && pattern[i + 1] === '(') {
      const end = groupEnd(pattern, i + 1)
      if (end > 0) {
        const inner = alternatives(pattern.slice(i + 2, end))
          .map((one) => patternSource(one, any))
          .join('|')
        // A negation must look at everything that follows too: `!(a)b` is "anything but a, then b".
        if (character === '!') out += `(?:(?!(?:${inner})${patternSource(pattern.slice(end + 1), any)}$)${any}*)`
        else out += `(?:${inner})${character === '@' ? '' : character}`
        i = end
        continue
      }
    }
    if (character === '\\') out += literal(pattern[++i] ?? '\\')
    else if (character === '*') out += `${any}*`
    else if (character === '?') out += any
    else if (character === '[') {
      const end = bracketEnd(pattern, i)
      if (end < 0) out += '\\['
      else {
        out += bracket(pattern.slice(i + 1, end))
        i = end
      }
    } else out += literal(character)
  }
  return out
}

function groupEnd(pattern: string, open: number): number {
  let depth = 0
  for (let i = open; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++
    else if (pattern[i] === '(') depth++
    else if (pattern[i] === ')' && --depth === 0) return i
  }
  return -1
}

function alternatives(body: string): string[] {
  const out = ['']
  let depth = 0
  for (let i = 0; i < body.length; i++) {
    if (body[i] === '\\') out[out.length - 1] += body[i]! + (body[++i] ?? '')
    else if (body[i] === '|' && depth === 0) out.push('')
    else {
      if (body[i] === '(') depth++
      if (body[i] === ')') depth--
      out[out.length - 1] += body[i]!
    }
  }
  return out
}

const compiled = new Map<string, RegExp>()

function compile(source: string, flags: string): RegExp {
  const key = `${flags}/${source}`
  let regex = compiled.get(key)
  if (!regex) {
    if (compiled.size > 500) compiled.clear()
    try {
      regex = new RegExp(source, flags)
    } catch {
      regex = /(?!)/ // `[z-a]` and the like match nothing
    }
    compiled.set(key, regex)
  }
  return regex
}

/** Whether all of `text` matches a pattern. */
export const matchesPattern = (text: string, pattern: string, ignoreCase = false) =>
  compile(`^${patternSource(pattern)}$`, ignoreCase ? 'ui' : 'u').test(text)

/** `text` without the shortest or longest beginning (or end) that matches. */
export function removeMatch(text: string, pattern: string, from: 'start' | 'end', longest: boolean): string {
  const regex = compile(`^${patternSource(pattern)}$`, 'u')
  const lengths = Array.from({ length: text.length + 1 }, (_, i) => (longest ? text.length - i : i))
  for (const length of lengths) {
    const piece = from === 'start' ? text.slice(0, length) : text.slice(text.length - length)
    if (regex.test(piece)) return from === 'start' ? text.slice(length) : text.slice(0, text.length - length)
  }
  return text
}

/** `text` with matches replaced; `replace` is given what matched. */
export function replaceMatches(
  text: string,
  pattern: string,
  where: '/' | '//' | '/#' | '/%',
  replace: (matched: string) => string,
): string {
  // Nothing is found everywhere: `${words[@]/#/--flag=}` puts something before each of them.
  if (pattern === '') return where === '/#' ? replace('') + text : where === '/%' ? text + replace('') : text
  const source = patternSource(pattern)
  if (where === '/#') return text.replace(compile(`^(?:${source})`, 'u'), replace)
  if (where === '/%') return text.replace(compile(`(?:${source})$`, 'u'), replace)
  const regex = compile(source, where === '//' ? 'gu' : 'u')
  return text.replace(regex, (matched) => (matched === '' ? '' : replace(matched)))
}
