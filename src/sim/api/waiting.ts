import type { KubeObject } from './object'
import { failure, StatusError } from './status'

/*
 * Some writes cannot be decided at once: a webhook must be asked over the cluster's network, and virtual time passes until it answers. The
 * pipeline stays a plain function all the same. Whoever has to ask throws `Waiting`, which leaves the pipeline before anything is stored; when
 * the answer is there the pipeline is walked again from the start, and this time the answer is remembered. What has changed meanwhile is
 * seen by the second walk, as it is when a real server retries a patch.
 */

/** What one request has learnt over the network so far, by what was asked. */
export type Answers = Map<string, unknown>

/** An HTTP answer, or why there is none: an errno (`ECONNREFUSED`), `timeout`, or `end` when the peer hung up. */
export type NetworkAnswer =
  { readonly status: number; readonly body: string; readonly headers: Readonly<Record<string, string>> } | { readonly error: string }

/** A request that the API server makes of somebody else. */
export interface OutgoingRequest {
  readonly host: string
  readonly port: number
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs: number
}

/** What is heard of such a request, in this order: the head, the body in pieces, its end; or an error instead of the rest. */
export interface OutgoingListener {
  head(status: number, headers: Readonly<Record<string, string>>): void
  data(chunk: string): void
  end(): void
  error(code: string): void
}

/** Sends a request over the cluster's network from where kube-apiserver runs. Returns how to hang up. */
export type Dial = (request: OutgoingRequest, listener: OutgoingListener) => () => void

/** Thrown by a request that waits for somebody outside the server. To a client that cannot wait it is a refusal: not yet. */
export class Waiting extends StatusError {
  /** Calls back once, when there is a reason to try again; with what was stored when the write went on by itself meanwhile. */
  constructor(readonly whenKnown: (listener: (stored?: KubeObject) => void) => void) {
    super(failure(504, 'Timeout', 'Timeout: request did not complete within the allotted timeout').status)
    this.name = 'Waiting'
  }
}

/** How the parts of a server ask somebody else in the middle of a request. */
export interface Questions {
  /** Runs one walk through the pipeline; what is asked meanwhile is remembered in `answers`. */
  during<T>(answers: Answers, walk: () => T): T
  /** The answer to a question of the current request, which `start` asks when it is new. Throws Waiting as long as there is no answer. */
  ask<T>(key: string, start: (answered: (answer: T) => void) => void): T
  /** What the first walk of the current request made of `make`: what is drawn by chance is drawn once. */
  remember<T>(key: string, make: () => T): T
}

export function createQuestions(): Questions {
  let current: Answers | undefined
  return {
    during(answers, walk) {
      const outer = current
      current = answers
      try {
        return walk()
      } finally {
        current = outer
      }
    },
    ask<T>(key: string, start: (answered: (answer: T) => void) => void) {
      const answers = current ?? new Map<string, unknown>()
      if (answers.has(key)) return answers.get(key) as T // whoever asks under this key asks for the same thing
      throw new Waiting((again) =>
        start((answer) => {
          answers.set(key, answer)
          again()
        }),
      )
    },
    remember<T>(key: string, make: () => T) {
      if (current?.has(key)) return current.get(key) as T // made by the same caller
      const made = make()
      current?.set(key, made)
      return made
    },
  }
}

/** Sends a request and collects its answer. Without a network nobody can be reached. */
export function collect(dial: Dial | undefined, request: OutgoingRequest, done: (answer: NetworkAnswer) => void) {
  if (!dial) return done({ error: 'ECONNREFUSED' })
  let status = 0
  let headers: Readonly<Record<string, string>> = {}
  let body = ''
  dial(request, {
    head(code, all) {
      status = code
      headers = all
    },
    data: (chunk) => void (body += chunk),
    end: () => done({ status, body, headers }),
    error: (error) => done({ error }),
  })
}

/** How Go words a connection that did not come about. `address` is `host:port`. */
export function dialError(code: string, address: string): string {
  if (code === 'timeout') return 'context deadline exceeded'
  if (code === 'end') return 'EOF'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${address.split(':')[0]} on 10.96.0.10:53: no such host`
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connect: connection refused',
    EHOSTUNREACH: 'connect: no route to host',
    ECONNRESET: 'read: connection reset by peer',
  }
  return `dial tcp ${address}: ${words[code] ?? 'i/o timeout'}`
}
