import {
  accept,
  close,
  kill,
  listen,
  nowMs,
  onSignal,
  pendingSignals,
  poll,
  read,
  readFile,
  sleep,
  spawn,
  stat,
  wait,
  write,
  writeFile,
} from '../../os/calls'
import { timestamp } from '../../../engine/time'
import { SyscallError, type Proc, type Program, type Self } from '../../os/syscalls'
import { say, type QueueFacts, type Reply, type Request } from './protocol'

/** How long the broker's virtual machine takes until it listens. */
const STARTING_MS = 6_000
const CLIENTS = 5672
const COMMAND_LINE = 25_672
const KEPT = '/var/lib/rabbitmq/mnesia/queues.json'

interface Queue {
  readonly durable: boolean
  readonly messages: string[]
  unacknowledged: number
  /** Processes of the connections that wait for its messages. */
  readonly consumers: Set<number>
}

/** A broker at work: one memory, a process for each connection. */
interface Broker {
  readonly self: Self
  readonly queues: Map<string, Queue>
  readonly user: string
  readonly password: string
}

/** A RabbitMQ broker with its default exchange: durable and passing queues, acknowledgements, redelivery, fair dispatch by prefetch. */
export const rabbitmqServer =
  (version: string): Program =>
  (self) =>
    serveBroker(version, self)

function* serveBroker(version: string, self: Self): Proc<number> {
  const note = function* (text: string): Proc {
    yield* write(
      1,
      `${timestamp(yield* nowMs())
        .replace('T', ' ')
        .replace('Z', '.000000+00:00')} [info] <0.9.0> ${text}\n`,
    )
  }
  const broker: Broker = {
    self,
    queues: yield* keptQueues(),
    user: self.env.RABBITMQ_DEFAULT_USER ?? 'guest',
    password: self.env.RABBITMQ_DEFAULT_PASS ?? 'guest',
  }
  yield* note(`Starting RabbitMQ ${version} on Erlang 27.3.4 [jit]`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) yield* onSignal(signal, 'catch')
  try {
    yield* sleep(STARTING_MS)
    yield* spawn({ argv: self.argv, env: {}, cwd: '/', fds: {}, run: () => acceptAll(broker, COMMAND_LINE) })
    yield* note(`started TCP listener on [::]:${CLIENTS}`)
    yield* note('Server startup complete; 0 plugins started.')
    return yield* acceptAll(broker, CLIENTS)
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
    yield* pendingSignals()
    yield* note('SIGTERM received - shutting down')
    yield* keep(broker)
    return 0
  }
}

function* acceptAll(broker: Broker, port: number): Proc<number> {
  const listener = yield* listen(port)
  for (let children = 0; ;) {
    const { fd } = yield* accept(listener)
    children++
    yield* spawn({ argv: broker.self.argv, env: {}, cwd: '/', fds: { 3: fd }, run: ({ pid }) => serve(broker, pid, port === COMMAND_LINE) })
    yield* close(fd)
    for (; children > 0; children--) if ((yield* wait(undefined, { noHang: true })).pid === 0) break
  }
}

/** Durable queues of a data folder that has been used before. */
function* keptQueues(): Proc<Map<string, Queue>> {
  if ((yield* stat(KEPT))?.type !== 'file') return new Map()
  const kept = JSON.parse(yield* readFile(KEPT)) as readonly (readonly [string, string[]])[] // written by `keep`
  return new Map(kept.map(([name, messages]) => [name, { durable: true, messages, unacknowledged: 0, consumers: new Set() }]))
}

function* keep({ queues }: Broker): Proc {
  if ((yield* stat(KEPT.slice(0, KEPT.lastIndexOf('/'))))?.type !== 'directory') return
  yield* writeFile(KEPT, JSON.stringify([...queues].filter(([, { durable }]) => durable).map(([name, { messages }]) => [name, messages])))
}

/** What one connection has been given and not yet acknowledged, and what it waits for. */
interface Channel {
  readonly broker: Broker
  readonly pid: number
  known: boolean
  waitsFor: { readonly name: string; readonly prefetch: number } | undefined
  nextTag: number
  readonly open: Map<number, { readonly queue: string; readonly body: string }>
}

function* serve(broker: Broker, pid: number, known: boolean): Proc<number> {
  const channel: Channel = { broker, pid, known, waitsFor: undefined, nextTag: 1, open: new Map() }
  yield* onSignal('SIGUSR1', 'catch')
  try {
    for (let buffer = ''; ;) {
      yield* deliver(channel)
      const chunk = yield* received()
      if (chunk === '') return 0
      const lines = (buffer + (chunk ?? '')).split('\n')
      buffer = lines.pop()!
      for (const line of lines) {
        const request = requestIn(line)
        if (!request) return 0
        const reply = yield* answer(channel, request)
        if (reply) yield* say(3, reply)
      }
    }
  } finally {
    const { queues } = broker
    for (const queue of queues.values()) queue.consumers.delete(pid)
    for (const tag of [...channel.open.keys()].reverse()) yield* settle(channel, tag, true)
  }
}

/** What a client asks; undefined when it speaks no language of ours, and is hung up on. */
function requestIn(line: string): Request | undefined {
  try {
    const value = JSON.parse(line) as unknown
    return typeof value === 'object' && value !== null && 'do' in value ? (value as Request) : undefined // written by `say` of a client
  } catch {
    return undefined
  }
}

/** What the client sends next; undefined when a message has come for it meanwhile. */
function* received(): Proc<string | undefined> {
  try {
    yield* poll([3])
    return yield* read(3)
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
    yield* pendingSignals()
    return undefined
  }
}

function* deliver(channel: Channel): Proc {
  const { waitsFor, broker, open } = channel
  const queue = waitsFor && broker.queues.get(waitsFor.name)
  while (queue && queue.messages.length > 0 && (waitsFor.prefetch === 0 || open.size < waitsFor.prefetch))
    yield* say(3, taken(channel, waitsFor.name, queue))
}

function taken(channel: Channel, name: string, queue: Queue): Reply {
  const message = queue.messages.shift()!
  const tag = channel.nextTag++
  queue.unacknowledged++
  channel.open.set(tag, { queue: name, body: message })
  return { message, tag }
}

function* settle({ broker, open }: Channel, tag: number, back: boolean): Proc {
  const delivered = open.get(tag)
  open.delete(tag)
  const queue = delivered && broker.queues.get(delivered.queue)
  if (!queue) return
  queue.unacknowledged--
  if (!back) return
  queue.messages.unshift(delivered.body)
  yield* wakeConsumers(queue)
}

function* wakeConsumers({ consumers }: Queue): Proc {
  for (const pid of consumers) {
    try {
      yield* kill(pid, 'SIGUSR1')
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error // it has just ended
    }
  }
}

function* answer(channel: Channel, request: Request): Proc<Reply | undefined> {
  const { broker, pid } = channel
  const { queues } = broker
  if (request.do === 'login') {
    channel.known = request.user === broker.user && request.password === broker.password
    if (!channel.known)
      return refusal(
        'server connection',
        403,
        'ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.',
      )
    return request.vhost === '/' ? { ok: true } : refusal('server connection', 530, `NOT_ALLOWED - vhost ${request.vhost} not found`)
  }
  if (!channel.known) return refusal('server connection', 503, 'COMMAND_INVALID - expected connection.start-ok')
  if (request.do === 'queues') return { ok: true, queues: [...queues].map(factsOf) }
  if ('tag' in request) {
    yield* settle(channel, request.tag, request.do === 'reject')
    return undefined
  }
  if (request.do === 'publish') {
    const queue = queues.get(request.queue)
    if (request.exchange) return refusal('server channel', 404, `NOT_FOUND - no exchange '${request.exchange}' in vhost '/'`)
    queue?.messages.push(request.body) // the default exchange drops what has no queue
    if (queue) yield* wakeConsumers(queue)
    return { ok: true }
  }
  if (request.do === 'declare') {
    const name = request.queue || `amq.gen-${timestamp(yield* nowMs()).replace(/\D/g, '')}${queues.size}`
    const there = queues.get(name)
    if (there && there.durable !== request.durable)
      return refusal(
        'server channel',
        406,
        `PRECONDITION_FAILED - inequivalent arg 'durable' for queue '${name}' in vhost '/': received '${request.durable}' but current is '${there.durable}'`,
      )
    if (!there) queues.set(name, { durable: request.durable, messages: [], unacknowledged: 0, consumers: new Set() })
    return { ok: true, queue: name, messages: there?.messages.length ?? 0 }
  }
  const queue = queues.get(request.queue)
  if (!queue) return refusal('server channel', 404, `NOT_FOUND - no queue '${request.queue}' in vhost '/'`)
  if (request.do === 'get') return queue.messages.length > 0 ? taken(channel, request.queue, queue) : { empty: true }
  if (request.do === 'consume') {
    queue.consumers.add(pid)
    channel.waitsFor = { name: request.queue, prefetch: request.prefetch }
    return { ok: true }
  }
  const messages = queue.messages.splice(0).length
  if (request.do === 'delete') queues.delete(request.queue)
  return { ok: true, messages }
}

const refusal = (level: 'server connection' | 'server channel', code: number, text: string): Reply => ({ refused: { level, code, text } })

const factsOf = ([name, { durable, messages, unacknowledged, consumers }]: readonly [string, Queue]): QueueFacts => ({
  name,
  durable,
  messages: messages.length + unacknowledged,
  unacknowledged,
  consumers: consumers.size,
})
