import { listDirectory, nowMs, readFile, readLink, stat, terminalSize, write } from '../../node/os/calls'
import { type FileStat, type Proc, SyscallError } from '../../node/os/syscalls'
import { compareVersions } from './sort'
import { formatTime } from './format'
import { join } from './paths'
import { complain, parseOptions, tool } from './tool'

/** Tools that list what is in a directory: ls, tree. */

/** `drwxr-xr-x`. */
export function modeText({ type, mode }: FileStat): string {
  const kind = { file: '-', directory: 'd', symlink: 'l', device: 'c', pipe: 'p', socket: 's' }[type]
  const bits = [...'rwxrwxrwx'].map((c, i) => ((mode >> (8 - i)) & 1 ? c : '-'))
  if (mode & 0o1000) bits[8] = bits[8] === 'x' ? 't' : 'T'
  if (mode & 0o4000) bits[2] = bits[2] === 'x' ? 's' : 'S'
  if (mode & 0o2000) bits[5] = bits[5] === 'x' ? 's' : 'S'
  return kind + bits.join('')
}

/** `1.5K`. */
export function humanSize(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < 5) {
    value /= 1024
    unit++
  }
  return unit === 0 ? String(bytes) : `${value < 9.95 ? (Math.ceil(value * 10) / 10).toFixed(1) : Math.ceil(value)}${'KMGTP'[unit - 1]}`
}

/** Names of users (or groups) by id, from /etc/passwd or /etc/group. */
export function* names(path: string): Proc<(id: number) => string> {
  let text = ''
  try {
    text = yield* readFile(path)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
  }
  const known = new Map(
    text
      .split('\n')
      .map((line) => line.split(':'))
      .map((parts) => [Number(parts[2]), parts[0]!] as const),
  )
  return (id) => known.get(id) ?? (id === 0 ? 'root' : String(id))
}

interface Entry {
  readonly name: string
  readonly path: string
  readonly info: FileStat
}

export const ls = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'aAlhrtSR1dFinpsgoCkXmQUvuZcLHGNw:I:',
    long: {
      all: 'a',
      'almost-all': 'A',
      'human-readable': 'h',
      reverse: 'r',
      recursive: 'R',
      directory: 'd',
      classify: 'F',
      inode: 'i',
      'numeric-uid-gid': 'n',
      'color=?': '~',
      'full-time': 'T',
      'group-directories-first': 'D',
      'time-style=': 'Y',
      'sort=': 'O',
      'ignore=': 'I',
    },
    usage: 2,
  })
  const now = yield* nowMs()
  const userName = yield* names('/etc/passwd')
  const groupName = yield* names('/etc/group')
  const terminal = yield* terminalSize(1)
  const long = options.has('l') || options.has('n') || options.has('g') || options.has('o') || options.has('T')
  const colour =
    options.has('~') &&
    (options.get('~') === 'always' || options.get('~') === '' || (options.get('~') === 'auto' && terminal !== undefined))
  let status = 0
  const order = (a: Entry, b: Entry) => {
    const base = options.has('t')
      ? b.info.modifiedMs - a.info.modifiedMs
      : options.has('S')
        ? b.info.size - a.info.size
        : options.has('v')
          ? compareVersions(a.name, b.name)
          : 0
    const result = base || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
    return options.has('r') ? -result : result
  }
  const mark = ({ info }: Entry) =>
    !options.has('F') && !(options.has('p') && info.type === 'directory')
      ? ''
      : info.type === 'directory'
        ? '/'
        : info.type === 'symlink'
          ? long
            ? ''
            : '@'
          : info.type === 'file' && info.mode & 0o111 && options.has('F')
            ? '*'
            : ''
  const painted = (entry: Entry) => {
    if (!colour) return entry.name
    const code =
      entry.info.type === 'directory' ? '01;34' : entry.info.type === 'symlink' ? '01;36' : entry.info.mode & 0o111 ? '01;32' : ''
    return code ? `\x1b[${code}m${entry.name}\x1b[0m` : entry.name
  }
  function* show(entries: readonly Entry[], total: boolean): Proc {
    const sorted = options.has('U') ? [...entries] : [...entries].sort(order)
    if (options.has('D')) sorted.sort((a, b) => Number(b.info.type === 'directory') - Number(a.info.type === 'directory'))
    const inode = (entry: Entry) => (options.has('i') ? `${entry.info.inode} ` : '')
    if (!long) {
      const cells = sorted.map((entry) => inode(entry) + painted(entry) + mark(entry))
      if (options.has('m')) return yield* write(1, `${cells.join(', ')}\n`)
      if (options.has('1') || !terminal) return yield* write(1, cells.map((cell) => `${cell}\n`).join(''))
      return yield* write(
        1,
        inColumns(
          cells,
          sorted.map((entry) => inode(entry).length + entry.name.length + mark(entry).length),
          terminal.columns,
        ),
      )
    }
    const rows: string[][] = []
    for (const entry of sorted) {
      const { info } = entry
      const size = options.has('h') ? humanSize(info.size) : String(info.size)
      const target = info.type === 'symlink' ? ` -> ${yield* readLink(entry.path)}` : ''
      const age = now - info.modifiedMs
      const time =
        options.has('T') || options.get('Y') === 'full-iso'
          ? formatTime('%Y-%m-%d %H:%M:%S.%N %z', info.modifiedMs)
          : options.get('Y') === 'long-iso'
            ? formatTime('%Y-%m-%d %H:%M', info.modifiedMs)
            : options.get('Y')?.startsWith('+')
              ? formatTime(options.get('Y')!.slice(1), info.modifiedMs)
              : formatTime(age > 15_778_476_000 || age < -3_600_000 ? '%b %e  %Y' : '%b %e %H:%M', info.modifiedMs)
      rows.push([
        `${inode(entry)}${modeText(info)}`,
        String(info.links),
        ...(options.has('g') ? [] : [options.has('n') ? String(info.uid) : userName(info.uid)]),
        ...(options.has('o') ? [] : [options.has('n') ? String(info.gid) : groupName(info.gid)]),
        size,
        time,
        `${painted(entry)}${mark(entry)}${target}`,
      ])
    }
    const last = (rows[0]?.length ?? 1) - 1
    const widths = Array.from({ length: last }, (_, i) => Math.max(...rows.map((row) => row[i]!.length)))
    if (context.busybox) {
      widths[1] = Math.max(5, widths[1] ?? 0)
      for (const i of [2, 3]) widths[i] = Math.max(8, widths[i] ?? 0)
      widths[4] = Math.max(9, widths[4] ?? 0)
    }
    const right = new Set([1, last - 2])
    const blocks = sorted.reduce((sum, { info }) => sum + (info.type === 'symlink' ? 0 : Math.ceil(info.size / 4096) * 4), 0)
    const head = total ? `total ${options.has('h') ? humanSize(blocks * 1024) : blocks}\n` : ''
    yield* write(
      1,
      head +
        rows
          .map(
            (row) =>
              `${row.map((cell, i) => (i === last ? cell : right.has(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join(' ')}\n`,
          )
          .join(''),
    )
  }
  function* entriesOf(path: string): Proc<Entry[]> {
    const ignored = options.all('I')
    const listed = (yield* listDirectory(path))
      .filter((name) => options.has('a') || options.has('A') || !name.startsWith('.'))
      .filter((name) => !ignored.includes(name))
    const all = options.has('a') ? ['.', '..', ...listed] : listed
    const out: Entry[] = []
    for (const name of all) {
      const full = join(path, name)
      const info = yield* stat(full, { follow: options.has('L') })
      if (info) out.push({ name, path: full, info })
    }
    return out
  }
  const files: Entry[] = []
  const directories: string[] = []
  for (const path of options.operands.length > 0 ? options.operands : ['.']) {
    let info = yield* stat(path, { follow: false })
    // A last slash asks for what the link leads to.
    if (info?.type === 'symlink' && (!long || path.endsWith('/'))) info = (yield* stat(path)) ?? info
    if (!info) {
      yield* complain(
        context,
        context.busybox ? `${path}: No such file or directory` : `cannot access '${path}': No such file or directory`,
      )
      status = context.busybox ? 1 : 2
    } else if (info.type === 'directory' && !options.has('d')) directories.push(path)
    else files.push({ name: path, path, info })
  }
  if (files.length > 0) yield* show(files, false)
  const titled = options.operands.length > 1 || options.has('R')
  let first = files.length === 0
  const queue = directories.sort()
  while (queue.length > 0) {
    const path = queue.shift()!
    try {
      const entries = yield* entriesOf(path)
      if (titled) yield* write(1, `${first ? '' : '\n'}${path}:\n`)
      first = false
      yield* show(entries, true)
      if (options.has('R'))
        queue.unshift(
          ...entries
            .filter((entry) => entry.info.type === 'directory' && entry.name !== '.' && entry.name !== '..')
            .map((entry) => entry.path),
        )
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code === 'EPIPE') throw error // nobody reads on: that is its end
      yield* complain(
        context,
        context.busybox ? `can't open '${path}': ${error.message}` : `cannot open directory '${path}': ${error.message}`,
      )
      status = context.busybox ? 1 : 2
    }
  }
  return status
})

/** Cells in as many columns as fit, filled downwards. */
export function inColumns(cells: readonly string[], lengths: readonly number[], width: number): string {
  if (cells.length === 0) return ''
  for (let rows = 1; ; rows++) {
    const columns = Math.ceil(cells.length / rows)
    const widths = Array.from({ length: columns }, (_, c) => Math.max(...lengths.slice(c * rows, (c + 1) * rows)))
    if (rows < cells.length && widths.reduce((sum, w) => sum + w + 2, -2) > width) continue
    let out = ''
    for (let row = 0; row < rows; row++) {
      for (let c = 0; c < columns; c++) {
        const i = c * rows + row
        if (i >= cells.length) continue
        out += cells[i]! + (i + rows < cells.length ? ' '.repeat(widths[c]! + 2 - lengths[i]!) : '')
      }
      out += '\n'
    }
    return out
  }
}

export const tree = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'adfL:iI:', long: { noreport: 'n' } })
  let directories = 0
  let files = 0
  const most = Number(options.get('L') ?? Infinity)
  function* show(path: string, prefix: string, depth: number): Proc {
    if (depth >= most) return
    const listed = (yield* listDirectory(path)).filter((name) => options.has('a') || !name.startsWith('.'))
    const entries: { name: string; info: FileStat | undefined }[] = []
    for (const name of listed) {
      const info = yield* stat(join(path, name), { follow: false })
      if (!options.has('d') || info?.type === 'directory') entries.push({ name, info })
    }
    for (const [i, { name, info }] of entries.entries()) {
      const last = i === entries.length - 1
      const full = join(path, name)
      yield* write(
        1,
        `${prefix}${last ? '└── ' : '├── '}${options.has('f') ? full : name}${info?.type === 'symlink' ? ` -> ${yield* readLink(full)}` : ''}\n`,
      )
      if (info?.type === 'directory') {
        directories++
        yield* show(full, `${prefix}${last ? '    ' : '│   '}`, depth + 1)
      } else files++
    }
  }
  for (const path of options.operands.length ? options.operands : ['.']) {
    if ((yield* stat(path))?.type !== 'directory') {
      yield* write(1, `${path}  [error opening dir]\n\n0 directories, 0 files\n`)
      return 2
    }
    yield* write(1, `${path}\n`)
    yield* show(path, '', 0)
  }
  if (!options.has('n'))
    yield* write(
      1,
      `\n${directories} director${directories === 1 ? 'y' : 'ies'}${options.has('d') ? '' : `, ${files} file${files === 1 ? '' : 's'}`}\n`,
    )
  return 0
})
