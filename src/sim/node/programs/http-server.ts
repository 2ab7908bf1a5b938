import { accept, close, listen, onSignal, pendingSignals, poll, read, spawn, wait, write } from '../os/calls'
import { SyscallError, type Proc, type Self, type Signal } from '../os/syscalls'
import { byteLength } from '../os/text'

export interface HttpRequest {
  readonly method: string
  /** As it stood in the request line. */
  readonly target: string
  /** The target without its query, percent-decoded. */
  readonly path: string
  readonly query: URLSearchParams
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** `HTTP/1.1` */
  readonly version: string
  readonly peer: string
  readonly local: string
}

export interface HttpResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

export interface HttpServer {
  readonly self: Self
  readonly ports: readonly number[]
  readonly address?: string
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
  const stopOn = server.stopOn ?? ['SIGTERM', 'SIGINT']
  for (const signal of [...stopOn, ...(server.catches ?? [])]) yield* onSignal(signal, 'catch')
  const [first, ...others] = server.ports
  const fds: number[] = []
  for (const port of server.ports) fds.push(yield* listen(port, { address: server.address }))
  // A server of several ports gives each further one a process of its own: accept waits on one socket.
  for (let i = 0; i < others.length; i++) {
    yield* spawn({
      argv: server.self.argv,
      env: {},
      cwd: '/',
      fds: { 0: 0, 1: 1, 2: 2, 3: fds[i + 1]! },
      run: () => acceptLoop(server, 3, []),
    })
  }
  return first === undefined ? 0 : yield* acceptLoop(server, fds[0]!, stopOn)
}

function* acceptLoop(server: HttpServer, listener: number, stopOn: readonly Signal[]): Proc<number> {
  let children = 0
  for (;;) {
    try {
      const { fd, peer, local } = yield* accept(listener)
      // A client nearly always sends its request at once; one that dawdles must not hold up the others.
      if ((yield* poll([fd], 0)) < 0) {
        children++
        yield* answerApart(server, fd, peer, local)
      } else {
        const request = yield* readRequest(fd, peer, local)
        if (request && server.slow?.(request)) {
          children++
          yield* answerApart(server, fd, peer, local, request)
        } else if (request) yield* answer(server, fd, request)
        yield* close(fd)
      }
      for (; children > 0; children--) if ((yield* wait(undefined, { noHang: true })).pid === 0) break
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      if (error.code === 'EPIPE' || error.code === 'ECHILD') continue
      if (error.code !== 'EINTR') throw error
      for (const signal of yield* pendingSignals()) {
        if (stopOn.includes(signal)) {
          if (server.onStop) yield* server.onStop(signal)
          return 0
        }
        if (server.onSignal) yield* server.onSignal(signal)
      }
    }
  }
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
  const headers = { ...response.headers }
  if (!('Content-Length' in headers) && response.status !== 204 && response.status !== 304)
    headers['Content-Length'] = String(byteLength(response.body))
  const head = [
    `HTTP/1.1 ${response.status} ${reasonPhrase(response.status)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  yield* write(fd, `${head.join('\r\n')}\r\n\r\n${request.method === 'HEAD' ? '' : response.body}`)
}

/** Reads one request; undefined when the peer said nothing, or no HTTP. */
export function* readRequest(fd: number, peer: string, local: string): Proc<HttpRequest | undefined> {
  let text = ''
  let end = -1
  while (end < 0) {
    const chunk = yield* read(fd)
    if (chunk === '') return undefined
    text += chunk
    end = text.indexOf('\r\n\r\n')
  }
  const [requestLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const match = /^(\S+) (\S+) (HTTP\/\d\.\d)$/.exec(requestLine)
  if (!match) return undefined
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  let body = text.slice(end + 4)
  const length = Number(headers['content-length'] ?? 0)
  while (byteLength(body) < length) {
    const chunk = yield* read(fd)
    if (chunk === '') break
    body += chunk
  }
  const target = match[2]!
  const mark = target.indexOf('?')
  return {
    method: match[1]!,
    target,
    path: decode(mark < 0 ? target : target.slice(0, mark)),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers,
    body,
    version: match[3]!,
    peer,
    local,
  }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path // a stray percent sign stands for itself
  }
}

const phrases: Readonly<Record<number, string>> = {
  100: 'Continue', 101: 'Switching Protocols', 200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No Content', 301: 'Moved Permanently', 302: 'Found', 303: 'See Other',
  304: 'Not Modified', 307: 'Temporary Redirect', 308: 'Permanent Redirect', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found',
  405: 'Method Not Allowed', 409: 'Conflict', 413: 'Request Entity Too Large', 429: 'Too Many Requests', 500: 'Internal Server Error', 501: 'Not Implemented',
  502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout',
} // prettier-ignore

/** The words after the number in a status line. */
export const reasonPhrase = (status: number) => phrases[status] ?? 'Unknown'
