import { listDirectory, makeDirectory, read, readFile, setTimes, stat, write, writeFile } from '../../node/os/calls'
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
}

function readArguments(args: readonly string[]): Settings {
  const settings: Settings = { mode: '', archive: '-', gzip: false, verbose: false, directory: '.', strip: 0, paths: [] }
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
    } else if (argument.startsWith('-') && argument !== '-' ? true : i === 0 && /^[cxtzvfmpC]+$/.test(argument)) {
      const letters = argument.replace(/^-/, '')
      for (let j = 0; j < letters.length; j++) {
        const letter = letters[j]!
        if (letter === 'c' || letter === 'x' || letter === 't') settings.mode = letter
        else if (letter === 'z') settings.gzip = true
        else if (letter === 'v') settings.verbose = true
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

const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`

function headerOf(name: string, info: FileStat, size: number): string {
  const field = (text: string, width: number) => text.slice(0, width).padEnd(width, '\0')
  const build = (checksum: string) =>
    field(name, 100) +
    octal(info.mode & 0o7777, 8) +
    octal(info.uid, 8) +
    octal(info.gid, 8) +
    octal(size, 12) +
    octal(Math.floor(info.modifiedMs / 1000), 12) +
    checksum +
    (info.type === 'directory' ? '5' : '0') +
    '\0'.repeat(100) +
    'ustar\x0000' +
    '\0'.repeat(32) +
    '\0'.repeat(32) +
    octal(0, 8) +
    octal(0, 8) +
    '\0'.repeat(167)
  const sum = bytesFromText(build('        ')).reduce((total, byte) => total + byte, 0)
  return build(`${sum.toString(8).padStart(6, '0')}\0 `).slice(0, 512)
}

function* create(context: Context, { archive, gzip, verbose, directory, paths }: Settings): Proc<number> {
  if (paths.length === 0)
    throw new ToolError(`Cowardly refusing to create an empty archive\nTry 'tar --help' or 'tar --usage' for more information.`, 2)
  let out = ''
  let status = 0
  function* add(name: string): Proc {
    const path = name.startsWith('/') ? name : `${directory}/${name}`
    const info = yield* stat(path)
    if (!info) {
      yield* complain(context, context.busybox ? `${name}: No such file or directory` : `${name}: Cannot stat: No such file or directory`)
      status = 2
      return
    }
    const stored = name.replace(/^\/+/, '')
    if (verbose) yield* write(archive === '-' ? 2 : 1, `${name}${info.type === 'directory' && !name.endsWith('/') ? '/' : ''}\n`)
    if (info.type === 'directory') {
      if (stored) out += headerOf(stored.endsWith('/') ? stored : `${stored}/`, info, 0)
      for (const child of yield* listDirectory(path)) yield* add(name.endsWith('/') ? name + child : `${name}/${child}`)
    } else {
      const data = yield* readFile(path)
      const size = bytesFromText(data).length
      out += headerOf(stored, info, size) + data + '\0'.repeat((512 - (size % 512)) % 512)
    }
  }
  if (paths.some((path) => path.startsWith('/')) && !context.busybox) yield* complain(context, "Removing leading `/' from member names")
  for (const path of paths) yield* add(path)
  const data = (gzip ? GZIP_MARK : '') + out + '\0'.repeat(1024)
  if (archive === '-') yield* write(1, data)
  else yield* writeFile(archive, data)
  if (status && !context.busybox) yield* complain(context, 'Exiting with failure status due to previous errors')
  return status
}

function* unpack(context: Context, { mode, archive, verbose, directory, strip, paths }: Settings): Proc<number> {
  let data = ''
  if (archive === '-') for (let chunk = yield* read(0); chunk !== ''; chunk = yield* read(0)) data += chunk
  else {
    try {
      data = yield* readFile(archive)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      throw new ToolError(
        context.busybox
          ? `can't open '${archive}': ${error.message}`
          : `${archive}: Cannot open: ${error.message}\ntar: Error is not recoverable: exiting now`,
        2,
      )
    }
  }
  if (data.startsWith(GZIP_MARK)) data = data.slice(GZIP_MARK.length)
  const bytes = bytesFromText(data)
  const text = (from: number, length: number) => textFromBytes(bytes.slice(from, from + length)).replace(/\0.*$/s, '')
  const userName = yield* names('/etc/passwd')
  if (bytes.length > 0 && text(257, 5) !== 'ustar')
    throw new ToolError(
      context.busybox
        ? 'invalid tar magic'
        : 'This does not look like a tar archive\ntar: Exiting with failure status due to previous errors',
      2,
    )
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const name = text(at, 100)
    const size = parseInt(text(at + 124, 12), 8) || 0
    const modifiedMs = (parseInt(text(at + 136, 12), 8) || 0) * 1000
    const permissions = parseInt(text(at + 100, 8), 8) || 0o644
    const isDirectory = bytes[at + 156] === 0x35 || name.endsWith('/')
    const body = bytes.slice(at + 512, at + 512 + size)
    at += 512 + Math.ceil(size / 512) * 512
    if (paths.length > 0 && !paths.some((path) => name === path || name.startsWith(`${path.replace(/\/$/, '')}/`))) continue
    if (mode === 't') {
      const info: FileStat = {
        type: isDirectory ? 'directory' : 'file',
        size,
        mode: permissions,
        uid: 0,
        gid: 0,
        modifiedMs,
        inode: 0,
        links: 1,
      }
      yield* write(
        1,
        verbose
          ? `${modeText(info)} ${userName(0)}/${userName(0)} ${String(size).padStart(9)} ${formatTime('%Y-%m-%d %H:%M', modifiedMs)} ${name}\n`
          : `${name}\n`,
      )
      continue
    }
    const kept = name
      .split('/')
      .slice(strip)
      .filter((part) => part !== '..')
      .join('/')
    if (kept === '') continue
    if (verbose) yield* write(1, `${name}\n`)
    const path = `${directory}/${kept.replace(/\/$/, '')}`
    if (isDirectory) yield* makeDirectory(path, { parents: true })
    else {
      yield* makeDirectory(path.replace(/\/[^/]*$/, '') || '/', { parents: true })
      yield* writeFile(path, textFromBytes(body), permissions)
      yield* setTimes(path, modifiedMs)
    }
  }
  return 0
}
