import type { Farewell, Host } from './node/host'
import { pipe, read, sleep, write } from './node/os/calls'
import { onFarTerminal } from './node/os/far-terminal'
import { passedOn } from './node/os/pipe'
import type { Proc, Program, Self, Signal } from './node/os/syscalls'
import { bash } from './shell/login'
import { loginEnvironment, signalGroup } from './workstation'

/** How long a machine that does not answer is waited for. */
const CONNECT_TIMEOUT_MS = 10_000
const HANDSHAKE_MS = 150
/** Options that are followed by a value. */
const WITH_VALUE = new Set([...'BbcDEeFIiJLlmOopQRSWw'].map((letter) => `-${letter}`))

/** `ssh [-t] [USER@]HOST [COMMAND…]` between the hosts of the cluster, which trust each other's keys. */
export const ssh = (hostNamed: (name: string) => Host | undefined): Program =>
  function* (self) {
    const { destination, command, terminal } = readArguments(self.argv.slice(1))
    if (destination === undefined) {
      yield* write(2, 'usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-l login_name] [-o option] [-p port] destination [command [argument ...]]\n')
      return 255
    }
    const name = destination.replace(/^.*@/, '')
    const [here, there] = [hostNamed(self.hostname), hostNamed(name)]
    if (!here || !there) {
      yield* write(2, `ssh: Could not resolve hostname ${name}: Name or service not known\n`)
      return 255
    }
    if (!there.poweredOn || !there.connected || !here.connected) {
      yield* sleep(CONNECT_TIMEOUT_MS)
      yield* write(2, `ssh: connect to host ${name} port 22: Connection timed out\n`)
      return 255
    }
    yield* sleep(HANDSHAKE_MS)
    const interactive = (command === '' || terminal) && self.isTty(0)
    const code = interactive ? yield* terminalThere(self, here, there, command) : yield* runThere(self, here, there, command)
    if (typeof code !== 'number') {
      yield* write(
        2,
        code === 'closed' ? `Connection to ${name} closed by remote host.\r\n` : 'client_loop: send disconnect: Broken pipe\r\n',
      )
      if (interactive && code === 'closed') yield* write(2, `Connection to ${name} closed.\r\n`)
      return 255
    }
    if (!interactive) return code
    yield* write(2, `Connection to ${name} closed.\r\n`)
    return code
  }

function readArguments(words: readonly string[]) {
  let at = 0
  let terminal = false
  while (words[at]?.startsWith('-')) {
    terminal ||= /^-t+$/.test(words[at]!)
    at += WITH_VALUE.has(words[at]!) ? 2 : 1
  }
  return { destination: words[at], command: words.slice(at + 1).join(' '), terminal }
}

/** Runs a command, or whatever comes from standard input, with the descriptors of the client. */
function* runThere(self: Self, here: Host, there: Host, command: string): Proc<number | Farewell> {
  const ended = yield* ending(self, here)
  const logOut = there.logIn(ended.tell)
  // No terminal for a process on another machine, and open here when it has closed it.
  const file = (fd: number) => passedOn(here.machine.openFile(self.pid, fd)!, () => {})
  const process = there.machine.start({
    argv: command === '' ? ['-bash'] : ['bash', '-c', command],
    run: bash,
    env: loginEnvironment(there),
    cwd: '/root',
    fds: { 0: file(0), 1: file(1), 2: file(2) },
    onExit: ({ code }) => ended.tell(code),
  })
  try {
    return howEnded(yield* read(ended.fd))
  } finally {
    logOut()
    signalGroup(there, process.pid, 'SIGHUP')
  }
}

/** Opens a terminal on the other host and copies between it and this one. */
function* terminalThere(self: Self, here: Host, there: Host, command: string): Proc<number | Farewell> {
  const ended = yield* ending(self, here)
  const logOut = there.logIn(ended.tell)
  const screen = here.machine.openFile(self.pid, 1)!
  const reach = (group: number, signal: Signal) => signalGroup(there, group, signal)
  try {
    const said = yield* onFarTerminal(screen, ended.fd, reach, (terminal) => {
      there.machine.start({
        argv: command === '' ? ['-bash'] : ['bash', '-c', command],
        run: bash,
        env: { ...loginEnvironment(there), TERM: 'xterm-256color' },
        cwd: '/root',
        fds: { 0: terminal, 1: terminal, 2: terminal },
        onExit: ({ code }) => ended.tell(code),
      })
    })
    return howEnded(said)
  } finally {
    logOut()
  }
}

/** A descriptor from which the exit code of what runs elsewhere can be read. */
function* ending(self: Self, here: Host): Proc<{ readonly fd: number; readonly tell: (how: number | Farewell) => void }> {
  const [fd, writeEnd] = yield* pipe()
  const file = here.machine.openFile(self.pid, writeEnd)!
  return { fd, tell: (how) => void file.write(String(how)) }
}

const howEnded = (text: string) => (text === 'closed' || text === 'lost' ? text : Number(text))
