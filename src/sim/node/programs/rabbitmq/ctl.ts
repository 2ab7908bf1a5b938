import { connect, write } from '../../os/calls'
import { SyscallError, type Proc, type Program } from '../../os/syscalls'
import { ask, type QueueFacts } from './protocol'

const COMMAND_LINE = 25_672

const columns: Readonly<Record<string, (queue: QueueFacts) => string | number>> = {
  name: ({ name }) => name,
  messages: ({ messages }) => messages,
  messages_ready: ({ messages, unacknowledged }) => messages - unacknowledged,
  messages_unacknowledged: ({ unacknowledged }) => unacknowledged,
  consumers: ({ consumers }) => consumers,
  durable: ({ durable }) => String(durable),
  state: () => 'running',
}

/** rabbitmqctl and rabbitmq-diagnostics of the broker in the same container. */
export const rabbitmqCtl: Program = function* (self) {
  const isQuiet = self.argv.some((word) => ['-q', '--quiet', '-s', '--silent'].includes(word))
  const isSilent = self.argv.some((word) => ['-s', '--silent', '--no-table-headers'].includes(word))
  const [command = 'help', ...words] = self.argv.slice(1).filter((word) => !word.startsWith('-'))
  const say = function* (text: string): Proc {
    if (!isQuiet) yield* write(1, text)
  }
  const node = `rabbit@${self.hostname}`
  const queues = yield* queuesOf()
  if (!queues) {
    yield* write(
      2,
      `Error: unable to perform an operation on node '${node}'. Please see diagnostics information and suggestions below.\n\nMost common reasons for this are:\n\n * Target node is not running\n`,
    )
    return 69
  }
  if (command === 'list_queues') {
    const shown = words.length > 0 ? words : ['name', 'messages']
    const unknown = shown.find((name) => !(name in columns))
    if (unknown) {
      yield* write(2, `Error (argument validation): Info key(s) ${unknown} are not supported\n`)
      return 64
    }
    yield* say('Timeout: 60.0 seconds ...\nListing queues for vhost / ...\n')
    if (!isSilent) yield* write(1, `${shown.join('\t')}\n`)
    for (const queue of queues) yield* write(1, `${shown.map((name) => columns[name]!(queue)).join('\t')}\n`)
    return 0
  }
  if (command === 'ping') {
    yield* say(`Will ping ${node}. This only checks if the OS process is running and registered with epmd. Timeout: 60000 ms.\n`)
    yield* write(1, 'Ping succeeded\n')
    return 0
  }
  if (['check_running', 'check_local_alarms', 'check_port_connectivity', 'await_startup'].includes(command)) return 0
  yield* write(2, `Command '${command}' is not part of the simulation\n`)
  return 64
}

/** The queues of the broker here; undefined when none runs. */
function* queuesOf(): Proc<readonly QueueFacts[] | undefined> {
  try {
    const reply = yield* ask(yield* connect('127.0.0.1', COMMAND_LINE), { do: 'queues' })
    return reply && 'queues' in reply ? reply.queues : undefined
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return undefined
  }
}
