import { close, connect, pipe, readAll, spawn, wait, write } from '../../os/calls'
import { SyscallError, type Proc, type Program, type Self } from '../../os/syscalls'
import { ask, hear, say, type Reply } from './protocol'

/** The command line of Debian's amqp-tools. */
interface Options {
  readonly values: ReadonlyMap<string, string>
  readonly flags: ReadonlySet<string>
  readonly words: readonly string[]
}

/** Long names of what takes a value, by their letters; the others are switches. */
const valued: Readonly<Record<string, string>> = {
  u: 'url',
  s: 'server',
  q: 'queue',
  e: 'exchange',
  r: 'routing-key',
  b: 'body',
  c: 'count',
  p: 'prefetch-count',
}
const switches: Readonly<Record<string, string>> = { d: 'durable', x: 'exclusive', A: 'no-ack', p: 'persistent', l: 'line-buffered' }

/** Reads options as getopt does, up to the first other word: what follows is a command with options of its own. `-p` takes a value for those who consume. */
function optionsOf(args: readonly string[], consuming: boolean): Options {
  const values = new Map<string, string>()
  const flags = new Set<string>()
  let at = 0
  for (; at < args.length && args[at]!.startsWith('-'); at++) {
    const [, long, short, joined] = /^(?:--([\w-]+)|-(\w))=?(.*)$/s.exec(args[at]!) ?? []
    const isValue = long ? Object.values(valued).includes(long) : short! in valued && (short !== 'p' || consuming)
    const name = long ?? (isValue ? valued[short!] : switches[short!]) ?? ''
    if (!isValue) flags.add(name)
    else values.set(name, joined || (args[++at] ?? ''))
  }
  return { values, flags, words: args.slice(at) }
}

interface Broker {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly vhost: string
}

/** Where `--url` or `--server` points: `amqp://guest:guest@rabbitmq-service:5672/vhost`. */
function brokerOf({ values }: Options): Broker | undefined {
  const url = values.get('url') ?? `amqp://${values.get('server') ?? 'localhost'}`
  const [, user, password, host, port, vhost] = /^amqps?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^:/]+)(?::(\d+))?(?:\/(.*))?$/.exec(url) ?? []
  if (host === undefined) return undefined
  return { host, port: Number(port ?? 5672), user: user ?? 'guest', password: password ?? 'guest', vhost: decodeURIComponent(vhost || '/') }
}

/** A client's work once it is connected. */
type Work = (fd: number, options: Options, self: Self) => Proc<number>

const client =
  (work: Work, consuming = false): Program =>
  (self) =>
    connected(self, work, consuming)

function* connected(self: Self, work: Work, consuming: boolean): Proc<number> {
  const options = optionsOf(self.argv.slice(1), consuming)
  const broker = brokerOf(options)
  if (!broker) return yield* dies(`Parsing URL '${options.values.get('url')}': could not parse AMQP URL`)
  const { host, port, user, password, vhost } = broker
  let fd: number
  try {
    fd = yield* connect(host, port)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    const why = ['ENOTFOUND', 'EAI_AGAIN'].includes(error.code) ? 'hostname lookup failed' : 'a socket error occurred'
    return yield* dies(`opening socket to ${host}:${port}: ${why}`)
  }
  const login = yield* ask(fd, { do: 'login', user, password, vhost })
  return (yield* refused(login, 'logging in to AMQP server')) ?? (yield* work(fd, options, self))
}

function* dies(text: string): Proc<number> {
  yield* write(2, `${text}\n`)
  return 1
}

/** Tells why a broker refused; undefined when it did not. */
function* refused(reply: Reply | undefined, doing: string): Proc<number | undefined> {
  if (!reply) return yield* dies(`${doing}: a socket error occurred`)
  if (!('refused' in reply)) return undefined
  const { level, code, text } = reply.refused
  return yield* dies(`${doing}: ${level} error ${code}, message: ${text}`)
}

/** `amqp-declare-queue -q NAME [-d]`: makes a queue and prints its name. */
export const amqpDeclareQueue = client(function* (fd, { values, flags }) {
  const reply = yield* ask(fd, {
    do: 'declare',
    queue: values.get('queue') ?? '',
    durable: flags.has('durable'),
    exclusive: flags.has('exclusive'),
  })
  const refusal = yield* refused(reply, 'queue.declare')
  if (refusal === undefined && reply && 'queue' in reply) yield* write(1, `${reply.queue}\n`)
  return refusal ?? 0
})

/** `amqp-delete-queue -q NAME`: prints how many messages went with it. */
export const amqpDeleteQueue = client(function* (fd, { values }) {
  const reply = yield* ask(fd, { do: 'delete', queue: values.get('queue') ?? '' })
  const refusal = yield* refused(reply, 'queue.delete')
  if (refusal === undefined && reply && 'messages' in reply) yield* write(1, `${reply.messages}\n`)
  return refusal ?? 0
})

/** `amqp-publish -r KEY [-e EXCHANGE] [-b BODY]`: one message, its body from standard input unless told. */
export const amqpPublish = client(function* (fd, { values }) {
  const body = values.get('body') ?? (yield* readAll(0))
  const reply = yield* ask(fd, { do: 'publish', exchange: values.get('exchange') ?? '', queue: values.get('routing-key') ?? '', body })
  return (yield* refused(reply, 'basic.publish')) ?? 0
})

/** `amqp-get -q NAME`: prints one message; 2 when there is none. */
export const amqpGet = client(function* (fd, { values }) {
  const reply = yield* ask(fd, { do: 'get', queue: values.get('queue') ?? '' })
  const refusal = yield* refused(reply, 'basic.get')
  if (refusal !== undefined) return refusal
  if (!reply || !('message' in reply)) return 2
  yield* write(1, reply.message)
  yield* say(fd, { do: 'ack', tag: reply.tag })
  return 0
})

/** `amqp-consume -q NAME [-c COUNT] COMMAND …`: runs the command once a message, its body on standard input, and acknowledges what succeeded. */
export const amqpConsume = client(function* (fd, { values, words }, self) {
  if (words.length === 0) return yield* dies('consuming command not specified')
  const queue = values.get('queue') ?? ''
  const prefetch = Number(values.get('prefetch-count') ?? 0)
  const count = Number(values.get('count') ?? Infinity)
  const refusal = yield* refused(
    yield* ask(fd, { do: 'consume', queue, prefetch: prefetch || (count < Infinity ? count : 0) }),
    'basic.consume',
  )
  if (refusal !== undefined) return refusal
  for (let done = 0; done < count; done++) {
    const reply = yield* hear(fd)
    if (!reply || !('message' in reply)) return yield* dies('waiting for header frame: a socket error occurred')
    const code = yield* runOn(reply.message, words, self)
    if (code === undefined) return 1
    yield* say(fd, { do: code === 0 ? 'ack' : 'reject', tag: reply.tag })
  }
  return 0
}, true)

/** Runs a command with a text on its standard input; its exit code, or undefined when there is no such command. */
function* runOn(text: string, argv: readonly string[], { env, cwd }: Self): Proc<number | undefined> {
  const [reader, writer] = yield* pipe()
  try {
    const pid = yield* spawn({ argv, env, cwd, fds: { 0: reader, 1: 1, 2: 2 } })
    yield* close(reader)
    try {
      yield* write(writer, text)
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== 'EPIPE') throw error // a command need not read
    }
    yield* close(writer)
    return (yield* wait(pid)).code
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    yield* dies(`exec ${argv[0]}: ${error.message}`)
    return undefined
  }
}
