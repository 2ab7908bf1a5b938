import { lastRow, lineAt, type Buffer, type Place } from './buffer'

/** Vim's patterns ("magic"): as JavaScript's, but that `+ ? | ( ) { }` are themselves until a backslash comes before them. */
export function patternOf(pattern: string, ignoreCase: boolean, flags = ''): RegExp {
  const source = pattern.replace(/\\([<>+?=|(){}]|[cC])|[+?|(){}]/g, (whole, escaped: string | undefined) => {
    if (escaped === undefined) return `\\${whole}`
    if (escaped === '<' || escaped === '>') return '\\b'
    if (escaped === '=') return '?'
    return /[cC]/.test(escaped) ? '' : escaped
  })
  return new RegExp(source, `${ignoreCase || pattern.includes('\\c') ? 'i' : ''}${flags}`)
}

/** The next place a pattern matches, around the end of the text if need be; says so, and says when there is none. */
export function findNext(buffer: Buffer, pattern: string, backwards: boolean, from: Place): Place | undefined {
  let regex: RegExp
  try {
    regex = patternOf(pattern, buffer.options.ignorecase, 'g')
  } catch {
    buffer.note = `E486: Pattern not found: ${pattern}`
    return undefined
  }
  const rows = lastRow(buffer) + 1
  for (let step = 0; step <= rows; step++) {
    const row = (((backwards ? from.row - step : from.row + step) % rows) + rows) % rows
    const columns = [...lineAt(buffer, row).matchAll(regex)].map(({ index }) => index)
    const fits = (column: number) => (step === 0 ? (backwards ? column < from.column : column > from.column) : true)
    const column = backwards ? columns.findLast(fits) : columns.find(fits)
    if (column === undefined) continue
    const around = backwards ? row > from.row || (step > 0 && row === from.row) : row < from.row || (step > 0 && row === from.row)
    if (around) buffer.note = `search hit ${backwards ? 'TOP, continuing at BOTTOM' : 'BOTTOM, continuing at TOP'}`
    return { row, column }
  }
  buffer.note = `E486: Pattern not found: ${pattern}`
  return undefined
}
