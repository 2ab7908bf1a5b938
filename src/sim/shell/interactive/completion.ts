import { close, listDirectory, pipe, readAll, spawn, stat, wait } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { builtins } from '../builtins/all'
import { environment } from '../evaluate/fork'
import type { Shell } from '../state'
import { lookUp, textOf, visibleNames } from '../variables'
import type { Candidate, Completion } from './line-editor'

/** Programs that complete their own arguments when run as `NAME __complete WORD…` (cobra's protocol). */
const selfCompleting = new Set(['kubectl', 'kubectx', 'kubens', 'helm', 'kind', 'crictl'])

/** What could stand at the cursor of a command line. */
export function* completeLine(shell: Shell, line: string, cursor: number): Proc<Completion> {
  const before = [...line].slice(0, cursor).join('')
  // The command that is being typed begins after the last separator.
  const segment = /(?:^|[;&|(`]|\$\(|\b(?:then|do|else|if|while|until|time|!)\s)\s*([^;&|(`]*)$/.exec(before)?.[1] ?? before
  const words = splitWords(segment)
  const current = words.pop() ?? ''
  const start = [...before].length - [...current].length
  const variable = /^(.*)\$\{?(\w*)$/.exec(current)
  if (variable && !current.includes("'")) return { start, candidates: variables(shell, variable[1]!, variable[2]!, current.includes('${')) }
  while (words.length > 0 && /^\w+=/.test(words[0]!)) words.shift()
  if (words.length === 0 && !current.includes('/')) return { start, candidates: yield* commands(shell, current) }
  const target = words.length > 0 ? unaliased(shell, words) : undefined
  if (target && selfCompleting.has(target[0]!.replace(/^.*\//, '')) && !redirects(segment)) {
    const found = yield* askProgram(shell, target, plain(current))
    if (found) return { start, candidates: found }
  }
  return {
    start,
    candidates: yield* paths(shell, current, words[0] === 'cd' || words[0] === 'rmdir' || words[0] === 'pushd', words.length === 0),
  }
}

const redirects = (segment: string) => /[<>]\s*\S*$/.test(segment)

/** Words of an unfinished command line as typed; the last is the one at the cursor. */
function splitWords(segment: string): string[] {
  const words: string[] = []
  let word = ''
  let quote = ''
  for (let i = 0; i < segment.length; i++) {
    const c = segment[i]!
    if (quote) {
      word += c
      if (c === quote) quote = ''
    } else if (c === '\\') word += c + (segment[++i] ?? '')
    else if (/\s/.test(c)) {
      if (word !== '') words.push(word)
      word = ''
    } else {
      if (c === '"' || c === "'") quote = c
      word += c
    }
  }
  return [...words, word]
}

const plain = (word: string) => word.replace(/\\(.)|["']/g, '$1')

function unaliased(shell: Shell, words: readonly string[]): string[] {
  const alias = shell.aliases.get(words[0]!)
  return [...(alias ? alias.trim().split(/\s+/) : [words[0]!]), ...words.slice(1).map(plain)]
}

function variables(shell: Shell, before: string, prefix: string, braces: boolean): Candidate[] {
  return visibleNames(shell.variables)
    .filter((name) => name.startsWith(prefix))
    .map((name) => ({ text: `${before}$${braces ? `{${name}}` : name}`, shown: `$${name}` }))
}

function* commands(shell: Shell, prefix: string): Proc<Candidate[]> {
  const names = new Set(
    [
      ...Object.keys(builtins),
      ...shell.functions.keys(),
      ...shell.aliases.keys(),
      'if',
      'for',
      'while',
      'case',
      'until',
      'select',
      'function',
    ].filter((name) => name.startsWith(prefix)),
  )
  for (const directory of (textOf(lookUp(shell.variables, 'PATH')) ?? '').split(':')) {
    for (const name of yield* namesIn(directory || '.')) if (name.startsWith(prefix)) names.add(name)
  }
  return [...names].sort().map((name) => ({ text: name, shown: name }))
}

function* namesIn(directory: string): Proc<readonly string[]> {
  try {
    return yield* listDirectory(directory)
  } catch (error) {
    if (error instanceof SyscallError) return [] // not there, or not ours to read
    throw error
  }
}

/** Runs `kubectl __complete …`; lines are `candidate<TAB>description`, the last is `:` and a set of directives. */
function* askProgram(shell: Shell, argv: readonly string[], current: string): Proc<Candidate[] | undefined> {
  const [from, to] = yield* pipe()
  let output = ''
  try {
    const [nothing, end] = yield* pipe()
    yield* close(end)
    const pid = yield* spawn({
      argv: [argv[0]!, '__complete', ...argv.slice(1), current],
      env: environment(shell),
      cwd: shell.cwd,
      fds: { 0: nothing, 1: to },
    })
    yield* close(to)
    output = yield* readAll(from)
    yield* wait(pid)
    yield* close(nothing)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return undefined
  } finally {
    yield* close(from)
  }
  const lines = output.split('\n').filter(Boolean)
  const directive = Number(/^:(\d+)$/.exec(lines.at(-1) ?? '')?.[1] ?? 0)
  const found = lines.filter((line) => !/^(?::\d+|_activeHelp_ .*)$/.test(line))
  if ((directive & 1) !== 0) return []
  const words = found.map((line) => line.split('\t')[0]!)
  // The value of `--output=js` is completed behind its equals sign.
  const lead = /^-[^=]*=/.exec(current)?.[0] ?? ''
  if ((directive & 8) !== 0) return yield* filesEndingIn(shell, current, words)
  const only = words.filter((text) => text.startsWith(current.slice(lead.length)))
  if (only.length === 0 && (directive & 4) === 0) return undefined // files may follow
  return only.map((text) => ({ text: lead + text, shown: text, open: (directive & 2) !== 0 || text.endsWith('=') }))
}

/** Files with one of these extensions, and folders on the way to them. */
function* filesEndingIn(shell: Shell, current: string, extensions: readonly string[]): Proc<Candidate[]> {
  const all = yield* paths(shell, current, false, false)
  return all.filter(({ text }) => text.endsWith('/') || extensions.some((extension) => text.endsWith(`.${extension}`)))
}

function* paths(shell: Shell, current: string, directoriesOnly: boolean, executable: boolean): Proc<Candidate[]> {
  const word = plain(current)
  const assignment = /^(--?[\w-]+=)(.*)$/.exec(word)
  const path = assignment ? assignment[2]! : word
  const slash = path.lastIndexOf('/')
  const directory = slash < 0 ? '' : path.slice(0, slash + 1)
  const prefix = path.slice(slash + 1)
  // A tilde stays in the line; it is looked up where it leads.
  const real = directory.replace(/^~(?=\/)/, textOf(lookUp(shell.variables, 'HOME')) ?? '~')
  const candidates: Candidate[] = []
  for (const name of yield* namesIn(real === '' ? '.' : real)) {
    if (!name.startsWith(prefix) || (name.startsWith('.') && !prefix.startsWith('.'))) continue
    const info = yield* stat(real + name)
    const isDirectory = info?.type === 'directory'
    if (directoriesOnly && !isDirectory) continue
    if (executable && !isDirectory && !((info?.mode ?? 0) & 0o111)) continue
    const escaped = (directory + name).replace(/[\s'"\\$`&|;()<>*?[\]{}!#]/g, '\\$&')
    candidates.push({
      text: (assignment?.[1] ?? '') + escaped + (isDirectory ? '/' : ''),
      shown: name + (isDirectory ? '/' : ''),
      open: isDirectory,
    })
  }
  return candidates
}
