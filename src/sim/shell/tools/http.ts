import { nowMs, poll, read, write } from '../../node/os/calls'
import { type Proc, SyscallError } from '../../node/os/syscalls'
import { byteLength } from '../../node/os/text'

/** One HTTP/1.1 exchange over a connection, for curl and wget. */

export interface Url {
  readonly scheme: string
  readonly user: string | undefined
  readonly host: string
  readonly port: number
  readonly path: string
}

export function parseUrl(text: string): Url | undefined {
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

export const header = (answer: HttpAnswer, name: string) => answer.headers.find(([key]) => key.toLowerCase() === name)?.[1]

/** Reads until `enough` or the deadline; throws ETIMEDOUT. */
function* receive(fd: number, deadline: number | undefined, buffer: { text: string; ended: boolean }): Proc {
  if (deadline !== undefined && (yield* poll([fd], Math.max(0, deadline - (yield* nowMs())))) < 0) throw new SyscallError('ETIMEDOUT')
  const chunk = yield* read(fd)
  if (chunk === '') buffer.ended = true
  else buffer.text += chunk
}

/** One HTTP/1.1 exchange on a connection. `onBody` sees the body as it comes. */
export function* exchange(
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

export const hostHeader = ({ host, port, scheme }: Url) => (port === (scheme === 'https' ? 443 : 80) ? host : `${host}:${port}`)
