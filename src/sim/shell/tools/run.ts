import { listDirectory, nowMs, readFile, remove, stat, write, readAll } from '../../node/os/calls'
import { SyscallError, type FileStat, type Proc } from '../../node/os/syscalls'
import { matchesPattern } from '../pattern'
import { modeText, names } from './listing'
import { formatTime } from './format'
import { runCommand } from './starting'
import { ToolError, complain, parseOptions, tool, type Context } from './tool'

/** Tools that run others for each of many things: xargs and find. */

export const xargs = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: '0rtn:I:L:d:P:s:a:i::',
    long: {
      null: '0',
      'no-run-if-empty': 'r',
      verbose: 't',
      'max-args=': 'n',
      'replace=?': 'i',
      'max-lines=?': 'L',
      'delimiter=': 'd',
      'max-procs=': 'P',
      'arg-file=': 'a',
    },
    strict: true,
  })
  const pieces: string[] = []
  if (options.has('a')) pieces.push(yield* readFile(options.get('a')!))
  else pieces.push(yield* readAll(0))
  const input = pieces.join('')
  const place = options.get('I') ?? (options.has('i') ? options.get('i') || '{}' : undefined)
  const delimiter = options.has('0') ? '\0' : options.get('d')?.replace('\\n', '\n').replace('\\t', '\t')
  const byLine = place !== undefined || options.has('L')
  let items: string[]
  if (delimiter !== undefined) items = input.split(delimiter).filter((item, i, all) => item !== '' || i < all.length - 1)
  else if (byLine)
    items = input
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
  else {
    if (/^(?:[^'"\\]|\\.|'[^'\n]*'|"[^"\n]*")*['"][^'"]*$/s.test(input) && !/^(?:[^'"\\]|\\[^]|'[^'\n]*'|"[^"\n]*")*$/.test(input)) {
      const single = /'[^'"]*$/.test(input)
      throw new ToolError(
        `unmatched ${single ? 'single' : 'double'} quote; by default quotes are special to xargs unless you use the -0 option`,
      )
    }
    items = [...input.matchAll(/(?:[^\s'"\\]|\\[^]|'[^'\n]*'|"[^"\n]*")+/g)].map(([word]) =>
      word.replace(/\\([^])|'([^']*)'|"([^"]*)"/g, (_, a?: string, b?: string, c?: string) => a ?? b ?? c ?? ''),
    )
  }
  const command = options.operands.length > 0 ? options.operands : ['echo']
  const size = place !== undefined ? 1 : Number(options.get('n') ?? options.get('L') ?? 0) || Infinity
  if (items.length === 0 && (options.has('r') || place !== undefined || context.busybox)) return 0
  let status = 0
  for (let i = 0; i === 0 || i < items.length; i += size) {
    const batch = items.slice(i, size === Infinity ? undefined : i + size)
    const argv =
      place !== undefined
        ? command.map((word) => word.replaceAll(place, batch[0] ?? ''))
        : [...command, ...(options.has('L') ? batch.flatMap((line) => line.split(/\s+/)) : batch)]
    if (options.has('t')) yield* write(2, `${argv.join(' ')}\n`)
    const code = yield* runCommand(context, argv)
    if (code === 127 || code === 126) return code
    if (code === 255) {
      yield* complain(context, `${command[0]}: exited with status 255; aborting`)
      return 124
    }
    if (code !== 0) status = 123
    if (size === Infinity) break
  }
  return status
})

interface Visit {
  readonly path: string
  readonly info: FileStat
  readonly depth: number
}

type Test = (visit: Visit) => Proc<boolean>

interface Settings {
  minDepth: number
  maxDepth: number
  depthFirst: boolean
  follow: boolean
  acted: boolean
  pruned: boolean
  quit: boolean
  status: number
  /** Work to be done at the end (`-exec … +`). */
  readonly late: (() => Proc)[]
}

export const find = tool(function* (context, args) {
  let at = 0
  const settings: Settings = {
    minDepth: 0,
    maxDepth: Infinity,
    depthFirst: false,
    follow: false,
    acted: false,
    pruned: false,
    quit: false,
    status: 0,
    late: [],
  }
  while (/^-[HLP]$/.test(args[at] ?? '')) settings.follow = args[at++] === '-L'
  const paths: string[] = []
  while (at < args.length && !/^[-(!]/.test(args[at]!)) paths.push(args[at++]!)
  const test = expression(context, args.slice(at), settings, yield* nowMs())
  function* visit(path: string, depth: number): Proc {
    const info = yield* stat(path, { follow: settings.follow })
    if (!info) {
      yield* complain(context, context.busybox ? `${path}: No such file or directory` : `‘${path}’: No such file or directory`)
      settings.status = 1
      return
    }
    const one = { path, info, depth }
    settings.pruned = false
    const check = function* (): Proc {
      if (depth < settings.minDepth) return
      if ((yield* test(one)) && !settings.acted) yield* write(1, `${path}\n`)
    }
    if (!settings.depthFirst) yield* check()
    if (settings.quit) return
    if (info.type === 'directory' && depth < settings.maxDepth && !settings.pruned) {
      try {
        for (const name of yield* listDirectory(path)) {
          yield* visit(path.endsWith('/') ? path + name : `${path}/${name}`, depth + 1)
          if (settings.quit) return
        }
      } catch (error) {
        if (!(error instanceof SyscallError) || error.code === 'EPIPE') throw error // nobody reads on: that is its end
        yield* complain(context, context.busybox ? `${path}: ${error.message}` : `‘${path}’: ${error.message}`)
        settings.status = 1
      }
    }
    if (settings.depthFirst) yield* check()
  }
  for (const path of paths.length > 0 ? paths : ['.']) if (!settings.quit) yield* visit(path, 0)
  for (const work of settings.late) yield* work()
  return settings.status
})

const kinds: Readonly<Record<string, FileStat['type']>> = {
  f: 'file',
  d: 'directory',
  l: 'symlink',
  p: 'pipe',
  s: 'socket',
  c: 'device',
  b: 'device',
}
const sizes: Readonly<Record<string, number>> = { c: 1, w: 2, b: 512, k: 1024, M: 1024 ** 2, G: 1024 ** 3 }

/** `+5`, `-5` and `5` as tests of a number. */
function counted(text: string): (value: number) => boolean {
  const wanted = Number(text.replace(/^[-+]/, ''))
  return (value) => (text[0] === '+' ? value > wanted : text[0] === '-' ? value < wanted : value === wanted)
}

function expression(context: Context, words: readonly string[], settings: Settings, now: number): Test {
  let at = 0
  const value = (name: string) => {
    const word = words[at++]
    if (word === undefined) throw new ToolError(`missing argument to \`${name}'`)
    return word
  }
  const plain = (check: (visit: Visit) => boolean): Test =>
    function* (visit) {
      return check(visit)
    }
  const action = (work: (visit: Visit) => Proc<boolean>): Test => {
    settings.acted = true
    return work
  }
  const nameOf = (path: string) => path.replace(/\/+$/, '').replace(/^.*\//, '') || path

  function or(): Test {
    let left = and()
    while (words[at] === '-o' || words[at] === '-or') {
      at++
      const [first, second] = [left, and()]
      left = function* (visit) {
        return (yield* first(visit)) || (yield* second(visit))
      }
    }
    return left
  }
  function and(): Test {
    let left = primary()
    while (at < words.length && words[at] !== '-o' && words[at] !== '-or' && words[at] !== ')') {
      if (words[at] === '-a' || words[at] === '-and') at++
      const [first, second] = [left, primary()]
      left = function* (visit) {
        return (yield* first(visit)) && (yield* second(visit))
      }
    }
    return left
  }
  function primary(): Test {
    const word = words[at++]!
    switch (word) {
      case '(': {
        const inner = or()
        if (words[at++] !== ')') throw new ToolError("invalid expression; I was expecting to find a ')' somewhere but did not see one.")
        return inner
      }
      case '!':
      case '-not': {
        const inner = primary()
        return function* (visit) {
          return !(yield* inner(visit))
        }
      }
      case '-name':
      case '-iname': {
        const pattern = value(word)
        return plain(({ path }) => matchesPattern(nameOf(path), pattern, word === '-iname'))
      }
      case '-path':
      case '-wholename':
      case '-ipath': {
        const pattern = value(word)
        return plain(({ path }) => matchesPattern(path, pattern, word === '-ipath'))
      }
      case '-regex': {
        const regex = new RegExp(`^(?:${value(word)})$`)
        return plain(({ path }) => regex.test(path))
      }
      case '-type': {
        const wanted = value(word)
          .split(',')
          .map((letter) => kinds[letter])
        if (wanted.some((kind) => kind === undefined)) throw new ToolError(`Unknown argument to -type: ${words[at - 1]}`)
        return plain(({ info }) => wanted.includes(info.type))
      }
      case '-maxdepth':
        settings.maxDepth = Number(value(word))
        return plain(() => true)
      case '-mindepth':
        settings.minDepth = Number(value(word))
        return plain(() => true)
      case '-depth':
      case '-d':
        settings.depthFirst = true
        return plain(() => true)
      case '-xdev':
      case '-mount':
      case '-noleaf':
        return plain(() => true)
      case '-empty':
        return function* ({ path, info }) {
          return info.type === 'directory' ? (yield* listDirectory(path)).length === 0 : info.type === 'file' && info.size === 0
        }
      case '-size': {
        const text = value(word)
        const unit = sizes[/[cwbkMG]$/.exec(text)?.[0] ?? 'b']!
        const fits = counted(text.replace(/[cwbkMG]$/, ''))
        return plain(({ info }) => fits(Math.ceil(info.size / unit)))
      }
      case '-mtime':
      case '-mmin': {
        const fits = counted(value(word))
        return plain(({ info }) => fits(Math.floor((now - info.modifiedMs) / (word === '-mmin' ? 60_000 : 86_400_000))))
      }
      case '-newer': {
        const other = value(word)
        return function* ({ info }) {
          return info.modifiedMs > ((yield* stat(other))?.modifiedMs ?? Infinity)
        }
      }
      case '-perm': {
        const text = value(word)
        const bits = parseInt(text.replace(/^[-/]/, ''), 8)
        return plain(({ info }) =>
          text[0] === '-' ? (info.mode & bits) === bits : text[0] === '/' ? (info.mode & bits) !== 0 : (info.mode & 0o7777) === bits,
        )
      }
      case '-user':
      case '-uid': {
        const wanted = value(word)
        return function* ({ info }) {
          return String(info.uid) === wanted || (yield* names('/etc/passwd'))(info.uid) === wanted
        }
      }
      case '-true':
        return plain(() => true)
      case '-false':
        return plain(() => false)
      case '-prune':
        return plain(() => (settings.pruned = true))
      case '-quit':
        return action(function* () {
          settings.quit = true
          return true
        })
      case '-print':
      case '-print0':
        return action(function* ({ path }) {
          yield* write(1, path + (word === '-print' ? '\n' : '\0'))
          return true
        })
      case '-printf': {
        const format = value(word)
        return action(function* ({ path, info }) {
          const field: Readonly<Record<string, string>> = {
            p: path,
            f: nameOf(path),
            h: path.replace(/\/[^/]*$/, '') || '.',
            s: String(info.size),
            m: (info.mode & 0o7777).toString(8),
            M: modeText(info),
            y: { file: 'f', directory: 'd', symlink: 'l', pipe: 'p', socket: 's', device: 'c' }[info.type],
            u: (yield* names('/etc/passwd'))(info.uid),
            t: formatTime('%a %b %e %H:%M:%S %Y', info.modifiedMs),
            '%': '%',
          }
          yield* write(
            1,
            format
              .replace(/\\n/g, '\n')
              .replace(/\\t/g, '\t')
              .replace(/\\0/g, '\0')
              .replace(/%(T.|.)/g, (whole, letter: string) =>
                letter[0] === 'T' && letter[1]
                  ? formatTime(letter[1] === '@' ? '%s' : `%${letter[1]}`, info.modifiedMs)
                  : (field[letter] ?? whole),
              ),
          )
          return true
        })
      }
      case '-delete':
        settings.depthFirst = true
        return action(function* ({ path }) {
          if (path === '.') return true
          try {
            yield* remove(path)
            return true
          } catch (error) {
            if (!(error instanceof SyscallError)) throw error
            yield* complain(context, `cannot delete ‘${path}’: ${error.message}`)
            settings.status = 1
            return false
          }
        })
      case '-ls':
        return action(function* ({ path, info }) {
          yield* write(
            1,
            `${String(info.inode).padStart(9)} ${String(Math.ceil(info.size / 1024)).padStart(6)} ${modeText(info)} ${String(info.links).padStart(3)} ${(yield* names('/etc/passwd'))(info.uid).padEnd(8)} ${(yield* names('/etc/group'))(info.gid).padEnd(8)} ${String(info.size).padStart(8)} ${formatTime('%b %e %H:%M', info.modifiedMs)} ${path}\n`,
          )
          return true
        })
      case '-exec':
      case '-execdir':
      case '-ok': {
        const command: string[] = []
        while (at < words.length && words[at] !== ';' && !(words[at] === '+' && command.at(-1) === '{}')) command.push(words[at++]!)
        const end = words[at++]
        if (end === undefined) throw new ToolError(`missing argument to \`${word}'`)
        if (end === '+') {
          const gathered: string[] = []
          settings.late.push(function* () {
            if (gathered.length > 0 && (yield* runCommand(context, [...command.slice(0, -1), ...gathered])) !== 0) settings.status = 1
          })
          return action(function* ({ path }) {
            gathered.push(path)
            return true
          })
        }
        return action(function* ({ path }) {
          return (
            (yield* runCommand(
              context,
              command.map((part) => part.replaceAll('{}', path)),
            )) === 0
          )
        })
      }
    }
    throw new ToolError(
      word.startsWith('-')
        ? context.busybox
          ? `unrecognized: ${word}`
          : `unknown predicate \`${word}'`
        : `paths must precede expression: \`${word}'`,
    )
  }
  if (words.length === 0) return plain(() => true)
  const test = or()
  if (at < words.length) throw new ToolError(`invalid expression; you have too many ')'`)
  return test
}
