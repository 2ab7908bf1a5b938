import { byteLength } from '../../os/text'

/** RESP, the protocol of Redis: commands as they come in, answers as they go out. */

/** A complete command at the beginning of a buffer. */
export interface ParsedCommand {
  readonly words: readonly string[]
  /** How much of the buffer it took. */
  readonly length: number
}

/** The first complete command of a buffer, in RESP or typed on a line; undefined while it is incomplete. */
export function parseCommand(buffer: string): ParsedCommand | undefined {
  if (!buffer.startsWith('*')) {
    const end = buffer.indexOf('\n')
    return end < 0 ? undefined : { words: wordsOf(buffer.slice(0, end)), length: end + 1 }
  }
  let at = buffer.indexOf('\r\n')
  if (at < 0) return undefined
  const count = Number(buffer.slice(1, at))
  const words: string[] = []
  at += 2
  for (let i = 0; i < count; i++) {
    const found = parseBulk(buffer, at)
    if (!found) return undefined
    words.push(found.text)
    at = found.end
  }
  return { words, length: at }
}

/** The words of a typed line, quotes taken off. */
export const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double?.replace(/\\n/g, '\n').replace(/\\(.)/g, '$1') ?? single ?? bare ?? '',
  )

/** A string with its length before it; undefined while it is incomplete. */
export function parseBulk(buffer: string, from: number): { readonly text: string; readonly end: number } | undefined {
  const newline = buffer.indexOf('\r\n', from)
  if (newline < 0) return undefined
  const bytes = Number(buffer.slice(from + 1, newline))
  let text = buffer.slice(newline + 2, newline + 2 + bytes)
  while (byteLength(text) > bytes) text = text.slice(0, -1)
  const end = newline + 4 + text.length
  return byteLength(text) === bytes && buffer.length >= end ? { text, end } : undefined
}

/** A command as clients send it. */
export const encodeCommand = (words: readonly string[]): string => list(words)

export const simple = (text: string) => `+${text}\r\n`
export const failure = (text: string) => `-${text}\r\n`
export const integer = (value: number) => `:${value}\r\n`
/** A string, or nil. */
export const bulk = (text: string | undefined) => (text === undefined ? '$-1\r\n' : `$${byteLength(text)}\r\n${text}\r\n`)
/** A list of strings. */
export const list = (items: readonly string[]) => array(items.map(bulk))
/** A list of answers. */
export const array = (answers: readonly string[]) => `*${answers.length}\r\n${answers.join('')}`
