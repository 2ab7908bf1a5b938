import { accept, close, listen, onSignal, pendingSignals, poll, spawn, wait, write } from '../os/calls'
import { readRequest, reasonPhrase, type HttpRequest } from '../os/http-message'
import { SyscallError, type Certificates, type Proc, type Self, type Signal } from '../os/syscalls'
import { byteLength } from '../os/text'

export type { HttpRequest }

export interface HttpResponse {
  readonly status: number
  /** The words beside the number, where they are others than usual. */
  readonly reason?: string
  /** Several values stand in a line each. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body: string
  /** What is written after the body, for as long as it takes: a stream, of which nobody knows the length. */
  readonly more?: (fd: number) => Proc
}

export interface HttpServer {
  readonly self: Self
  readonly ports: readonly number[]
  readonly address?: string
  /** What it shows at the ports where it speaks TLS. */
  readonly certificate?: (port: number) => Certificates | undefined
  readonly handle: (request: HttpRequest) => Proc<HttpResponse>
  /** Requests that take their time are answered by a process of their own, so that others need not wait. */
  readonly slow?: (request: HttpRequest) => boolean
  /** Signals that end the server; SIGTERM and SIGINT unless told. */
  readonly stopOn?: readonly Signal[]
  /** Called for every other caught signal (SIGHUP). */
  readonly onSignal?: (signal: Signal) => Proc<void>
  /** Called when a stop signal has come, before the process ends. */
  readonly onStop?: (signal: Signal) => Proc<void>
  readonly catches?: readonly Signal[]
  /** What a gRPC health check hears; without it the server speaks no gRPC. */
  readonly grpcHealth?: () => 'SERVING' | 'NOT_SERVING'
}

/** Listens and answers HTTP requests until a signal says stop; ends with exit code 0. Throws EADDRINUSE like `listen`. */
export function* serveHttp(server: HttpServer): Proc<number> {
  const listener = yield* listenFor(server)
  return listener === undefined ? 0 : yield* acceptLoop(server, listener, stopOn(server))
}

const ENDS: readonly Signal[] = ['SIGTERM', 'SIGINT']
const stopOn = (server: HttpServer) => server.stopOn ?? ENDS

/*
 * A server rests in `acceptLoop` for as long as its container lives, so what that remembers counts with every Pod: whatever is not needed between
 * two requests is in a coroutine of its own.
 */

/** The descriptor of the first port's listener. A server of several ports gives each further one a process of its own: accept waits on one socket. */
function* listenFor(server: HttpServer): Proc<number | undefined> {
  for (const signal of [...stopOn(server), ...(server.catches ?? [])]) yield* onSignal(signal, 'catch')
  const fds: number[] = []
  for (const port of server.ports) fds.push(yield* listen(port, { address: server.address, certificate: server.certificate?.(port) }))
  const [first, ...others] = fds
  for (const fd of others) {
    yield* spawn({
      argv: server.self.argv,
      env: {},
      cwd: '/',
      fds: { 0: 0, 1: 1, 2: 2, 3: fd },
      run: () => acceptLoop(server, 3, []),
    })
  }
  return first
}

function* acceptLoop(server: HttpServer, listener: number, ends: readonly Signal[]): Proc<number> {
  for (let children = 0; ;) {
    try {
      children += yield* serveConnection(server, yield* accept(listener))
      if (children > 0) children -= yield* reap(children)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      if (error.code === 'EPIPE' || error.code === 'ECHILD') continue
      if (error.code !== 'EINTR') throw error
      if (yield* isToldToEnd(server, ends)) return 0
    }
  }
}

/** Answers a connection's request. Returns how many processes it left that to: none or one. */
function* serveConnection(server: HttpServer, { fd, peer, local }: { fd: number; peer: string; local: string }): Proc<number> {
  // A client nearly always sends its request at once; one that dawdles must not hold up the others.
  if ((yield* poll([fd], 0)) < 0) {
    yield* answerApart(server, fd, peer, local)
    return 1
  }
  const request = yield* readRequest(fd, peer, local)
  const isSlow = request !== undefined && (server.slow?.(request) ?? false)
  if (isSlow) yield* answerApart(server, fd, peer, local, request)
  else if (request) yield* answer(server, fd, request)
  yield* close(fd)
  return isSlow ? 1 : 0
}

/** How many of so many children have ended. */
function* reap(children: number): Proc<number> {
  for (let ended = 0; ended < children; ended++) if ((yield* wait(undefined, { noHang: true })).pid === 0) return ended
  return children
}

function* isToldToEnd(server: HttpServer, ends: readonly Signal[]): Proc<boolean> {
  for (const signal of yield* pendingSignals()) {
    if (ends.includes(signal)) {
      if (server.onStop) yield* server.onStop(signal)
      return true
    }
    if (server.onSignal) yield* server.onSignal(signal)
  }
  return false
}

/** Hands a connection to a child process. */
function* answerApart(server: HttpServer, fd: number, peer: string, local: string, known?: HttpRequest): Proc {
  yield* spawn({
    argv: server.self.argv,
    env: {},
    cwd: '/',
    fds: { 0: 0, 1: 1, 2: 2, 3: fd },
    *run() {
      const request = known ?? (yield* readRequest(3, peer, local))
      if (request) yield* answer(server, 3, request)
      return 0
    },
  })
  if (!known) yield* close(fd)
}

function* answer(server: HttpServer, fd: number, request: HttpRequest): Proc {
  if (request.method === 'PRI') {
    yield* write(fd, `${server.grpcHealth?.() ?? 'UNIMPLEMENTED'}\n`)
    return
  }
  const response = yield* server.handle(request)
  yield* write(fd, `${headOf(response)}\r\n${request.method === 'HEAD' ? '' : response.body}`)
  if (response.more) yield* response.more(fd)
}

/** Status line and headers, each with its line end. */
function headOf({ status, reason = reasonPhrase(status), headers = {}, body, more }: HttpResponse): string {
  let head = `HTTP/1.1 ${status} ${reason}\r\n`
  for (const [name, value] of Object.entries(headers))
    for (const each of typeof value === 'string' ? [value] : value) head += `${name}: ${each}\r\n`
  if (!more && !('Content-Length' in headers) && status !== 204 && status !== 304) head += `Content-Length: ${byteLength(body)}\r\n`
  return head
}
