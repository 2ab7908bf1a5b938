import {
  changeRoot,
  close,
  kill as sendSignal,
  nowMs,
  onSignal,
  pendingSignals,
  pipe,
  readAll,
  sleep as pause,
  spawn,
  terminalSize,
  wait,
  write,
} from '../../node/os/calls'
import { type Proc, type Signal, SyscallError } from '../../node/os/syscalls'
import { durationMs } from './clock'
import { formatTime } from './format'
import { signalNamed } from './signal-names'
import { complain, type Context, parseOptions, tool, ToolError } from './tool'

/** Tools that run another command: env, nohup, sudo, timeout, time, watch. */

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
          : context.name === 'chroot'
            ? `failed to run command ‘${argv[0]}’: ${error.message}`
            : context.name === 'env'
              ? `‘${argv[0]}’: ${error.message}`
              : `${argv[0]}: ${error.message}`,
    )
    return error.code === 'ENOENT' ? -127 : -126
  }
}

/** `chroot DIRECTORY [COMMAND]`: runs a command, or a shell, that has the directory as its `/`. */
export const chroot = tool(function* (context, args) {
  const [directory, ...command] = args.filter((argument, i) => i > 0 || !argument.startsWith('--'))
  if (directory === undefined) throw new ToolError(`missing operand\nTry 'chroot --help' for more information.`, 125)
  try {
    yield* changeRoot(directory)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new ToolError(
      context.busybox
        ? `can't change root directory to '${directory}': ${error.message}`
        : `cannot change root directory to '${directory}': ${error.message}`,
      context.busybox ? 1 : 125,
    )
  }
  const argv = command.length > 0 ? command : [context.env.SHELL ?? '/bin/sh', '-i']
  return yield* runCommand({ ...context, self: { ...context.self, cwd: '/' } }, argv)
})

export const nohup = tool(function* (context, args) {
  yield* onSignal('SIGHUP', 'ignore')
  return yield* runCommand(context, args)
})

export const nice = tool(function* (context, args) {
  const command = args[0] === '-n' ? args.slice(2) : args
  if (command.length > 0) return yield* runCommand(context, command)
  yield* write(1, '0\n')
  return 0
})

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

export function* quietly(work: () => Proc): Proc {
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
