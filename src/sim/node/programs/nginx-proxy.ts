import { close, connect, read, write } from '../os/calls'
import { SyscallError, type Proc } from '../os/syscalls'
import { byteLength } from '../os/text'
import type { HttpRequest, HttpResponse } from './http-server'

/** Servers behind the names of `upstream` blocks: `backend` → [`10.0.0.1:8080`, …]. */
export type Upstreams = Readonly<Record<string, readonly string[]>>

/** The upstream blocks of a configuration. */
export const upstreamsIn = (text: string): Upstreams =>
  Object.fromEntries(
    [...text.replace(/#[^\n]*/g, '').matchAll(/\bupstream\s+(\S+)\s*\{([^}]*)\}/g)].map(([, name = '', block = '']) => [
      name,
      [...block.matchAll(/\bserver\s+([^\s;]+)/g)].map(([, server = '']) => server),
    ]),
  )

/** Names of other hosts that a configuration mentions, each with its line: nginx looks them up when it starts, and does not start without them. */
export function hostsIn(text: string): readonly { readonly host: string; readonly line: number }[] {
  const upstreams = upstreamsIn(text)
  return text.split('\n').flatMap((line, index) => {
    const [, found = ''] = /^\s*(?:proxy_pass\s+https?:\/\/|server\s+)([^\s;/{]+)/.exec(line) ?? []
    const host = found.replace(/:\d+$/, '')
    const isName =
      host !== '' && !host.includes('$') && upstreams[host] === undefined && !/^[\d.]+$/.test(host) && !host.startsWith('unix:')
    return isName ? [{ host, line: index + 1 }] : []
  })
}

/** Passes a request on as `proxy_pass` says and answers with what comes back; undefined when nobody answers there. */
export function* passOn(
  request: HttpRequest,
  target: string,
  locationPath: string,
  headers: Readonly<Record<string, string>>,
  upstreams: Upstreams,
  turn: number,
): Proc<HttpResponse | undefined> {
  const [, name = '', uri] = /^https?:\/\/([^/]+)(\/.*)?$/.exec(target) ?? []
  const servers = upstreams[name] ?? [name]
  // With a URI of its own, proxy_pass puts that in the place of the location's path.
  const path = uri === undefined ? request.target : uri + request.target.slice(locationPath.length)
  for (let i = 0; i < servers.length; i++) {
    const [host = '', port = '80'] = servers[(turn + i) % servers.length]!.split(':')
    try {
      const fd = yield* connect(host, Number(port), { timeoutMs: 60_000 })
      yield* write(fd, requestText(request, path, { host: name, ...headers }))
      let text = ''
      for (let chunk = yield* read(fd); chunk !== ''; chunk = yield* read(fd)) {
        text += chunk
        if (isComplete(text)) break
      }
      yield* close(fd)
      if (text !== '') return responseOf(text)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
    }
  }
  return undefined
}

function requestText(request: HttpRequest, path: string, headers: Readonly<Record<string, string>>): string {
  const passed = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name !== 'connection'))
  const all = { ...passed, ...headers, connection: 'close' }
  const lines = Object.entries(all).map(([name, value]) => `${name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())}: ${value}\r\n`)
  return `${request.method} ${path} HTTP/1.0\r\n${lines.join('')}\r\n${request.body}`
}

function isComplete(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  const length = /^content-length:\s*(\d+)/im.exec(text.slice(0, end))?.[1]
  return end >= 0 && length !== undefined && byteLength(text.slice(end + 4)) >= Number(length)
}

function responseOf(text: string): HttpResponse {
  const end = text.indexOf('\r\n\r\n')
  const [status = '', ...lines] = text.slice(0, end).split('\r\n')
  const kept = lines
    .map((line) => line.split(/:\s*/, 2) as [string, string])
    .filter(([name]) => !/^(connection|content-length|server|date|transfer-encoding)$/i.test(name))
  return { status: Number(status.split(' ')[1] ?? 502), headers: Object.fromEntries(kept), body: text.slice(end + 4) }
}
