import {
  close,
  connect,
  connectPath,
  nowMs,
  open,
  peerCertificate,
  readAll,
  readFile,
  sleep,
  stat,
  write,
  writeFile,
} from '../../node/os/calls'
import { type Proc, SyscallError } from '../../node/os/syscalls'
import { byteLength, bytesFromText } from '../../node/os/text'
import { certificateLines, distrustOf, isDistrusted } from './certificate-trust'
import { exchange, header, hostHeader, type HttpAnswer, parseUrl, type Url } from './http'
import { base64 } from './jq/formats'
import { parseOptions, tool, ToolError, type Context } from './tool'

/** curl: requests as people type them, its messages and exit codes. */

export const curl = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'sSfvLkiIo:OX:H:d:u:A:m:w:GT:e:b:c:x:NF:#046gZ:',
    long: {
      silent: 's',
      'show-error': 'S',
      fail: 'f',
      'fail-with-body': 'f',
      verbose: 'v',
      location: 'L',
      insecure: 'k',
      include: 'i',
      head: 'I',
      'output=': 'o',
      'remote-name': 'O',
      'request=': 'X',
      'header=': 'H',
      'data=': 'd',
      'data-raw=': 'D',
      'data-binary=': 'B',
      'data-urlencode=': 'U',
      'json=': 'J',
      'user=': 'u',
      'user-agent=': 'A',
      'max-time=': 'm',
      'connect-timeout=': 'C',
      'write-out=': 'w',
      get: 'G',
      'upload-file=': 'T',
      'retry=': 'R',
      'retry-delay=': 'Y',
      'retry-connrefused': 'Q',
      'resolve=': 'V',
      'unix-socket=': 'p',
      'cacert=': 'K',
      'cert=': 'q',
      'key=': 'q',
      'no-buffer': 'N',
      'url=': 'l',
      compressed: 'z',
      'noproxy=': 'q',
      'http1.1': 'z',
      http2: 'z',
      'connect-to=': 'P',
      'limit-rate=': 'q',
      'no-progress-meter': 's',
      ipv4: '4',
      version: 'W',
    },
    usage: 2,
  })
  if (options.has('W')) {
    yield* write(1, 'curl 8.5.0 (x86_64-pc-linux-gnu) libcurl/8.5.0\nProtocols: http https\n')
    return 0
  }
  const urls = [...options.operands, ...options.all('l')]
  if (urls.length === 0) throw new ToolError("(2) no URL specified\ncurl: try 'curl --help' for more information", 2)
  let code = 0
  for (const text of urls) {
    const retries = Number(options.get('R') ?? 0)
    for (let attempt = 0; ; attempt++) {
      code = yield* fetchOnce(context, options, text)
      if (code === 0 || attempt >= retries || (code === 7 && !options.has('Q'))) break
      yield* sleep(Number(options.get('Y') ?? 1) * 1000)
    }
  }
  return code
})

const curlErrors: Readonly<Record<string, readonly [number, (url: Url, ms: number) => string]>> = {
  ENOTFOUND: [6, (url) => `Could not resolve host: ${url.host}`],
  ENOENT: [7, (url, ms) => `Failed to connect to ${url.host} port ${url.port} after ${ms} ms: Couldn't connect to server`],
  ECONNREFUSED: [7, (url, ms) => `Failed to connect to ${url.host} port ${url.port} after ${ms} ms: Couldn't connect to server`],
  EHOSTUNREACH: [7, (url, ms) => `Failed to connect to ${url.host} port ${url.port} after ${ms} ms: No route to host`],
  ENETUNREACH: [7, (url, ms) => `Failed to connect to ${url.host} port ${url.port} after ${ms} ms: Network is unreachable`],
  ETIMEDOUT: [28, (url, ms) => `Failed to connect to ${url.host} port ${url.port} after ${ms} ms: Connection timed out`],
  ECONNRESET: [56, () => 'Recv failure: Connection reset by peer'],
  EPIPE: [55, () => 'Send failure: Broken pipe'],
  EMPTYREPLY: [52, () => 'Empty reply from server'],
  NOTHTTP: [1, () => 'Received HTTP/0.9 when not allowed'],
}

/** Whom to connect to for a URL: `--resolve HOST:PORT:ADDRESS` knows the address of a name, `--connect-to` another server. */
function wayTo({ host, port }: Url, options: ReturnType<typeof parseOptions>): { readonly host: string; readonly port: number } {
  for (const given of options.all('P')) {
    const [from = '', fromPort = '', to = '', toPort = ''] = given.split(':')
    if ((from === '' || from.toLowerCase() === host.toLowerCase()) && (fromPort === '' || Number(fromPort) === port))
      return { host: to || host, port: Number(toPort) || port }
  }
  for (const given of options.all('V')) {
    const [, name = '', number = '', addresses = ''] = /^\+?([^:]+):(\d+):(.*)$/.exec(given) ?? []
    if ((name === '*' || name.toLowerCase() === host.toLowerCase()) && Number(number) === port)
      return { host: addresses.split(',')[0]!.replace(/^\[|\]$/g, ''), port }
  }
  return { host, port }
}

/** The authorities that were given, as PEM; undefined for those of the distribution, which know nobody in a cluster. Answers what is wrong with the file. */
function* authoritiesFrom(authority: string | undefined, { self }: Context): Proc<string | readonly [number, string] | undefined> {
  const file = authority ?? self.env.CURL_CA_BUNDLE ?? self.env.SSL_CERT_FILE
  if (file === undefined) return undefined
  return (yield* stat(file)) ? yield* readFile(file) : [77, `error setting certificate file: ${file}`]
}

/** Why a server is not trusted: by its certificate where it shows one, else by where it is. */
function* distrust(
  certificate: string | undefined,
  host: string,
  address: string,
  authorities: string | undefined,
): Proc<readonly [number, string] | undefined> {
  if (certificate === undefined) {
    if (authorities !== undefined || !(yield* isDistrusted(address))) return undefined
    return [60, `SSL certificate problem: unable to get local issuer certificate\n${UNTRUSTED}`]
  }
  const found = distrustOf(certificate, host, authorities ?? '', yield* nowMs())
  return found && [found[0], `${found[1]}\n${UNTRUSTED}`]
}

const UNTRUSTED = `More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the web page mentioned above.`

function* fetchOnce(context: Context, options: ReturnType<typeof parseOptions>, text: string): Proc<number> {
  const begun = yield* nowMs()
  const quiet = options.has('s') && !options.has('S')
  const report = function* (code: number, message: string): Proc<number> {
    if (!quiet) yield* write(2, `curl: (${code}) ${message}\n`)
    return code
  }
  let url = parseUrl(text)
  if (!url) return yield* report(3, 'URL using bad/illegal format or missing URL')
  if (url.scheme !== 'http' && url.scheme !== 'https') return yield* report(1, `Protocol "${url.scheme}" not supported`)
  const pieces: string[] = []
  for (const [letter, value] of options.given) {
    if (letter === 'd' || letter === 'B')
      pieces.push(
        value.startsWith('@')
          ? (value === '@-' ? yield* readAll(0) : yield* readFile(value.slice(1))).replace(letter === 'd' ? /[\r\n]/g : /(?!)/, '')
          : value,
      )
    else if (letter === 'D' || letter === 'J') pieces.push(value)
    else if (letter === 'U')
      pieces.push(
        value.replace(
          /^([^=]*=)?(.*)$/s,
          (_, name: string | undefined, rest: string) => (name && name !== '=' ? name : '') + encodeURIComponent(rest),
        ),
      )
    else if (letter === 'T') pieces.push(value === '-' ? yield* readAll(0) : yield* readFile(value))
  }
  let body = pieces.length > 0 ? pieces.join('&') : undefined
  if (options.has('G') && body !== undefined) {
    url = { ...url, path: `${url.path}${url.path.includes('?') ? '&' : '?'}${body}` }
    body = undefined
  }
  let method = options.get('X') ?? (options.has('I') ? 'HEAD' : options.has('T') ? 'PUT' : body !== undefined ? 'POST' : 'GET')
  const limit = options.get('m') === undefined ? undefined : Number(options.get('m')) * 1000
  const deadline = limit === undefined ? undefined : begun + limit
  const verbose = options.has('v')
  let output: number | undefined
  const target = options.has('O')
    ? (url.path.split('?')[0]!.split('/').at(-1) ?? '')
    : options.get('o') === '-'
      ? undefined
      : options.get('o')
  let answer: HttpAnswer | undefined
  let redirects = 0
  let size = 0
  for (;;) {
    const at: Url = url
    const headers: [string, string][] = [['Host', hostHeader(at)]]
    const user = options.get('u') ?? at.user
    if (user !== undefined) headers.push(['Authorization', `Basic ${base64(bytesFromText(user))}`])
    headers.push(['User-Agent', options.get('A') ?? 'curl/8.5.0'], ['Accept', '*/*'])
    if (options.has('J')) headers.push(['Content-Type', 'application/json'])
    for (const given of options.all('H')) {
      const colon = given.indexOf(':')
      const name = given.slice(0, colon)
      const known = headers.findIndex(([key]) => key.toLowerCase() === name.toLowerCase())
      if (known >= 0) headers.splice(known, 1)
      const value = given.slice(colon + 1).trim()
      if (value !== '' && colon > 0) headers.push([name, value])
    }
    if (body !== undefined) {
      headers.push(['Content-Length', String(byteLength(body))])
      if (!options.has('T') && !headers.some(([name]) => name.toLowerCase() === 'content-type'))
        headers.push(['Content-Type', 'application/x-www-form-urlencoded'])
    }
    try {
      const timeoutMs = options.has('C')
        ? Number(options.get('C')) * 1000
        : deadline === undefined
          ? undefined
          : Math.max(1, deadline - (yield* nowMs()))
      const way = wayTo(at, options)
      const socket = options.get('p')
      const fd = socket === undefined ? yield* connect(way.host, way.port, { timeoutMs }) : yield* connectPath(socket)
      const isSecure = at.scheme === 'https'
      const certificate = isSecure ? yield* peerCertificate(fd, at.host) : undefined
      const authorities = isSecure ? yield* authoritiesFrom(options.get('K'), context) : undefined
      if (Array.isArray(authorities)) return yield* report(...(authorities as readonly [number, string]))
      const trusted = authorities as string | undefined
      if (verbose) {
        const lines = certificate === undefined ? [] : certificateLines(certificate, at.host, trusted ?? '', yield* nowMs())
        yield* write(2, [`Connected to ${at.host} port ${at.port}`, ...lines].map((line) => `* ${line}\n`).join(''))
      }
      const refusal = isSecure && !options.has('k') ? yield* distrust(certificate, at.host, way.host, trusted) : undefined
      if (refusal) return yield* report(...refusal)
      if (verbose)
        yield* write(
          2,
          `${[`${method} ${at.path} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`), ''].map((line) => `> ${line}\n`).join('')}`,
        )
      const follows = (one: HttpAnswer) =>
        options.has('L') && one.status >= 300 && one.status < 400 && header(one, 'location') !== undefined
      let current: HttpAnswer | undefined
      const emit = function* (piece: string): Proc {
        if (target !== undefined) output ??= yield* open(target, 'write')
        yield* write(output ?? 1, piece)
      }
      answer = yield* exchange(
        fd,
        `${method} ${at.path} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body ?? ''}`,
        {
          head: method === 'HEAD',
          deadline,
          *onHead(one) {
            current = one
            const lines = [
              `HTTP/${one.version} ${one.status} ${one.reason}`.trimEnd(),
              ...one.headers.map(([name, value]) => `${name}: ${value}`),
              '',
            ]
            if (verbose) yield* write(2, lines.map((line) => `< ${line}\n`).join(''))
            if (options.has('i') || options.has('I')) yield* emit(lines.map((line) => `${line}\r\n`).join(''))
          },
          *onBody(piece) {
            if (current && (follows(current) || (options.has('f') && current.status >= 400))) return
            size += byteLength(piece)
            yield* emit(piece)
          },
        },
      )
      yield* close(fd)
      if (follows(answer) && redirects++ < 50) {
        const location = header(answer, 'location')!
        const next = parseUrl(
          /^[a-z]+:\/\//i.test(location)
            ? location
            : `${at.scheme}://${hostHeader(at)}${location.startsWith('/') ? location : `/${location}`}`,
        )
        if (next) {
          url = next
          if (answer.status === 303 || (answer.status < 303 && method === 'POST')) {
            method = 'GET'
            body = undefined
          }
          continue
        }
      }
      break
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code === 'EINTR') throw error
      const elapsed = Math.round((yield* nowMs()) - begun)
      if (options.has('w')) yield* write(1, written(options.get('w')!, undefined, text, 0, elapsed))
      const known = curlErrors[error.code]
      if (error.code === 'ETIMEDOUT' && limit !== undefined && elapsed >= limit)
        return yield* report(
          28,
          answer || size > 0
            ? `Operation timed out after ${elapsed} milliseconds with ${size} bytes received`
            : `Connection timed out after ${elapsed} milliseconds`,
        )
      if (error.code === 'ETIMEDOUT' && options.has('C')) return yield* report(28, `Connection timed out after ${elapsed} milliseconds`)
      return yield* known ? report(known[0], known[1](at, elapsed)) : report(7, error.message)
    }
  }
  if (target !== undefined && output === undefined && !(options.has('f') && answer.status >= 400)) yield* writeFile(target, '')
  if (output !== undefined) yield* close(output)
  if (options.has('w')) yield* write(1, written(options.get('w')!, answer, text, size, Math.round((yield* nowMs()) - begun)))
  if (options.has('f') && answer.status >= 400) return yield* report(22, `The requested URL returned error: ${answer.status}`)
  return 0
}

function written(format: string, answer: HttpAnswer | undefined, url: string, size: number, ms: number): string {
  const seconds = (ms / 1000).toFixed(6)
  const values: Readonly<Record<string, string>> = {
    http_code: String(answer?.status ?? 0).padStart(3, '0'),
    response_code: String(answer?.status ?? 0).padStart(3, '0'),
    size_download: String(size),
    time_total: seconds,
    time_connect: seconds,
    time_starttransfer: seconds,
    url_effective: url,
    content_type: (answer && header(answer, 'content-type')) ?? '',
    remote_ip: '',
    num_redirects: '0',
    http_version: answer?.version ?? '0',
  }
  return format
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t')
    .replace(/\\r/g, '\r')
    .replace(/%\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}
