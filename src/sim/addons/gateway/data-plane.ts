import { close, connect, kill, nowMs, readFile, readLine, sleep, spawn, stat, write } from '../../node/os/calls'
import { SyscallError, type Certificates, type Proc, type Self } from '../../node/os/syscalls'
import { slashDate } from '../../node/programs/dates'
import { serveHttp } from '../../node/programs/http-server'
import type { Addon } from '../addon'
import type { GatewayConfiguration } from './configuration'
import { hostFor } from './matching'
import { respond, type GatewayNginx } from './serving'

/** Written by the control plane: whom to ask, and for which Gateway. */
export const AGENT_FILE = '/etc/nginx-agent/nginx-agent.conf'
const READY_PORT = 8081
const RETRY_MS = 3000

/** The nginx that stands for one Gateway: it has its configuration from the control plane, and goes on with the last one while that is away. */
export const gatewayNginx: Addon = {
  program: 'nginx-gateway-nginx',
  *serve(_environment, self) {
    const nginx: GatewayNginx = { configuration: { ports: [] }, turns: new Map() }
    yield* notice(self, 'using the "epoll" event method')
    yield* notice(self, 'start worker processes')
    let hasConfiguration = false
    yield* spawn({
      argv: ['nginx-agent'],
      env: {},
      cwd: '/',
      fds: { 0: 0, 1: 1, 2: 2 },
      run: () => follow(self, nginx, () => (hasConfiguration = true)),
    })
    return yield* serveHttp({
      self,
      ports: [READY_PORT],
      *handle({ path }) {
        yield* nowMs()
        const isReady = path === '/readyz' && hasConfiguration
        return { status: isReady ? 200 : 503, headers: { 'Content-Type': 'text/plain' }, body: isReady ? 'OK\n' : '' }
      },
      onStop: () => notice(self, 'gracefully shutting down'),
    })
  },
}

function* notice({ pid }: Self, text: string): Proc {
  yield* write(2, `${slashDate(yield* nowMs())} [notice] ${pid}#${pid}: ${text}\n`)
}

/** Asks the control plane for the configuration, and applies each that it sends. */
function* follow(self: Self, nginx: GatewayNginx, applied: () => void): Proc<number> {
  const servers = new Map<number, number>()
  for (;;) {
    try {
      const text = (yield* stat(AGENT_FILE)) ? yield* readFile(AGENT_FILE) : ''
      const setting = (name: string) => new RegExp(`^\\s*${name}: (\\S+)`, 'm').exec(text)?.[1] ?? ''
      const fd = yield* connect(setting('host'), Number(setting('port') || 443), { timeoutMs: 10_000 })
      yield* write(fd, `${setting('owner-name')}\n`)
      for (let line = yield* readLine(fd); line !== ''; line = yield* readLine(fd)) {
        nginx.configuration = JSON.parse(line) as GatewayConfiguration
        yield* listenOn(self, nginx, servers)
        applied()
      }
      yield* close(fd)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      yield* write(
        2,
        `time=${slashDate(yield* nowMs())} level=ERROR msg="Unable to connect to the command server" error=${JSON.stringify(error.message)}\n`,
      )
    }
    yield* sleep(RETRY_MS)
  }
}

/** What is shown at a port with TLS: the certificate of the listener for the name. */
function certificatesAt(nginx: GatewayNginx, port: number): Certificates | undefined {
  const at = () => nginx.configuration.ports.find((each) => each.port === port)
  if (!at()?.isSecure) return undefined
  return (name) => (at() && (hostFor(at()!, name.toLowerCase()) ?? at()!.hosts[0])?.certificate) ?? ''
}

/** Has a server for each port of the configuration, and for no other. */
function* listenOn(self: Self, nginx: GatewayNginx, servers: Map<number, number>): Proc {
  const wanted = nginx.configuration.ports.map(({ port }) => port)
  yield* notice(self, 'signal 1 (SIGHUP) received, reconfiguring')
  for (const [port, pid] of servers)
    if (!wanted.includes(port)) {
      yield* kill(pid, 'SIGTERM')
      servers.delete(port)
    }
  for (const port of wanted) {
    if (servers.has(port)) continue
    const pid = yield* spawn({
      argv: ['nginx: worker process'],
      env: {},
      cwd: '/',
      fds: { 0: 0, 1: 1, 2: 2 },
      run: (own) =>
        serveHttp({
          self: own,
          ports: [port],
          certificate: () => certificatesAt(nginx, port),
          slow: () => true,
          handle: (request) => respond(nginx, request),
        }),
    })
    servers.set(port, pid)
  }
}
