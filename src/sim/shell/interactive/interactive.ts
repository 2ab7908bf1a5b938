import { nowMs, open, setTerminalMode, write, close } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { environment, guarded, printError } from '../evaluate/fork'
import { reportJobs } from '../evaluate/jobs'
import { handleSignals } from '../evaluate/signals'
import { runSource } from '../evaluate/source'
import { expandText } from '../expand/words'
import { needsMore, plainQuotes } from '../parse'
import type { Shell } from '../state'
import { wordOf } from '../evaluate/assign'
import { formatTime } from '../tools/format'
import { lookUp, textOf } from '../variables'
import { completeLine } from './completion'
import { contextAndNamespace, loadHistory, MAX_HISTORY } from './first-prompt'
import { editLine, type Entered } from './line-editor'

/** Reads and runs commands at a terminal until the end of input or `exit`. `first` has been entered already. */
export function* runInteractive(shell: Shell, first?: Entered): Proc {
  const historyPath =
    textOf(lookUp(shell.variables, 'HISTFILE')) ??
    `${textOf(lookUp(shell.variables, 'HOME')) ?? '/root'}/.${shell.flavour === 'bash' ? 'bash' : 'ash'}_history`
  shell.history = yield* loadHistory(historyPath)
  const killed = { text: '' }
  const terminal = shell.terminal?.fd ?? 0
  const readAtPrompt = function* (unfinished: boolean): Proc<Entered> {
    const prompt = unfinished
      ? (textOf(lookUp(shell.variables, 'PS2')) ?? '> ')
      : (textOf(lookUp(shell.variables, 'PS1')) ?? defaultPrompt(shell))
    return yield* editLine({
      fd: terminal,
      out: 2,
      prompt: yield* promptText(shell, prompt),
      history: shell.history,
      killed,
      complete: (line, cursor) => completeLine(shell, line, cursor),
    })
  }
  let given = first
  for (;;) {
    if (!given) yield* reportJobs(shell, 2)
    const command = textOf(lookUp(shell.variables, 'PROMPT_COMMAND'))
    if (command && !given) {
      const { status } = shell
      yield* guarded(shell, () => runSource(shell, command, { firstLine: 1 }))
      if (shell.jump?.to === 'prompt') shell.jump = undefined
      shell.status = status
    }
    let source = ''
    let ended = false
    for (;;) {
      const entered: Entered = given ?? (yield* readAtPrompt(source !== ''))
      given = undefined
      if ('interrupted' in entered) {
        shell.status = 130
        source = ''
        yield* handleSignals(shell, entered.signals)
        shell.jump = undefined
        continue
      }
      if ('ended' in entered) {
        ended = true
        break
      }
      source += source === '' ? entered.line : `\n${entered.line}`
      if (!needsMore(source)) break
    }
    if (ended && source === '') {
      yield* write(2, shell.flavour === 'bash' ? 'exit\n' : '\n')
      if (shell.jobs.some((job) => job.state === 'Stopped')) {
        yield* write(2, 'There are stopped jobs.\n')
        shell.jobs = shell.jobs.filter((job) => job.state !== 'Stopped')
        continue
      }
      return
    }
    if (source.trim() === '') continue
    source = yield* withPlainQuotes(shell, source)
    source = yield* expandHistory(shell, source)
    if (source === '') continue
    yield* remember(shell, source, historyPath)
    shell.nowMs = yield* nowMs()
    yield* guarded(shell, () => runSource(shell, source, { firstLine: 1 }))
    yield* setTerminalMode(terminal, { raw: false, echo: true })
    yield* handleSignals(shell)
    const { jump } = shell
    if (jump?.to === 'exit') {
      if (shell.flavour === 'bash') yield* write(2, 'exit\n')
      return
    }
    shell.jump = undefined
    shell.loops = 0
    shell.tested = 0
  }
}

function* remember(shell: Shell, source: string, path: string): Proc {
  const control = textOf(lookUp(shell.variables, 'HISTCONTROL')) ?? ''
  if (/^\s/.test(source) && /ignorespace|ignoreboth/.test(control)) return
  const line = source.replace(/\n(?=\s*(?:do|then|else|fi|done|;;|\}))/g, '; ')
  if (shell.history.at(-1) === line) return
  shell.history.push(line)
  if (shell.history.length > MAX_HISTORY) shell.history.shift()
  try {
    const fd = yield* open(path, 'append')
    yield* write(fd, `${line}\n`)
    yield* close(fd)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error // a home that cannot be written to keeps no history
  }
}

/** Quotes that a slide or a web page made curly are meant as plain ones; says so once they are found outside of plain quotes. */
function* withPlainQuotes(shell: Shell, source: string): Proc<string> {
  const plain = plainQuotes(source)
  if (plain === undefined || /^[^“”„‘’]*(?:'[^']*[“”„‘’][^']*'|"[^"]*[“”„‘’][^"]*")[^“”„‘’]*$/s.test(source)) return source
  yield* printError(shell, `${shell.name}: typographic quotes or dashes replaced by plain ones: ${plain}\n`)
  return plain
}

/** `!!`, `!$`, `!n`, `!text` at the start of a word, as bash expands them; '' after a reference to nothing. */
function* expandHistory(shell: Shell, source: string): Proc<string> {
  if (shell.flavour !== 'bash' || !/(?:^|[\s;|&(])!(?:!|\$|-?\d+|[A-Za-z])/.test(source) || /'[^']*![^']*'/.test(source)) return source
  let missing: string | undefined
  const expanded = source.replace(/(^|[\s;|&(])!(!|\$|-?\d+|[A-Za-z][^\s;|&()]*)/g, (whole, before: string, event: string) => {
    const { history } = shell
    const found =
      event === '!'
        ? history.at(-1)
        : event === '$'
          ? history.at(-1)?.trim().split(/\s+/).at(-1)
          : /^-?\d+$/.test(event)
            ? history.at(Number(event) < 0 ? Number(event) : Number(event) - 1)
            : history.findLast((line) => line.startsWith(event))
    if (found === undefined) missing ??= whole.trim()
    return before + (found ?? '')
  })
  if (missing !== undefined) {
    yield* printError(shell, `${shell.name}: ${missing}: event not found\n`)
    return ''
  }
  if (expanded !== source) yield* write(2, `${expanded}\n`)
  return expanded
}

const defaultPrompt = (shell: Shell) => (shell.flavour === 'bash' ? '\\u@\\h:\\w\\$ ' : shell.flavour === 'busybox' ? '\\w \\$ ' : '\\$ ')

/** A prompt with its escapes and expansions replaced. */
export function* promptText(shell: Shell, prompt: string): Proc<string> {
  const home = textOf(lookUp(shell.variables, 'HOME')) ?? ''
  const tilde = home && (shell.cwd === home || shell.cwd.startsWith(`${home}/`)) ? `~${shell.cwd.slice(home.length)}` : shell.cwd
  const now = yield* nowMs()
  const escapes: Readonly<Record<string, string>> = {
    u: shell.self.user,
    h: shell.self.hostname.split('.')[0]!,
    H: shell.self.hostname,
    w: tilde,
    W: tilde === '~' ? '~' : tilde.split('/').at(-1) || '/',
    $: shell.self.uid === 0 ? '#' : '$',
    n: '\n',
    r: '\r',
    t: formatTime('%H:%M:%S', now),
    T: formatTime('%I:%M:%S', now),
    A: formatTime('%H:%M', now),
    '@': formatTime('%I:%M %p', now),
    d: formatTime('%a %b %d', now),
    e: '\x1b',
    a: '\x07',
    s: shell.name.replace(/^.*\//, ''),
    v: '5.2',
    V: '5.2.37',
    j: String(shell.jobs.length),
    '!': String(shell.history.length + 1),
    '#': String(shell.history.length + 1),
    '\\': '\\',
    '[': '\x01',
    ']': '\x02',
  }
  const plain = prompt.replace(
    /\\(?:([0-7]{3})|D\{([^}]*)\}|(.))/g,
    (whole, octal: string | undefined, format: string | undefined, letter: string | undefined) =>
      octal
        ? String.fromCharCode(parseInt(octal, 8))
        : format !== undefined
          ? formatTime(format || '%H:%M:%S', now)
          : (escapes[letter!] ?? whole),
  )
  const named = plain.includes('$(kube_ps1)') ? plain.replaceAll('$(kube_ps1)', yield* contextAndNamespace(environment(shell))) : plain
  if (!/[$`]/.test(named.replace(/[$#] *$/, ''))) return named
  // Substitutions in a prompt are carried out each time it is shown; control characters must survive the quoting.
  const { status } = shell
  const tail = /[$] *$/.exec(named)?.[0] ?? ''
  const text = yield* expandText(shell, wordOf(`"${named.slice(0, named.length - tail.length).replace(/"/g, '\\"')}"`))
  shell.status = status
  return text + tail
}
