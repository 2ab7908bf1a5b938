import { kill as sendSignal, nowMs, poll, processes, read, setTerminalMode, sleep as pause, terminalSize, write } from '../../node/os/calls'
import { type Proc, type ProcessInfo, SyscallError } from '../../node/os/syscalls'
import { humanSize } from './listing'
import { formatTime } from './format'
import { signalNamed } from './signal-names'
import { quietly } from './starting'
import { complain, type Context, parseOptions, tool, ToolError } from './tool'

/** Tools on processes: ps, top, pgrep, pkill, kill, free. */

const clockText = (ms: number) => {
  const seconds = Math.floor(ms / 1000)
  return `${String(Math.floor(seconds / 3600)).padStart(2, '0')}:${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
}

const stateLetter = ({ state }: ProcessInfo) => ({ running: 'R', sleeping: 'S', stopped: 'T', zombie: 'Z' })[state]

export const ps = tool(function* (context, args) {
  const all = [...(yield* processes())].sort((a, b) => a.pid - b.pid)
  /** The program's own name, also where it shows a title of its own (`nginx: worker process`). */
  const nameOf = (one: ProcessInfo) => one.argv[0]!.replace(/^\S*\//, '').replace(/:? .*$/, '')
  const command = (one: ProcessInfo) => (one.state === 'zombie' ? `[${one.argv[0]}]` : one.argv.join(' '))
  // `-o pid,args`, alone or behind other letters: `ps -eo pid,args`, `ps axo pid,args`.
  const at = args.findIndex((word) => /^-?[A-Za-z]*o$/.test(word))
  if (context.busybox) {
    const columns = at >= 0 ? (args[at + 1] ?? '').split(',') : ['pid', 'user', 'time', 'args']
    const cell: Readonly<Record<string, (one: ProcessInfo) => string>> = {
      pid: (one) => String(one.pid).padStart(5),
      ppid: (one) => String(one.parent).padStart(5),
      user: (one) => one.user.padEnd(8),
      time: (one) => `${String(Math.floor(one.cpuMs / 60_000)).padStart(3)}:${String(Math.floor(one.cpuMs / 1000) % 60).padStart(2, '0')}`,
      args: command,
      comm: (one) => nameOf(one).padEnd(16),
      stat: (one) => stateLetter(one).padEnd(4),
    }
    const heads: Readonly<Record<string, string>> = {
      pid: '  PID',
      ppid: ' PPID',
      user: 'USER    ',
      time: '  TIME',
      args: 'COMMAND',
      comm: 'COMMAND         ',
      stat: 'STAT',
    }
    yield* write(
      1,
      `${columns
        .map((name) => heads[name] ?? name.toUpperCase())
        .join(' ')
        .trimEnd()}\n${all
        .map(
          (one) =>
            `${columns
              .map((name) => cell[name]?.(one) ?? '')
              .join(' ')
              .trimEnd()}\n`,
        )
        .join('')}`,
    )
    return 0
  }
  const flags = args
    .filter((argument, index) => !/^\d+$/.test(argument) && (at < 0 || index !== at + 1))
    .join('')
    .replace(/-/g, '')
  const now = yield* nowMs()
  const own = all.find((one) => one.pid === context.self.pid)
  const pidList = args[args.indexOf('-p') + 1]
  const shownOnes = args.includes('-p')
    ? all.filter((one) => pidList!.split(',').includes(String(one.pid)))
    : /[aeAx]/.test(flags)
      ? all
      : all.filter((one) => one.tty === own?.tty && one.user === own?.user)
  const started = (one: ProcessInfo) => formatTime(now - one.startedMs > 86_400_000 ? '%b%d' : '%H:%M', one.startedMs)
  const custom = at >= 0 ? (args[at + 1] ?? '').split(',') : undefined
  if (custom) {
    const fields: Readonly<Record<string, (one: ProcessInfo) => string>> = {
      pid: (one) => String(one.pid),
      ppid: (one) => String(one.parent),
      user: (one) => one.user,
      args: command,
      cmd: command,
      command,
      comm: nameOf,
      stat: stateLetter,
      time: (one) => clockText(one.cpuMs),
      pgid: (one) => String(one.group),
      etime: (one) => clockText(now - one.startedMs),
      '%cpu': () => '0.0',
      '%mem': () => '0.0',
    }
    const names = custom.map((name) => name.replace(/=.*$/, ''))
    const rows = shownOnes.map((one) => names.map((name) => fields[name]?.(one) ?? '-'))
    const heads = names.map(
      (name) =>
        (({ args: 'COMMAND', cmd: 'CMD', comm: 'COMMAND', command: 'COMMAND' }) as Readonly<Record<string, string>>)[name] ??
        name.toUpperCase(),
    )
    const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]!.length)))
    const numeric = new Set(['pid', 'ppid', 'pgid'])
    const line = (cells: readonly string[]) =>
      `${cells.map((text, i) => (i === cells.length - 1 ? text : numeric.has(names[i]!) ? text.padStart(widths[i]!) : text.padEnd(widths[i]!))).join(' ')}\n`
    yield* write(1, (custom.some((name) => name.endsWith('=')) ? '' : line(heads)) + rows.map(line).join(''))
  } else if (/u/.test(flags) && !/f/.test(flags)) {
    yield* write(1, 'USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n')
    for (const one of shownOnes) {
      const cpu = ((one.cpuMs / Math.max(1, now - one.startedMs)) * 100).toFixed(1)
      yield* write(
        1,
        `${one.user.padEnd(8)} ${String(one.pid).padStart(7)} ${cpu.padStart(4)}  0.0   4624  3520 ${(one.tty ? 'pts/0' : '?').padEnd(8)} ${stateLetter(one).padEnd(4)} ${started(one).padEnd(5)} ${`${Math.floor(one.cpuMs / 60_000)}:${String(Math.floor(one.cpuMs / 1000) % 60).padStart(2, '0')}`.padStart(6)} ${command(one)}\n`,
      )
    }
  } else if (/f/.test(flags)) {
    yield* write(1, 'UID          PID    PPID  C STIME TTY          TIME CMD\n')
    for (const one of shownOnes)
      yield* write(
        1,
        `${one.user.padEnd(8)} ${String(one.pid).padStart(7)} ${String(one.parent).padStart(7)}  0 ${started(one)} ${(one.tty ? 'pts/0' : '?').padEnd(8)} ${clockText(one.cpuMs)} ${command(one)}\n`,
      )
  } else {
    yield* write(1, /x/.test(flags) && !/e/i.test(flags) ? '    PID TTY      STAT   TIME COMMAND\n' : '    PID TTY          TIME CMD\n')
    for (const one of shownOnes) {
      const tty = (one.tty ? 'pts/0' : '?').padEnd(8)
      yield* write(
        1,
        /x/.test(flags) && !/e/i.test(flags)
          ? `${String(one.pid).padStart(7)} ${tty} ${stateLetter(one).padEnd(4)} ${clockText(one.cpuMs).slice(3).padStart(6)} ${command(one)}\n`
          : `${String(one.pid).padStart(7)} ${tty} ${clockText(one.cpuMs)} ${one.argv[0]!.replace(/^.*\//, '')}\n`,
      )
    }
  }
  return 0
})

export const top = tool(function* (context, args) {
  const batch = args.some((argument) => /^-\w*b/.test(argument)) || !(yield* terminalSize(1))
  const rounds = Number(args[args.findIndex((argument) => argument === '-n') + 1] ?? (batch ? 1 : Infinity)) || (batch ? 1 : Infinity)
  if (!batch) yield* setTerminalMode(0, { raw: true, echo: false })
  for (let round = 0; round < rounds; round++) {
    const all = [...(yield* processes())].sort((a, b) => b.cpuMs - a.cpuMs || a.pid - b.pid)
    const now = yield* nowMs()
    const running = all.filter((one) => one.state === 'running').length
    const rows = all.map(
      (one) =>
        `${String(one.pid).padStart(7)} ${one.user.padEnd(8)}  20   0    4624   3520   3200 ${stateLetter(one)} ${((one.cpuMs / Math.max(1, now - one.startedMs)) * 100).toFixed(1).padStart(5)}   0.1 ${`${Math.floor(one.cpuMs / 60_000)}:${((one.cpuMs % 60_000) / 1000).toFixed(2).padStart(5, '0')}`.padStart(9)} ${one.argv[0]!.replace(/^.*\//, '')}`,
    )
    const text = context.busybox
      ? `Mem: 1024000K used, 3072000K free, 0K shrd, 0K buff, 512000K cached\nCPU:   2% usr   1% sys   0% nic  97% idle   0% io   0% irq   0% sirq\nLoad average: 0.12 0.10 0.09 ${running + 1}/${all.length} ${context.self.pid}\n  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND\n${all.map((one) => `${String(one.pid).padStart(5)} ${String(one.parent).padStart(5)} ${one.user.padEnd(8)} ${stateLetter(one).padEnd(4)}  1624   0%   0   0% ${one.argv.join(' ')}`).join('\n')}\n`
      : `top - ${formatTime('%H:%M:%S', now)} up 1 min,  1 user,  load average: 0.12, 0.10, 0.09\nTasks: ${String(all.length).padStart(3)} total, ${String(running).padStart(3)} running, ${String(all.length - running).padStart(3)} sleeping,   0 stopped,   0 zombie\n%Cpu(s):  2.0 us,  1.0 sy,  0.0 ni, 97.0 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st\nMiB Mem :   4000.0 total,   3000.0 free,    500.0 used,    500.0 buff/cache\nMiB Swap:      0.0 total,      0.0 free,      0.0 used.   3400.0 avail Mem\n\n    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n${rows.join('\n')}\n`
    yield* write(1, batch ? text : `\x1b[H${text.replaceAll('\n', '\x1b[K\r\n')}\x1b[J`)
    if (batch) {
      if (round < rounds - 1) yield* pause(3000)
      continue
    }
    if ((yield* poll([0], 3000)) >= 0 && /[q\x03]/.test(yield* read(0))) break
  }
  if (!batch) {
    yield* setTerminalMode(0, { raw: false, echo: true })
    yield* write(1, '\n')
  }
  return 0
})

/** pgrep and pkill. */
const matching = (work: (context: Context, found: readonly ProcessInfo[], options: ReturnType<typeof parseOptions>) => Proc<number>) =>
  tool(function* (context, args) {
    const signal = context.name === 'pkill' ? args.find((argument) => /^-(?:\d+|[A-Z]{2,})$/.test(argument)) : undefined
    const options = parseOptions(
      context,
      args.filter((argument) => argument !== signal),
      {
        short: 'fxnolavcu:P:s:',
        long: { full: 'f', exact: 'x', 'list-name': 'l', 'list-full': 'a', 'signal=': 's', count: 'c' },
        usage: 2,
      },
    )
    const [pattern = ''] = options.operands
    const regex = new RegExp(options.has('x') ? `^(?:${pattern})$` : pattern)
    const found = (yield* processes()).filter(
      (one) =>
        one.pid !== context.self.pid &&
        one.state !== 'zombie' &&
        regex.test(options.has('f') ? one.argv.join(' ') : one.argv[0]!.replace(/^.*\//, '')) &&
        (!options.has('u') || one.user === options.get('u')) &&
        (!options.has('P') || one.parent === Number(options.get('P'))),
    )
    const chosen = options.has('n') ? found.slice(-1) : options.has('o') ? found.slice(0, 1) : found
    return yield* work(
      context,
      chosen,
      signal ? { ...options, get: (letter) => (letter === 's' ? signal.slice(1) : options.get(letter)) } : options,
    )
  })

export const pgrep = matching(function* (_context, found, options) {
  if (options.has('c')) yield* write(1, `${found.length}\n`)
  else
    for (const one of found)
      yield* write(
        1,
        options.has('a')
          ? `${one.pid} ${one.argv.join(' ')}\n`
          : options.has('l')
            ? `${one.pid} ${one.argv[0]!.replace(/^.*\//, '')}\n`
            : `${one.pid}\n`,
      )
  return found.length > 0 ? 0 : 1
})

export const pkill = matching(function* (_context, found, options) {
  const signal = signalNamed(options.get('s') ?? 'TERM')
  if (!signal) throw new ToolError(`invalid signal: ${options.get('s')}`, 2)
  for (const one of found) yield* quietly(() => sendSignal(one.pid, signal))
  return found.length > 0 ? 0 : 1
})

/** Processes of a program by its name alone, without its path and its arguments. */
function* named(name: string): Proc<readonly ProcessInfo[]> {
  const bare = (argv: readonly string[]) => (argv[0] ?? '').replace(/: .*/, '').replace(/^.*\//, '')
  return (yield* processes()).filter(({ argv }) => bare(argv) === name)
}

export const pidof = tool(function* (_context, args) {
  const found: number[] = []
  for (const name of args.filter((argument) => !argument.startsWith('-'))) for (const { pid } of yield* named(name)) found.push(pid)
  if (found.length > 0) yield* write(1, `${found.reverse().join(' ')}\n`)
  return found.length > 0 ? 0 : 1
})

export const killall = tool(function* (context, args) {
  const signal = signalNamed(args.find((argument) => argument.startsWith('-'))?.slice(1) ?? 'TERM')
  if (!signal) throw new ToolError(`invalid signal: ${args[0]}`)
  let code = 0
  for (const name of args.filter((argument) => !argument.startsWith('-'))) {
    const found = yield* named(name)
    for (const { pid } of found) yield* quietly(() => sendSignal(pid, signal))
    if (found.length > 0) continue
    yield* write(2, context.busybox ? `killall: ${name}: no process killed\n` : `${name}: no process found\n`)
    code = 1
  }
  return code
})

export const kill = tool(function* (context, args) {
  const named = args[0] === '-s' ? args[1] : /^-./.test(args[0] ?? '') ? args[0]!.slice(1) : undefined
  const targets = args.slice(args[0] === '-s' ? 2 : named ? 1 : 0).filter((one) => one !== '--')
  const signal = named === '0' ? undefined : signalNamed(named ?? 'TERM')
  if (named !== '0' && !signal) throw new ToolError(context.busybox ? `bad signal name '${named}'` : `unknown signal: ${named}`)
  if (targets.length === 0) throw new ToolError(context.busybox ? 'you need to specify whom to kill' : `not enough arguments`)
  let status = 0
  for (const target of targets) {
    try {
      const pid = Number(target)
      if (!Number.isInteger(pid)) throw new SyscallError('EINVAL', `invalid number '${target}'`)
      if (signal) yield* sendSignal(pid, signal)
      else if (!(yield* processes()).some((one) => one.pid === pid)) throw new SyscallError('ESRCH')
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      yield* complain(
        context,
        error.code === 'EINVAL'
          ? error.message
          : context.busybox
            ? `can't kill pid ${target}: ${error.message}`
            : `(${target}): ${error.message}`,
      )
      status = 1
    }
  }
  return status
})

export const free = tool(function* (_context, args) {
  const human = args.some((argument) => /^-\w*h/.test(argument))
  const unit = args.some((argument) => /^-\w*m/.test(argument)) ? 1024 : args.some((argument) => /^-\w*g/.test(argument)) ? 1024 ** 2 : 1
  const shown = (kib: number) => (human ? `${humanSize(kib * 1024)}i` : String(Math.floor(kib / unit))).padStart(12)
  const [total, used, cache] = [4_096_000, 512_000, 512_000]
  yield* write(
    1,
    `${' '.repeat(7)}${['total', 'used', 'free', 'shared', 'buff/cache', 'available'].map((head) => head.padStart(12)).join('')}\nMem:   ${[total, used, total - used - cache, 1024, cache, total - used].map(shown).join('')}\nSwap:  ${[0, 0, 0].map(shown).join('')}\n`,
  )
  return 0
})
