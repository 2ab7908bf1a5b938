import { changesBetween, unifiedHunks } from '../../formats/unified-diff'
import { listDirectory, readFile, stat, write, readAll } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { formatTime } from './format'
import { bytesFromText } from '../../node/os/text'
import { ToolError, parseOptions, tool } from './tool'

/** diff and cmp. Exit codes: 0 the same, 1 different, 2 trouble. */

const splitLines = (text: string) => text.split(/(?<=\n)/).filter((line) => line !== '')

export const diff = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'uU:qsrNbwiBacy',
    long: {
      unified: 'u',
      brief: 'q',
      recursive: 'r',
      'new-file': 'N',
      'ignore-space-change': 'b',
      'ignore-all-space': 'w',
      'ignore-case': 'i',
      'report-identical-files': 's',
      'color=?': 'z',
      'label=': 'L',
    },
    usage: 2,
  })
  const [left, right] = options.operands
  if (left === undefined || right === undefined)
    throw new ToolError(`missing operand${left === undefined ? '' : ` after '${left}'`}\ndiff: Try 'diff --help' for more information.`, 2)
  const load = function* (path: string): Proc<string> {
    if (path === '-') {
      const pieces: string[] = []
      pieces.push(yield* readAll(0))
      return pieces.join('')
    }
    try {
      return yield* readFile(path)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      if (options.has('N') && error.code === 'ENOENT') return ''
      throw new ToolError(context.busybox ? `can't stat '${path}': ${error.message}` : `${path}: ${error.message}`, 2)
    }
  }
  const flatten = (line: string) => {
    const spaced = options.has('w') ? line.replace(/\s/g, '') : options.has('b') ? line.replace(/\s+/g, ' ').trimEnd() : line
    return options.has('i') ? spaced.toLowerCase() : spaced
  }
  const isDirectory = function* (path: string): Proc<boolean> {
    return path !== '-' && (yield* stat(path))?.type === 'directory'
  }
  function* compare(one: string, other: string, titled: boolean): Proc<number> {
    const [directoryA, directoryB] = [yield* isDirectory(one), yield* isDirectory(other)]
    if (directoryA && directoryB) {
      const names = [...new Set([...(yield* listDirectory(one)), ...(yield* listDirectory(other))])].sort()
      let status = 0
      for (const name of names) {
        const [a, b] = [`${one.replace(/\/$/, '')}/${name}`, `${other.replace(/\/$/, '')}/${name}`]
        const [hasA, hasB] = [yield* stat(a), yield* stat(b)]
        if ((!hasA || !hasB) && !options.has('N')) {
          yield* write(1, `Only in ${hasA ? one : other}: ${name}\n`)
          status = 1
        } else if (hasA?.type === 'directory' && hasB?.type === 'directory' && !options.has('r'))
          yield* write(1, `Common subdirectories: ${a} and ${b}\n`)
        else status = Math.max(status, yield* compare(a, b, true))
      }
      return status
    }
    if (directoryA || directoryB)
      return yield* compare(
        directoryA ? `${one}/${other.split('/').at(-1)}` : one,
        directoryB ? `${other}/${one.split('/').at(-1)}` : other,
        titled,
      )
    const [textA, textB] = [yield* load(one), yield* load(other)]
    const [a, b] = [splitLines(textA), splitLines(textB)]
    const changes = changesBetween(a.map(flatten), b.map(flatten))
    if (changes.length === 0) {
      if (options.has('s')) yield* write(1, `Files ${one} and ${other} are identical\n`)
      return 0
    }
    if (options.has('q')) {
      yield* write(1, `Files ${one} and ${other} differ\n`)
      return 1
    }
    if (titled && !context.busybox)
      yield* write(
        1,
        `diff ${args.filter((argument) => argument.startsWith('-') && argument !== '-').join(' ')}${args.some((argument) => argument.startsWith('-')) ? ' ' : ''}${one} ${other}\n`,
      )
    if (options.has('u') || options.has('U') || context.busybox) {
      const labels = options.all('L')
      const stamp = function* (path: string): Proc<string> {
        return formatTime('%Y-%m-%d %H:%M:%S.%N %z', (path === '-' ? undefined : (yield* stat(path))?.modifiedMs) ?? 0)
      }
      const head = (mark: string, name: string, time: string) => `${mark} ${name}${context.busybox ? '' : `\t${time}`}\n`
      yield* write(
        1,
        (labels[0] ? `--- ${labels[0]}\n` : head('---', one, yield* stamp(one))) +
          (labels[1] ? `+++ ${labels[1]}\n` : head('+++', other, yield* stamp(other))) +
          unifiedHunks(a, b, Number(options.get('U') ?? 3)),
      )
      return 1
    }
    let out = ''
    const range = (from: number, count: number) => (count <= 1 ? `${count === 0 ? from : from + 1}` : `${from + 1},${from + count}`)
    const lines = (mark: string, all: readonly string[]) =>
      all.map((line) => `${mark} ${line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`}`).join('')
    for (const { a: from, aCount, b: to, bCount } of changes) {
      out += `${range(from, aCount)}${aCount === 0 ? 'a' : bCount === 0 ? 'd' : 'c'}${range(to, bCount)}\n${lines('<', a.slice(from, from + aCount))}${aCount > 0 && bCount > 0 ? '---\n' : ''}${lines('>', b.slice(to, to + bCount))}`
    }
    yield* write(1, out)
    return 1
  }
  return yield* compare(left, right, false)
})

export const cmp = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'slbn:', long: { silent: 's', quiet: 's' }, usage: 2 })
  const [left, right] = options.operands
  if (left === undefined || right === undefined) throw new ToolError(`missing operand after '${left ?? 'cmp'}'`, 2)
  const texts: string[] = []
  for (const path of [left, right]) {
    try {
      texts.push(yield* readFile(path))
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      throw new ToolError(`${path}: ${error.message}`, 2)
    }
  }
  // Bytes: the same ones may have come as different text.
  const [a, b] = texts.map(bytesFromText) as [Uint8Array, Uint8Array]
  let at = 0
  while (at < a.length && at < b.length && a[at] === b[at]) at++
  if (at === a.length && at === b.length) return 0
  if (options.has('s')) return 1
  const lines = a.subarray(0, at).filter((byte) => byte === 0x0a).length
  if (at >= a.length || at >= b.length) yield* write(2, `cmp: EOF on ${at >= a.length ? left : right} after byte ${at}, line ${lines}\n`)
  else yield* write(1, `${left} ${right} differ: ${context.busybox ? 'char' : 'byte'} ${at + 1}, line ${lines + 1}\n`)
  return 1
})
