import type { AndOr, CommandNode, Pipeline, PipelineNode, Statement, WordPart, Word } from 'unbash'
import { close, nowMs, open, pipe } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { builtins } from '../builtins/all'
import { expandWords } from '../expand/words'
import { ShellError, type Shell } from '../state'
import { runCompound } from './compound'
import { runSimple } from './command'
import { closeAll, complain, environment, fork, printError, start } from './fork'
import { addJob, pollJobs, waitForeground } from './jobs'
import { applyRedirections } from './redirect'
import { runTrap, tick } from './signals'

/** Runs statements one after another, until one makes the shell jump. */
export function* runStatements(shell: Shell, statements: readonly Statement[]): Proc {
  for (const statement of statements) {
    // A shell waits for children as they end: none is left as a zombie for `ps` to show.
    if (shell.jobs.some((job) => job.pids.length > 0)) yield* pollJobs(shell)
    if (statement.background) yield* runInBackground(shell, statement)
    else yield* runNode(shell, statement.command)
    if (shell.jump) return
  }
}

export function* runNode(shell: Shell, node: PipelineNode | AndOr): Proc {
  if (node.type !== 'Command' && node.type !== 'AndOr') shell.givesWay = false
  if (node.type === 'AndOr') return yield* runAndOr(shell, node)
  yield* tick(shell)
  if (shell.jump) return
  if (node.type === 'Pipeline') return yield* runPipeline(shell, node)
  if (node.type === 'Command') yield* runSimple(shell, node)
  else yield* runCompound(shell, node)
  if (
    node.type === 'Command' ||
    node.type === 'Subshell' ||
    node.type === 'TestCommand' ||
    node.type === 'ArithmeticCommand' ||
    (node.type === 'Redirected' && node.command.type === 'Subshell')
  ) {
    yield* afterFailure(shell)
  }
}

/** `set -e` and the ERR trap: a failure that nobody tests. */
function* afterFailure(shell: Shell): Proc {
  if (shell.status === 0 || shell.tested > 0 || shell.jump) return
  const action = shell.traps.get('ERR')
  if (action && !shell.inTrap && (shell.functionDepth === 0 || shell.options.has('errtrace'))) yield* runTrap(shell, action)
  if (shell.options.has('errexit')) shell.jump ??= { to: 'exit', code: shell.status }
}

function* runAndOr(shell: Shell, { commands, operators }: AndOr): Proc {
  const last = commands.length - 1
  const { givesWay } = shell
  for (const [i, command] of commands.entries()) {
    if (i > 0 && (operators[i - 1] === '&&') !== (shell.status === 0)) continue
    shell.givesWay = givesWay && i === last
    if (i < last) shell.tested++
    try {
      yield* runNode(shell, command)
    } finally {
      if (i < last) shell.tested--
    }
    if (shell.jump) return
  }
}

function* runPipeline(shell: Shell, node: Pipeline): Proc {
  const negated = node.prefixes.filter((prefix) => prefix.type === 'Negation').length % 2 === 1
  const timed = node.prefixes.some((prefix) => prefix.type === 'Time')
  if (timed && shell.flavour === 'dash') {
    yield* complain(shell, 'time: not found')
    return void (shell.status = 127)
  }
  const begun = timed ? yield* nowMs() : 0
  if (negated) shell.tested++
  try {
    if (node.commands.length === 1) yield* runNode(shell, node.commands[0]!)
    else if (node.commands.length > 1) yield* runStages(shell, node)
  } finally {
    if (negated) shell.tested--
  }
  if (timed) {
    const ms = (yield* nowMs()) - begun
    const shown = (value: number) => `${Math.floor(value / 60_000)}m${((value % 60_000) / 1000).toFixed(3)}s`
    yield* printError(
      shell,
      node.prefixes.some((prefix) => prefix.type === 'Time' && prefix.posix)
        ? `real ${(ms / 1000).toFixed(2)}\nuser 0.00\nsys 0.00\n`
        : `\nreal\t${shown(ms)}\nuser\t0m0.000s\nsys\t0m0.000s\n`,
    )
  }
  if (negated && !shell.jump) shell.status = shell.status === 0 ? 1 : 0
  else if (node.commands.length > 1 && !shell.jump) yield* afterFailure(shell)
}

function* runStages(shell: Shell, node: Pipeline): Proc {
  const { pids, group } = yield* launchStages(shell, node, shell.io, false)
  const codes = yield* waitForeground(shell, pids, group, textOf(shell, node))
  shell.status = shell.options.has('pipefail') ? (shell.pipeStatus.findLast((code) => code !== 0) ?? 0) : codes
}

const textOf = (shell: Shell, node: { pos: number; end: number }) =>
  shell.unit.source
    .slice(node.pos, node.end)
    .trim()
    .replace(/\s*\n\s*/g, ' ')

/** Starts every stage of a pipeline, each with its standard output joined to the next one's input. */
function* launchStages(
  shell: Shell,
  node: Pipeline,
  io: ReadonlyMap<number, number>,
  background: boolean,
): Proc<{ pids: (number | { code: number })[]; group: number | undefined }> {
  const pids: (number | { code: number })[] = []
  let group: number | undefined = shell.monitor ? 0 : undefined
  let input: number | undefined
  for (const [i, command] of node.commands.entries()) {
    const stage = new Map(io)
    if (input !== undefined) stage.set(0, input)
    const [next, output] = i < node.commands.length - 1 ? yield* pipe() : []
    if (output !== undefined) stage.set(1, output)
    if (output !== undefined && node.operators[i] === '|&') stage.set(2, output)
    const started = yield* launch(shell, command, stage, group, background)
    pids.push('pid' in started ? started.pid : started)
    if (group === 0 && 'pid' in started) group = started.pid
    if (input !== undefined) yield* close(input)
    if (output !== undefined) yield* close(output)
    input = next
  }
  return { pids, group: group === 0 ? undefined : group }
}

/** Starts one command without waiting for it: a program directly when that makes no difference, else a subshell. */
function* launch(
  shell: Shell,
  command: CommandNode,
  io: ReadonlyMap<number, number>,
  group: number | undefined,
  background: boolean,
): Proc<{ pid: number } | { code: number }> {
  if (command.type === 'Command' && isPlainProgram(shell, command)) {
    let opened: number[] = []
    try {
      const redirected = yield* applyRedirections(shell, command.redirects, io)
      opened = redirected.opened
      const argv = yield* expandWords(shell, [
        command.name!,
        ...command.args.filter((argument): argument is Word => argument.type === 'Word'),
      ])
      return yield* start(shell, argv, { io: redirected.io, env: environment(shell), group })
    } catch (error) {
      if (!(error instanceof ShellError)) throw error
      yield* complain({ ...shell, io: new Map(io) }, error.message)
      return { code: error.status }
    } finally {
      yield* closeAll(opened)
    }
  }
  const pid = yield* fork(
    shell,
    function* (child) {
      child.tested = shell.tested
      yield* runNode(child, command)
    },
    { io, group, command: textOf(shell, command), background: background && !shell.monitor, givesWay: command.type === 'Command' },
  )
  return { pid }
}

const plain = new WeakMap<object, boolean>()

/** Whether a command is a program whose words can be expanded here: nothing in them changes the shell or runs anything. */
function isPlainProgram(shell: Shell, command: Extract<CommandNode, { type: 'Command' }>): boolean {
  const { name } = command
  if (!name || name.parts || /[\\~]/.test(name.text)) return false
  if (builtins[name.text] || shell.functions.has(name.text) || shell.aliases.has(name.text) || shell.options.has('xtrace')) return false
  let known = plain.get(command)
  if (known === undefined) {
    known =
      command.prefix.every((part) => part.type !== 'Assignment') &&
      command.args.every((argument) => argument.type === 'Word' && quiet(argument)) &&
      command.redirects.every((redirect) =>
        redirect.type === 'HereDoc' ? (redirect.body.parts ?? []).every(isQuiet) : !redirect.target || quiet(redirect.target),
      )
    plain.set(command, known)
  }
  return known
}

const quiet = (word: Word): boolean => (word.parts ?? []).every(isQuiet)

function isQuiet(part: WordPart): boolean {
  if (part.type === 'CommandExpansion' || part.type === 'ProcessSubstitution' || part.type === 'ArithmeticExpansion') return false
  if (part.type === 'ParameterExpansion') return !part.operation && !part.index && part.prefix === undefined
  return !('parts' in part) || !part.parts || part.parts.every(isQuiet)
}

function* runInBackground(shell: Shell, statement: Statement): Proc {
  const { command } = statement
  const io = new Map(shell.io)
  // Without job control a background command must not eat the script's input.
  const silent = shell.monitor ? undefined : yield* open('/dev/null', 'read')
  if (silent !== undefined) io.set(0, silent)
  const text = textOf(shell, command)
  let pids: (number | { code: number })[]
  let group: number | undefined
  if (command.type === 'Pipeline' && command.prefixes.length === 0) ({ pids, group } = yield* launchStages(shell, command, io, true))
  else if (command.type !== 'AndOr' && command.type !== 'Pipeline') {
    const started = yield* launch(shell, command, io, shell.monitor ? 0 : undefined, true)
    pids = ['pid' in started ? started.pid : started]
  } else {
    pids = [
      yield* fork(shell, (child) => runNode(child, command), {
        io,
        group: shell.monitor ? 0 : undefined,
        command: text,
        background: !shell.monitor,
      }),
    ]
  }
  if (silent !== undefined) yield* close(silent)
  const running = pids.filter((pid) => typeof pid === 'number')
  shell.status = 0
  if (running.length === 0) return
  shell.lastBackground = running.at(-1)
  const job = addJob(shell, { group: group ?? running[0]!, pids: running, command: text, state: 'Running' })
  if (shell.monitor) yield* printError(shell, `[${job.id}] ${job.last}\n`)
}
