import type { Dial, OutgoingListener } from '../api/waiting'
import type { Engine } from '../engine/engine'
import type { Network, NetworkNamespace } from '../node/os/network'
import type { OpenFile } from '../node/os/open-file'
import { SyscallError } from '../node/os/syscalls'
import { byteLength } from '../node/os/text'

/** Where requests start from: kube-apiserver's place on the network. */
export interface Departure {
  readonly engine: Engine
  readonly network: Pick<Network, 'connect'>
  readonly place: NetworkNamespace
}

/** How long kube-apiserver waits for a connection to stand. */
const DIAL_TIMEOUT_MS = 30_000

/** An HTTP client for the API server, which is no program in a machine: callbacks instead of system calls. One connection a request. */
export function dialFrom({ engine, network, place }: Departure): Dial {
  return ({ host, port, method, target, headers, body, timeoutMs }, listener) => {
    const found = network.connect(place, host, port, 'tcp')
    const isLost = found.delayMs > DIAL_TIMEOUT_MS
    let file: OpenFile | undefined
    let over = false
    const finish = (tell: () => void) => {
      if (over) return
      over = true
      engine.cancel(timer)
      file?.release()
      tell()
    }
    const timer = Number.isFinite(timeoutMs)
      ? engine.after(timeoutMs, () => finish(() => listener.error(file ? 'timeout' : 'ETIMEDOUT')))
      : undefined
    engine.after(isLost ? DIAL_TIMEOUT_MS : found.delayMs, () => {
      if (over) return
      if (isLost) return finish(() => listener.error('ETIMEDOUT'))
      if ('error' in found.answer) {
        const { error } = found.answer
        return finish(() => listener.error(error))
      }
      try {
        file = found.answer.listener.connect(found.answer.peer, found.answer.local)
        file.write(requestText(method, target, headers, body))
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error
        return finish(() => listener.error(error.code))
      }
      hear(file, answerReader(listener, finish), () => over)
    })
    return () => finish(() => undefined)
  }
}

function requestText(method: string, target: string, headers: Readonly<Record<string, string>>, body: string): string {
  const all = { ...headers, Connection: 'close', ...((body || method === 'POST') && { 'Content-Length': String(byteLength(body)) }) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}

/** Reads whatever arrives, until the end ('') or until nobody listens any more. */
function hear(file: OpenFile, take: (chunk: string) => void, isOver: () => boolean) {
  while (!isOver()) {
    const chunk = file.read(undefined, undefined)
    if (chunk === undefined) {
      file.onReadable(() => hear(file, take, isOver))
      return
    }
    take(chunk)
    if (chunk === '') return
  }
}

/** Makes an HTTP answer of chunks of text. */
function answerReader(listener: OutgoingListener, finish: (tell: () => void) => void): (chunk: string) => void {
  let head: string | undefined = ''
  let missing = Infinity
  const bodyOf = (text: string) => {
    if (text !== '') listener.data(text)
    missing -= byteLength(text)
    if (missing <= 0) finish(() => listener.end())
  }
  return (chunk) => {
    if (chunk === '') return finish(() => (head === undefined ? listener.end() : listener.error('end')))
    if (head === undefined) return bodyOf(chunk)
    head += chunk
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    const [statusLine = '', ...lines] = head.slice(0, end).split('\r\n')
    const rest = head.slice(end + 4)
    const status = Number(/^HTTP\/\d\.\d (\d{3})/.exec(statusLine)?.[1])
    if (!status) return finish(() => listener.error('malformed'))
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    )
    head = undefined
    missing = status === 204 || status === 304 ? 0 : headers['content-length'] === undefined ? Infinity : Number(headers['content-length'])
    listener.head(status, headers)
    bodyOf(rest)
  }
}
