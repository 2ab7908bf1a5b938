/** One line of comma-separated values as Go's encoding/csv reads it: quotes guard commas. Undefined when a quote stands where none may. */
export function parseCsv(line: string): string[] | undefined {
  if (!line.includes('"')) return line.split(',')
  const values: string[] = []
  for (let at = 0; ;) {
    if (line[at] === '"') {
      let value = ''
      for (at++; ; at++) {
        if (at >= line.length) return undefined
        if (line[at] !== '"') value += line[at]
        else if (line[at + 1] === '"') value += line[at++]
        else break
      }
      at++
      if (at < line.length && line[at] !== ',') return undefined
      values.push(value)
    } else {
      const end = line.indexOf(',', at) < 0 ? line.length : line.indexOf(',', at)
      const value = line.slice(at, end)
      if (value.includes('"')) return undefined
      values.push(value)
      at = end
    }
    if (at >= line.length) return values
    at++
  }
}
