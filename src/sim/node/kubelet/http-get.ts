import type { Network, NetworkNamespace } from '../os/network'
import type { Engine } from '../../engine/engine'
import type { OpenFile } from '../os/open-file'

export interface HttpGet {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly scheme?: string
  readonly timeoutMs: number
}

export type HttpAnswer = { readonly status: number; readonly body: string } | { readonly error: string }

/** Who asks: the node's own network. */
export interface Caller {
  readonly engine: Engine
  readonly runtime: { readonly network: Network }
  readonly place: NetworkNamespace
  readonly release: string
}

/** Asks an HTTP server on the cluster's network, from the node; calls back once with its answer or with Go's words for what went wrong. */
export function httpGet(caller: Caller, request: HttpGet, done: (answer: HttpAnswer) => void): void {
  const { host, port, path, scheme = 'HTTP' } = request
  const url = () => `${scheme.toLowerCase()}://${host}:${port}${path.startsWith('/') ? '' : '/'}${path}`
  exchange(
    caller,
    { host, port, timeoutMs: request.timeoutMs },
    () => textOf(request, caller.release),
    parseAnswer,
    (answer) => {
      if (answer.error === 'timeout')
        done({ error: `Get "${url()}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)` })
      else if (answer.error === 'end') done({ error: `Get "${url()}": EOF` })
      else if (answer.error !== undefined) done({ error: `Get "${url()}": ${dialError(answer.error, host, port)}` })
      else done(answer.value!)
    },
  )
}

const texts = new WeakMap<HttpGet, string>()

/** A request as it is sent; made once for a probe that asks the same all the time. */
function textOf(request: HttpGet, release: string): string {
  let text = texts.get(request)
  if (text === undefined) {
    const { host, port, path, headers } = request
    const all = { Host: `${host}:${port}`, 'User-Agent': `kube-probe/${release}`, Accept: '*/*', Connection: 'close', ...headers }
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
    text = `GET ${path.startsWith('/') ? '' : '/'}${path} HTTP/1.1\r\n${lines.join('')}\r\n`
    texts.set(request, text)
  }
  return text
}

/** How Go words a failed connection. */
export function dialError(code: string, host: string, port: number): string {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connect: connection refused',
    EHOSTUNREACH: 'connect: no route to host',
    ENETUNREACH: 'connect: network is unreachable',
  }
  return `dial tcp ${host}:${port}: ${words[code] ?? 'i/o timeout'}`
}

/** Connects, says `say()`, and reads until `parse` makes something of the answer. Errors: an errno, `timeout` or `end`. */
export function exchange<T>(
  { engine, runtime, place }: Omit<Caller, 'release'>,
  to: { readonly host: string; readonly port: number; readonly timeoutMs: number },
  say: () => string,
  parse: (text: string, ended: boolean) => T | undefined,
  done: (answer: { readonly value?: T; readonly error?: string }) => void,
  onlyConnect = false,
): void {
  const background = { background: true }
  const found = runtime.network.connect(place, to.host, to.port, 'tcp')
  let file: OpenFile | undefined
  let over = false
  const finish = (answer: { readonly value?: T; readonly error?: string }) => {
    if (over) return
    over = true
    engine.cancel(timer)
    file?.release()
    done(answer)
  }
  const timer = engine.after(to.timeoutMs, () => finish({ error: file ? 'timeout' : 'ETIMEDOUT' }), background)
  engine.after(
    found.delayMs,
    () => {
      if (over) return
      if ('error' in found.answer) return finish({ error: found.answer.error })
      const { listener, peer, local } = found.answer
      const connection = listener.connect(peer, local)
      file = connection
      if (onlyConnect) return finish({})
      const text = say()
      if (text !== '') connection.write(text)
      let heard = ''
      const listen = () => {
        if (over) return
        for (let chunk = connection.read(undefined, undefined); chunk !== undefined; chunk = connection.read(undefined, undefined)) {
          heard += chunk
          const value = parse(heard, chunk === '')
          if (value !== undefined) return finish({ value })
          if (chunk === '') return finish({ error: 'end' })
        }
        connection.onReadable(listen)
      }
      listen()
    },
    background,
  )
}

function parseAnswer(text: string, ended: boolean): HttpAnswer | undefined {
  const end = text.indexOf('\r\n\r\n')
  const head = end < 0 ? undefined : headOf(text.slice(0, end))
  if (!head) return undefined
  const body = text.slice(end + 4)
  return ended || head.length === undefined || body.length >= head.length ? { status: head.status, body } : undefined
}

interface AnswerHead {
  readonly status: number
  /** What it says of the body's length, if anything. */
  readonly length: number | undefined
}

let lastText = ''
let lastHead: AnswerHead | undefined

/** Reads an answer's first line and headers. Servers of one image that are probed in the same second say the same, word for word. */
function headOf(text: string): AnswerHead | undefined {
  if (text === lastText) return lastHead
  const status = /^HTTP\/\d\.\d (\d+)/.exec(text)
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)
  lastText = text
  lastHead = status ? { status: Number(status[1]), length: length ? Number(length[1]) : undefined } : undefined
  return lastHead
}
