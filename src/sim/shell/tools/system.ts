import {
  addresses,
  close,
  kill as sendSignal,
  mounts,
  nowMs,
  onSignal,
  pendingSignals,
  pipe,
  poll,
  processes,
  read,
  readAll,
  readFile,
  resolve,
  setTerminalMode,
  sleep as pause,
  spawn,
  stat,
  terminalSize,
  useCpu,
  wait,
  write,
} from '../../node/os/calls'
import { SyscallError, type Proc, type ProcessInfo, type Signal } from '../../node/os/syscalls'
import { parseDate } from './dates'
import { humanSize } from './files'
import { formatTime } from './format'
import { signalNamed } from './signal-names'
import { ToolError, complain, parseOptions, tool, type Context } from './tool'

/** Tools about time, processes and the machine. */

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `1.5m` in milliseconds; undefined when it is no duration. */
function durationMs(text: string): number | undefined {
  if (text === 'infinity' || text === 'inf') return 1e15
  const match = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text)
  return match ? Number(match[1]) * (units[match[2] || 's'] ?? 1) * 1000 : undefined
}

export const sleep = tool(function* (context, args) {
  const operands = args.filter((argument) => argument !== '--')
  if (operands.length === 0) throw new ToolError(`missing operand\nTry 'sleep --help' for more information.`)
  let total = 0
  for (const operand of operands) {
    const ms = durationMs(operand)
    if (ms === undefined)
      throw new ToolError(
        context.busybox ? `invalid number '${operand}'` : `invalid time interval ‘${operand}’\nTry 'sleep --help' for more information.`,
      )
    total += ms
  }
  yield* pause(total)
  return 0
})

export const date = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'ud:r:RI::s:D:f:',
    long: {
      utc: 'u',
      universal: 'u',
      'date=': 'd',
      'reference=': 'r',
      'rfc-email': 'R',
      'rfc-2822': 'R',
      'iso-8601=?': 'I',
      'rfc-3339=': '3',
      'set=': 's',
    },
  })
  const now = yield* nowMs()
  let time: number | undefined = now
  if (options.has('d')) time = parseDate(options.get('d')!, now)
  if (time === undefined) throw new ToolError(context.busybox ? `invalid date '${options.get('d')}'` : `invalid date ‘${options.get('d')}’`)
  if (options.has('r'))
    time =
      /^\d+$/.test(options.get('r')!) && context.busybox
        ? Number(options.get('r')) * 1000
        : ((yield* stat(options.get('r')!))?.modifiedMs ?? now)
  const zone = zoneOf(options.has('u') ? 'UTC' : (context.env.TZ ?? 'UTC'))
  const operand = options.operands[0]
  if (operand !== undefined && !operand.startsWith('+'))
    throw new ToolError(context.busybox ? `invalid date '${operand}'` : `invalid date ‘${operand}’`)
  const precision = options.get('I') ?? ''
  const format =
    operand?.slice(1) ??
    (options.has('R')
      ? '%a, %d %b %Y %H:%M:%S %z'
      : options.has('I')
        ? ({
            seconds: '%Y-%m-%dT%H:%M:%S%:z',
            s: '%Y-%m-%dT%H:%M:%S%:z',
            minutes: '%Y-%m-%dT%H:%M%:z',
            hours: '%Y-%m-%dT%H%:z',
            ns: '%Y-%m-%dT%H:%M:%S,%N%:z',
          }[precision] ?? '%Y-%m-%d')
        : options.has('3')
          ? options.get('3') === 'date'
            ? '%Y-%m-%d'
            : '%Y-%m-%d %H:%M:%S%:z'
          : '%a %b %e %H:%M:%S %Z %Y')
  yield* write(1, `${formatTime(format, time, zone)}\n`)
  return 0
})

/** The few zones whose clocks never change, and `UTC+9`-like names (whose sign counts westwards). */
function zoneOf(name: string): { minutes: number; name: string } {
  const fixed: Readonly<Record<string, readonly [number, string]>> = {
    'Asia/Tokyo': [540, 'JST'],
    Japan: [540, 'JST'],
    'Asia/Kolkata': [330, 'IST'],
    'Asia/Shanghai': [480, 'CST'],
    'Asia/Singapore': [480, '+08'],
  }
  const known = fixed[name]
  if (known) return { minutes: known[0], name: known[1] }
  const posix = /^<?([A-Za-z+-]\w{2,})>?([-+]?\d{1,2})(?::(\d\d))?/.exec(name)
  if (posix) return { minutes: -(Number(posix[2]) * 60 + Math.sign(Number(posix[2])) * Number(posix[3] ?? 0)), name: posix[1]! }
  return { minutes: 0, name: 'UTC' }
}

export const seq = tool(function* (context, args) {
  const separatorAt = args.findIndex((argument) => /^-s/.test(argument))
  const formatAt = args.findIndex((argument) => /^-f/.test(argument))
  const valueOf = (at: number) => (at < 0 ? undefined : args[at]!.length > 2 ? args[at]!.slice(2) : args[at + 1])
  const skip = new Set([separatorAt, formatAt].flatMap((at) => (at < 0 ? [] : args[at]!.length > 2 ? [at] : [at, at + 1])))
  const equal = args.includes('-w')
  const numbers = args.filter((argument, i) => !skip.has(i) && argument !== '-w' && argument !== '--')
  if (numbers.length === 0) throw new ToolError(`missing operand\nTry 'seq --help' for more information.`)
  const bad = numbers.find((one) => !/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(one))
  if (bad !== undefined)
    throw new ToolError(
      context.busybox ? `invalid number '${bad}'` : `invalid floating point argument: ‘${bad}’\nTry 'seq --help' for more information.`,
    )
  const [first, step, last] =
    numbers.length === 1
      ? [1, 1, Number(numbers[0])]
      : numbers.length === 2
        ? [Number(numbers[0]), 1, Number(numbers[1])]
        : (numbers.map(Number) as [number, number, number])
  if (step === 0) throw new ToolError(`invalid Zero increment value: ‘0’\nTry 'seq --help' for more information.`)
  const digits = Math.max(...numbers.slice(0, Math.max(1, numbers.length === 3 ? 2 : 1)).map((one) => one.split('.')[1]?.length ?? 0))
  const separator = valueOf(separatorAt) ?? '\n'
  const width = equal ? Math.max(first!.toFixed(digits).length, last!.toFixed(digits).length) : 0
  const shown = (value: number) => {
    const text = value.toFixed(digits)
    return width
      ? value < 0
        ? `-${text.slice(1).padStart(width - 1, '0')}`
        : text.padStart(width, '0')
      : (valueOf(formatAt)?.replace(/%0?(\d*)(?:\.(\d+))?[gfe]/, (spec, size: string, precision: string) =>
          (precision ? value.toFixed(Number(precision)) : text).padStart(Number(size), spec.startsWith('%0') ? '0' : ' '),
        ) ?? text)
  }
  let out = ''
  const count = Math.floor((last! - first!) / step! + 1e-10) + 1
  for (let i = 0; i < count; i++) {
    out += (i > 0 ? separator : '') + shown(first! + i * step!)
    if (out.length > 16_384) {
      yield* write(1, out)
      yield* useCpu(1)
      out = ''
    }
  }
  if (count > 0) yield* write(1, `${out}\n`)
  return 0
})

export const yes = tool(function* (_context, args) {
  const line = `${args.length > 0 ? args.join(' ') : 'y'}\n`
  for (;;) {
    yield* write(1, line.repeat(256))
    yield* useCpu(0.5)
  }
})

export const env = tool(function* (context, args) {
  const variables: Record<string, string> = { ...context.env }
  let i = 0
  for (; i < args.length; i++) {
    const argument = args[i]!
    if (argument === '-i' || argument === '-') for (const name of Object.keys(variables)) delete variables[name]
    else if (argument === '-u') delete variables[args[++i] ?? '']
    else if (argument === '--') {
      i++
      break
    } else if (/^[^=-][^=]*=/.test(argument))
      variables[argument.slice(0, argument.indexOf('='))] = argument.slice(argument.indexOf('=') + 1)
    else break
  }
  const command = args.slice(i)
  if (command.length === 0) {
    yield* write(
      1,
      Object.entries(variables)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )
    return 0
  }
  return yield* runCommand(context, command, { env: variables })
})

export const printenv = tool(function* (context, args) {
  const names = args.filter((argument) => !argument.startsWith('-'))
  if (names.length === 0)
    yield* write(
      1,
      Object.entries(context.env)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )
  let status = 0
  for (const name of names) {
    if (context.env[name] === undefined) status = 1
    else yield* write(1, `${context.env[name]}\n`)
  }
  return status
})

/** Runs a command and waits for it; a command that cannot be run is reported, as 127 or 126. */
export function* runCommand(
  context: Context,
  argv: readonly string[],
  options: { env?: Readonly<Record<string, string>>; fds?: Readonly<Record<number, number>> } = {},
): Proc<number> {
  const pid = yield* startCommand(context, argv, options)
  if (pid < 0) return -pid
  for (;;) {
    try {
      return (yield* wait(pid)).code
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
      for (const signal of yield* pendingSignals()) yield* sendSignal(pid, signal)
    }
  }
}

/** Starts a command; a negative answer is the exit code of the refusal. */
function* startCommand(
  context: Context,
  argv: readonly string[],
  options: { env?: Readonly<Record<string, string>>; fds?: Readonly<Record<number, number>>; group?: number } = {},
): Proc<number> {
  try {
    return yield* spawn({
      argv,
      env: options.env ?? context.env,
      cwd: context.self.cwd,
      fds: options.fds ?? { 0: 0, 1: 1, 2: 2 },
      group: options.group,
    })
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    yield* complain(
      context,
      context.busybox
        ? `can't execute '${argv[0]}': ${error.message}`
        : context.name === 'timeout'
          ? `failed to run command ‘${argv[0]}’: ${error.message}`
          : context.name === 'env'
            ? `‘${argv[0]}’: ${error.message}`
            : `${argv[0]}: ${error.message}`,
    )
    return error.code === 'ENOENT' ? -127 : -126
  }
}

export const nohup = tool(function* (context, args) {
  yield* onSignal('SIGHUP', 'ignore')
  return yield* runCommand(context, args)
})
export const nice = tool((context, args) => runCommand(context, args[0] === '-n' ? args.slice(2) : args))
export const stdbuf = tool((context, args) =>
  runCommand(
    context,
    args.filter((argument) => !/^-[ioe]/.test(argument)),
  ),
)
export const sudo = tool((context, args) =>
  runCommand(
    context,
    args.filter((argument, i) => i > 0 || !/^-[EnHi]+$/.test(argument)),
  ),
)

export const timeout = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 's:k:vft:',
    long: { 'signal=': 's', 'kill-after=': 'k', 'preserve-status': 'p', foreground: 'f' },
    strict: true,
    usage: 125,
  })
  const [limit, ...command] = options.has('t') ? [options.get('t')!, ...options.operands] : options.operands
  const ms = limit === undefined ? undefined : durationMs(limit)
  if (limit === undefined || command.length === 0) throw new ToolError(`missing operand\nTry 'timeout --help' for more information.`, 125)
  if (ms === undefined) throw new ToolError(`invalid time interval ‘${limit}’\nTry 'timeout --help' for more information.`, 125)
  const signal = options.has('s') ? signalNamed(options.get('s')!) : ('SIGTERM' as Signal)
  if (!signal) throw new ToolError(`${options.get('s')}: invalid signal`, 125)
  const pid = yield* startCommand(context, command)
  if (pid < 0) return -pid
  // A clock of our own tells us, as a signal would.
  const clock = yield* spawn({ argv: ['timeout'], run: alarm(ms), env: {}, cwd: '/', fds: {} })
  let timedOut = false
  let code = 0
  for (let left = 1; left > 0;) {
    const ended = yield* wait()
    if (ended.pid === pid) {
      code = ended.code
      left = 0
      if (!timedOut) yield* quietly(() => sendSignal(clock, 'SIGKILL'))
    } else if (ended.pid === clock && ms > 0) {
      timedOut = true
      yield* quietly(() => sendSignal(pid, signal))
      if (options.has('k'))
        yield* spawn({ argv: ['timeout'], run: killLater(pid, durationMs(options.get('k')!) ?? 0), env: {}, cwd: '/', fds: {} })
    }
  }
  return timedOut && !options.has('p') ? (context.busybox ? 143 : signal === 'SIGKILL' ? 137 : 124) : code
})

const alarm = (ms: number) =>
  function* (): Proc<number> {
    yield* pause(ms)
    return 0
  }

const killLater = (pid: number, ms: number) =>
  function* (): Proc<number> {
    yield* pause(ms)
    yield* quietly(() => sendSignal(pid, 'SIGKILL'))
    return 0
  }

function* quietly(work: () => Proc): Proc {
  try {
    yield* work()
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error // it has ended by itself
  }
}

export const time = tool(function* (context, args) {
  const command = args.filter((argument, i) => i > 0 || argument !== '-p')
  const begun = yield* nowMs()
  const code = yield* runCommand(context, command)
  const seconds = ((yield* nowMs()) - begun) / 1000
  yield* write(2, `real\t${Math.floor(seconds / 60)}m ${(seconds % 60).toFixed(2)}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n`)
  return code
})

export const watch = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'n:dtegcxb',
    long: { 'interval=': 'n', differences: 'd', 'no-title': 't', errexit: 'e', chgexit: 'g', color: 'c', exec: 'x' },
    strict: true,
  })
  if (options.operands.length === 0) throw new ToolError('\x00Usage:\n watch [options] command', 1)
  const seconds = Math.max(0.1, Number(options.get('n') ?? 2))
  const command = options.operands.join(' ')
  yield* onSignal('SIGINT', 'catch')
  const terminal = yield* terminalSize(1)
  if (terminal) yield* write(1, '\x1b[?1049h\x1b[H')
  let last: string | undefined
  let code = 0
  try {
    for (;;) {
      const [from, to] = yield* pipe()
      const pid = yield* spawn({
        argv: options.has('x') ? options.operands : ['sh', '-c', command],
        env: context.env,
        cwd: context.self.cwd,
        fds: { 0: 0, 1: to, 2: to },
      })
      yield* close(to)
      const text = yield* readAll(from)
      yield* close(from)
      code = (yield* wait(pid)).code
      const size = terminal ? ((yield* terminalSize(1)) ?? terminal) : undefined
      const stamp = formatTime('%a %b %e %H:%M:%S %Y', yield* nowMs())
      const left = `Every ${seconds.toFixed(1)}s: ${command}`
      const width = size?.columns ?? 80
      const right = `${context.self.hostname}: ${stamp}`
      const title = options.has('t')
        ? ''
        : `${left.slice(0, Math.max(0, width - right.length - 1)).padEnd(Math.max(0, width - right.length))}${right}\n\n`
      const lines = (title + text)
        .split('\n')
        .slice(0, size?.rows ?? Infinity)
        .map((line) => (size ? line.slice(0, size.columns) : line))
      yield* write(1, size ? `\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J` : `${title}${text}`)
      if ((options.has('e') && code !== 0) || (options.has('g') && last !== undefined && last !== text)) break
      last = text
      yield* pause(seconds * 1000)
    }
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
    code = 0
  }
  if (terminal) yield* write(1, '\x1b[?1049l')
  return options.has('e') ? code : 0
})

export const whoami = tool(function* ({ self }) {
  yield* write(1, `${self.user}\n`)
  return 0
})

export const id = tool(function* ({ self }, args) {
  const group = self.gid === 0 ? 'root' : self.user
  const named = args.some((argument) => argument.includes('n'))
  const flag = args.find((argument) => argument.startsWith('-')) ?? ''
  const text = flag.includes('u')
    ? named
      ? self.user
      : self.uid
    : flag.includes('g') || flag.includes('G')
      ? named
        ? group
        : self.gid
      : `uid=${self.uid}${/^\d+$/.test(self.user) ? '' : `(${self.user})`} gid=${self.gid}${/^\d+$/.test(group) ? '' : `(${group})`} groups=${self.gid}${/^\d+$/.test(group) ? '' : `(${group})`}`
  yield* write(1, `${text}\n`)
  return 0
})

export const hostname = tool(function* (context, args) {
  if (args.includes('-i') || args.includes('-I')) {
    const found = (yield* addresses()).filter((one) => one.interface !== 'lo')
    yield* write(1, `${found.map((one) => one.address).join(' ')}${args.includes('-I') ? ' ' : ''}\n`)
  } else yield* write(1, `${args.includes('-s') ? context.self.hostname.split('.')[0] : context.self.hostname}\n`)
  return 0
})

export const uname = tool(function* (context, args) {
  const parts: readonly (readonly [string, string])[] = [
    ['s', 'Linux'],
    ['n', context.self.hostname],
    ['r', '6.8.0-51-generic'],
    ['v', '#52-Ubuntu SMP PREEMPT_DYNAMIC'],
    ['m', 'x86_64'],
    ...(context.busybox ? [] : ([['o', 'GNU/Linux']] as const)),
  ]
  const letters = args.flatMap((argument) => (argument === '--all' ? ['a'] : [...argument.replace(/^-+/, '')]))
  const wanted =
    letters.length === 0
      ? ['s']
      : letters.includes('a')
        ? parts.map(([letter]) => letter)
        : letters.map((letter) => (letter === 'p' || letter === 'i' ? 'm' : letter))
  yield* write(
    1,
    `${parts
      .filter(([letter]) => wanted.includes(letter))
      .map(([, text]) => text)
      .join(' ')}\n`,
  )
  return 0
})

export const uptime = tool(function* () {
  const now = yield* nowMs()
  const started = Math.min(now, ...(yield* processes()).map((one) => one.startedMs))
  const minutes = Math.floor((now - started) / 60_000)
  const days = Math.floor(minutes / 1440)
  const up = `${days > 0 ? `${days} day${days === 1 ? '' : 's'}, ` : ''}${minutes % 1440 >= 60 ? `${String(Math.floor((minutes % 1440) / 60)).padStart(2)}:${String(minutes % 60).padStart(2, '0')}` : `${minutes % 60} min`}`
  yield* write(1, ` ${formatTime('%H:%M:%S', now)} up ${up},  1 user,  load average: 0.12, 0.10, 0.09\n`)
  return 0
})

export const nproc = tool(function* () {
  yield* write(1, '2\n')
  return 0
})

const clockText = (ms: number) => {
  const seconds = Math.floor(ms / 1000)
  return `${String(Math.floor(seconds / 3600)).padStart(2, '0')}:${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
}

const stateLetter = ({ state }: ProcessInfo) => ({ running: 'R', sleeping: 'S', stopped: 'T', zombie: 'Z' })[state]

export const ps = tool(function* (context, args) {
  const all = [...(yield* processes())].sort((a, b) => a.pid - b.pid)
  const command = (one: ProcessInfo) => (one.state === 'zombie' ? `[${one.argv[0]}]` : one.argv.join(' '))
  if (context.busybox) {
    const at = args.indexOf('-o')
    const columns = at >= 0 ? (args[at + 1] ?? '').split(',') : ['pid', 'user', 'time', 'args']
    const cell: Readonly<Record<string, (one: ProcessInfo) => string>> = {
      pid: (one) => String(one.pid).padStart(5),
      ppid: (one) => String(one.parent).padStart(5),
      user: (one) => one.user.padEnd(8),
      time: (one) => `${String(Math.floor(one.cpuMs / 60_000)).padStart(3)}:${String(Math.floor(one.cpuMs / 1000) % 60).padStart(2, '0')}`,
      args: command,
      comm: (one) => one.argv[0]!.replace(/^.*\//, '').padEnd(16),
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
    .filter((argument) => !/^\d+$/.test(argument))
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
  const custom = args.indexOf('-o') >= 0 ? args[args.indexOf('-o') + 1]!.split(',') : undefined
  if (custom) {
    const fields: Readonly<Record<string, (one: ProcessInfo) => string>> = {
      pid: (one) => String(one.pid),
      ppid: (one) => String(one.parent),
      user: (one) => one.user,
      args: command,
      cmd: command,
      command,
      comm: (one) => one.argv[0]!.replace(/^.*\//, ''),
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

export const clear = tool(function* () {
  yield* write(1, '\x1b[H\x1b[2J\x1b[3J')
  return 0
})

export const tput = tool(function* (_context, args) {
  const size = yield* terminalSize(1)
  const codes: Readonly<Record<string, string>> = {
    clear: '\x1b[H\x1b[2J\x1b[3J',
    bold: '\x1b[1m',
    sgr0: '\x1b[m',
    rev: '\x1b[7m',
    smul: '\x1b[4m',
    rmul: '\x1b[24m',
    cols: `${size?.columns ?? 80}\n`,
    lines: `${size?.rows ?? 24}\n`,
    colors: '256\n',
    civis: '\x1b[?25l',
    cnorm: '\x1b[?25h',
    setaf: `\x1b[3${args[1] ?? 0}m`,
    setab: `\x1b[4${args[1] ?? 0}m`,
    el: '\x1b[K',
    home: '\x1b[H',
  }
  yield* write(1, codes[args[0] ?? ''] ?? '')
  return 0
})

export const stty = tool(function* (_context, args) {
  const size = yield* terminalSize(0)
  if (!size) throw new ToolError("'standard input': Inappropriate ioctl for device")
  if (args[0] === 'size') yield* write(1, `${size.rows} ${size.columns}\n`)
  else if (args.length === 0) yield* write(1, `speed 38400 baud; line = 0;\n-brkint -imaxbel\n`)
  else if (args[0] === '-a') yield* write(1, `speed 38400 baud; rows ${size.rows}; columns ${size.columns}; line = 0;\n`)
  else
    for (const argument of args) {
      if (argument === 'echo') yield* setTerminalMode(0, { echo: true })
      if (argument === '-echo') yield* setTerminalMode(0, { echo: false })
      if (argument === 'raw' || argument === '-icanon' || argument === 'cbreak') yield* setTerminalMode(0, { raw: true })
      if (argument === 'sane' || argument === 'icanon' || argument === '-raw' || argument === 'cooked')
        yield* setTerminalMode(0, { raw: false, echo: true })
    }
  return 0
})

export const tty = tool(function* (context) {
  const on = context.self.isTty(0)
  yield* write(1, on ? '/dev/pts/0\n' : 'not a tty\n')
  return on ? 0 : 1
})

export const which = tool(function* (context, args) {
  let status = 0
  for (const name of args.filter((argument) => !argument.startsWith('-'))) {
    const candidates = name.includes('/') ? [name] : (context.env.PATH ?? '').split(':').map((directory) => `${directory || '.'}/${name}`)
    let found = false
    for (const path of candidates) {
      const info = yield* stat(path)
      if (info?.type !== 'file' || (info.mode & 0o111) === 0) continue
      found = true
      yield* write(1, `${path}\n`)
      if (!args.includes('-a')) break
    }
    if (!found) status = 1
  }
  return status
})

export const mount = tool(function* () {
  for (const one of yield* mounts()) yield* write(1, `${one.source} on ${one.path} type ${one.type} (${one.options})\n`)
  return 0
})

export const sync = tool(function* (): Proc<number> {
  return 0
})

export const getent = tool(function* (_context, args) {
  const [database, key] = args
  if (database === 'hosts' && key) {
    const found = yield* resolve(key)
    for (const one of found) yield* write(1, `${one.value.padEnd(15)} ${one.name}\n`)
    return found.length > 0 ? 0 : 2
  }
  const lines = (yield* readFile(`/etc/${database ?? 'passwd'}`))
    .split('\n')
    .filter((line) => line && (!key || line.split(':')[0] === key || line.split(':')[2] === key))
  for (const line of lines) yield* write(1, `${line}\n`)
  return lines.length > 0 ? 0 : 2
})
