/** A table in a box, as etcd's tools print it with `--write-out=table`: heads in the middle, numbers and names to the right. */
export function boxed(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]!.length)))
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`
  const line = (cells: readonly string[]) => `|${cells.join('|')}|\n`
  const centred = (text: string, width: number) => {
    const left = Math.floor((width - text.length) / 2)
    return ` ${' '.repeat(left)}${text.padEnd(width - left)} `
  }
  const body = rows.map((row) => line(row.map((cell, column) => ` ${cell.padStart(widths[column]!)} `)))
  return `${rule}${line(heads.map((head, column) => centred(head, widths[column]!)))}${rule}${body.join('')}${rule}`
}

/** A size as etcd's tools print it: powers of ten, one decimal below ten. */
export function mebibytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  let amount = bytes
  let unit = 0
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000
    unit++
  }
  return `${amount < 10 && unit > 0 ? amount.toFixed(1) : Math.round(amount)} ${units[unit]}`
}
