import { kill as sendSignal, onSignal, processes, wait } from '../../node/os/calls'
import { SyscallError, signalNumbers, type Proc, type Signal } from '../../node/os/syscalls'
import { describeJob, findJob, forgetDone, jobsSeen, noteResult, pollJobs, waitForeground } from '../evaluate/jobs'
import { handleSignals } from '../evaluate/signals'
import { singleQuote } from '../expand/quote'
import { signalNamed, signalNames } from '../tools/signal-names'
import type { Job, Shell } from '../state'
import { failure, options, print, type Builtin, type Call } from './builtin'

/** Builtins about jobs and signals. */

const jobs: Builtin = function* (call) {
  const { shell } = call
  const parsed = yield* options(call, 'lnprs', 'jobs [-lnprs] [jobspec ...] or jobs -x command [args]')
  if (!parsed) return 2
  yield* pollJobs(shell)
  for (const job of jobsSeen(shell)) {
    if ((parsed.flags.has('r') && job.state !== 'Running') || (parsed.flags.has('s') && job.state !== 'Stopped')) continue
    yield* print(shell, parsed.flags.has('p') ? `${job.group}\n` : `${describeJob(shell, job, parsed.flags.has('l'))}\n`)
  }
  forgetDone(shell)
  return 0
}

const resume = (foreground: boolean): Builtin =>
  function* (call) {
    const { shell, args } = call
    if (!shell.monitor) return yield* failure(call, 'no job control')
    yield* pollJobs(shell)
    const job = findJob(shell, args[0])
    if (!job || job.state === 'Done')
      return yield* failure(call, args[0] === undefined ? 'current: no such job' : `${args[0]}: no such job`)
    const stopped = job.state === 'Stopped'
    job.state = 'Running'
    if (!foreground) {
      yield* print(shell, `[${job.id}]+ ${job.command} &\n`)
      yield* sendSignal(-job.group, 'SIGCONT')
      return 0
    }
    yield* print(shell, `${job.command}\n`)
    shell.jobs = shell.jobs.filter((other) => other !== job)
    if (stopped) yield* sendSignal(-job.group, 'SIGCONT')
    return yield* waitForeground(shell, job.pids, job.group, job.command)
  }

const waitBuiltin: Builtin = function* (call) {
  const { shell } = call
  const args = call.args.filter((argument) => argument !== '-f')
  const any = args[0] === '-n'
  const wanted: Job[] = []
  for (const argument of any ? args.slice(1) : args) {
    const job = findJob(shell, argument)
    if (job) wanted.push(job)
    else if (argument.startsWith('%')) return yield* failure(call, `${argument}: no such job`, 127)
    else return yield* failure(call, `pid ${argument} is not a child of this shell`, 127)
  }
  let status = 0
  const targets = wanted.length > 0 ? wanted : [...shell.jobs]
  if (any) return yield* waitForAny(shell, targets)
  for (const job of targets) {
    const interrupted = yield* waitForJob(shell, job)
    if (interrupted !== undefined) return interrupted
    status = job.code
    shell.jobs = shell.jobs.filter((other) => other !== job)
  }
  return wanted.length > 0 ? status : 0
}

/** Waits for a job; a signal with a trap ends the waiting early, with its status. */
function* waitForJob(shell: Shell, job: Job): Proc<number | undefined> {
  while (job.pids.length > 0) {
    try {
      noteResult(job, yield* wait(job.pids[0]))
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      if (error.code === 'ECHILD') noteResult(job, { pid: job.pids[0]!, code: 127 })
      else if (error.code === 'EINTR') {
        yield* handleSignals(shell)
        return shell.jump?.to === 'prompt' ? 130 : 143
      } else throw error
    }
  }
  job.told = true
  return undefined
}

function* waitForAny(shell: Shell, targets: readonly Job[]): Proc<number> {
  if (targets.length === 0) return 127
  for (;;) {
    const ended = targets.find((job) => job.state === 'Done')
    if (ended) {
      shell.jobs = shell.jobs.filter((other) => other !== ended)
      return ended.code
    }
    const result = yield* wait()
    const job = targets.find((one) => one.pids.includes(result.pid))
    if (job) noteResult(job, result)
  }
}

const kill: Builtin = function* (call) {
  const { shell } = call
  let { args } = call
  if (args[0] === '-l' || args[0] === '-L') return yield* listSignals(call, args.slice(1))
  let signal: Signal = 'SIGTERM'
  if (args[0] === '-s' || args[0] === '-n') {
    const named = signalNamed(args[1] ?? '')
    if (!named) return yield* failure(call, `${args[1]}: invalid signal specification`)
    signal = named
    args = args.slice(2)
  } else if (/^-./.test(args[0] ?? '') && args[0] !== '--') {
    if (args[0] !== '-0') {
      const named = signalNamed(args[0]!.slice(1))
      if (!named) return yield* failure(call, `${args[0]!.slice(1)}: invalid signal specification`)
      signal = named
    }
  }
  const probe = args[0] === '-0'
  if (/^-/.test(args[0] ?? '')) args = args.slice(1)
  if (args[0] === '--') args = args.slice(1)
  if (args.length === 0) {
    yield* failure(call, 'usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]')
    return 2
  }
  let status = 0
  for (const argument of args) {
    const job = argument.startsWith('%') ? findJob(shell, argument) : undefined
    if (argument.startsWith('%') && !job) status = yield* failure(call, `${argument}: no such job`)
    else if (!job && !/^-?\d+$/.test(argument)) status = yield* failure(call, `${argument}: arguments must be process or job IDs`)
    else {
      const pid = job ? (shell.monitor ? -job.group : job.last) : Number(argument)
      try {
        if (probe) {
          if (!(yield* processes()).some((one) => one.pid === Math.abs(pid) && one.state !== 'zombie')) throw new SyscallError('ESRCH')
        } else yield* sendSignal(pid, signal)
        if (job?.state === 'Stopped' && signal !== 'SIGSTOP') yield* sendSignal(pid, 'SIGCONT')
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error
        status = yield* failure(
          call,
          shell.flavour === 'busybox' ? `can't kill pid ${pid}: ${error.message}` : `(${pid}) - ${error.message}`,
        )
      }
    }
  }
  return status
}

function* listSignals({ shell }: Call, wanted: readonly string[]): Proc<number> {
  if (wanted.length > 0) {
    for (const one of wanted) {
      const number = Number(one)
      const name = signalNames[number > 128 ? number - 128 : number]
      yield* print(
        shell,
        Number.isInteger(number) ? `${name ?? one}\n` : `${signalNames.indexOf(one.replace(/^SIG/i, '').toUpperCase())}\n`,
      )
    }
    return 0
  }
  const cells = signalNames.map((name, i) => `${String(i).padStart(2)}) SIG${name}`).slice(1)
  for (let i = 0; i < cells.length; i += 5) yield* print(shell, `${cells.slice(i, i + 5).join('\t')}\n`)
  return 0
}

const trap: Builtin = function* (call) {
  const { shell } = call
  let { args } = call
  if (args[0] === '--') args = args.slice(1)
  if (args[0] === '-l') return yield* listSignals(call, [])
  if (args.length === 0 || args[0] === '-p') {
    for (const [name, action] of shell.traps) {
      if (args.length > 1 && !args.some((one) => one.replace(/^SIG/, '') === name)) continue
      yield* print(
        shell,
        `trap -- ${singleQuote(action)} ${/^(?:EXIT|ERR|DEBUG|RETURN)$/.test(name) || shell.flavour !== 'bash' ? name : `SIG${name}`}\n`,
      )
    }
    return 0
  }
  const reset = args.length === 1 || args[0] === '-' || /^\d+$/.test(args[0]!)
  const action = reset ? undefined : args[0]!
  let status = 0
  for (const argument of reset && args[0] !== '-' ? args : args.slice(1)) {
    const upper = argument.toUpperCase().replace(/^SIG/, '')
    const name = argument === '0' ? 'EXIT' : /^\d+$/.test(argument) ? signalNames[Number(argument)] : upper
    const pseudo = name !== undefined && /^(?:EXIT|ERR|DEBUG|RETURN)$/.test(name)
    if (!name || (!pseudo && !signalNames.includes(name))) {
      status = yield* failure(
        call,
        `${argument}: ${shell.flavour === 'bash' ? 'invalid signal specification' : 'invalid signal specification'}`,
      )
      continue
    }
    if (action === undefined) shell.traps.delete(name)
    else shell.traps.set(name, action)
    const signal = `SIG${name}` as Signal
    if (!pseudo && signal in signalNumbers && signal !== 'SIGKILL' && signal !== 'SIGSTOP') {
      const usual = shell.interactive && /^(?:INT|TERM|QUIT|TSTP)$/.test(name) ? 'catch' : 'default'
      yield* onSignal(signal, action === undefined ? usual : action === '' ? 'ignore' : 'catch')
    }
  }
  return status
}

const disown: Builtin = function* (call) {
  const { shell, args } = call
  const targets = args.filter((argument) => !argument.startsWith('-'))
  for (const argument of targets.length > 0 ? targets : [undefined]) {
    const job = findJob(shell, argument)
    if (!job) return yield* failure(call, `${argument ?? 'current'}: no such job`)
    shell.jobs = shell.jobs.filter((other) => other !== job)
  }
  return 0
}

export const jobControl: Readonly<Record<string, Builtin>> = {
  jobs,
  fg: resume(true),
  bg: resume(false),
  wait: waitBuiltin,
  kill,
  trap,
  disown,
}
