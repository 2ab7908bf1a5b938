import { listDirectory, readFile, stat, write } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { posixRegex } from './regex'
import { matchesPattern } from '../pattern'
import { ToolError, complain, createOutput, eachInput, eachLine, linesOf, parseOptions, tool, type Context, type Options } from './tool'

/** grep, egrep and fgrep. Exit codes: 0 something was selected, 1 nothing, 2 a mistake. */
export const grep = tool((context, args) => run(context, args, ''))
export const egrep = tool((context, args) => run(context, args, 'E'))
export const fgrep = tool((context, args) => run(context, args, 'F'))

const long = {
  'extended-regexp': 'E',
  'fixed-strings': 'F',
  'basic-regexp': 'G',
  'perl-regexp': 'P',
  'regexp=': 'e',
  'file=': 'f',
  'ignore-case': 'i',
  'no-ignore-case': '1',
  'word-regexp': 'w',
  'line-regexp': 'x',
  'null-data': 'z',
  'no-messages': 's',
  'invert-match': 'v',
  'max-count=': 'm',
  'byte-offset': 'b',
  'line-number': 'n',
  'line-buffered': '2',
  'with-filename': 'H',
  'no-filename': 'h',
  'label=': '3',
  'only-matching': 'o',
  quiet: 'q',
  silent: 'q',
  text: 'a',
  recursive: 'r',
  'dereference-recursive': 'R',
  'include=': '4',
  'exclude=': '5',
  'exclude-dir=': '6',
  'files-without-match': 'L',
  'files-with-matches': 'l',
  count: 'c',
  'initial-tab': 'T',
  null: 'Z',
  'before-context=': 'B',
  'after-context=': 'A',
  'context=': 'C',
  'color=?': '7',
  'colour=?': '7',
}

/** Tells whether a line is selected, and where in it the matches are. */
interface Matcher {
  readonly test: (line: string) => boolean
  readonly spans: (line: string) => (readonly [start: number, end: number])[]
}

function* run(context: Context, args: readonly string[], preset: string): Proc<number> {
  const options = parseOptions(context, args, { short: 'EFGPe:f:iywxzsvVm:bnHhoqarRLlcTZB:A:C:UI', long, usage: 2, number: 'C' })
  const patterns = options.all('e').flatMap((text) => text.split('\n'))
  for (const path of options.all('f')) patterns.push(...linesOf(yield* readFile(path)))
  const operands = [...options.operands]
  if (!options.has('e') && !options.has('f')) {
    if (operands.length === 0) {
      yield* write(
        2,
        context.busybox
          ? 'BusyBox v1.36.1 multi-call binary.\n\nUsage: grep [-HhnlLoqvsrRiwFE] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } [FILE]...\n'
          : `Usage: ${context.name} [OPTION]... PATTERNS [FILE]...\nTry '${context.name} --help' for more information.\n`,
      )
      return 2
    }
    patterns.push(...operands.shift()!.split('\n'))
  }
  const matcher = createMatcher(options, patterns, preset)
  const recursive = options.has('r') || options.has('R')
  const files = recursive ? yield* walk(context, options, operands.length > 0 ? operands : ['.'], operands.length === 0) : operands
  const named = options.has('H') || (!options.has('h') && (files.length > 1 || recursive))
  let found = false
  let failed = false
  for (const path of files.length > 0 ? files : ['-']) {
    if (path !== '-' && (yield* stat(path))?.type === 'directory') {
      if (!context.busybox) yield* complain(context, `${path}: Is a directory`)
      else failed = true
      continue
    }
    const refused = yield* eachInput(
      context,
      [path],
      function* (fd) {
        if (yield* search(options, matcher, fd, named ? (path === '-' ? (options.get('3') ?? '(standard input)') : path) : undefined, path))
          found = true
      },
      (name, error) => (options.has('s') ? '' : context.busybox ? `${name}: ${error.message}` : `${name}: ${error.message}`),
    )
    if (refused) failed = true
    if (found && options.has('q')) return 0
  }
  return failed ? 2 : found ? 0 : 1
}

function createMatcher(options: Options, patterns: readonly string[], preset: string): Matcher {
  const kind = options.given.findLast(([letter]) => 'EFGP'.includes(letter))?.[0] ?? preset
  const ignoreCase = options.has('i') || options.has('y')
  const regexes = patterns.map((pattern) => {
    try {
      if (kind === 'F') return new RegExp(pattern.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), ignoreCase ? 'giu' : 'gu')
      if (kind === 'P') return new RegExp(pattern.replace(/\(\?<?([=!])/g, (all) => all).replace(/\\K/g, ''), ignoreCase ? 'gi' : 'g')
      return posixRegex(pattern, { extended: kind === 'E', ignoreCase, global: true })
    } catch (error) {
      throw new ToolError(
        error instanceof Error && !/^Invalid regular/.test(error.message) ? error.message : 'Invalid regular expression',
        2,
      )
    }
  })
  const kept = kind === 'P' ? patterns.map((pattern) => pattern.indexOf('\\K')) : []
  const isWord = (c: string | undefined) => c !== undefined && /\w/.test(c)
  const accepts = (line: string, start: number, end: number) =>
    (!options.has('x') || (start === 0 && end === line.length)) && (!options.has('w') || (!isWord(line[start - 1]) && !isWord(line[end])))
  const strict = options.has('x') || options.has('w')
  const spansOf = (line: string): (readonly [number, number])[] => {
    const all: [number, number][] = []
    for (const [i, regex] of regexes.entries()) {
      regex.lastIndex = 0
      for (let match = regex.exec(line); match; match = regex.exec(line)) {
        let [start, end] = [match.index, match.index + match[0].length]
        if (kept[i] !== undefined && kept[i]! >= 0) {
          // \K drops what the part before it matched.
          const before = new RegExp(patterns[i]!.slice(0, kept[i]), `${regex.flags.replace('g', '')}y`)
          before.lastIndex = start
          start += before.exec(line)?.[0].length ?? 0
        }
        if (accepts(line, start, end)) all.push([start, end])
        else if (options.has('w')) {
          // A shorter match at the same place may end at a word's edge.
          for (end--; end > start; end--) if (regexFits(regex, line.slice(start, end)) && accepts(line, start, end)) break
          if (end > start) all.push([start, end])
        }
        if (match[0] === '') regex.lastIndex++
      }
    }
    all.sort((a, b) => a[0] - b[0] || b[1] - a[1])
    return all.filter(([start], i) => i === 0 || start >= Math.max(...all.slice(0, i).map(([, end]) => end)))
  }
  const test = (line: string) =>
    strict
      ? options.has('x')
        ? regexes.some((regex) => regexFits(regex, line))
        : spansOf(line).length > 0
      : regexes.some((regex) => {
          regex.lastIndex = 0
          return regex.test(line)
        })
  return { test, spans: spansOf }
}

const regexFits = (regex: RegExp, text: string) => new RegExp(`^(?:${regex.source})$`, regex.flags.replace('g', '')).test(text)

/** Searches one input; answers whether anything was selected. */
function* search(options: Options, matcher: Matcher, fd: number, name: string | undefined, path: string): Proc<boolean> {
  const output = createOutput()
  const most = Number(options.get('m') ?? Infinity)
  const before = Number(options.get('B') ?? options.get('C') ?? 0)
  const after = Number(options.get('A') ?? options.get('C') ?? 0)
  const quiet = ['q', 'l', 'L', 'c'].some(options.has)
  const colour = options.has('7') && options.get('7') !== 'never' && options.get('7') === 'always'
  let count = 0
  let number = 0
  let printed = 0
  let trailing = 0
  let held: { number: number; line: string }[] = []
  const prefix = (mark: string, at: number) =>
    `${name === undefined ? '' : `${name}${options.has('Z') ? '\0' : mark}`}${options.has('n') ? `${at}${mark}` : ''}`
  function* show(mark: string, at: number, line: string): Proc {
    if ((before > 0 || after > 0) && printed > 0 && at > printed + 1) yield* output.line('--')
    printed = at
    yield* output.line(prefix(mark, at) + line)
  }
  if (most === 0) return false
  yield* eachLine(
    fd,
    function* (line) {
      number++
      if (matcher.test(line) === options.has('v')) {
        if (trailing > 0) {
          trailing--
          yield* show('-', number, line)
        } else if (before > 0) held = [...held, { number, line }].slice(-before)
        return count < most || trailing > 0
      }
      if (count >= most) return false
      count++
      if (options.has('q') || options.has('l') || options.has('L')) return false
      if (!quiet) {
        for (const one of held) yield* show('-', one.number, one.line)
        held = []
        if (options.has('o') && !options.has('v')) {
          for (const [start, end] of matcher.spans(line)) if (end > start) yield* output.line(prefix(':', number) + line.slice(start, end))
        } else yield* show(':', number, colour ? painted(line, matcher.spans(line)) : line)
        trailing = after
      }
      return count < most || trailing > 0
    },
    output.flush,
  )
  yield* output.flush()
  if (options.has('c') && !options.has('q')) yield* write(1, `${name === undefined ? '' : `${name}:`}${count}\n`)
  if (options.has('l') && count > 0) yield* write(1, `${path === '-' ? '(standard input)' : path}\n`)
  if (options.has('L') && count === 0) yield* write(1, `${path === '-' ? '(standard input)' : path}\n`)
  return options.has('L') ? count === 0 : count > 0
}

function painted(line: string, spans: readonly (readonly [number, number])[]): string {
  let out = ''
  let at = 0
  for (const [start, end] of spans) {
    out += `${line.slice(at, start)}\x1b[01;31m\x1b[K${line.slice(start, end)}\x1b[m\x1b[K`
    at = end
  }
  return out + line.slice(at)
}

/** Files under the operands, depth first in name order. */
function* walk(context: Context, options: Options, paths: readonly string[], bare: boolean): Proc<string[]> {
  const out: string[] = []
  const wanted = (name: string) =>
    (options.all('4').length === 0 || options.all('4').some((glob) => matchesPattern(name, glob))) &&
    !options.all('5').some((glob) => matchesPattern(name, glob))
  for (const path of paths) {
    const info = yield* stat(path)
    if (info?.type !== 'directory') {
      out.push(path)
      continue
    }
    try {
      for (const name of yield* listDirectory(path)) {
        const inner = bare && path === '.' ? name : path.endsWith('/') ? path + name : `${path}/${name}`
        const kind = (yield* stat(inner))?.type
        if (kind === 'directory') {
          if (!options.all('6').some((glob) => matchesPattern(name, glob))) out.push(...(yield* walk(context, options, [inner], false)))
        } else if (wanted(name)) out.push(inner)
      }
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      yield* complain(context, `${path}: ${error.message}`)
    }
  }
  return out
}
