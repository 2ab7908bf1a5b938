import { onSignal, nowMs, pendingSignals, poll, read, terminalSize, write } from '../../../node/os/calls'
import { SyscallError, type Proc, type Program, type Self } from '../../../node/os/syscalls'
import { CommandError } from '../../errors'
import { parseFlags, type Flags, type ParsedFlags } from '../../flags'
import { companion } from '../client'
import { leaveScreen, takeScreen } from './children'
import { REVISION } from './header'
import { k9sFlags, k9sUsage } from './k9s-flags'
import { isUnfinished, nextKey } from './keyboard'
import { press } from './press'
import { carryOut } from './effects'
import { follow, look, takeIn } from './opening'
import { attempt, begin, learn, type Running } from './running'
import { draw, surroundings } from './seen'

/** Events are drawn together. */
const DRAWING_MS = 100
/** An arrow key's characters come within this time. */
const ESCAPE_MS = 30

/** `k9s`: a full-screen view of the cluster. */
export const k9s: Program = function* (self) {
  let parsed: ParsedFlags
  try {
    parsed = parseFlags(k9sFlags, self.argv.slice(1), 'k9s')
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    yield* write(2, `Error: ${error.message.split('\n')[0]}\n${k9sUsage}\n`)
    return 1
  }
  const { flags, args } = parsed
  if (flags.bool('help') || args[0] === 'help') return yield* say(k9sUsage)
  if (args[0] === 'version') return yield* say(`Version: ${REVISION}\n`)
  if (args[0] === 'info')
    return yield* say(`Version: ${REVISION}\nThis k9s reads no configuration of its own: the kubeconfig is all it needs.\n`)
  return yield* companion(() => start(self, flags), 'Error: ')(self)
}

function* say(text: string): Proc<number> {
  yield* write(1, text)
  return 0
}

function* start(self: Self, flags: Flags): Proc {
  const size = yield* terminalSize(1)
  if (!size || !(yield* terminalSize(0))) throw new CommandError('k9s needs a terminal: open /dev/tty: no such device or address')
  const running = yield* begin(self, flags, flags.text('context'), size)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) yield* onSignal(signal, 'catch')
  yield* takeScreen()
  try {
    yield* go(running)
  } catch (error) {
    // Whoever ends us finds the terminal as it was.
    if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
  } finally {
    yield* leaveScreen(running.typed)
  }
}

function* go(running: Running): Proc {
  let drawnMs = -Infinity
  let tickMs = yield* nowMs()
  while (!running.ended) {
    yield* follow(running)
    const now = yield* nowMs()
    if (now >= tickMs) {
      tickMs = now + Math.max(1, running.flags.int('refresh')) * 1000
      yield* look(running, now)
    }
    const isDue = now - drawnMs >= DRAWING_MS
    if (isDue) {
      yield* draw(running)
      drawnMs = now
    }
    const fd = yield* awaited(running, Math.max(0, Math.min(tickMs, isDue ? Infinity : drawnMs + DRAWING_MS) - now))
    if (fd === 0) {
      yield* takeKeys(running)
      drawnMs = -Infinity
    } else if (fd === 'resized') drawnMs = -Infinity
    else if (fd !== undefined) yield* takeIn(running, fd)
  }
}

/** Waits for a key, news, a resized window, or until it is time; undefined when it is. Ends the program when a signal says so. */
function* awaited({ source, log }: Running, timeoutMs: number): Proc<number | 'resized' | undefined> {
  const fds = [0, ...(source?.open?.fd === undefined ? [] : [source.open.fd]), ...(log ? log.streams.keys() : [])]
  yield* onSignal('SIGWINCH', 'catch')
  try {
    const fd = yield* poll(fds, timeoutMs)
    return fd < 0 ? undefined : fd
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
    const signals = yield* pendingSignals()
    if (signals.some((signal) => signal !== 'SIGWINCH')) throw error
    return 'resized'
  } finally {
    yield* onSignal('SIGWINCH', 'default')
  }
}

/** Carries out all keys that have been pressed. */
function* takeKeys(running: Running): Proc {
  const more = yield* read(0)
  if (more === '') return void (running.ended = true)
  running.typed += more
  while (running.typed !== '' && !running.ended) {
    if (isUnfinished(running.typed) && (yield* poll([0], ESCAPE_MS)) === 0) running.typed += yield* read(0)
    const [key, rest] = nextKey(running.typed)
    running.typed = rest
    yield* follow(running)
    if (key === ':') yield* attempt(running, learn(running))
    const { state, effects } = press(running.state, key, surroundings(running))
    running.state = state
    for (const effect of effects) yield* carryOut(running, effect)
  }
}
