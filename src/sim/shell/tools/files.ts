import {
  changeMode,
  changeOwner,
  hardLink,
  listDirectory,
  makeDirectory,
  nowMs,
  random,
  readFile,
  readLink,
  realPath,
  remove,
  rename,
  setTimes,
  stat,
  symlink,
  terminalSize,
  write,
  writeFile,
  mounts,
} from '../../node/os/calls'
import { SyscallError, type FileStat, type Proc } from '../../node/os/syscalls'
import { compareVersions } from './columns'
import { formatTime } from './format'
import { parseDate } from './dates'
import { ToolError, complain, parseOptions, tool, type Context } from './tool'

/** Tools on files as such: ls, cp, mv, rm, mkdir, … */

const join = (directory: string, name: string) => (directory.endsWith('/') ? directory + name : `${directory}/${name}`)
const nameOf = (path: string) => path.replace(/\/+$/, '').replace(/^.*\//, '') || '/'
const parentOf = (path: string) => path.replace(/\/+$/, '').replace(/\/?[^/]*$/, '') || (path.startsWith('/') ? '/' : '.')

/** Runs `work`; a refused system call becomes a message and 1. */
function* trying(context: Context, message: (error: SyscallError) => string, work: () => Proc): Proc<number> {
  try {
    yield* work()
    return 0
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code === 'EINTR' || error.code === 'EPIPE') throw error
    yield* complain(context, message(error))
    return 1
  }
}

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
    if (info?.type === 'symlink' && !long) info = (yield* stat(path)) ?? info
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
      if (!(error instanceof SyscallError)) throw error
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

export const mkdir = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'pvm:', long: { parents: 'p', verbose: 'v', 'mode=': 'm' } })
  if (options.operands.length === 0) throw new ToolError(`missing operand\nTry 'mkdir --help' for more information.`)
  let status = 0
  for (const path of options.operands) {
    status |= yield* trying(
      context,
      (error) =>
        context.busybox ? `can't create directory '${path}': ${error.message}` : `cannot create directory ‘${path}’: ${error.message}`,
      function* () {
        yield* makeDirectory(path, { parents: options.has('p'), mode: options.has('m') ? parseInt(options.get('m')!, 8) : undefined })
        if (options.has('v')) yield* write(1, `${context.name}: created directory '${path}'\n`)
      },
    )
  }
  return status
})

export const rmdir = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'pv', long: { parents: 'p', 'ignore-fail-on-non-empty': 'I' } })
  let status = 0
  for (const path of options.operands) {
    status |= yield* trying(
      context,
      (error) => (context.busybox ? `'${path}': ${error.message}` : `failed to remove '${path}': ${error.message}`),
      function* () {
        const info = yield* stat(path, { follow: false })
        if (info && info.type !== 'directory') throw new SyscallError('ENOTDIR')
        yield* remove(path)
      },
    )
  }
  return status
})

export const rm = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'rRfivdI',
    long: { recursive: 'r', force: 'f', verbose: 'v', dir: 'd', 'no-preserve-root': 'N' },
  })
  const recursive = options.has('r') || options.has('R')
  if (options.operands.length === 0 && !options.has('f')) throw new ToolError(`missing operand\nTry 'rm --help' for more information.`)
  let status = 0
  const refuse = (path: string, text: string) =>
    context.busybox
      ? text === 'Is a directory'
        ? `'${path}' is a directory`
        : `can't remove '${path}': ${text}`
      : `cannot remove '${path}': ${text}`
  for (const path of options.operands) {
    if (/^\/+$/.test(path) && recursive && !options.has('N')) {
      yield* complain(
        context,
        `it is dangerous to operate recursively on '/'\n${context.name}: use --no-preserve-root to override this failsafe`,
      )
      status = 1
      continue
    }
    const info = yield* stat(path, { follow: false })
    if (!info) {
      if (options.has('f')) continue
      yield* complain(context, refuse(path, 'No such file or directory'))
      status = 1
    } else if (info.type === 'directory' && !recursive && !options.has('d')) {
      yield* complain(context, refuse(path, 'Is a directory'))
      status = 1
    } else {
      status |= yield* trying(
        context,
        (error) => refuse(path, error.message),
        function* () {
          yield* remove(path, { recursive })
          if (options.has('v')) yield* write(1, info.type === 'directory' ? `removed directory '${path}'\n` : `removed '${path}'\n`)
        },
      )
    }
  }
  return status
})

/** Where `cp a b` and `mv a b` put things: inside `b` when it is a directory. */
function* targets(
  context: Context,
  operands: readonly string[],
  intoDirectory: string | undefined,
  what: string,
): Proc<(readonly [string, string])[]> {
  const sources = intoDirectory === undefined ? operands.slice(0, -1) : operands
  const destination = intoDirectory ?? operands.at(-1)
  if (destination === undefined || (sources.length === 0 && operands.length === 0))
    throw new ToolError(`missing file operand\nTry '${context.name} --help' for more information.`)
  if (sources.length === 0)
    throw new ToolError(`missing destination file operand after '${operands[0]}'\nTry '${context.name} --help' for more information.`)
  const directory = (yield* stat(destination))?.type === 'directory'
  if (sources.length > 1 && !directory)
    throw new ToolError(
      context.busybox
        ? `can't ${what} to '${destination}': Not a directory`
        : `target '${destination}'${(yield* stat(destination)) ? ' is not a directory' : ': No such file or directory'}`,
    )
  return sources.map((source) => [source, directory ? join(destination, nameOf(source)) : destination] as const)
}

export const cp = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'rRafpvndLPiuTt:H',
    long: {
      recursive: 'r',
      archive: 'a',
      force: 'f',
      preserve: 'p',
      verbose: 'v',
      'no-clobber': 'n',
      'target-directory=': 't',
      'no-target-directory': 'T',
      dereference: 'L',
    },
  })
  const recursive = options.has('r') || options.has('R') || options.has('a')
  const keep = options.has('a') || options.has('p')
  let status = 0
  function* copy(from: string, to: string): Proc {
    const info = yield* stat(from, { follow: !(recursive && !options.has('L')) })
    if (!info) throw new SyscallError('ENOENT')
    if (info.type === 'directory') {
      if (!(yield* stat(to))) yield* makeDirectory(to, { mode: info.mode })
      for (const name of yield* listDirectory(from)) yield* copy(join(from, name), join(to, name))
    } else if (info.type === 'symlink') {
      if (yield* stat(to, { follow: false })) yield* remove(to)
      yield* symlink(yield* readLink(from), to)
    } else {
      yield* writeFile(to, yield* readFile(from), info.mode)
      if (keep) yield* setTimes(to, info.modifiedMs)
    }
    if (options.has('v')) yield* write(1, `'${from}' -> '${to}'\n`)
  }
  for (const [from, to] of yield* targets(context, options.operands, options.get('t'), 'copy')) {
    const info = yield* stat(from)
    if (!info) {
      yield* complain(
        context,
        context.busybox ? `can't stat '${from}': No such file or directory` : `cannot stat '${from}': No such file or directory`,
      )
      status = 1
    } else if (info.type === 'directory' && !recursive) {
      yield* complain(context, context.busybox ? `omitting directory '${from}'` : `-r not specified; omitting directory '${from}'`)
      status = 1
    } else if (options.has('n') && (yield* stat(to))) continue
    else if ((yield* stat(to)) && (yield* realPath(from)) === (yield* realPath(to))) {
      yield* complain(context, `'${from}' and '${to}' are the same file`)
      status = 1
    } else
      status |= yield* trying(
        context,
        (error) =>
          context.busybox
            ? `can't create '${to}': ${error.message}`
            : `cannot create ${info.type === 'directory' ? 'directory' : 'regular file'} '${to}': ${error.message}`,
        () => copy(from, to),
      )
  }
  return status
})

export const mv = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'fivnuTt:',
    long: { force: 'f', verbose: 'v', 'no-clobber': 'n', 'target-directory=': 't' },
  })
  let status = 0
  for (const [from, to] of yield* targets(context, options.operands, options.get('t'), 'rename')) {
    if (!(yield* stat(from, { follow: false }))) {
      yield* complain(
        context,
        context.busybox ? `can't rename '${from}': No such file or directory` : `cannot stat '${from}': No such file or directory`,
      )
      status = 1
      continue
    }
    if (options.has('n') && (yield* stat(to))) continue
    status |= yield* trying(
      context,
      (error) => (context.busybox ? `can't rename '${from}': ${error.message}` : `cannot move '${from}' to '${to}': ${error.message}`),
      function* () {
        try {
          yield* rename(from, to)
        } catch (error) {
          // Another file system: copied, then removed.
          if (!(error instanceof SyscallError) || error.code !== 'EXDEV') throw error
          yield* moveAcross(from, to)
        }
        if (options.has('v')) yield* write(1, `renamed '${from}' -> '${to}'\n`)
      },
    )
  }
  return status
})

function* moveAcross(from: string, to: string): Proc {
  const info = yield* stat(from, { follow: false })
  if (info?.type === 'directory') {
    yield* makeDirectory(to, { mode: info.mode })
    for (const name of yield* listDirectory(from)) yield* moveAcross(join(from, name), join(to, name))
  } else if (info?.type === 'symlink') yield* symlink(yield* readLink(from), to)
  else yield* writeFile(to, yield* readFile(from), info?.mode)
  yield* remove(from)
}

export const ln = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'sfnvT', long: { symbolic: 's', force: 'f', 'no-dereference': 'n', verbose: 'v' } })
  const operands = options.operands.length === 1 ? [options.operands[0]!, nameOf(options.operands[0]!)] : options.operands
  let status = 0
  const directory = options.has('n') ? false : (yield* stat(operands.at(-1) ?? ''))?.type === 'directory'
  for (const target of operands.slice(0, -1)) {
    const path = directory ? join(operands.at(-1)!, nameOf(target)) : operands.at(-1)!
    status |= yield* trying(
      context,
      (error) =>
        context.busybox
          ? `${path}: ${error.message}`
          : `failed to create ${options.has('s') ? 'symbolic' : 'hard'} link '${path}': ${error.message}`,
      function* () {
        if (options.has('f') && (yield* stat(path, { follow: false }))) yield* remove(path)
        yield* options.has('s') ? symlink(target, path) : hardLink(target, path)
      },
    )
  }
  return status
})

export const touch = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'acmd:t:r:h', long: { 'no-create': 'c', 'date=': 'd', 'reference=': 'r' } })
  if (options.operands.length === 0) throw new ToolError(`missing file operand\nTry 'touch --help' for more information.`)
  let time = yield* nowMs()
  if (options.has('d')) time = parseDate(options.get('d')!, time) ?? time
  if (options.has('r')) time = (yield* stat(options.get('r')!))?.modifiedMs ?? time
  let status = 0
  for (const path of options.operands) {
    status |= yield* trying(
      context,
      (error) => (context.busybox ? `${path}: ${error.message}` : `cannot touch '${path}': ${error.message}`),
      function* () {
        if (!(yield* stat(path))) {
          if (options.has('c')) return
          yield* writeFile(path, '')
        }
        yield* setTimes(path, time)
      },
    )
  }
  return status
})

/** The mode that `u+x,go-w` or `755` makes of `mode`; undefined when it is neither. */
export function changedMode(text: string, mode: number, directory: boolean): number | undefined {
  if (/^[0-7]{1,4}$/.test(text)) return parseInt(text, 8)
  let result = mode
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)((?:[-+=][rwxXst]*)+)$/.exec(clause)
    if (!match) return undefined
    const who = match[1] === '' || match[1]!.includes('a') ? 'ugo' : match[1]!
    for (const [, operator, rights] of match[2]!.matchAll(/([-+=])([rwxXst]*)/g)) {
      let bits = 0
      for (const right of rights!)
        if (right === 'r') bits |= 4
        else if (right === 'w') bits |= 2
        else if (right === 'x' || (right === 'X' && (directory || result & 0o111))) bits |= 1
      const mask = [...who].reduce((all, one) => all | (bits << { u: 6, g: 3, o: 0 }[one as 'u' | 'g' | 'o']), 0)
      const clear = [...who].reduce((all, one) => all | (7 << { u: 6, g: 3, o: 0 }[one as 'u' | 'g' | 'o']), 0)
      if (operator === '+') result |= mask
      else if (operator === '-') result &= ~mask
      else result = (result & ~clear) | mask
    }
  }
  return result
}

function* walk(path: string, recursive: boolean, visit: (path: string, info: FileStat) => Proc): Proc {
  const info = yield* stat(path)
  if (!info) throw new SyscallError('ENOENT')
  yield* visit(path, info)
  if (recursive && info.type === 'directory') for (const name of yield* listDirectory(path)) yield* walk(join(path, name), true, visit)
}

export const chmod = tool(function* (context, args) {
  // `chmod -x file`: a mode, not an option.
  const at = args.findIndex((argument) => /^-[rwxXst]+$/.test(argument) && argument !== '-R')
  const options = parseOptions(context, at >= 0 ? args.filter((_, i) => i !== at) : args, {
    short: 'RvcfE',
    long: { recursive: 'R', verbose: 'v' },
  })
  const [mode, ...paths] = at >= 0 ? [args[at]!, ...options.operands] : options.operands
  if (mode === undefined || paths.length === 0)
    throw new ToolError(`missing operand${mode === undefined ? '' : ` after ‘${mode}’`}\nTry 'chmod --help' for more information.`)
  if (changedMode(mode, 0, false) === undefined) throw new ToolError(`invalid mode: ‘${mode}’\nTry 'chmod --help' for more information.`)
  let status = 0
  for (const path of paths) {
    status |= yield* trying(
      context,
      (error) =>
        error.code === 'ENOENT'
          ? context.busybox
            ? `${path}: ${error.message}`
            : `cannot access '${path}': ${error.message}`
          : `changing permissions of '${path}': ${error.message}`,
      () => walk(path, options.has('R'), (one, info) => changeMode(one, changedMode(mode, info.mode, info.type === 'directory')!)),
    )
  }
  return status
})

export const chown = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'RvhfcL', long: { recursive: 'R' } })
  const [owner, ...paths] = options.operands
  if (owner === undefined || paths.length === 0) throw new ToolError(`missing operand\nTry '${context.name} --help' for more information.`)
  const [user, group] = context.name === 'chgrp' ? ['', owner] : owner.split(/[:.]/)
  const idOf = function* (name: string | undefined, path: string): Proc<number | undefined> {
    if (!name) return undefined
    if (/^\d+$/.test(name)) return Number(name)
    const line = ((yield* stat(path)) ? yield* readFile(path) : '').split('\n').find((one) => one.startsWith(`${name}:`))
    if (line) return Number(line.split(':')[2])
    if (name === 'root') return 0
    throw new ToolError(path === '/etc/passwd' ? `invalid user: ‘${owner}’` : `invalid group: ‘${owner}’`)
  }
  const uid = yield* idOf(user, '/etc/passwd')
  const gid = yield* idOf(group, '/etc/group')
  let status = 0
  for (const path of paths) {
    status |= yield* trying(
      context,
      (error) =>
        error.code === 'ENOENT' ? `cannot access '${path}': ${error.message}` : `changing ownership of '${path}': ${error.message}`,
      () => walk(path, options.has('R'), (one, info) => changeOwner(one, uid ?? info.uid, gid ?? info.gid)),
    )
  }
  return status
})

export const statTool = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'c:Lft', long: { 'format=': 'c', 'printf=': 'P', dereference: 'L' } })
  const userName = yield* names('/etc/passwd')
  const groupName = yield* names('/etc/group')
  let status = 0
  for (const path of options.operands) {
    const info = yield* stat(path, { follow: options.has('L') })
    if (!info) {
      yield* complain(
        context,
        context.busybox ? `can't stat '${path}': No such file or directory` : `cannot statx '${path}': No such file or directory`,
      )
      status = 1
      continue
    }
    const kind = {
      file: info.size === 0 ? 'regular empty file' : 'regular file',
      directory: 'directory',
      symlink: 'symbolic link',
      device: 'character special file',
      pipe: 'fifo',
      socket: 'socket',
    }[info.type]
    const time = formatTime('%Y-%m-%d %H:%M:%S.%N %z', info.modifiedMs)
    const octal = (info.mode & 0o7777).toString(8)
    const field: Readonly<Record<string, string>> = {
      n: path,
      N: info.type === 'symlink' ? `'${path}' -> '${yield* readLink(path)}'` : `'${path}'`,
      s: String(info.size),
      a: octal,
      A: modeText(info),
      u: String(info.uid),
      g: String(info.gid),
      U: userName(info.uid),
      G: groupName(info.gid),
      F: kind,
      i: String(info.inode),
      h: String(info.links),
      y: time,
      x: time,
      z: time,
      w: '-',
      Y: String(Math.floor(info.modifiedMs / 1000)),
      X: String(Math.floor(info.modifiedMs / 1000)),
      Z: String(Math.floor(info.modifiedMs / 1000)),
      b: String(Math.ceil(info.size / 512)),
      B: '512',
      o: '4096',
      f: '81a4',
      d: '64',
      t: '0',
      T: '0',
      '%': '%',
    }
    const format = options.get('c') ?? options.get('P')
    if (format !== undefined)
      yield* write(1, format.replace(/%(.)/g, (whole, letter: string) => field[letter] ?? whole) + (options.has('c') ? '\n' : ''))
    else
      yield* write(
        1,
        `  File: ${info.type === 'symlink' ? field.N!.replace(/'/g, '') : path}\n  Size: ${String(info.size).padEnd(10)}\tBlocks: ${field.b!.padEnd(10)} IO Block: 4096   ${kind}\nDevice: 0,64\tInode: ${String(info.inode).padEnd(11)} Links: ${info.links}\nAccess: (${octal.padStart(4, '0')}/${modeText(info)})  Uid: (${String(info.uid).padStart(5)}/${userName(info.uid).padStart(8)})   Gid: (${String(info.gid).padStart(5)}/${groupName(info.gid).padStart(8)})\nAccess: ${time}\nModify: ${time}\nChange: ${time}\n Birth: -\n`,
      )
  }
  return status
})

export const basename = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'as:z', long: { multiple: 'a', 'suffix=': 's' } })
  const { operands } = options
  if (operands.length === 0) throw new ToolError(`missing operand\nTry 'basename --help' for more information.`)
  const many = options.has('a') || options.has('s')
  const suffix = options.get('s') ?? (many ? '' : (operands[1] ?? ''))
  for (const path of many ? operands : operands.slice(0, 1)) {
    const name = nameOf(path)
    yield* write(1, `${suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name}\n`)
  }
  return 0
})

export const dirname = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'z' })
  if (options.operands.length === 0) throw new ToolError(`missing operand\nTry 'dirname --help' for more information.`)
  for (const path of options.operands) yield* write(1, `${parentOf(path)}\n`)
  return 0
})

export const realpath = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'emsqfn' })
  let status = 0
  for (const path of options.operands) {
    if (context.name === 'readlink' && !options.has('f') && !options.has('e') && !options.has('m')) {
      if ((yield* stat(path, { follow: false }))?.type !== 'symlink') {
        status = 1
        continue
      }
      yield* write(1, `${yield* readLink(path)}${options.has('n') ? '' : '\n'}`)
      continue
    }
    status |= yield* trying(
      context,
      (error) => `${path}: ${error.message}`,
      function* () {
        let real: string
        try {
          real = yield* realPath(path)
        } catch (error) {
          if (!(error instanceof SyscallError) || options.has('e')) throw error
          real = join(yield* realPath(parentOf(path)), nameOf(path)) // only the last name may be missing
        }
        yield* write(1, `${real}\n`)
      },
    )
  }
  return status
})

export const mktemp = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'dup:qt',
    long: { directory: 'd', 'dry-run': 'u', 'tmpdir=?': 'p', 'suffix=': 'S' },
  })
  const template = options.operands[0] ?? 'tmp.XXXXXXXXXX'
  const xs = /X{3,}(?!.*X{3,})/.exec(template)
  if (!xs) throw new ToolError(`too few X's in template ‘${template}’`)
  let filled = ''
  for (let i = 0; i < xs[0].length; i++)
    filled += 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'[Math.floor((yield* random()) * 62)]
  const name = template.slice(0, xs.index) + filled + template.slice(xs.index + xs[0].length) + (options.get('S') ?? '')
  const inTmp = options.operands.length === 0 || options.has('p') || options.has('t')
  const path = inTmp ? join(options.get('p') || context.env.TMPDIR || '/tmp', name) : name
  if (!options.has('u')) yield* options.has('d') ? makeDirectory(path, { mode: 0o700 }) : writeFile(path, '', 0o600)
  yield* write(1, `${path}\n`)
  return 0
})

export const du = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'ashckbmd:xS',
    long: { all: 'a', summarize: 's', 'human-readable': 'h', total: 'c', 'max-depth=': 'd', bytes: 'b', 'apparent-size': 'A' },
  })
  const most = options.has('s') ? 0 : Number(options.get('d') ?? Infinity)
  const shown = (bytes: number) =>
    options.has('h')
      ? bytes === 0
        ? '0'
        : humanSize(bytes)
      : options.has('b')
        ? String(bytes)
        : String(Math.ceil(bytes / (options.has('m') ? 1048576 : 1024)))
  let status = 0
  let total = 0
  function* measure(path: string, depth: number): Proc<number> {
    const info = yield* stat(path, { follow: false })
    if (!info) throw new SyscallError('ENOENT')
    let size = options.has('b') ? info.size : Math.ceil(info.size / 4096) * 4096
    if (info.type === 'directory') for (const name of yield* listDirectory(path)) size += yield* measure(join(path, name), depth + 1)
    if (depth <= most && (info.type === 'directory' || options.has('a') || depth === 0)) yield* write(1, `${shown(size)}\t${path}\n`)
    return size
  }
  for (const path of options.operands.length ? options.operands : ['.']) {
    status |= yield* trying(
      context,
      (error) => (context.busybox ? `${path}: ${error.message}` : `cannot access '${path}': ${error.message}`),
      function* () {
        total += yield* measure(path, 0)
      },
    )
  }
  if (options.has('c')) yield* write(1, `${shown(total)}\ttotal\n`)
  return status
})

export const df = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'hHkmTPiat:',
    long: { 'human-readable': 'h', 'print-type': 'T', portability: 'P', inodes: 'i' },
  })
  const all = yield* mounts()
  const chosen: typeof all = []
  const list = [...chosen]
  for (const path of options.operands) {
    let real: string
    try {
      real = yield* realPath(path)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      yield* complain(context, context.busybox ? `${path}: can't find mount point: ${error.message}` : `${path}: ${error.message}`)
      return 1
    }
    const best = all
      .filter((mount) => mount.path === '/' || real === mount.path || real.startsWith(`${mount.path}/`))
      .sort((a, b) => b.path.length - a.path.length)[0]
    if (best) list.push(best)
  }
  const size = (bytes: number) => (options.has('h') ? humanSize(bytes) : String(Math.ceil(bytes / (options.has('m') ? 1048576 : 1024))))
  const rows = (options.operands.length ? list : all).map((mount) => {
    const capacity = mount.sizeBytes || 100 * 1024 ** 3
    const percent = capacity === 0 ? '-' : `${Math.ceil((mount.usedBytes / capacity) * 100)}%`
    return [
      mount.source,
      ...(options.has('T') ? [mount.type] : []),
      size(capacity),
      size(mount.usedBytes),
      size(Math.max(0, capacity - mount.usedBytes)),
      percent,
      mount.path,
    ]
  })
  const head = [
    'Filesystem',
    ...(options.has('T') ? ['Type'] : []),
    options.has('h') ? 'Size' : context.busybox ? '1K-blocks' : '1K-blocks',
    'Used',
    options.has('h') && !context.busybox ? 'Avail' : 'Available',
    options.has('P') ? 'Capacity' : 'Use%',
    'Mounted on',
  ]
  const table = [head, ...rows]
  const widths = head.map((_, i) => Math.max(...table.map((row) => row[i]!.length)))
  widths[0] = Math.max(widths[0]!, context.busybox ? 20 : 14)
  yield* write(
    1,
    table
      .map(
        (row) =>
          `${row.map((cell, i) => (i === row.length - 1 ? cell : i === 0 || (options.has('T') && i === 1) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' ')}\n`,
      )
      .join(''),
  )
  return 0
})

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
