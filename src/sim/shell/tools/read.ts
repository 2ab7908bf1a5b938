import { poll, read, readAll, sleep, stat, write, open, close } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { byteLength, bytesFromText, textFromBytes } from '../../node/os/text'
import {
  ToolError,
  cannotOpen,
  complain,
  createOutput,
  eachInput,
  eachLine,
  linesOf,
  parseOptions,
  readInputs,
  tool,
  type Context,
} from './tool'

/** Tools that show (parts of) files: cat, tac, nl, head, tail, wc. */

export const cat = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'AbeEnstTuv',
    long: {
      'show-all': 'A',
      'number-nonblank': 'b',
      'show-ends': 'E',
      number: 'n',
      'squeeze-blank': 's',
      'show-tabs': 'T',
      'show-nonprinting': 'v',
    },
  })
  const all = options.has('A')
  const show = {
    ends: all || options.has('E') || options.has('e'),
    tabs: all || options.has('T') || options.has('t'),
    controls: all || options.has('v') || options.has('e') || options.has('t'),
  }
  const plain = !show.ends && !show.tabs && !show.controls && !['n', 'b', 's'].some(options.has)
  let number = 0
  let blank = false
  return yield* eachInput(context, options.operands, function* (fd) {
    if (plain) {
      for (let chunk = yield* read(fd); chunk !== ''; chunk = yield* read(fd)) yield* write(1, chunk)
      return
    }
    yield* eachLine(fd, function* (line, complete) {
      if (options.has('s') && line === '' && blank) return
      blank = line === ''
      const numbered = options.has('b') ? line !== '' : options.has('n')
      let text = show.controls
        ? line.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, (c) => (c === '\x7f' ? '^?' : `^${String.fromCharCode(c.charCodeAt(0) + 64)}`))
        : line
      if (show.tabs) text = text.replaceAll('\t', '^I')
      yield* write(1, `${numbered ? `${String(++number).padStart(6)}\t` : ''}${text}${complete ? `${show.ends ? '$' : ''}\n` : ''}`)
    })
  })
})

export const tac = tool(function* (context, args) {
  const { operands } = parseOptions(context, args, { short: '' })
  const { text, status } = yield* readInputs(context, operands)
  yield* write(
    1,
    linesOf(text)
      .reverse()
      .map((line) => `${line}\n`)
      .join(''),
  )
  return status
})

export const nl = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'b:w:s:v:n:',
    long: { 'body-numbering=': 'b', 'number-width=': 'w', 'number-separator=': 's', 'starting-line-number=': 'v' },
  })
  const width = Number(options.get('w') ?? 6)
  let number = Number(options.get('v') ?? 1)
  return yield* eachInput(context, options.operands, (fd) =>
    eachLine(fd, function* (line) {
      const counts = options.get('b') === 'a' || line !== ''
      yield* write(
        1,
        counts ? `${String(number++).padStart(width)}${options.get('s') ?? '\t'}${line}\n` : `${' '.repeat(width + 1)}${line}\n`,
      )
    }),
  )
})

/** `5`, `-5`, `+5`, `2k`. */
function parseCount(context: Context, text: string, what: string): { sign: string; count: number } {
  const match = /^([-+]?)(\d+)([bkKMG]?)B?$/.exec(text)
  if (!match) throw new ToolError(context.busybox ? `invalid number '${text}'` : `invalid number of ${what}: ‘${text}’`)
  const unit = { b: 512, k: 1024, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }[match[3]!] ?? 1
  return { sign: match[1]!, count: Number(match[2]) * unit }
}

export const head = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'n:c:qv',
    long: { 'lines=': 'n', 'bytes=': 'c', quiet: 'q', silent: 'q', verbose: 'v' },
    number: 'n',
  })
  const bytes = options.get('c')
  const { sign, count } = parseCount(context, bytes ?? options.get('n') ?? '10', bytes === undefined ? 'lines' : 'bytes')
  const titled = options.has('v') || (options.operands.length > 1 && !options.has('q'))
  let first = true
  return yield* eachInput(
    context,
    options.operands,
    function* (fd, path) {
      if (titled) yield* write(1, `${first ? '' : '\n'}==> ${path === '-' ? 'standard input' : path} <==\n`)
      first = false
      if (bytes !== undefined && sign !== '-') return yield* copyBytes(fd, count)
      if (sign === '-') {
        const text = yield* readAll(fd)
        if (bytes !== undefined) {
          const all = bytesFromText(text)
          return yield* write(1, textFromBytes(all.subarray(0, Math.max(0, all.length - count))))
        }
        const lines = text.split(/(?<=\n)/)
        return yield* write(1, lines.slice(0, Math.max(0, lines.length - count)).join(''))
      }
      let left = count
      if (left === 0) return
      const output = createOutput()
      yield* eachLine(
        fd,
        function* (line, complete) {
          yield* output.text(complete ? `${line}\n` : line)
          if (--left <= 0) return false
        },
        output.flush,
      )
      yield* output.flush()
    },
    context.busybox
      ? undefined
      : (path, error) =>
          error.code === 'EISDIR' ? `error reading '${path}': ${error.message}` : `cannot open '${path}' for reading: ${error.message}`,
  )
})

/** Copies at most `count` bytes to standard output; what comes after them is not waited for. */
function* copyBytes(fd: number, count: number): Proc {
  let left = count
  while (left > 0) {
    const chunk = yield* read(fd, left)
    if (chunk === '') return
    const bytes = bytesFromText(chunk)
    yield* write(1, bytes.length <= left ? chunk : textFromBytes(bytes.subarray(0, left)))
    left -= bytes.length
  }
}

export const tail = tool(function* (context, args) {
  // `tail -5f`, `tail +3`: the old spelling.
  const plain = args.flatMap((argument, i) => {
    if (/^-[nc]$/.test(args[i - 1] ?? '')) return [argument]
    const old = /^([-+])(\d+)(f?)$/.exec(argument)
    return old ? ['-n', `${old[1] === '+' ? '+' : ''}${old[2]}`, ...(old[3] ? ['-f'] : [])] : [argument]
  })
  const options = parseOptions(context, plain, {
    short: 'n:c:qvfFs:',
    long: {
      'lines=': 'n',
      'bytes=': 'c',
      quiet: 'q',
      silent: 'q',
      verbose: 'v',
      'follow=?': 'f',
      retry: 'R',
      'sleep-interval=': 's',
      'pid=': 'P',
    },
  })
  const bytes = options.get('c')
  const { sign, count } = parseCount(context, bytes ?? options.get('n') ?? '10', bytes === undefined ? 'lines' : 'bytes')
  const follow = options.has('f') || options.has('F')
  const byName = options.has('F') || options.get('f') === 'name'
  const titled = options.has('v') || (options.operands.length > 1 && !options.has('q'))
  const pick = (text: string) => {
    if (bytes !== undefined) return sign === '+' ? text.slice(Math.max(0, count - 1)) : count === 0 ? '' : text.slice(-count)
    const lines = text.split(/(?<=\n)/)
    return (sign === '+' ? lines.slice(Math.max(0, count - 1)) : count === 0 ? [] : lines.slice(-count)).join('')
  }
  let shown: string | undefined
  const title = (path: string) => {
    if (!titled || shown === path) return ''
    const text = `${shown === undefined ? '' : '\n'}==> ${path === '-' ? 'standard input' : path} <==\n`
    shown = path
    return text
  }
  let status = 0
  const followed: { path: string; fd: number | undefined; size: number }[] = []
  for (const path of options.operands.length > 0 ? options.operands : ['-']) {
    let fd: number | undefined
    try {
      fd = path === '-' ? 0 : yield* open(path, 'read')
      const pieces: string[] = []
      const live = follow && path === '-' && (yield* poll([0], 0)) < 0
      if (!live) pieces.push(yield* readAll(fd))
      yield* write(1, title(path) + pick(pieces.join('')))
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code === 'EPIPE' || error.code === 'EINTR') throw error
      yield* complain(
        context,
        context.busybox
          ? cannotOpen(context, path, error)
          : error.code === 'EISDIR'
            ? `error reading '${path}': ${error.message}`
            : `cannot open '${path}' for reading: ${error.message}`,
      )
      status = 1
      if (!byName) continue
    }
    if (follow && path !== '-') followed.push({ path, fd, size: (yield* stat(path))?.size ?? 0 })
    else if (fd !== undefined && fd !== 0) yield* close(fd)
  }
  if (!follow) return status
  if (followed.length === 0) {
    if (options.operands.length > 0 && options.operands[0] !== '-') {
      yield* complain(context, 'no files remaining')
      return 1
    }
    for (let chunk = yield* read(0); chunk !== ''; chunk = yield* read(0)) yield* write(1, chunk)
    return status
  }
  const interval = Number(options.get('s') ?? 1) * 1000
  for (;;) {
    for (const one of followed) yield* catchUp(context, one, byName, title)
    yield* sleep(interval)
  }
})

/** Prints what a followed file has grown by. */
function* catchUp(
  context: Context,
  one: { path: string; fd: number | undefined; size: number },
  byName: boolean,
  title: (path: string) => string,
): Proc {
  const now = yield* stat(one.path)
  if (byName && !now) {
    if (one.fd !== undefined) {
      yield* complain(
        context,
        context.busybox ? `${one.path} has become inaccessible` : `'${one.path}' has become inaccessible: No such file or directory`,
      )
      yield* close(one.fd)
      one.fd = undefined
    }
    return
  }
  if (one.fd === undefined) {
    yield* complain(
      context,
      context.busybox ? `${one.path} has appeared; following end of new file` : `'${one.path}' has appeared;  following new file`,
    )
    one.fd = yield* open(one.path, 'read')
    one.size = 0
  } else if (now && now.size < one.size) {
    yield* complain(context, `${one.path}: file truncated`)
    yield* close(one.fd)
    one.fd = yield* open(one.path, 'read')
  }
  one.size = now?.size ?? one.size
  for (let chunk = yield* read(one.fd); chunk !== ''; chunk = yield* read(one.fd)) yield* write(1, title(one.path) + chunk)
}

export const wc = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'lwcmL',
    long: { lines: 'l', words: 'w', bytes: 'c', chars: 'm', 'max-line-length': 'L' },
  })
  const columns = (['l', 'w', 'm', 'c', 'L'] as const).filter((letter) =>
    options.given.length > 0 ? options.has(letter) : 'lwc'.includes(letter),
  )
  const rows: { counts: number[]; name: string }[] = []
  const status = yield* eachInput(context, options.operands, function* (fd, path) {
    const pieces: string[] = []
    pieces.push(yield* readAll(fd))
    const text = pieces.join('')
    const measure = {
      l: () => text.split('\n').length - 1,
      w: () => text.split(/\s+/).filter(Boolean).length,
      m: () => [...text].length,
      c: () => byteLength(text),
      L: () => Math.max(0, ...text.split('\n').map((line) => [...line].length)),
    }
    rows.push({ counts: columns.map((letter) => measure[letter]()), name: options.operands.length === 0 ? '' : path })
  })
  if (options.operands.length > 1)
    rows.push({ counts: columns.map((_, i) => rows.reduce((sum, row) => sum + row.counts[i]!, 0)), name: 'total' })
  // GNU sizes columns by the files' total size, 7 when a pipe is among the inputs; a single number stands bare.
  const sizes = yield* totalSize(options.operands.length > 0 ? options.operands : ['-'])
  const single = columns.length === 1 && rows.length <= 1
  const width = single ? 1 : context.busybox ? 0 : sizes === undefined ? 7 : String(sizes).length
  for (const { counts, name } of rows) {
    const cells = context.busybox
      ? columns.length === 1 && options.operands.length <= 1
        ? counts.map(String)
        : counts.map((count) => String(count).padStart(9)).map((cell, i) => (i === 0 && columns.length === 1 ? cell.trim() : cell))
      : counts.map((count) => String(count).padStart(width))
    yield* write(1, `${cells.join(context.busybox && columns.length > 1 ? ' ' : ' ')}${name ? ` ${name}` : ''}\n`)
  }
  return status
})

function* totalSize(paths: readonly string[]): Proc<number | undefined> {
  let sum = 0
  for (const path of paths) {
    const info = yield* stat(path === '-' ? '/dev/stdin' : path)
    if (info && info.type !== 'file') return undefined
    sum += info?.size ?? 0
  }
  return sum
}
