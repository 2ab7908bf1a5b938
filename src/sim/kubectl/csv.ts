import { bytesFromText } from '../node/os/text'

/** One line of comma-separated values as Go's encoding/csv reads it: quotes guard commas. Undefined when a quote stands where none may. */
export function parseCsv(line: string): string[] | undefined {
  const read = readCsv(line)
  return Array.isArray(read) ? read : undefined
}

/** Go's complaint about such a line; undefined when there is none. */
export function csvProblem(line: string): string | undefined {
  const read = readCsv(line)
  return Array.isArray(read) ? undefined : `parse error on line 1, column ${columnOf(line, read.at)}: ${read.problem}`
}

/** Columns count bytes, from one. */
const columnOf = (line: string, at: number) => bytesFromText(line.slice(0, at)).length + 1

function readCsv(line: string): string[] | { readonly at: number; readonly problem: string } {
  if (!line.includes('"')) return line.split(',')
  const strayQuote = 'extraneous or missing " in quoted-field'
  const values: string[] = []
  for (let at = 0; ;) {
    if (line[at] === '"') {
      let value = ''
      for (at++; ; at++) {
        if (at >= line.length) return { at, problem: strayQuote }
        if (line[at] !== '"') value += line[at]
        else if (line[at + 1] === '"') value += line[at++]
        else break
      }
      at++
      if (at < line.length && line[at] !== ',') return { at: at - 1, problem: strayQuote }
      values.push(value)
    } else {
      const end = line.indexOf(',', at) < 0 ? line.length : line.indexOf(',', at)
      const value = line.slice(at, end)
      if (value.includes('"')) return { at: line.indexOf('"', at), problem: 'bare " in non-quoted-field' }
      values.push(value)
      at = end
    }
    if (at >= line.length) return values
    at++
  }
}
