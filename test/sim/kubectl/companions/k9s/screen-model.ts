/** What a terminal shows of what is written to it: the cells, without colours. Knows the sequences that full-screen programs here write. */
export function screenModel(columns: number, rows: number) {
  const blank = () => Array.from({ length: rows }, () => Array.from({ length: columns }, () => ' '))
  let cells = blank()
  let kept: string[][] | undefined
  let [row, column] = [0, 0]
  const put = (character: string) => {
    if (column >= columns) {
      column = 0
      down()
    }
    cells[row]![column++] = character
  }
  const down = () => {
    if (row < rows - 1) return void row++
    cells.shift()
    cells.push(Array.from({ length: columns }, () => ' '))
  }
  const sequence = (parameters: string, final: string) => {
    const [first = 1, second = 1] = parameters.split(';').map(Number)
    if (final === 'H') [row, column] = [Math.max(1, first) - 1, Math.max(1, second) - 1]
    else if (final === 'J') cells = blank()
    else if (final === 'K') cells[row]!.fill(' ', column)
    else if (parameters === '?1049' && final === 'h') [kept, cells, row, column] = [cells, blank(), 0, 0]
    else if (parameters === '?1049' && final === 'l') [cells, kept, row, column] = [kept ?? blank(), undefined, rows - 1, 0]
  }
  return {
    write(text: string) {
      for (const [part, parameters, final] of text.matchAll(/\x1b\[([?\d;]*)([A-Za-z])|\x1b\][^\x07]*\x07|[^]/gu)) {
        if (final !== undefined) sequence(parameters!, final)
        else if (part === '\r') column = 0
        else if (part === '\n') down()
        else if (part === '\b') column = Math.max(0, column - 1)
        else if (part >= ' ' && part.length <= 2) put(part)
      }
    },
    /** The lines, without blanks at their ends. */
    get lines() {
      return cells.map((line) => line.join('').trimEnd())
    },
    get text() {
      return cells.map((line) => line.join('').trimEnd()).join('\n')
    },
    /** A program has the whole screen to itself. */
    get isTaken() {
      return kept !== undefined
    },
  }
}
