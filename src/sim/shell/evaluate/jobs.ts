import { setForeground, setTerminalMode, wait, write } from '../../node/os/calls'
import { SyscallError, type Proc, type WaitResult } from '../../node/os/syscalls'
import { messagePrefix, type Job, type Shell } from '../state'
import { describeSignal, uninterrupted } from './signals'
import { printError } from './fork'

/** Waits for the processes of a foreground pipeline; sets PIPESTATUS and answers the last one's code. */
export function* waitForeground(
  shell: Shell,
  pids: readonly (number | { code: number })[],
  group: number | undefined,
  command: string,
): Proc<number> {
  const { terminal } = shell
  if (terminal && group !== undefined) yield* setForeground(terminal.fd, group)
  const codes: number[] = []
  let interrupted = false
  let stopped = false
  for (const pid of pids) {
    if (typeof pid !== 'number') {
      codes.push(pid.code)
      continue
    }
    const result = yield* uninterrupted(() => wait(pid, { untraced: shell.monitor }))
    codes.push(result.code)
    if (result.stopped) {
      stopped = true
      break
    }
    if (result.signal === 'SIGINT') interrupted = true
    if (pid === pids.at(-1)) yield* sayHowItEnded(shell, result, command)
  }
  if (terminal && group !== undefined) {
    yield* setForeground(terminal.fd, terminal.group)
    yield* setTerminalMode(terminal.fd, { raw: false, echo: true }) // whatever a killed editor left behind
  }
  shell.pipeStatus = codes
  if (stopped) {
    const job = addJob(shell, { group: group!, pids: pids.filter((pid) => typeof pid === 'number'), command, state: 'Stopped' })
    yield* printError(shell, `\n${describeJob(shell, job)}\n`)
    return 148
  }
  if (interrupted && shell.interactive) shell.jump = { to: 'prompt' }
  return codes.at(-1) ?? 0
}

function* sayHowItEnded(shell: Shell, { signal, pid }: WaitResult, command: string): Proc {
  const text = describeSignal(signal)
  if (!text) return
  if (shell.interactive || shell.flavour !== 'bash') yield* printError(shell, `${text}\n`)
  else yield* printError(shell, `${messagePrefix(shell)}${String(pid).padStart(5)} ${text.padEnd(23)} ${command}\n`)
}

export function addJob(shell: Shell, options: { group: number; pids: number[]; command: string; state: Job['state'] }): Job {
  const id = Math.max(0, ...shell.jobs.map((job) => job.id)) + 1
  const job: Job = { ...options, id, last: options.pids.at(-1)!, code: 0, told: true }
  shell.jobs.push(job)
  return job
}

/** The jobs that `jobs` lists: the shell's own, or those of the shell that a substitution or a part of a pipeline was made in. */
export const jobsSeen = (shell: Shell): readonly Job[] => (shell.jobs.length > 0 ? shell.jobs : (shell.jobsOutside ?? []))

/** `+` for the job that `fg` would take, `-` for the one after it. */
export function jobMark(shell: Shell, job: Job): string {
  const jobs = jobsSeen(shell).toReversed()
  const ranked = [...jobs.filter(({ state }) => state === 'Stopped'), ...jobs.filter(({ state }) => state !== 'Stopped')]
  return job === ranked[0] ? '+' : job === ranked[1] ? '-' : ' '
}

export function describeJob(shell: Shell, job: Job, withPid = false): string {
  const state =
    job.state !== 'Done' ? job.state : job.signal ? describeSignal(job.signal) || 'Interrupt' : job.code === 0 ? 'Done' : `Exit ${job.code}`
  return `[${job.id}]${jobMark(shell, job)} ${withPid ? ` ${job.last} ` : ' '}${state.padEnd(withPid ? 22 : 24)}${job.command}${job.state === 'Running' ? ' &' : ''}`
}

/** Looks, without waiting, at what has become of background jobs. */
export function* pollJobs(shell: Shell): Proc {
  for (const job of shell.jobs) {
    for (const pid of [...job.pids]) {
      try {
        const result = yield* wait(pid, { noHang: true, untraced: shell.monitor })
        if (result.pid !== 0) noteResult(job, result)
      } catch (error) {
        if (!(error instanceof SyscallError) || error.code !== 'ECHILD') throw error
        noteResult(job, { pid, code: 0 }) // somebody else has waited for it
      }
    }
  }
}

export function noteResult(job: Job, result: WaitResult): void {
  job.told = false
  if (result.stopped) {
    job.state = 'Stopped'
    return
  }
  job.pids.splice(job.pids.indexOf(result.pid), 1)
  if (result.pid === job.last) {
    job.code = result.code
    job.signal = result.signal
  }
  if (job.pids.length === 0) job.state = 'Done'
}

/** Before a prompt: says which jobs ended or stopped, and forgets the ended ones. */
export function* reportJobs(shell: Shell, fd: number): Proc {
  yield* pollJobs(shell)
  for (const job of shell.jobs) if (!job.told && job.state !== 'Running') yield* write(fd, `${describeJob(shell, job)}\n`)
  forgetDone(shell)
}

export function forgetDone(shell: Shell): void {
  for (const job of shell.jobs) job.told = true
  shell.jobs = shell.jobs.filter((job) => job.state !== 'Done')
}

/** The job that `%1`, `%+`, `%name` or a pid means. */
export function findJob(shell: Shell, text: string | undefined): Job | undefined {
  const byMark = (mark: string) => shell.jobs.find((job) => jobMark(shell, job) === mark)
  if (text === undefined || text === '%' || text === '%%' || text === '%+') return byMark('+')
  if (text === '%-') return byMark('-')
  if (/^%\d+$/.test(text)) return shell.jobs.find((job) => job.id === Number(text.slice(1)))
  if (text.startsWith('%?')) return shell.jobs.find((job) => job.command.includes(text.slice(2)))
  if (text.startsWith('%')) return shell.jobs.find((job) => job.command.startsWith(text.slice(1)))
  return shell.jobs.find((job) => job.pids.includes(Number(text)) || job.last === Number(text))
}
