import {
  hardLink,
  listDirectory,
  makeDirectory,
  nowMs,
  readFile,
  readLink,
  realPath,
  remove,
  rename,
  setTimes,
  stat,
  symlink,
  write,
  writeFile,
} from '../../node/os/calls'
import { type Proc, SyscallError } from '../../node/os/syscalls'
import { parseDate } from './dates'
import { join, nameOf } from './paths'
import { complain, type Context, parseOptions, tool, ToolError } from './tool'

/** Tools that make, move and remove files: mkdir, rm, cp, mv, ln, touch. */

/** Runs `work`; a refused system call becomes a message and 1. */
export function* trying(context: Context, message: (error: SyscallError) => string, work: () => Proc): Proc<number> {
  try {
    yield* work()
    return 0
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code === 'EINTR' || error.code === 'EPIPE') throw error
    yield* complain(context, message(error))
    return 1
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
