import { close, connect, nowMs } from '../node/os/calls'
import { SyscallError, type Proc } from '../node/os/syscalls'
import { exchange, type HttpAnswer } from '../shell/tools/http'

/** A request that a proxy passes on. */
export interface Passed {
  readonly address: string
  readonly port: number
  readonly method: string
  readonly target: string
  /** As they are sent, each with its name as it is written. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  readonly connectTimeoutMs: number
  readonly readTimeoutMs: number
}

/** What came back, and after how long; or why nothing did. */
export type PassedAnswer = { readonly answer: HttpAnswer; readonly ms: number } | { readonly failure: string; readonly ms: number }

/** Headers that belong to one connection and are not passed on. */
const HOP_BY_HOP: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'te'])

export const isPassedOn = (name: string) => !HOP_BY_HOP.has(name.toLowerCase())

/** `x-forwarded-for` as HTTP writes it: `X-Forwarded-For`. */
export const headerName = (name: string) => name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())

/** Sends a request to a server and waits for its answer. Failures are codes of system calls: ECONNREFUSED, ETIMEDOUT, … */
export function* pass(request: Passed): Proc<PassedAnswer> {
  const startedMs = yield* nowMs()
  const took = function* (): Proc<number> {
    return (yield* nowMs()) - startedMs
  }
  let fd: number | undefined
  try {
    fd = yield* connect(request.address, request.port, { timeoutMs: request.connectTimeoutMs })
    const lines = request.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    const answer = yield* exchange(fd, `${request.method} ${request.target} HTTP/1.1\r\n${lines}\r\n${request.body}`, {
      head: request.method === 'HEAD',
      deadline: (yield* nowMs()) + request.readTimeoutMs,
    })
    return { answer, ms: yield* took() }
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return { failure: error.code, ms: yield* took() }
  } finally {
    if (fd !== undefined) yield* close(fd)
  }
}
