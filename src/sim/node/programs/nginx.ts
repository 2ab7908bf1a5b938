import { kill, listDirectory, nowMs, processes, readFile, resolve, setTitle, sleep, sockets, stat, write } from '../os/calls'
import { SyscallError, type Proc, type Program, type Self, type Signal } from '../os/syscalls'
import { httpDate, logDate, slashDate } from './dates'
import { serveHttp, type HttpRequest, type HttpResponse, type HttpServer } from './http-server'
import { parseNginxConfiguration, chooseLocation, type NginxServer, type NginxLocation } from './nginx-configuration'
import { reasonPhrase } from '../os/http-message'
import { prepareNginx } from './nginx-start'
import { hostsIn, passOn, upstreamsIn } from './nginx-proxy'

const mimeTypes: Readonly<Record<string, string>> = {
  html: 'text/html', htm: 'text/html', css: 'text/css', js: 'application/javascript', json: 'application/json', txt: 'text/plain', xml: 'text/xml', svg: 'image/svg+xml', png: 'image/png', jpg: 'image/jpeg',
} // prettier-ignore

/** nginx of a version: serves files as its configuration says, logs requests, reloads on SIGHUP, ends on SIGQUIT and SIGTERM. */
export const nginx = (version: string): Program =>
  function* (self) {
    const flags = self.argv.slice(1)
    if (flags.includes('-v') || flags.includes('-V')) {
      yield* write(2, `nginx version: nginx/${version}\n`)
      return 0
    }
    const order = flags.indexOf('-s')
    if (order >= 0) return yield* tellMaster(self, flags[order + 1] ?? '')
    const servers = yield* configuration()
    if (typeof servers === 'string') {
      yield* write(2, `${slashDate(yield* nowMs())} [emerg] ${self.pid}#${self.pid}: ${servers}\nnginx: [emerg] ${servers}\n`)
      if (flags.includes('-t')) yield* write(2, 'nginx: configuration file /etc/nginx/nginx.conf test failed\n')
      return 1
    }
    if (flags.includes('-t') || flags.includes('-T')) {
      yield* write(
        2,
        'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n',
      )
      if (flags.includes('-T')) yield* dumpConfiguration()
      return 0
    }
    const obstacle = yield* prepareNginx(self)
    if (obstacle !== undefined) {
      yield* write(2, `${slashDate(yield* nowMs())} [emerg] ${self.pid}#${self.pid}: ${obstacle}\nnginx: [emerg] ${obstacle}\n`)
      return 1
    }
    const taken = (yield* sockets()).find(({ port }) => servers.some((server) => server.port === port))
    if (taken) return yield* refuseToBind(self, taken.port)
    yield* notice(self, 'using the "epoll" event method')
    yield* notice(self, `nginx/${version}`)
    yield* startWorkers(self)
    return yield* serveHttp(new Master(version, self, servers))
  }

/** An nginx that serves. A class, because every second Pod of a lesson has one. */
class Master implements HttpServer {
  readonly ports: readonly number[]
  /** Servers of an upstream take turns by it. */
  private requests = 0

  constructor(
    private readonly version: string,
    readonly self: Self,
    private servers: readonly NginxServer[],
  ) {
    this.ports = [...new Set(servers.map((server) => server.port))]
  }

  get stopOn() {
    return STOP_ON
  }

  get catches() {
    return CATCHES
  }

  handle(request: HttpRequest) {
    return respond(this.version, this.servers, request, this.self, this.requests++)
  }

  /** What is passed on takes as long as the other server takes. */
  slow() {
    return this.servers.some(({ locations }) => locations.some(({ directives }) => directives.proxy_pass))
  }

  *onSignal(signal: Signal): Proc {
    const { self } = this
    if (signal === 'SIGUSR1') return yield* notice(self, 'signal 10 (SIGUSR1) received, reopening logs')
    yield* notice(self, 'signal 1 (SIGHUP) received, reconfiguring')
    yield* notice(self, 'reconfiguring')
    const fresh = yield* configuration()
    if (typeof fresh === 'string') {
      yield* write(2, `${slashDate(yield* nowMs())} [emerg] ${self.pid}#${self.pid}: ${fresh}\n`)
      return
    }
    this.servers = fresh
    yield* notice(self, 'using the "epoll" event method')
    yield* startWorkers(self)
  }

  *onStop(signal: Signal): Proc {
    const { self } = this
    const [number, how] = signal === 'SIGQUIT' ? [3, 'gracefully shutting down'] : [15, 'exiting']
    yield* notice(self, `signal ${number} (${signal}) received, ${signal === 'SIGQUIT' ? 'shutting down' : 'exiting'}`)
    yield* notice(self, how)
    yield* notice(self, 'exit')
  }
}

const STOP_ON: readonly Signal[] = ['SIGQUIT', 'SIGTERM', 'SIGINT']
const CATCHES: readonly Signal[] = ['SIGHUP', 'SIGUSR1']

/** Somebody has the port already, most often the nginx that runs: five tries, half a second apart. */
function* refuseToBind(self: Self, port: number): Proc<number> {
  const say = function* (text: string): Proc {
    yield* write(2, `${slashDate(yield* nowMs())} [emerg] ${self.pid}#${self.pid}: ${text}\nnginx: [emerg] ${text}\n`)
  }
  for (let tries = 0; tries < 5; tries++) {
    yield* say(`bind() to 0.0.0.0:${port} failed (98: Address already in use)`)
    yield* sleep(500)
  }
  yield* say('still could not bind()')
  return 1
}

/** `nginx -T`: each file of the configuration under its name. */
function* dumpConfiguration(): Proc {
  for (const path of yield* configurationFiles()) yield* write(1, `# configuration file ${path}:\n${yield* readFile(path)}\n`)
}

/** nginx.conf and what lies beside it for the servers. */
function* configurationFiles(): Proc<readonly string[]> {
  const paths = (yield* stat('/etc/nginx/nginx.conf')) ? ['/etc/nginx/nginx.conf'] : []
  if ((yield* stat('/etc/nginx/conf.d'))?.type === 'directory')
    for (const name of yield* listDirectory('/etc/nginx/conf.d')) if (name.endsWith('.conf')) paths.push(`/etc/nginx/conf.d/${name}`)
  return paths
}

/** The account of nginx in its images. */
const WORKER_UID = 101
/** `worker_processes auto` on a node of two cores. */
const WORKERS = 2

function* startWorkers(self: Self): Proc {
  yield* notice(self, 'start worker processes')
  const title = `nginx: master process ${self.argv.join(' ')}`
  const workers = Array.from({ length: WORKERS }, () => ({ title: 'nginx: worker process', uid: WORKER_UID }))
  for (const pid of yield* setTitle(title, workers)) yield* notice(self, `start worker process ${pid}`)
}

const orders: Readonly<Record<string, Signal>> = { stop: 'SIGTERM', quit: 'SIGQUIT', reload: 'SIGHUP', reopen: 'SIGUSR1' }

/** `nginx -s reload`: a signal for the master process. */
function* tellMaster(self: Self, order: string): Proc<number> {
  const signal = orders[order]
  if (!signal) {
    yield* write(2, `nginx: invalid option: "-s ${order}"\n`)
    return 1
  }
  const now = yield* nowMs()
  const say = (level: string, text: string) => write(2, `${slashDate(now)} [${level}] ${self.pid}#${self.pid}: ${text}\n`)
  const broken = order === 'reload' ? yield* configuration() : ''
  if (typeof broken === 'string' && broken !== '') {
    yield* say('emerg', broken)
    return 1
  }
  yield* say('notice', 'signal process started')
  const master = (yield* processes()).find(({ argv: [title = ''] }) => title.startsWith('nginx: master process'))
  if (!master) {
    yield* say('error', 'open() "/run/nginx.pid" failed (2: No such file or directory)')
    return 1
  }
  yield* kill(master.pid, signal)
  return 0
}

function* notice({ pid }: Self, text: string): Proc {
  yield* write(2, sameText(`${slashDate(yield* nowMs())} [notice] ${pid}#${pid}: ${text}\n`))
}

const said = new Map<string, string>()
const MAX_SAID = 200

/** One text for all containers that say the same: those of a Deployment start in the same few seconds. */
function sameText(text: string): string {
  const known = said.get(text)
  if (known !== undefined) return known
  if (said.size >= MAX_SAID) said.clear()
  said.set(text, text)
  return text
}

/** All server blocks under conf.d (and in nginx.conf itself), or what is wrong with them. */
function* configuration(): Proc<readonly NginxServer[] | string> {
  let servers: readonly NginxServer[] = []
  const paths = yield* configurationFiles()
  for (const path of paths) {
    const text = yield* readFile(path)
    const { servers: parsed, hosts } = readConfiguration(text, path)
    if (typeof parsed === 'string') return parsed
    for (const { host, line } of hosts) if (!(yield* isKnown(host))) return `host not found in upstream "${host}" in ${path}:${line}`
    if (path === '/etc/nginx/nginx.conf') {
      // A configuration of one's own replaces the include of conf.d unless it asks for it.
      const isStandalone = text.includes('http') && !text.includes('conf.d')
      if (isStandalone) return parsed
    }
    servers = servers.length === 0 ? parsed : servers.concat(parsed)
  }
  if (servers.length === 0 && paths.length <= 1)
    return [
      { port: 80, names: [], locations: [{ path: '/', exact: false, directives: { root: ['/usr/share/nginx/html'] } }], directives: {} },
    ]
  return servers
}

interface ReadConfiguration {
  readonly path: string
  readonly servers: readonly NginxServer[] | string
  readonly hosts: ReturnType<typeof hostsIn>
}

/** By the text of the file: a thousand containers of an image read the same one. */
const readBefore = new Map<string, ReadConfiguration>()
const MOST_READ = 50

function readConfiguration(text: string, path: string): ReadConfiguration {
  const known = readBefore.get(text)
  if (known?.path === path) return known
  const all = parseNginxConfiguration(text, path)
  const upstreams = upstreamsIn(text)
  const servers = typeof all === 'string' ? all : all.map((server) => ({ ...server, upstreams }))
  const read = { path, servers, hosts: hostsIn(text) }
  if (readBefore.size >= MOST_READ) readBefore.clear()
  readBefore.set(text, read)
  return read
}

/** Whether a name leads anywhere; a name server that does not answer counts as no. */
function* isKnown(host: string): Proc<boolean> {
  if (host === 'localhost') return true
  try {
    return (yield* resolve(host)).length > 0
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return false
  }
}

function* respond(version: string, servers: readonly NginxServer[], request: HttpRequest, self: Self, turn: number): Proc<HttpResponse> {
  const time = yield* nowMs()
  const server = serverFor(servers, request)
  const location = server && chooseLocation(server, request.path)
  const response = server ? yield* content(server, location, request, version, self, turn) : errorPage(404, version)
  const size = request.method === 'HEAD' ? 0 : response.body.length
  const { referer = '-', 'user-agent': agent = '-', 'x-forwarded-for': forwarded = '-' } = request.headers
  const what = `"${request.method} ${request.target} ${request.version}" ${response.status} ${size} "${referer}" "${agent}" "${forwarded}"\n`
  // Joined: text put together by `+` rests in the log as a tree of its pieces.
  yield* write(1, [withoutPort(request.peer), ' - - [', logDate(time), '] ', what].join(''))
  const headers: Record<string, string | readonly string[]> = { Server: `nginx/${version}`, Date: httpDate(time) }
  for (const name in response.headers) headers[name] = response.headers[name]!
  headers.Connection = request.version === 'HTTP/1.0' ? 'close' : 'keep-alive'
  return { status: response.status, headers, body: response.body }
}

/** The server block that a request is for: the one on its port with the host's name, else the first on the port, else the first of all. */
function serverFor(servers: readonly NginxServer[], request: HttpRequest): NginxServer | undefined {
  const port = Number(request.local.slice(request.local.lastIndexOf(':') + 1))
  const host = withoutPort(request.headers.host ?? '')
  let first: NginxServer | undefined
  for (const server of servers) {
    if (server.port !== port) continue
    if (server.names.includes(host)) return server
    first ??= server
  }
  return first ?? servers[0]
}

/** `10.0.0.1:80` without what follows the colon; anything else as it is. */
function withoutPort(address: string): string {
  const colon = address.lastIndexOf(':')
  return colon >= 0 && /^\d+$/.test(address.slice(colon + 1)) ? address.slice(0, colon) : address
}

function* content(
  server: NginxServer,
  location: NginxLocation | undefined,
  request: HttpRequest,
  version: string,
  self: Self,
  turn: number,
): Proc<HttpResponse> {
  const directive = (name: string) => location?.directives[name] ?? server.directives[name]
  const returned = directive('return')
  if (returned) return returnDirective(returned, directive('default_type')?.[0], version, request, self)
  const proxied = location?.directives.proxy_pass?.[0]
  if (location && proxied !== undefined) {
    const [name, ...value] = location.directives.proxy_set_header ?? []
    const headers = name === undefined ? {} : { [name.toLowerCase()]: expand(value.join(' '), request, self) }
    return (
      (yield* passOn(request, expand(proxied, request, self), location.path, headers, server.upstreams ?? {}, turn)) ??
      errorPage(502, version)
    )
  }
  if (!['GET', 'HEAD', 'POST'].includes(request.method)) return errorPage(405, version)
  const root = location?.directives.alias?.[0] ?? directive('root')?.[0] ?? '/etc/nginx/html'
  const inside = location?.directives.alias ? request.path.slice(location.path.length) : request.path
  let path = `${root.replace(/\/$/, '')}/${inside.replace(/^\/+/, '')}`
  const missing = function* (): Proc<HttpResponse> {
    const time = slashDate(yield* nowMs())
    const isIndex = path.endsWith('/')
    const what = isIndex ? `directory index of "${path}" is forbidden` : `open() "${path}" failed (2: No such file or directory)`
    yield* write(
      2,
      `${time} [error] 29#29: *1 ${what}, client: ${withoutPort(request.peer)}, server: ${server.names[0] ?? ''}, request: "${request.method} ${request.target} ${request.version}", host: "${request.headers.host ?? ''}"\n`,
    )
    return errorPage(isIndex ? 403 : 404, version)
  }
  let found = yield* stat(path)
  if (found?.type === 'directory' && !path.endsWith('/')) {
    return {
      status: 301,
      headers: { 'Content-Type': 'text/html', Location: `http://${request.headers.host ?? 'localhost'}${request.path}/` },
      body: errorPage(301, version).body,
    }
  }
  if (found?.type === 'directory') {
    for (const index of directive('index') ?? ['index.html']) {
      const candidate = yield* stat(path + index)
      if (candidate?.type !== 'file') continue
      path += index
      found = candidate
      break
    }
  }
  if (found?.type !== 'file') return yield* missing()
  const body = yield* readFile(path)
  const type = mimeTypes[path.slice(path.lastIndexOf('.') + 1)] ?? directive('default_type')?.[0] ?? 'application/octet-stream'
  return {
    status: request.method === 'POST' ? 405 : 200,
    headers: {
      'Content-Type': type,
      'Last-Modified': httpDate(found.modifiedMs),
      ETag: `"${Math.floor(found.modifiedMs / 1000).toString(16)}-${found.size.toString(16)}"`,
      'Accept-Ranges': 'bytes',
    },
    body: request.method === 'POST' ? errorPage(405, version).body : body,
  }
}

/** `return 200 "text";`, `return 301 url;`, `return 503;`, with the variables people use in demonstrations. */
function returnDirective(
  words: readonly string[],
  defaultType: string | undefined,
  version: string,
  request: HttpRequest,
  self: Self,
): HttpResponse {
  const text = expand(words[1] ?? '', request, self)
  const status = Number(words[0])
  if (Number.isNaN(status)) return { status: 302, headers: { Location: words[0]! }, body: errorPage(302, version).body }
  if (status >= 300 && status < 400)
    return { status, headers: { 'Content-Type': 'text/html', Location: text }, body: errorPage(status, version).body }
  if (words[1] === undefined) return errorPage(status, version)
  return { status, headers: { 'Content-Type': defaultType ?? 'application/octet-stream' }, body: text }
}

/** Puts the request's values in the place of nginx's variables. */
const expand = (text: string, request: HttpRequest, self: Self): string => {
  const variables: Readonly<Record<string, string>> = {
    hostname: self.hostname, host: request.headers.host ?? '', uri: request.path, request_uri: request.target, remote_addr: withoutPort(request.peer), proxy_add_x_forwarded_for: withoutPort(request.peer), http_host: request.headers.host ?? '', scheme: 'http', request_method: request.method, server_addr: withoutPort(request.local),
  } // prettier-ignore
  return text.replace(/\$\{?(\w+)\}?/g, (whole, name: string) => variables[name] ?? whole)
}

const errorPage = (status: number, version: string): HttpResponse => ({
  status,
  headers: { 'Content-Type': 'text/html' },
  body: `<html>\r\n<head><title>${status} ${titleOf(status)}</title></head>\r\n<body>\r\n<center><h1>${status} ${titleOf(status)}</h1></center>\r\n<hr><center>nginx/${version}</center>\r\n</body>\r\n</html>\r\n`,
})

const titleOf = (status: number) =>
  status === 405 ? 'Not Allowed' : status === 503 ? 'Service Temporarily Unavailable' : reasonPhrase(status)
