import { close, connect, nowMs, open, resolve, write, writeFile } from '../../node/os/calls'
import { type Proc, SyscallError } from '../../node/os/syscalls'
import { byteLength } from '../../node/os/text'
import { formatTime } from './format'
import { exchange, header, hostHeader, type HttpAnswer, parseUrl, type Url } from './http'
import { type Context, parseOptions, tool, ToolError } from './tool'

/** wget, as BusyBox and GNU have it. */

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
