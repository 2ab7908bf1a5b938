import { joined, readTar, tarEnd, TarError, tarMember, type TarEntry } from '../../formats/tar'
import {
  changeMode,
  listDirectory,
  makeDirectory,
  readAll,
  readFile,
  readLink,
  remove,
  setTimes,
  stat,
  symlink,
  write,
  writeFile,
} from '../../node/os/calls'
import { SyscallError, type FileStat, type Proc } from '../../node/os/syscalls'
import { bytesFromText, textFromBytes } from '../../node/os/text'
import { modeText, names } from './listing'
import { formatTime } from './format'
import { GZIP_MARK } from './gzip'
import { ToolError, complain, tool, type Context } from './tool'

/** tar: ustar archives of files and directories (a real tar can read the ones that are not "compressed"). */
export const tar = tool(function* (context, args) {
  const settings = readArguments(args)
  if (!settings.mode)
    throw new ToolError(
      context.busybox
        ? 'You must specify one of -c, -x or -t'
        : `You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\nTry 'tar --help' or 'tar --usage' for more information.`,
      2,
    )
  return yield* settings.mode === 'c' ? create(context, settings) : unpack(context, settings)
})

interface Settings {
  mode: '' | 'c' | 'x' | 't'
  archive: string
  gzip: boolean
  verbose: boolean
  directory: string
  strip: number
  paths: string[]
  exclude: string[]
  /** `-h`: what symbolic links lead to is packed in their place. */
  follow: boolean
  /** `-m`: what is unpacked is as new as now. */
  touch: boolean
  /** `-O`: contents go to standard output. */
  toStdout: boolean
}

function readArguments(args: readonly string[]): Settings {
  const settings: Settings = {
    mode: '',
    archive: '-',
    gzip: false,
    verbose: false,
    directory: '.',
    strip: 0,
    paths: [],
    exclude: [],
    follow: false,
    touch: false,
    toStdout: false,
  }
  for (let i = 0; i < args.length; i++) {
    const argument = args[i]!
    if (argument.startsWith('--')) {
      const [name, value] = argument.slice(2).split('=') as [string, string?]
      if (name === 'create') settings.mode = 'c'
      else if (name === 'extract' || name === 'get') settings.mode = 'x'
      else if (name === 'list') settings.mode = 't'
      else if (name === 'file') settings.archive = value ?? args[++i] ?? '-'
      else if (name === 'directory') settings.directory = value ?? args[++i] ?? '.'
      else if (name === 'strip-components') settings.strip = Number(value ?? args[++i] ?? 0)
      else if (name === 'gzip') settings.gzip = true
      else if (name === 'verbose') settings.verbose = true
      else if (name === 'exclude') settings.exclude.push(value ?? args[++i] ?? '')
      else if (name === 'dereference') settings.follow = true
      else if (name === 'touch') settings.touch = true
      else if (name === 'to-stdout') settings.toStdout = true
    } else if (argument.startsWith('-') && argument !== '-' ? true : i === 0 && /^[cxtzvfmphOC]+$/.test(argument)) {
      const letters = argument.replace(/^-/, '')
      for (let j = 0; j < letters.length; j++) {
        const letter = letters[j]!
        if (letter === 'c' || letter === 'x' || letter === 't') settings.mode = letter
        else if (letter === 'z') settings.gzip = true
        else if (letter === 'v') settings.verbose = true
        else if (letter === 'h') settings.follow = true
        else if (letter === 'm') settings.touch = true
        else if (letter === 'O') settings.toStdout = true
        else if (letter === 'f' || letter === 'C') {
          const value = argument.startsWith('-') && letters.slice(j + 1) ? letters.slice(j + 1) : (args[++i] ?? '')
          if (letter === 'f') settings.archive = value
          else settings.directory = value
          if (argument.startsWith('-') && letters.slice(j + 1)) break
        }
      }
    } else settings.paths.push(argument)
  }
  return settings
}

function* create(context: Context, { archive, gzip, verbose, directory, paths, exclude, follow }: Settings): Proc<number> {
  if (paths.length === 0)
    throw new ToolError(`Cowardly refusing to create an empty archive\nTry 'tar --help' or 'tar --usage' for more information.`, 2)
  const members: Uint8Array[] = []
  const removed = new Set<string>()
  let status = 0
  function* add(name: string): Proc {
    const path = name.startsWith('/') ? name : `${directory}/${name}`
    const info = yield* stat(path, { follow })
    if (!info) {
      yield* complain(context, context.busybox ? `${name}: No such file or directory` : `${name}: Cannot stat: No such file or directory`)
      status = 2
      return
    }
    if (exclude.some((pattern) => fits(pattern, name))) return
    const stored = yield* storedName(context, name, removed)
    if (verbose) yield* write(archive === '-' ? 2 : 1, `${name}${info.type === 'directory' && !name.endsWith('/') ? '/' : ''}\n`)
    const { mode, uid, gid, modifiedMs } = info
    const member = { name: stored, mode, uid, gid, modifiedMs, data: new Uint8Array() }
    if (info.type === 'directory') {
      if (stored) members.push(tarMember({ ...member, name: stored.endsWith('/') ? stored : `${stored}/`, type: 'directory' }))
      for (const child of yield* listDirectory(path)) yield* add(name.endsWith('/') ? name + child : `${name}/${child}`)
    } else if (info.type === 'symlink') members.push(tarMember({ ...member, type: 'symlink', target: yield* readLink(path) }))
    else if (info.type === 'file') {
      try {
        members.push(tarMember({ ...member, type: 'file', data: bytesFromText(yield* readFile(path)) }))
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error
        yield* complain(context, context.busybox ? `can't open '${name}': ${error.message}` : `${name}: Cannot open: ${error.message}`)
        status = 2
      }
    }
  }
  yield* needDirectory(context, directory)
  for (const path of paths) yield* add(path)
  const data = (gzip ? GZIP_MARK : '') + textFromBytes(joined([...members, tarEnd]))
  if (archive === '-') yield* write(1, data)
  else yield* writeFile(archive, data)
  if (status)
    yield* complain(
      context,
      context.busybox ? 'error exit delayed from previous errors' : 'Exiting with failure status due to previous errors',
    )
  return status && context.busybox ? 1 : status
}

/** A member's name never leads out of the directory it is unpacked in: what would is cut off, and told once. */
function* storedName(context: Context, name: string, removed: Set<string>): Proc<string> {
  const [outward = ''] = /^(?:.*(?:^|\/)\.\.(?:\/|$)|\/)\/*/.exec(name) ?? []
  if (outward === '') return name
  if (!removed.has(outward))
    yield* complain(
      context,
      `${context.busybox ? 'removing leading' : 'Removing leading'} ${context.busybox ? `'${outward}'` : `\`${outward}'`} from member names`,
    )
  removed.add(outward)
  return name.slice(outward.length)
}

/** `-C`: where it does not lead anywhere, nothing is done at all. */
function* needDirectory(context: Context, directory: string): Proc {
  if ((yield* stat(directory))?.type === 'directory') return
  const why = (yield* stat(directory)) ? 'Not a directory' : 'No such file or directory'
  throw context.busybox
    ? new ToolError(`can't change directory to '${directory}': ${why}`)
    : new ToolError(`${directory}: Cannot open: ${why}\ntar: Error is not recoverable: exiting now`, 2)
}

/** Whether an `--exclude` pattern means a member: it may match from any slash on. */
function fits(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`(?:^|/)${source}(?:/|$)`).test(name)
}

function* readArchive(context: Context, archive: string): Proc<readonly TarEntry[]> {
  let data: string
  try {
    data = archive === '-' ? yield* readAll(0) : yield* readFile(archive)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw context.busybox
      ? new ToolError(`can't open '${archive}': ${error.message}`)
      : new ToolError(`${archive}: Cannot open: ${error.message}\ntar: Error is not recoverable: exiting now`, 2)
  }
  try {
    return readTar(bytesFromText(data.startsWith(GZIP_MARK) ? data.slice(GZIP_MARK.length) : data))
  } catch (error) {
    if (!(error instanceof TarError)) throw error
    throw context.busybox
      ? new ToolError('invalid tar magic')
      : new ToolError(`${error.message}\ntar: Exiting with failure status due to previous errors`, 2)
  }
}

function* unpack(context: Context, settings: Settings): Proc<number> {
  const { mode, archive, verbose, directory, strip, paths, exclude } = settings
  if (mode === 'x') yield* needDirectory(context, directory)
  const userName = yield* names('/etc/passwd')
  const removed = new Set<string>()
  const found = new Set<string>()
  let status = 0
  for (const entry of yield* readArchive(context, archive)) {
    const { name } = entry
    const asked = paths.find((path) => name === path || name.startsWith(`${path.replace(/\/$/, '')}/`))
    if ((paths.length > 0 && asked === undefined) || exclude.some((pattern) => fits(pattern, name))) continue
    if (asked !== undefined) found.add(asked)
    if (mode === 't') {
      yield* write(1, verbose ? `${listed(entry, userName)}\n` : `${name}\n`)
      continue
    }
    const kept = (yield* storedName(context, name, removed)).split('/').slice(strip).join('/')
    if (kept === '') continue
    if (verbose) yield* write(1, `${name}\n`)
    try {
      if (settings.toStdout) yield* write(1, textFromBytes(entry.data))
      else yield* place(entry, `${directory}/${kept.replace(/\/$/, '')}`, settings)
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code === 'EPIPE') throw error
      yield* complain(context, context.busybox ? `can't open '${kept}': ${error.message}` : `${kept}: Cannot open: ${error.message}`)
      if (context.busybox) return 1
      status = 2
    }
  }
  for (const path of paths.filter((each) => !found.has(each))) {
    yield* complain(context, context.busybox ? `${path}: not found in archive` : `${path}: Not found in archive`)
    status = 2
  }
  if (status)
    yield* complain(
      context,
      context.busybox ? 'error exit delayed from previous errors' : 'Exiting with failure status due to previous errors',
    )
  return status && context.busybox ? 1 : status
}

/** Makes what a member describes, and the directories on the way to it. */
function* place({ type, mode, modifiedMs, data, target = '' }: TarEntry, path: string, { touch }: Settings): Proc {
  if (type === 'directory') {
    yield* makeDirectory(path, { parents: true })
    return
  }
  yield* makeDirectory(path.replace(/\/[^/]*$/, '') || '/', { parents: true })
  const there = yield* stat(path, { follow: false })
  if (there?.type === 'symlink' || (there && type === 'symlink')) yield* remove(path)
  if (type === 'symlink') {
    yield* symlink(target, path)
    return
  }
  yield* writeFile(path, textFromBytes(data), mode || 0o644)
  if (there?.type === 'file') yield* changeMode(path, mode || 0o644)
  if (!touch) yield* setTimes(path, modifiedMs)
}

/** A member as `tar tv` shows it. */
function listed({ name, type, mode, uid, gid, modifiedMs, data, target }: TarEntry, userName: (id: number) => string): string {
  const info: FileStat = { type, size: data.length, mode, uid, gid, modifiedMs, inode: 0, links: 1 }
  const time = formatTime('%Y-%m-%d %H:%M', modifiedMs)
  const link = target === undefined ? '' : ` -> ${target}`
  return `${modeText(info)} ${userName(uid)}/${userName(gid)} ${String(data.length).padStart(9)} ${time} ${name}${link}`
}
