import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import { isStreamed, isUpgraded, type ApiRequest, type Serve, type UpgradedResponse } from '../api/http'
import { bytesFromText, textFromBytes } from '../node/os/text'
import { createSpdyConnection } from './spdy'
import { forwardPorts, joinStreams } from './spdy-channels'

/** Subprotocols in the order of preference. The tunnel carries a whole SPDY connection, which is how kubectl forwards ports since 1.30. */
const TUNNEL = 'SPDY/3.1+portforward.k8s.io'
const CHANNELS = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

/** Answers a client that wants to leave HTTP: exec, attach and port-forward over a WebSocket, or over SPDY. */
export function acceptUpgrade(serve: Serve, request: ApiRequest, incoming: IncomingMessage, socket: Duplex, head: Buffer) {
  socket.on('error', () => socket.destroy())
  const wanted = incoming.headers.upgrade?.toLowerCase()
  if (wanted === 'spdy/3.1') return acceptSpdy(serve, request, incoming, socket, head)
  if (wanted !== 'websocket') return refuse(socket, 400, `unable to upgrade: ${wanted} is not supported`)
  const offered = (incoming.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  const protocol = [TUNNEL, ...CHANNELS].find((name) => offered.includes(name))
  if (!protocol) return refuse(socket, 400, `unable to upgrade: none of the subprotocols ${offered.join(', ')} is supported`)

  const isTunnel = protocol === TUNNEL
  serve(isTunnel ? withPorts(request) : request, (answer) => {
    if (!isUpgraded(answer)) return refuse(socket, answer.status, isStreamed(answer) ? 'Upgrade request required' : answer.body)
    const server = new WebSocketServer({ noServer: true, handleProtocols: () => protocol })
    server.handleUpgrade(incoming, socket, head, (webSocket) => {
      if (isTunnel) tunnel(webSocket, serve, request)
      else joinChannels(webSocket, answer, protocol === 'v5.channel.k8s.io')
    })
  })
}

/** What kubectl spoke before 1.31, and falls back to. */
function acceptSpdy(serve: Serve, request: ApiRequest, incoming: IncomingMessage, socket: Duplex, head: Buffer) {
  const offered = String(incoming.headers['x-stream-protocol-version'] ?? '').split(/,\s*/)
  const isForward = offered.includes('portforward.k8s.io')
  serve(isForward ? withPorts(request) : request, (answer) => {
    if (!isUpgraded(answer)) return refuse(socket, answer.status, isStreamed(answer) ? 'Upgrade request required' : answer.body)
    switchToSpdy(answer)
  })

  function switchToSpdy(answer: UpgradedResponse) {
    const protocol = isForward ? 'portforward.k8s.io' : 'v4.channel.k8s.io'
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
    )
    // The last frames must be on their way before the connection ends.
    const handler = isForward
      ? forwardPorts(serve, request)
      : joinStreams(answer.connect, queryOf(request), () => setTimeout(() => socket.end(), 100))
    const connection = createSpdyConnection((bytes) => socket.writable && socket.write(bytes), handler)
    socket.on('data', (bytes: Buffer) => connection.receive(bytes))
    if (head.length > 0) connection.receive(head)
  }
}

const queryOf = ({ url }: ApiRequest) => new URL(url, 'http://cluster').searchParams

/** The ports come later, with each connection; until then any will do to learn whether the Pod may be reached. */
const withPorts = (request: ApiRequest): ApiRequest => ({
  ...request,
  url: `${request.url}${request.url.includes('?') ? '&' : '?'}ports=1`,
})

function tunnel(webSocket: WebSocket, serve: Serve, request: ApiRequest) {
  const connection = createSpdyConnection((bytes) => webSocket.send(bytes), forwardPorts(serve, request))
  webSocket.on('message', (message: RawData) => connection.receive(bytesOf(message)))
  webSocket.on('error', () => webSocket.terminate())
}

function refuse(socket: Duplex, status: number, why: string | Uint8Array) {
  const body = Buffer.from(why)
  const type = body[0] === 0x7b ? 'application/json' : 'text/plain; charset=utf-8'
  socket.end(
    Buffer.concat([
      Buffer.from(`HTTP/1.1 ${status} \r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`),
      body,
    ]),
  )
}

/** In v5 a message on this channel names a channel that its sender has closed. */
const CLOSE = 255

/** Each message is one byte naming the channel, then data. */
function joinChannels(webSocket: WebSocket, { connect }: UpgradedResponse, hasClose: boolean) {
  const core = connect({
    data: (channel, text) => webSocket.send(Buffer.concat([Buffer.of(channel), bytesFromText(text)])),
    close: (channel) => {
      if (channel === undefined) webSocket.close(1000)
    },
  })
  webSocket.on('message', (message: RawData) => {
    const bytes = bytesOf(message)
    const channel = bytes[0]
    if (channel === undefined) return
    if (channel === CLOSE && hasClose) core.close(bytes[1])
    else if (bytes.length > 1) core.data(channel, textFromBytes(bytes.subarray(1)))
  })
  webSocket.on('close', () => core.close())
  webSocket.on('error', () => webSocket.terminate())
}

/** A message's bytes in one piece, however the library hands them over. */
function bytesOf(message: RawData): Uint8Array {
  if (Array.isArray(message)) return Buffer.concat(message)
  return message instanceof ArrayBuffer ? new Uint8Array(message) : message
}
