import {
  accept,
  close,
  fetch,
  onSignal,
  pendingSignals,
  read,
  readFile,
  listDirectory,
  listenPath,
  remove,
  resolve,
  spawn,
  stat,
  write,
} from '../../node/os/calls'
import { readRequest, reasonPhrase, type HttpRequest } from '../../node/os/http-message'
import { SyscallError, type FetchResponse, type Proc } from '../../node/os/syscalls'
import { byteLength } from '../../node/os/text'
import { isIPv4 } from '../../formats/ip'
import { CommandError, Exit } from '../errors'
import { clientConfig, requestHeaders, type ClientConfig } from '../kubeconfig'
import { listenAt } from '../listening'
import { passes, PatternError, patternList, type ProxyFilter } from '../proxy-filter'
import { log, out, verbosity, type Command, type Kubectl } from '../session'

/** `kubectl proxy`: the API as a plain HTTP server of this machine, asked with the client's own credentials, until it is interrupted. */
export const proxy: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    const port = flags.int('port')
    if (flags.changed('port') && flags.text('unix-socket')) throw new CommandError('cannot set --unix-socket and --port at the same time')
    const config = yield* clientConfig(kubectl)
    const filter = yield* filterOf(kubectl)
    yield* checkStaticFiles(kubectl)
    yield* onSignal('SIGINT', 'catch')
    const path = flags.text('unix-socket')
    const listening = path ? { fd: yield* listenAtPath(path) } : yield* tryToListen(port, flags.text('address'))
    yield* out(`Starting to serve on ${'address' in listening ? placeText(listening) : path}\n`)
    const site: Site = { kubectl, config, filter, api: slashed(flags.text('api-prefix')), files: slashed(flags.text('www-prefix')) }
    yield* untilInterrupted(() => serveNext(site, listening.fd))
  },
}

const placeText = ({ address, port }: { readonly address: string; readonly port: number }) =>
  `${address === '0.0.0.0' ? '[::]' : address}:${port}`

interface Site {
  readonly kubectl: Kubectl
  readonly config: ClientConfig
  /** None with --disable-filter. */
  readonly filter: ProxyFilter | undefined
  /** Where the API and the files of --www are found; both end with a slash. */
  readonly api: string
  readonly files: string
}

const slashed = (prefix: string) => (prefix.endsWith('/') ? prefix : `${prefix}/`)

function* filterOf(kubectl: Kubectl): Proc<ProxyFilter | undefined> {
  const { flags } = kubectl
  if (flags.bool('disable-filter')) {
    if (!flags.text('unix-socket'))
      yield* log(kubectl, 'W', 'proxy.go:177', 'Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious')
    return undefined
  }
  const patterns: RegExp[][] = []
  for (const name of ['accept-paths', 'reject-paths', 'accept-hosts', 'reject-methods']) {
    try {
      patterns.push(patternList(flags.text(name)))
    } catch (error) {
      if (!(error instanceof PatternError)) throw error
      yield* log(kubectl, 'F', 'proxy_server.go:83', `Error compiling re: ${error.message}`)
      throw new Exit(255)
    }
  }
  const [acceptPaths, rejectPaths, acceptHosts, rejectMethods] = patterns as [RegExp[], RegExp[], RegExp[], RegExp[]]
  return { acceptPaths, rejectPaths, acceptHosts, rejectMethods }
}

function* checkStaticFiles(kubectl: Kubectl): Proc {
  const folder = kubectl.flags.text('www')
  if (!folder) return
  const info = yield* stat(folder)
  if (!info)
    yield* log(kubectl, 'W', 'proxy.go:200', `Failed to stat static file directory ${folder}: stat ${folder}: no such file or directory`)
  else if (info.type !== 'directory') yield* log(kubectl, 'W', 'proxy.go:202', `Static file directory ${folder} is not a directory`)
}

/** Listens at an address or a name of this machine; answers the address too. */
function* tryToListen(port: number, host: string): Proc<{ fd: number; port: number; address: string }> {
  if (port < 0 || port > 65_535) throw new CommandError(`listen tcp: address ${port}: invalid port`)
  if (host.includes(':')) throw new CommandError(`listen tcp: address ${host}:${port}: too many colons in address`)
  const address = isIPv4(host) ? host : yield* lookUp(host)
  try {
    return { ...(yield* listenAt(port, address)), address }
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new CommandError(`listen tcp ${address}:${port}: bind: ${error.message.toLowerCase()}`)
  }
}

function* lookUp(name: string): Proc<string> {
  const [found] = yield* resolve(name)
  if (found) return found.value
  // What has no letter is no name, and no server is asked for it.
  const server = /[a-z]/i.test(name) ? /^nameserver\s+(\S+)/m.exec(yield* readFile('/etc/resolv.conf'))?.[1] : undefined
  throw new CommandError(`listen tcp: lookup ${name}${server ? ` on ${server}:53` : ''}: no such host`)
}

/** A socket that a proxy left behind is taken away first; only its owner may use the new one. */
function* listenAtPath(path: string): Proc<number> {
  if ((yield* stat(path))?.type === 'socket') yield* remove(path)
  try {
    return yield* listenPath(path, 0o700)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new CommandError(`listen unix ${path}: bind: ${error.message.toLowerCase()}`)
  }
}

function* untilInterrupted(work: () => Proc): Proc {
  for (;;) {
    try {
      yield* work()
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      if (error.code === 'EPIPE') continue
      if (error.code !== 'EINTR') throw error
      if ((yield* pendingSignals()).includes('SIGINT')) return
    }
  }
}

/** Each connection is answered by a process of its own: a watch may last for hours. */
function* serveNext(site: Site, listener: number): Proc {
  const { fd, peer, local } = yield* accept(listener)
  yield* spawn({
    argv: site.kubectl.self.argv,
    env: site.kubectl.self.env,
    cwd: site.kubectl.self.cwd,
    fds: { 0: 0, 1: 1, 2: 2, 3: fd },
    *run() {
      const request = yield* readRequest(3, peer, local)
      if (request) yield* answer(site, 3, request)
      return 0
    },
  })
  yield* close(fd)
}

const plain = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' }

function* answer(site: Site, fd: number, request: HttpRequest): Proc {
  const { kubectl, filter, api, files } = site
  const { method, path, target, headers } = request
  if (kubectl.flags.text('www') && path.startsWith(files))
    return yield* answerFile(kubectl.flags.text('www'), path.slice(files.length), fd, method)
  if (`${path}/` === api) return yield* reply(fd, method, 301, { Location: api }, `<a href="${api}">Moved Permanently</a>.\n\n`)
  if (!path.startsWith(api)) return yield* reply(fd, method, 404, plain, '404 page not found\n')
  const asked = path.slice(api.length - 1)
  const host = (headers.host ?? '').replace(/:\d+$/, '')
  if (filter) {
    const allowed = passes(filter, method, asked, host)
    if (verbosity(kubectl) >= 3)
      yield* log(
        kubectl,
        'I',
        allowed ? 'proxy_server.go:131' : 'proxy_server.go:135',
        `Filter ${allowed ? 'accepting' : 'rejecting'} ${method} ${asked === '/' ? '' : asked} ${host}`,
      )
    if (!allowed) return yield* reply(fd, method, 403, plain, 'Forbidden\n')
  }
  yield* passOn(site, fd, request, `${api === '/' ? target : target.slice(api.length - 1)}`)
}

/** Asks the API server and hands its answer back as it comes. */
function* passOn({ kubectl, config }: Site, fd: number, { method, headers, body }: HttpRequest, target: string): Proc {
  const kept = Object.fromEntries(
    Object.entries(headers).filter(([name]) => !['host', 'connection', 'content-length', 'accept-encoding'].includes(name)),
  )
  let response: FetchResponse
  try {
    response = yield* fetch({
      method,
      url: config.server + target,
      headers: { ...kept, ...(yield* requestHeaders(kubectl)) },
      ...(body === '' ? {} : { body }),
      stream: true,
    })
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return yield* reply(fd, method, 502, {}, '')
  }
  const given = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [canonical(name), value]))
  const sized = 'Content-Length' in given
  const head = sized ? given : { ...given, 'Transfer-Encoding': 'chunked' }
  yield* write(fd, headText(response.status, head))
  for (let chunk = yield* read(response.fd!); chunk !== ''; chunk = yield* read(response.fd!)) {
    if (method !== 'HEAD') yield* write(fd, sized ? chunk : `${byteLength(chunk).toString(16)}\r\n${chunk}\r\n`)
  }
  if (!sized && method !== 'HEAD') yield* write(fd, '0\r\n\r\n')
}

const canonical = (name: string) => name.replace(/(^|-)(\w)/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())
const headText = (status: number, headers: Readonly<Record<string, string>>) =>
  `${[`HTTP/1.1 ${status} ${reasonPhrase(status)}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`

function* reply(fd: number, method: string, status: number, headers: Readonly<Record<string, string>>, body: string): Proc {
  yield* write(fd, headText(status, { ...headers, 'Content-Length': String(byteLength(body)) }) + (method === 'HEAD' ? '' : body))
}

const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  htm: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  txt: 'text/plain; charset=utf-8',
  svg: 'image/svg+xml',
}

/** A file of --www; a directory shows its index.html, or what is in it. */
function* answerFile(folder: string, name: string, fd: number, method: string): Proc {
  const path = `${folder}/${name.split('/').filter((part) => part !== '..').join('/')}`.replace(/\/+$/, '') // prettier-ignore
  const info = yield* stat(path)
  if (!info) return yield* reply(fd, method, 404, plain, '404 page not found\n')
  if (/(^|\/)index\.html$/.test(name)) return yield* reply(fd, method, 301, { Location: './' }, '')
  if (info.type !== 'directory') {
    const type = contentTypes[/\.(\w+)$/.exec(path)?.[1] ?? ''] ?? 'text/plain; charset=utf-8'
    return yield* reply(fd, method, 200, { 'Content-Type': type }, yield* readFile(path))
  }
  if (yield* stat(`${path}/index.html`))
    return yield* reply(fd, method, 200, { 'Content-Type': contentTypes.html! }, yield* readFile(`${path}/index.html`))
  const links: string[] = []
  for (const child of yield* listDirectory(path)) {
    const shown = (yield* stat(`${path}/${child}`))?.type === 'directory' ? `${child}/` : child
    links.push(`<a href="${shown}">${shown}</a>\n`)
  }
  yield* reply(
    fd,
    method,
    200,
    { 'Content-Type': contentTypes.html! },
    `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${links.join('')}</pre>\n`,
  )
}
