/** Text quoted so that a shell reads it back as one word, as `printf %q` and `set` do. */
export function quoteForReuse(text: string): string {
  if (text === '') return "''"
  if (/[\x00-\x1f\x7f]/.test(text)) return ansiQuote(text)
  return text.replace(/[^A-Za-z0-9_@%+=:,./\-\u0080-\u{10ffff}]/gu, '\\$&').replace(/^~/, '\\~')
}

/** In single quotes, as `${x@Q}`, `declare -p` of elements and `alias` print. */
export function singleQuote(text: string): string {
  if (/[\x00-\x1f\x7f]/.test(text)) return ansiQuote(text)
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** In double quotes, as `declare -p` prints. */
export function doubleQuote(text: string): string {
  return /[\x00-\x1f\x7f]/.test(text) && !/^[^\x00-\x08\x0b-\x1f\x7f]*$/.test(text)
    ? ansiQuote(text)
    : `"${text.replace(/["\\$`]/g, '\\$&')}"`
}

/** As `set` and `-x` show a word: bare when nothing in it is special. */
export const quoteIfNeeded = (text: string) =>
  text === '' ? "''" : /^[A-Za-z0-9_@%+=:,./^-]+$/.test(text) && !text.startsWith('=') ? text : singleQuote(text)

const named: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\x1b': '\\E',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
  "'": "\\'",
  '\\': '\\\\',
}

const ansiQuote = (text: string) =>
  `$'${text.replace(/[\x00-\x1f\x7f'\\]/g, (c) => named[c] ?? `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)}'`
