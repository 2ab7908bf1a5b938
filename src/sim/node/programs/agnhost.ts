import { random, connect, nowMs, readFile, sleep, write } from '../os/calls'
import { SyscallError, type Proc, type Program } from '../os/syscalls'
import { klogHead, slashDate } from './dates'
import { agnhostWebhook } from './agnhost-webhook'
import { serveHttp, type HttpRequest, type HttpResponse } from './http-server'
import { dnsServerList, dnsSuffix, entrypointTester, etcHosts, logsGenerator, shellOutput } from './agnhost-small'
import { pause } from './pause'

const plain = (body: string, status = 200): HttpResponse => ({ status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body })

const flagOf = (argv: readonly string[], name: string) => {
  const at = argv.findIndex((word) => word === `--${name}`)
  return at >= 0 ? argv[at + 1] : argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
}

function* log(message: string): Proc {
  yield* write(2, `${klogHead(yield* nowMs())}log.go:195] ${message}\n`)
}

/** Answers 200 for ten seconds after its start and 500 from then on: made to fail a liveness probe. */
export const livenessServer: Program = function* (self) {
  const startedMs = yield* nowMs()
  return yield* serveHttp({
    self,
    ports: [8080],
    *handle(request) {
      const seconds = ((yield* nowMs()) - startedMs) / 1000
      if (request.path !== '/healthz') return plain('404 page not found\n', 404)
      return seconds > 10 ? plain(`error: ${seconds}`, 500) : plain('ok')
    },
  })
}

/** Answers every request with the host's name. */
export const serveHostname: Program = function* (self) {
  const port = Number(flagOf(self.argv, 'port') ?? 9376)
  yield* log(`Serving on port ${port}.`)
  return yield* serveHttp({
    self,
    ports: [port],
    *handle() {
      yield* nowMs()
      return plain(self.hostname)
    },
  })
}

/** `netexec`: an HTTP server of many small services. */
const netexec: Program = function* (self) {
  const port = Number(flagOf(self.argv, 'http-port') ?? 8080)
  let healthy = true
  const startedMs = yield* nowMs()
  yield* log(`Started HTTP server on port ${port}`)
  yield* log(`Started UDP server on port  ${flagOf(self.argv, 'udp-port') ?? 8081}`)
  return yield* serveHttp({
    self,
    ports: [port],
    slow: ({ path }) => path === '/shell' || path === '/delay',
    *handle(request) {
      const { path, query } = request
      yield* log(`GET ${request.target}`)
      if (path === '/') return plain(`NOW: ${slashDate(yield* nowMs())} +0000 UTC m=+${((yield* nowMs()) - startedMs) / 1000}`)
      if (path === '/hostname' || path === '/hostName') return plain(self.hostname)
      // The connection's own port is any of those that Linux gives to clients.
      if (path === '/clientip') return plain(`${request.peer}:${32_768 + Math.floor((yield* random()) * 28_232)}`)
      if (path === '/header') return plain(request.headers[(query.get('key') ?? '').toLowerCase()] ?? '')
      if (path === '/echo') return plain(query.get('msg') ?? '', Number(query.get('code') ?? 200))
      if (path === '/redirect')
        return { status: Number(query.get('code') ?? 302), headers: { Location: query.get('location') ?? '' }, body: '' }
      if (path === '/shell') return plain(yield* shellOutput(self, query.get('cmd') ?? query.get('shellCommand') ?? ''))
      if (path === '/healthz') return healthy ? plain('') : plain('', 412)
      if (path === '/shutdown') {
        healthy = false
        return plain('')
      }
      if (path === '/delay') yield* sleep(1000 * Number(query.get('seconds') ?? 1))
      return plain(path === '/delay' ? '' : '404 page not found\n', path === '/delay' ? 200 : 404)
    },
  })
}

/** The guestbook of the end-to-end tests, a list in memory. */
const guestbook: Program = (self) => {
  const entries: string[] = []
  return serveHttp({
    self,
    ports: [Number(flagOf(self.argv, 'http-port') ?? 80)],
    *handle({ path, query }: HttpRequest) {
      yield* nowMs()
      if (path === '/set') entries.push(query.get('value') ?? '')
      if (path === '/guestbook' && query.get('cmd') === 'set') entries.push(query.get('value') ?? '')
      return plain(path === '/hello' ? `hello from ${self.hostname}` : JSON.stringify({ data: entries.join(',') }))
    },
  })
}

const testWebserver: Program = (self) =>
  serveHttp({
    self,
    ports: [Number(flagOf(self.argv, 'port') ?? 80)],
    *handle({ path }: HttpRequest) {
      try {
        return plain(yield* readFile(path))
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error
        return plain('404 page not found\n', 404)
      }
    },
  })

/** `porter`: listens on each port that an environment variable names and answers with its value. */
const porter: Program = (self) => {
  const served = Object.entries(self.env).flatMap(([name, value]) => {
    const match = /^SERVE_(?:TLS_)?PORT_(\d+)$/.exec(name)
    return match ? [[Number(match[1]), value] as const] : []
  })
  return serveHttp({
    self,
    ports: served.map(([port]) => port),
    *handle({ local }: HttpRequest) {
      yield* nowMs()
      return plain(served.find(([port]) => local.endsWith(`:${port}`))?.[1] ?? '')
    },
  })
}

/** A server that speaks the gRPC health protocol, and a way to make it unhealthy. */
const grpcHealth: Program = (self) => {
  let serving = true
  return serveHttp({
    self,
    ports: [Number(flagOf(self.argv, 'http-port') ?? 8080), Number(flagOf(self.argv, 'port') ?? 5000)],
    *handle({ path }: HttpRequest) {
      yield* nowMs()
      if (path === '/make-not-serving') serving = false
      if (path === '/make-serving') serving = true
      return plain('')
    },
    grpcHealth: () => (serving ? 'SERVING' : 'NOT_SERVING'),
  })
}

/** `connect host:port`: silence when the connection stands, else one word for what kept it from standing. */
const connectTo: Program = function* (self) {
  const [host = '', port = '80'] = (self.argv.filter((word) => !word.startsWith('--')).at(-1) ?? '').split(':')
  const words: Readonly<Record<string, string>> = { ENOTFOUND: 'DNS', ETIMEDOUT: 'TIMEOUT', ECONNREFUSED: 'REFUSED' }
  try {
    yield* connect(host, Number(port), { timeoutMs: 1000 * Number(/^\d+/.exec(flagOf(self.argv, 'timeout') ?? '')?.[0] ?? 10) })
    return 0
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    yield* write(2, `${words[error.code] ?? 'OTHER'}\n`)
    return 1
  }
}

const subcommands: Readonly<Record<string, Program>> = {
  pause, netexec, guestbook, porter, connect: connectTo, liveness: livenessServer, 'serve-hostname': serveHostname, 'test-webserver': testWebserver,
  'grpc-health-checking': grpcHealth, 'dns-suffix': dnsSuffix, 'dns-server-list': dnsServerList, 'etc-hosts': etcHosts, 'entrypoint-tester': entrypointTester, inclusterclient: pause,
  'logs-generator': (self) => logsGenerator((name) => flagOf(self.argv, name))(self), 'no-snat-test': pause, webhook: agnhostWebhook, 'crd-conversion-webhook': agnhostWebhook,
} // prettier-ignore

const usage = `Usage:
  app [command]

Available Commands:
  connect              Attempts a TCP, UDP or SCTP connection and returns useful errors
  dns-server-list      Tells which DNS servers it asks
  dns-suffix           Prints the host's DNS suffix list
  entrypoint-tester    Tells how it was called
  etc-hosts            Shows its /etc/hosts
  grpc-health-checking Starts a simple grpc health checking endpoint
  guestbook            Creates a HTTP server with various endpoints representing a guestbook app
  help                 Help about any command
  liveness             Starts a server that is alive for 10 seconds
  logs-generator       Writes so many lines of log in so much time
  netexec              Creates a UDP and (optionally) SCTP server and a HTTP server with various endpoints
  pause                Pauses
  porter               Serves requested data on ports specified in ENV variables
  serve-hostname       Serves the hostname
  test-webserver       Starts a simple HTTP fileserver which serves any file specified in the URL path
  webhook              Starts an HTTP server for admission webhooks

Flags:
  -h, --help      help for app
      --version   version for app

Use "app [command] --help" for more information about a command.
`

/** The test image of Kubernetes: many small programs under one name. */
export const agnhost = (version: string): Program =>
  function* (self) {
    const [command = 'help', ...rest] = self.argv.slice(1)
    if (command === '--version') {
      yield* write(1, `app version ${version}\n`)
      return 0
    }
    const program = subcommands[command]
    if (program) return yield* program({ ...self, argv: [command, ...rest] })
    if (command === 'help' || command === '--help' || command === '-h') {
      yield* write(1, usage)
      return 0
    }
    yield* write(2, `Error: unknown command "${command}" for "app"\nRun 'app --help' for usage.\n`)
    return 1
  }
