import { posixRegex } from '../regex'
import { ToolError } from '../tool'

/** awk's regular expressions, and what sub, gsub and split do with them. */

/** Escapes that a regular expression constant keeps: `\.` stays, `\/` and `\"` lose their backslash. */
const unescapeRegex = (source: string) => source.replace(/\\(["/])/g, '$1').replace(/\\y/g, '\\b')

/** Compiles an extended regular expression; refuses one that is malformed, with exit code 2. */
export function regex(source: string, isGlobal = false): RegExp {
  try {
    return posixRegex(unescapeRegex(source), { extended: true, global: isGlobal })
  } catch (error) {
    throw new ToolError(`regular expression compile failed (${error instanceof Error ? error.message : ''})\n${source}`, 2)
  }
}

/** The parts of a line between separators, as FS has it: a blank means any white space, nothing means every character. */
export function separate(line: string, separator: string): string[] {
  if (separator === ' ') return line.split(/[ \t\n]+/).filter(Boolean)
  if (line === '') return []
  if (separator === '') return [...line]
  if (separator === '\t' || (separator.length === 1 && separator !== '|' && !/[\\^$.*+?()[\]{}]/.test(separator)))
    return line.split(separator)
  if (separator.length === 1) return line.split(separator === '\\' ? '\\' : separator)
  const by = regex(separator)
  return line.split(new RegExp(by.source.replace(/\((?!\?)/g, '(?:'), by.flags))
}

/** `&` is what matched, `\\&` an ampersand. */
export function replace(subject: string, pattern: RegExp, replacement: string, all: boolean): { result: string; count: number } {
  let count = 0
  let result = ''
  let at = 0
  pattern.lastIndex = 0
  for (let match = pattern.exec(subject); match; match = pattern.exec(subject)) {
    const empty = match[0] === ''
    if (!(empty && count > 0 && match.index === at)) {
      count++
      result +=
        subject.slice(at, match.index) +
        replacement.replace(/\\\\&|\\&|&/g, (mark) => (mark === '&' ? match[0] : mark === '\\&' ? '&' : `\\${match[0]}`))
      at = match.index + match[0].length
      if (!all) break
    }
    if (empty) {
      if (match.index >= subject.length) break
      pattern.lastIndex = match.index + 1
    }
  }
  return { result: result + subject.slice(at), count }
}
