import { readLine, write } from '../../os/calls'
import type { Proc } from '../../os/syscalls'

/**
 * What RabbitMQ and its clients say to each other here: a JSON value a line, each request answered by one. AMQP's frames would show a learner
 * nothing more, as nobody but these programs speaks with a broker of the simulation.
 */
export type Request =
  | { readonly do: 'login'; readonly user: string; readonly password: string; readonly vhost: string }
  | { readonly do: 'declare'; readonly queue: string; readonly durable: boolean; readonly exclusive: boolean }
  | { readonly do: 'delete'; readonly queue: string }
  | { readonly do: 'purge'; readonly queue: string }
  | { readonly do: 'publish'; readonly exchange: string; readonly queue: string; readonly body: string }
  | { readonly do: 'get'; readonly queue: string }
  /** From now on messages come as they are there, `prefetch` at most without an acknowledgement. */
  | { readonly do: 'consume'; readonly queue: string; readonly prefetch: number }
  /** Done with a message, or it goes back to the front of its queue. */
  | { readonly do: 'ack' | 'reject'; readonly tag: number }
  /** What rabbitmqctl asks. */
  | { readonly do: 'queues' }

export interface QueueFacts {
  readonly name: string
  readonly durable: boolean
  readonly messages: number
  readonly unacknowledged: number
  readonly consumers: number
}

export type Reply =
  | { readonly ok: true; readonly queue?: string; readonly messages?: number; readonly queues?: readonly QueueFacts[] }
  | { readonly message: string; readonly tag: number }
  | { readonly empty: true }
  | { readonly refused: { readonly level: 'server connection' | 'server channel'; readonly code: number; readonly text: string } }

/** Says one thing to the other side. */
export const say = (fd: number, value: Request | Reply) => write(fd, `${JSON.stringify(value)}\n`)

/** Asks and waits for the answer; undefined when the other side has gone. */
export function* ask(fd: number, request: Request): Proc<Reply | undefined> {
  yield* say(fd, request)
  return yield* hear(fd)
}

/** The next thing the broker says; undefined when it has gone. */
export function* hear(fd: number): Proc<Reply | undefined> {
  const line = yield* readLine(fd)
  return line.endsWith('\n') ? (JSON.parse(line) as Reply) : undefined // written by `say` of a broker
}
