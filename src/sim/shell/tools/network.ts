import {
  addresses,
  close,
  connect,
  listen,
  accept,
  nowMs,
  open,
  poll,
  read,
  readAll,
  readFile,
  resolve,
  sleep,
  write,
  writeFile,
  type DnsAnswer,
} from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { byteLength, bytesFromText } from '../../node/os/text'
import { formatTime } from './format'
import { base64 } from './jq/formats'
import { ToolError, complain, parseOptions, tool, type Context } from './tool'

/** Tools that speak to the network. */

interface Url {
  readonly scheme: string
  readonly user: string | undefined
  readonly host: string
  readonly port: number
  readonly path: string
}

function parseUrl(text: string): Url | undefined {
  const match = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:([^@/]*)@)?(\[[^\]]+\]|[^/:?#]*)(?::(\d+))?([/?][^#]*)?/i.exec(text)
  if (!match || match[3] === '') return undefined
  const scheme = (match[1] ?? 'http').toLowerCase()
  const path = match[5] ?? '/'
  return {
    scheme,
    user: match[2],
    host: match[3]!.replace(/^\[|\]$/g, ''),
    port: Number(match[4] ?? (scheme === 'https' ? 443 : 80)),
    path: path.startsWith('/') ? path : `/${path}`,
  }
}

export interface HttpAnswer {
  readonly version: string
  readonly status: number
  readonly reason: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

const header = (answer: HttpAnswer, name: string) => answer.headers.find(([key]) => key.toLowerCase() === name)?.[1]

/** Reads until `enough` or the deadline; throws ETIMEDOUT. */
function* receive(fd: number, deadline: number | undefined, buffer: { text: string; ended: boolean }): Proc {
  if (deadline !== undefined && (yield* poll([fd], Math.max(0, deadline - (yield* nowMs())))) < 0) throw new SyscallError('ETIMEDOUT')
  const chunk = yield* read(fd)
  if (chunk === '') buffer.ended = true
  else buffer.text += chunk
}

/** One HTTP/1.1 exchange on a connection. `onBody` sees the body as it comes. */
function* exchange(
  fd: number,
  request: string,
  options: { head?: boolean; deadline?: number; onHead?: (answer: HttpAnswer) => Proc; onBody?: (text: string) => Proc },
): Proc<HttpAnswer> {
  const { deadline } = options
  yield* write(fd, request)
  const buffer = { text: '', ended: false }
  while (!/\r?\n\r?\n/.test(buffer.text) && !buffer.ended) yield* receive(fd, deadline, buffer)
  const end = /\r?\n\r?\n/.exec(buffer.text)
  const lines = buffer.text.slice(0, end?.index ?? buffer.text.length).split(/\r?\n/)
  const status = /^HTTP\/(\d(?:\.\d)?) (\d{3}) ?(.*)$/.exec(lines[0] ?? '')
  if (!status) throw new SyscallError(buffer.text === '' ? 'EMPTYREPLY' : 'NOTHTTP', buffer.text === '' ? 'Empty reply' : 'Not HTTP')
  const headers = lines.slice(1).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const)
  let answer: HttpAnswer = { version: status[1]!, status: Number(status[2]), reason: status[3]!, headers, body: '' }
  if (options.onHead) yield* options.onHead(answer)
  buffer.text = end ? buffer.text.slice(end.index + end[0].length) : ''
  if (options.head || answer.status === 204 || answer.status === 304) return answer
  let body = ''
  const deliver = function* (text: string): Proc {
    body += text
    if (options.onBody && text !== '') yield* options.onBody(text)
  }
  if (/chunked/i.test(header(answer, 'transfer-encoding') ?? '')) {
    for (;;) {
      while (!buffer.text.includes('\n') && !buffer.ended) yield* receive(fd, deadline, buffer)
      const line = buffer.text.slice(0, buffer.text.indexOf('\n') + 1)
      const size = parseInt(line, 16)
      buffer.text = buffer.text.slice(line.length)
      if (!(size > 0)) break
      // Sizes count bytes.
      while (byteLength(buffer.text) < size + 2 && !buffer.ended) yield* receive(fd, deadline, buffer)
      const piece = takeBytes(buffer.text, size)
      yield* deliver(piece)
      buffer.text = buffer.text.slice(piece.length).replace(/^\r?\n/, '')
    }
  } else {
    const length = header(answer, 'content-length')
    let left = length === undefined ? Infinity : Number(length)
    for (;;) {
      const piece = left === Infinity ? buffer.text : takeBytes(buffer.text, left)
      buffer.text = buffer.text.slice(piece.length)
      if (piece !== '') yield* deliver(piece)
      left -= left === Infinity ? 0 : byteLength(piece)
      if (left <= 0 || buffer.ended) break
      yield* receive(fd, deadline, buffer)
      if (buffer.ended && buffer.text === '') break
    }
  }
  answer = { ...answer, body }
  return answer
}

function takeBytes(text: string, count: number): string {
  if (byteLength(text) <= count) return text
  let bytes = 0
  let taken = ''
  for (const character of text) {
    bytes += byteLength(character)
    if (bytes > count) break
    taken += character
  }
  return taken
}

const hostHeader = ({ host, port, scheme }: Url) => (port === (scheme === 'https' ? 443 : 80) ? host : `${host}:${port}`)

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
      'cacert=': 'q',
      'cert=': 'q',
      'key=': 'q',
      'no-buffer': 'N',
      'url=': 'l',
      compressed: 'z',
      'noproxy=': 'q',
      'http1.1': 'z',
      http2: 'z',
      'connect-to=': 'q',
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
      code = yield* fetchOnce(options, text)
      if (code === 0 || attempt >= retries || (code === 7 && !options.has('Q'))) break
      yield* sleep(Number(options.get('Y') ?? 1) * 1000)
    }
  }
  return code
})

const curlErrors: Readonly<Record<string, readonly [number, (url: Url, ms: number) => string]>> = {
  ENOTFOUND: [6, (url) => `Could not resolve host: ${url.host}`],
  ECONNREFUSED: [7, (url, ms) => `Failed to connect to ${url.host} port ${url.port} after ${ms} ms: Couldn't connect to server`],
  EHOSTUNREACH: [7, (url, ms) => `Failed to connect to ${url.host} port ${url.port} after ${ms} ms: No route to host`],
  ENETUNREACH: [7, (url, ms) => `Failed to connect to ${url.host} port ${url.port} after ${ms} ms: Network is unreachable`],
  ETIMEDOUT: [28, (url, ms) => `Failed to connect to ${url.host} port ${url.port} after ${ms} ms: Connection timed out`],
  ECONNRESET: [56, () => 'Recv failure: Connection reset by peer'],
  EPIPE: [55, () => 'Send failure: Broken pipe'],
  EMPTYREPLY: [52, () => 'Empty reply from server'],
  NOTHTTP: [1, () => 'Received HTTP/0.9 when not allowed'],
}

function* fetchOnce(options: ReturnType<typeof parseOptions>, text: string): Proc<number> {
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
  const target = options.has('O') ? (url.path.split('?')[0]!.split('/').at(-1) ?? '') : options.get('o')
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
      const fd = yield* connect(at.host, at.port, { timeoutMs })
      if (verbose)
        yield* write(
          2,
          `* Connected to ${at.host} port ${at.port}\n${[`${method} ${at.path} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`), ''].map((line) => `> ${line}\n`).join('')}`,
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

export const wget = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'qO:T:t:SP:cY:U:on:',
    long: {
      quiet: 'q',
      'output-document=': 'O',
      'timeout=': 'T',
      'tries=': 't',
      spider: 's',
      'server-response': 'S',
      'header=': 'H',
      'post-data=': 'p',
      'post-file=': 'F',
      'user-agent=': 'U',
      'no-check-certificate': 'k',
      'directory-prefix=': 'P',
      'no-verbose': 'n',
    },
  })
  const [text] = options.operands
  if (text === undefined)
    throw new ToolError(
      context.busybox
        ? `\x00BusyBox v1.36.1 multi-call binary.\n\nUsage: wget [-cqS] [--spider] [-O FILE] [-P DIR] [-T SEC] URL...`
        : `missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry 'wget --help' for more options.`,
    )
  let url = parseUrl(text.startsWith('//') ? text.slice(2) : text)
  if (!url) throw new ToolError(`not an http or ftp url: ${text}`)
  const quiet = options.has('q')
  const note = function* (line: string): Proc {
    if (!quiet) yield* write(2, `${line}\n`)
  }
  const name =
    options.get('O') ?? `${options.has('P') ? `${options.get('P')}/` : ''}${url.path.split('?')[0]!.split('/').at(-1) || 'index.html'}`
  const seconds = Number(options.get('T') ?? 900)
  const spider = options.has('s')
  const post = options.get('p')
  for (let redirects = 0; ; redirects++) {
    const at: Url = url
    let answer: HttpAnswer
    let address = at.host
    const deadline = (yield* nowMs()) + seconds * 1000
    try {
      if (!/^[\d.]+$|:/.test(at.host)) {
        const found = yield* resolve(at.host)
        if (found.length === 0) throw new SyscallError('ENOTFOUND')
        address = found[0]!.value
      }
      if (context.busybox) yield* note(`Connecting to ${hostHeader(at)} (${address}:${at.port})`)
      else yield* note(`--${formatTime('%Y-%m-%d %H:%M:%S', yield* nowMs())}--  ${text}`)
      const fd = yield* connect(at.host, at.port, { timeoutMs: seconds * 1000 })
      const request = [
        `${post !== undefined ? 'POST' : spider && !context.busybox ? 'HEAD' : 'GET'} ${at.path} HTTP/1.1`,
        `Host: ${hostHeader(at)}`,
        `User-Agent: ${options.get('U') ?? (context.busybox ? 'Wget' : 'Wget/1.21.4')}`,
        ...options.all('H'),
        ...(post === undefined ? [] : ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${byteLength(post)}`]),
        'Connection: close',
        '',
        post ?? '',
      ].join('\r\n')
      let output: number | undefined = name === '-' ? 1 : undefined
      let failed = false
      answer = yield* exchange(fd, request, {
        head: spider,
        deadline,
        *onHead(one) {
          failed = one.status >= 300
          if (options.has('S'))
            yield* write(
              2,
              `  HTTP/${one.version} ${one.status} ${one.reason}\n${one.headers.map(([key, value]) => `  ${key}: ${value}\n`).join('')}`,
            )
        },
        *onBody(piece) {
          if (failed || spider) return
          output ??= yield* open(name, 'write')
          yield* write(output, piece)
        },
      })
      yield* close(fd)
      if (!failed && !spider && output === undefined) yield* writeFile(name, '')
      if (output !== undefined && output !== 1) yield* close(output)
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code === 'EINTR' || error.code === 'EPIPE') throw error
      return yield* wgetFailure(context, at, address, error, quiet)
    }
    const location = header(answer, 'location')
    if (answer.status >= 300 && answer.status < 400 && location && redirects < 10) {
      url = parseUrl(/^[a-z]+:\/\//i.test(location) ? location : `${at.scheme}://${hostHeader(at)}${location}`) ?? at
      continue
    }
    if (answer.status >= 300 || answer.status < 200) {
      if (context.busybox) yield* write(2, `wget: server returned error: HTTP/${answer.version} ${answer.status} ${answer.reason}\n`)
      else
        yield* note(`HTTP request sent, awaiting response... ${answer.status} ${answer.reason}\nERROR ${answer.status}: ${answer.reason}.`)
      return context.busybox ? 1 : 8
    }
    if (context.busybox && spider) yield* note('remote file exists')
    else if (context.busybox && !spider) {
      const size = byteLength(answer.body)
      yield* note(
        name === '-'
          ? `writing to stdout\n-                    100% |********************************|${String(size).padStart(6)}  0:00:00 ETA\nwritten to stdout`
          : `saving to '${name}'\n${name.slice(0, 20).padEnd(20)} 100% |********************************|${String(size).padStart(6)}  0:00:00 ETA\n'${name}' saved`,
      )
    } else yield* note(`HTTP request sent, awaiting response... 200 OK\nSaving to: ‘${name === '-' ? 'STDOUT' : name}’`)
    return 0
  }
})

function* wgetFailure(context: Context, { host, port }: Url, address: string, error: SyscallError, quiet: boolean): Proc<number> {
  if (context.busybox) {
    const text =
      error.code === 'ENOTFOUND'
        ? `bad address '${host}${port === 80 ? '' : `:${port}`}'`
        : error.code === 'ETIMEDOUT'
          ? 'download timed out'
          : error.code === 'EMPTYREPLY'
            ? 'error getting response'
            : `can't connect to remote host (${address}): ${error.message}`
    yield* write(2, `wget: ${text}\n`)
    return 1
  }
  if (!quiet)
    yield* write(
      2,
      error.code === 'ENOTFOUND'
        ? `wget: unable to resolve host address ‘${host}’\n`
        : `Connecting to ${host}:${port}... failed: ${error.message}.\n`,
    )
  return 4
}

/** Records of a name; 'timeout' when no server answers. */
function* lookUp(
  name: string,
  options: { type?: DnsAnswer['type']; server?: string; search?: boolean },
): Proc<readonly DnsAnswer[] | 'timeout'> {
  try {
    return yield* resolve(name, options)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    if (error.code === 'ENOTFOUND') return []
    return 'timeout'
  }
}

function* nameserver(): Proc<string> {
  try {
    return /^nameserver\s+(\S+)/m.exec(yield* readFile('/etc/resolv.conf'))?.[1] ?? '127.0.0.1'
  } catch (error) {
    if (error instanceof SyscallError) return '127.0.0.1'
    throw error
  }
}

export const nslookup = tool(function* (context, args) {
  const type = /^-(?:type|query|q)=(\w+)$/i
    .exec(args.find((argument) => /^-(?:type|query|q)=/i.test(argument)) ?? '')?.[1]
    ?.toUpperCase() as DnsAnswer['type'] | undefined
  const [name, given] = args.filter((argument) => !argument.startsWith('-'))
  if (name === undefined)
    throw new ToolError(
      context.busybox
        ? '\x00BusyBox v1.28.4 multi-call binary.\n\nUsage: nslookup [HOST] [SERVER]'
        : 'interactive mode is not supported here; name a host',
    )
  let server = given ?? (yield* nameserver())
  if (given && !/^[\d.]+$|:/.test(given)) {
    const found = yield* lookUp(given, {})
    if (found !== 'timeout' && found[0]) server = found[0].value
  }
  const reverse = /^\d+\.\d+\.\d+\.\d+$/.test(name)
  const pointer = reverse ? `${name.split('.').reverse().join('.')}.in-addr.arpa` : name
  const answers = yield* lookUp(pointer, { type: reverse ? 'PTR' : (type ?? 'A'), server: given ? server : undefined, search: true })
  const serverPointer = function* (): Proc<string> {
    const found = yield* lookUp(`${server.split('.').reverse().join('.')}.in-addr.arpa`, {
      type: 'PTR',
      server: given ? server : undefined,
    })
    return found !== 'timeout' && found[0] ? ` ${found[0].value.replace(/\.$/, '')}` : ''
  }
  if (context.busybox) {
    if (answers === 'timeout') {
      yield* write(1, `Server:    ${server}\nAddress 1: ${server}\n\n`)
      yield* write(2, `nslookup: can't resolve '${name}'\n`)
      return 1
    }
    yield* write(1, `Server:    ${server}\nAddress 1: ${server}${yield* serverPointer()}\n\n`)
    if (answers.length === 0) {
      yield* write(2, `nslookup: can't resolve '${name}'\n`)
      return 1
    }
    const lines: string[] = []
    for (const answer of reverse ? [{ ...answers[0]!, value: name }] : answers) {
      const back = reverse ? answers : yield* lookUp(`${answer.value.split('.').reverse().join('.')}.in-addr.arpa`, { type: 'PTR' })
      lines.push(
        `Address ${lines.length + 1}: ${answer.value}${back !== 'timeout' && back[0] ? ` ${back[0].value.replace(/\.$/, '')}` : ''}`,
      )
    }
    yield* write(1, `Name:      ${name}\n${lines.join('\n')}\n`)
    return 0
  }
  if (answers === 'timeout') {
    yield* write(1, `;; connection timed out; no servers could be reached\n\n`)
    return 1
  }
  yield* write(1, `Server:\t\t${server}\nAddress:\t${server}#53\n\n`)
  if (answers.length === 0) {
    yield* write(1, `** server can't find ${pointer}: NXDOMAIN\n\n`)
    return 1
  }
  for (const answer of answers) {
    if (reverse) yield* write(1, `${pointer}\tname = ${answer.value.replace(/\.?$/, '.')}\n`)
    else if (answer.type === 'SRV') yield* write(1, `${answer.name}\tservice = ${answer.value}\n`)
    else if (answer.type === 'CNAME') yield* write(1, `${answer.name}\tcanonical name = ${answer.value}\n`)
    else if (answer.type === 'TXT') yield* write(1, `${answer.name}\ttext = "${answer.value}"\n`)
    else yield* write(1, `Name:\t${answer.name}\nAddress: ${answer.value}\n`)
  }
  yield* write(1, '\n')
  return 0
})

const recordTypes = new Set(['A', 'AAAA', 'SRV', 'PTR', 'CNAME', 'TXT'])

export const dig = tool(function* (_context, args) {
  const server = args.find((argument) => argument.startsWith('@'))?.slice(1)
  const flags = args.filter((argument) => argument.startsWith('+'))
  const reverse = args.indexOf('-x')
  const words = args.filter(
    (argument, i) => !/^[@+-]/.test(argument) && args[i - 1] !== '-x' && args[i - 1] !== '-p' && args[i - 1] !== '-t',
  )
  const type = (words.find((word) => recordTypes.has(word.toUpperCase()))?.toUpperCase() ??
    (args.includes('-t') ? args[args.indexOf('-t') + 1]!.toUpperCase() : reverse >= 0 ? 'PTR' : 'A')) as DnsAnswer['type']
  const name =
    reverse >= 0
      ? `${args[reverse + 1]!.split('.').reverse().join('.')}.in-addr.arpa`
      : (words.find((word) => !recordTypes.has(word.toUpperCase()) && word.toUpperCase() !== 'IN') ?? '.')
  const search = flags.includes('+search')
  const answers = yield* lookUp(name, { type, server, search })
  if (answers === 'timeout') {
    yield* write(
      1,
      `;; communications error to ${server ?? (yield* nameserver())}#53: timed out\n\n; <<>> DiG 9.18.28 <<>> ${args.join(' ')}\n;; global options: +cmd\n;; no servers could be reached\n`,
    )
    return 9
  }
  const dot = (text: string) => (text.endsWith('.') ? text : `${text}.`)
  const value = (answer: DnsAnswer) =>
    answer.type === 'A' || answer.type === 'AAAA' ? answer.value : answer.type === 'TXT' ? `"${answer.value}"` : dot(answer.value)
  if (flags.includes('+short')) {
    yield* write(1, answers.map((answer) => `${value(answer)}\n`).join(''))
    return 0
  }
  const lines = answers.map((answer) => `${dot(answer.name)}\t\t30\tIN\t${answer.type}\t${value(answer)}`)
  if (flags.includes('+noall')) yield* write(1, flags.includes('+answer') ? lines.map((line) => `${line}\n`).join('') : '')
  else
    yield* write(
      1,
      `\n; <<>> DiG 9.18.28 <<>> ${args.join(' ')}\n;; global options: +cmd\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${answers.length ? 'NOERROR' : 'NXDOMAIN'}, id: 4242\n;; flags: qr aa rd; QUERY: 1, ANSWER: ${answers.length}, AUTHORITY: 0, ADDITIONAL: 1\n\n;; QUESTION SECTION:\n;${dot(name)}\t\tIN\t${type}\n\n${lines.length ? `;; ANSWER SECTION:\n${lines.join('\n')}\n\n` : ''};; Query time: 1 msec\n;; SERVER: ${server ?? (yield* nameserver())}#53\n\n`,
    )
  return 0
})

export const host = tool(function* (_context, args) {
  const [name = '', server] = args.filter((argument, i) => !argument.startsWith('-') && args[i - 1] !== '-t')
  const reverse = /^\d+\.\d+\.\d+\.\d+$/.test(name)
  const type = (args.includes('-t') ? args[args.indexOf('-t') + 1]!.toUpperCase() : reverse ? 'PTR' : 'A') as DnsAnswer['type']
  const asked = reverse ? `${name.split('.').reverse().join('.')}.in-addr.arpa` : name
  const answers = yield* lookUp(asked, { type, server })
  if (answers === 'timeout') {
    yield* write(1, ';; connection timed out; no servers could be reached\n')
    return 1
  }
  if (answers.length === 0) {
    yield* write(1, `Host ${asked}${reverse ? '.' : ''} not found: 3(NXDOMAIN)\n`)
    return 1
  }
  for (const answer of answers)
    yield* write(
      1,
      answer.type === 'PTR'
        ? `${asked} domain name pointer ${answer.value.replace(/\.?$/, '.')}\n`
        : answer.type === 'SRV'
          ? `${answer.name} has SRV record ${answer.value}\n`
          : `${answer.name} has address ${answer.value}\n`,
    )
  return 0
})

export const nc = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'zvlkp:w:nue:q:Ni:s:46', long: {} })
  const timeoutMs = options.has('w') ? Number(options.get('w')) * 1000 : undefined
  if (options.has('l')) {
    const port = Number(options.get('p') ?? options.operands.at(-1))
    const listening = yield* listen(port)
    do {
      const { fd } = yield* accept(listening)
      yield* joinStreams(fd)
      yield* close(fd)
    } while (options.has('k'))
    return 0
  }
  const [name, ports] = options.operands
  if (name === undefined || ports === undefined) throw new ToolError('\x00usage: nc [-46lkuvz] [-p port] [-w timeout] [host] [port]')
  const [from, to] = ports.split('-').map(Number) as [number, number?]
  let code = 1
  for (let port = from; port <= (to ?? from); port++) {
    try {
      const fd = yield* connect(name, port, { timeoutMs, protocol: options.has('u') ? 'udp' : 'tcp' })
      code = 0
      if (options.has('v'))
        yield* write(2, context.busybox ? `${name} (${name}:${port}) open\n` : `Connection to ${name} ${port} port [tcp/*] succeeded!\n`)
      if (!options.has('z')) yield* joinStreams(fd, timeoutMs)
      yield* close(fd)
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code === 'EINTR' || error.code === 'EPIPE') throw error
      if (context.busybox)
        yield* write(
          2,
          `nc: ${error.code === 'ENOTFOUND' ? `bad address '${name}'` : `${options.has('v') ? `${name} (${name}:${port}): ` : ''}${error.code === 'ETIMEDOUT' ? 'timed out' : error.message}`}\n`,
        )
      else if (options.has('v') || error.code === 'ENOTFOUND')
        yield* write(
          2,
          error.code === 'ENOTFOUND'
            ? `nc: getaddrinfo for host "${name}" port ${port}: Name or service not known\n`
            : `nc: connect to ${name} port ${port} (tcp) ${error.code === 'ETIMEDOUT' ? 'timed out: Operation now in progress' : `failed: ${error.message}`}\n`,
        )
    }
  }
  return code
})

/** Standard input to the connection, the connection to standard output, until the other side is done. */
function* joinStreams(fd: number, timeoutMs?: number): Proc {
  let inputOpen = true
  for (;;) {
    const ready = yield* poll(inputOpen ? [fd, 0] : [fd], timeoutMs)
    if (ready < 0) return
    const chunk = yield* read(ready)
    if (ready === fd) {
      if (chunk === '') return
      yield* write(1, chunk)
    } else if (chunk === '') inputOpen = false
    else yield* write(fd, chunk)
  }
}

export const ping = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'c:i:W:w:qn46s:t:I:' })
  const [name] = options.operands
  if (name === undefined)
    throw new ToolError(
      context.busybox
        ? '\x00BusyBox v1.36.1 multi-call binary.\n\nUsage: ping [OPTIONS] HOST'
        : 'usage error: Destination address required',
      context.busybox ? 1 : 2,
    )
  let address = name
  if (!/^[\d.]+$/.test(name)) {
    const found = yield* lookUp(name, {})
    if (found === 'timeout' || found.length === 0)
      throw new ToolError(context.busybox ? `bad address '${name}'` : `${name}: Name or service not known`, context.busybox ? 1 : 2)
    address = found[0]!.value
  }
  const count = Number(options.get('c') ?? Infinity)
  yield* write(1, context.busybox ? `PING ${name} (${address}): 56 data bytes\n` : `PING ${name} (${address}) 56(84) bytes of data.\n`)
  let received = 0
  let sent = 0
  const times: number[] = []
  const own = (yield* addresses()).some((one) => one.address === address)
  try {
    while (sent < count) {
      const begun = yield* nowMs()
      let alive = own
      try {
        // No ICMP here: whoever answers or refuses a connection is there.
        yield* close(yield* connect(address, 7, { timeoutMs: Number(options.get('W') ?? 1) * 1000 }))
        alive = true
      } catch (error) {
        if (!(error instanceof SyscallError) || error.code === 'EINTR') throw error
        if (error.code === 'ECONNREFUSED') alive = true
      }
      const ms = Math.max(0.05, (yield* nowMs()) - begun)
      if (alive) {
        received++
        times.push(ms)
        yield* write(
          1,
          context.busybox
            ? `64 bytes from ${address}: seq=${sent} ttl=62 time=${ms.toFixed(3)} ms\n`
            : `64 bytes from ${address}: icmp_seq=${sent + 1} ttl=62 time=${ms.toFixed(3)} ms\n`,
        )
      }
      sent++
      if (sent < count) yield* sleep(Number(options.get('i') ?? 1) * 1000)
    }
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
  }
  const loss = Math.round(((sent - received) / Math.max(1, sent)) * 100)
  const average = times.reduce((sum, ms) => sum + ms, 0) / Math.max(1, times.length)
  yield* write(
    1,
    `\n--- ${name} ping statistics ---\n${sent} packets transmitted, ${received} ${context.busybox ? 'packets ' : ''}received, ${loss}% packet loss${context.busybox ? '' : `, time ${Math.max(0, sent - 1) * 1000}ms`}\n`,
  )
  if (received > 0)
    yield* write(
      1,
      context.busybox
        ? `round-trip min/avg/max = ${Math.min(...times).toFixed(3)}/${average.toFixed(3)}/${Math.max(...times).toFixed(3)} ms\n`
        : `rtt min/avg/max/mdev = ${Math.min(...times).toFixed(3)}/${average.toFixed(3)}/${Math.max(...times).toFixed(3)}/0.010 ms\n`,
    )
  return received > 0 ? 0 : 1
})

export const ip = tool(function* (context, args) {
  const what = args.filter((argument) => !argument.startsWith('-'))[0] ?? 'addr'
  const all = yield* addresses()
  if ('address'.startsWith(what)) {
    for (const [i, { interface: name, address }] of all.entries()) {
      yield* write(
        1,
        `${i + 1}: ${name}: <${name === 'lo' ? 'LOOPBACK,UP,LOWER_UP' : 'BROADCAST,MULTICAST,UP,LOWER_UP'}> mtu ${name === 'lo' ? 65536 : 1450} qdisc noqueue state ${name === 'lo' ? 'UNKNOWN' : 'UP'}\n    inet ${address}/${name === 'lo' ? 8 : 32} scope ${name === 'lo' ? 'host' : 'global'} ${name}\n`,
      )
    }
    return 0
  }
  if ('route'.startsWith(what)) {
    yield* write(1, 'default via 169.254.1.1 dev eth0\n169.254.1.1 dev eth0 scope link\n')
    return 0
  }
  if ('link'.startsWith(what)) {
    for (const [i, { interface: name }] of all.entries())
      yield* write(1, `${i + 1}: ${name}: <UP,LOWER_UP> mtu ${name === 'lo' ? 65536 : 1450} qdisc noqueue state UP\n`)
    return 0
  }
  yield* complain(context, `Object "${what}" is unknown, try "ip help".`)
  return 1
})

export const ifconfig = tool(function* () {
  for (const { interface: name, address } of yield* addresses()) {
    yield* write(
      1,
      `${name.padEnd(10)}Link encap:${name === 'lo' ? 'Local Loopback' : 'Ethernet'}\n          inet addr:${address}  Mask:${name === 'lo' ? '255.0.0.0' : '255.255.255.255'}\n          UP ${name === 'lo' ? 'LOOPBACK ' : 'BROADCAST '}RUNNING  MTU:${name === 'lo' ? 65536 : 1450}  Metric:1\n\n`,
    )
  }
  return 0
})
