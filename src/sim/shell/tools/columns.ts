import { readAll, write } from '../../node/os/calls'
import { unescape } from './format'
import { ToolError, createOutput, eachInput, eachLine, linesOf, parseOptions, readInputs, tool } from './tool'

/** Tools on the columns of lines: cut, paste, column, join. */

/** `1,3-5,7-` as a test. */
function parseList(text: string): (position: number) => boolean {
  const ranges = text.split(',').map((part) => {
    const match = /^(\d*)(-?)(\d*)$/.exec(part)
    if (!match || part === '' || part === '-') throw new ToolError(`invalid field range\nTry 'cut --help' for more information.`)
    const from = Number(match[1] || 1)
    if (from === 0) throw new ToolError(`fields are numbered from 1\nTry 'cut --help' for more information.`)
    const to = match[2] ? (match[3] ? Number(match[3]) : Infinity) : from
    if (to < from) throw new ToolError(`invalid decreasing range\nTry 'cut --help' for more information.`)
    return [from, to] as const
  })
  return (position) => ranges.some(([from, to]) => position >= from && position <= to)
}

export const cut = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'b:c:d:f:sn',
    long: {
      'bytes=': 'b',
      'characters=': 'c',
      'delimiter=': 'd',
      'fields=': 'f',
      'only-delimited': 's',
      complement: '!',
      'output-delimiter=': 'O',
    },
  })
  const list = options.get('f') ?? options.get('c') ?? options.get('b')
  if (list === undefined)
    throw new ToolError(
      context.busybox
        ? 'expected a list of bytes, characters, or fields'
        : `you must specify a list of bytes, characters, or fields\nTry 'cut --help' for more information.`,
    )
  const chosen = parseList(list)
  const wanted = options.has('!') ? (i: number) => !chosen(i) : chosen
  const delimiter = options.get('d') ?? '\t'
  if ([...delimiter].length > 1) throw new ToolError(`the delimiter must be a single character\nTry 'cut --help' for more information.`)
  const output = createOutput()
  const status = yield* eachInput(context, options.operands, (fd) =>
    eachLine(
      fd,
      function* (line) {
        if (!options.has('f')) return yield* output.line([...line].filter((_, i) => wanted(i + 1)).join(options.get('O') ?? ''))
        if (!line.includes(delimiter)) return options.has('s') ? undefined : yield* output.line(line)
        yield* output.line(
          line
            .split(delimiter)
            .filter((_, i) => wanted(i + 1))
            .join(options.get('O') ?? delimiter),
        )
      },
      output.flush,
    ),
  )
  yield* output.flush()
  return status
})

export const paste = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'd:s', long: { 'delimiters=': 'd', serial: 's' } })
  const delimiters = [...unescape(options.get('d') ?? '\t', false).text]
  const columns: string[][] = []
  const status = yield* eachInput(context, options.operands, function* (fd, path) {
    // Each `-` takes the next line in turn.
    const dashes = options.operands.filter((operand) => operand === '-').length
    if (path === '-' && dashes > 1) {
      if (columns.length > 0 && columns.some((_, i) => options.operands[i] === '-')) {
        columns.push(columns[options.operands.indexOf('-')]!)
        return
      }
    }
    const pieces: string[] = []
    pieces.push(yield* readAll(fd))
    columns.push(linesOf(pieces.join('')))
  })
  const join = (cells: readonly string[]) =>
    cells.reduce((out, cell, i) => (i === 0 ? cell : out + (delimiters[(i - 1) % delimiters.length] ?? '') + cell), '')
  const dashes = options.operands.filter((operand) => operand === '-').length
  if (options.has('s')) for (const column of columns) yield* write(1, `${join(column)}\n`)
  else if (dashes > 1 && dashes === options.operands.length) {
    const lines = columns[0] ?? []
    for (let i = 0; i < lines.length; i += dashes)
      yield* write(1, `${join(Array.from({ length: dashes }, (_, j) => lines[i + j] ?? ''))}\n`)
  } else {
    const height = Math.max(0, ...columns.map((column) => column.length))
    for (let i = 0; i < height; i++) yield* write(1, `${join(columns.map((column) => column[i] ?? ''))}\n`)
  }
  return status
})

export const column = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'ts:o:c:N:',
    long: { table: 't', 'separator=': 's', 'output-separator=': 'o', 'table-columns=': 'N' },
  })
  const { text, status } = yield* readInputs(context, options.operands)
  const lines = linesOf(text).filter((line) => line.trim() !== '')
  if (!options.has('t')) {
    const width = Math.max(0, ...lines.map((line) => line.length))
    const cell = (Math.floor(width / 8) + 1) * 8
    const across = Math.max(1, Math.floor(Number(options.get('c') ?? 80) / cell))
    const down = Math.ceil(lines.length / across)
    for (let row = 0; row < down; row++) {
      const cells = Array.from({ length: across }, (_, i) => lines[row + i * down]).filter((one) => one !== undefined)
      yield* write(
        1,
        `${cells.map((one, i) => (i === cells.length - 1 ? one : one + '\t'.repeat(Math.ceil((cell - one.length) / 8)))).join('')}\n`,
      )
    }
    return status
  }
  const separators = options.get('s')
  const rows = lines.map((line) =>
    separators === undefined ? line.trim().split(/\s+/) : line.split(new RegExp(`[${separators.replace(/[\]\\^-]/g, '\\$&')}]`)),
  )
  if (options.has('N')) rows.unshift(options.get('N')!.split(','))
  const widths = rows.reduce<number[]>((all, row) => (row.forEach((cell, i) => (all[i] = Math.max(all[i] ?? 0, cell.length))), all), [])
  for (const row of rows)
    yield* write(1, `${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!))).join(options.get('o') ?? '  ')}\n`)
  return status
})

export const join = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 't:1:2:j:a:v:o:e:i' })
  const separator = options.get('t')
  const split = (line: string) => (separator === undefined ? line.trim().split(/\s+/) : line.split(separator))
  const [first, second] = options.operands
  if (first === undefined || second === undefined) throw new ToolError(`missing operand\nTry 'join --help' for more information.`)
  const [keyA, keyB] = [Number(options.get('1') ?? options.get('j') ?? 1) - 1, Number(options.get('2') ?? options.get('j') ?? 1) - 1]
  const a = linesOf((yield* readInputs(context, [first])).text).map(split)
  const b = linesOf((yield* readInputs(context, [second])).text).map(split)
  const without = (row: readonly string[], key: number) => row.filter((_, i) => i !== key)
  const out = separator ?? ' '
  for (const row of a) {
    const mates = b.filter((other) => other[keyB] === row[keyA])
    for (const mate of options.has('v') ? [] : mates)
      yield* write(1, `${[row[keyA], ...without(row, keyA), ...without(mate, keyB)].join(out)}\n`)
    if (mates.length === 0 && (options.all('a').includes('1') || options.all('v').includes('1')))
      yield* write(1, `${[row[keyA], ...without(row, keyA)].join(out)}\n`)
  }
  for (const row of b) {
    if (!a.some((other) => other[keyA] === row[keyB]) && (options.all('a').includes('2') || options.all('v').includes('2')))
      yield* write(1, `${[row[keyB], ...without(row, keyB)].join(out)}\n`)
  }
  return 0
})
