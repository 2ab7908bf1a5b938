/** How `tabulate` lays out columns, in text/tabwriter's terms. */
export interface TabOptions {
  /** Least width of a column, padding included. */
  readonly minWidth: number
  readonly padding: number
  /** Widths of earlier tables, widened as this one needs: columns of a watch do not jump. */
  readonly remembered?: number[]
}

/** `kubectl get`'s columns. */
export const tableColumns: TabOptions = { minWidth: 6, padding: 3 }
/** `kubectl describe`'s columns. */
export const descriptionColumns: TabOptions = { minWidth: 0, padding: 2 }

/**
 * Aligns cells that end in a tab, as Go's text/tabwriter: neighbouring lines that have a cell in a column form a block of one width; the last
 * cell of a line, which no tab ends, is never padded. Widths count characters, not columns of the screen.
 */
export function tabulate(text: string, { minWidth, padding, remembered }: TabOptions): string {
  const lines = text.split('\n').map((line) => line.split('\t'))
  const output: string[] = []
  const widths: number[] = []
  const write = (from: number, to: number) => {
    for (let i = from; i < to; i++) output.push(lines[i]!.map((cell, column) => (column < widths.length ? cell + ' '.repeat(Math.max(0, widths[column]! - width(cell))) : cell)).join('')) // prettier-ignore
  }
  const format = (from: number, to: number) => {
    const column = widths.length
    let start = from
    for (let i = from; i < to; i++) {
      if (column >= lines[i]!.length - 1) continue
      write(start, i)
      start = i
      let widest = Math.max(minWidth, remembered?.[column] ?? 0)
      for (; i < to && column < lines[i]!.length - 1; i++) widest = Math.max(widest, width(lines[i]![column]!) + padding)
      if (remembered) remembered[column] = widest
      widths.push(widest)
      format(start, i)
      widths.pop()
      start = i
    }
    write(start, to)
  }
  format(0, lines.length)
  return output.join('\n')
}

function width(cell: string): number {
  let count = cell.length
  for (let i = 0; i < cell.length; i++) if ((cell.charCodeAt(i) & 0xfc00) === 0xd800) count--
  return count
}
