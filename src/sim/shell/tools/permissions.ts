import { changeMode, changeOwner, listDirectory, readFile, readLink, stat, write } from '../../node/os/calls'
import { type FileStat, type Proc, SyscallError } from '../../node/os/syscalls'
import { formatTime } from './format'
import { modeText, names } from './listing'
import { join } from './paths'
import { trying } from './placing'
import { complain, parseOptions, tool, ToolError } from './tool'

/** Tools on what a file carries besides its bytes: chmod, chown, stat. */

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
