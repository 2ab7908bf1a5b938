import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MAX_BODY_BYTES } from '../api/edge-http'
import { isStreamed, isUpgraded, type ApiRequest, type ApiResponse, type Serve } from '../api/http'
import { bytesFromText } from '../node/os/text'
import { acceptUpgrade } from './http-upgrade'

export interface HttpServerOptions {
  readonly serve: Serve
  /** 0 takes any free port. */
  readonly port: number
  /** Loopback unless told: whoever reaches the port without credentials is an administrator. */
  readonly host?: string
}

export interface HttpServer {
  readonly port: number
  close(): Promise<void>
}

/** Serves a cluster's API over plain HTTP for real clients, watches and logs chunked, exec and port-forward as WebSockets. */
export async function startHttpServer({ serve, port, host = '127.0.0.1' }: HttpServerOptions): Promise<HttpServer> {
  const server = createServer((incoming, outgoing) => {
    void readBody(incoming).then((body) => serve(requestOf(incoming, body), (response) => answer(response, incoming, outgoing)))
  })
  server.on('upgrade', (incoming, socket, head) => acceptUpgrade(serve, requestOf(incoming), incoming, socket, head))
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  return {
    port: (server.address() as AddressInfo).port, // listening on TCP, so never a pipe's name
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function requestOf({ method = 'GET', url = '/', headers }: IncomingMessage, body?: Uint8Array): ApiRequest {
  const texts = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')])
  return { method, url, headers: Object.fromEntries(texts), ...(body?.length && { body }) }
}

/** Reads no more than the core needs to see that a body is too large; the rest is thrown away. */
async function readBody(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    if (length <= MAX_BODY_BYTES) chunks.push(chunk)
    length += chunk.length
  }
  return Buffer.concat(chunks)
}

function answer(response: ApiResponse, incoming: IncomingMessage, outgoing: ServerResponse) {
  if (isUpgraded(response)) {
    outgoing.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' }).end('Upgrade request required\n')
    return
  }
  if (isStreamed(response)) {
    outgoing.writeHead(response.status, response.headers)
    outgoing.flushHeaders()
    const stop = response.stream({ data: (chunk) => outgoing.write(bytesFromText(chunk)), end: () => outgoing.end() })
    outgoing.on('close', stop)
    return
  }
  const body = typeof response.body === 'string' ? bytesFromText(response.body) : response.body
  outgoing.writeHead(response.status, { ...response.headers, 'content-length': String(body.length) })
  outgoing.end(incoming.method === 'HEAD' ? undefined : body)
}
