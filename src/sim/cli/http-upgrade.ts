import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import { isStreamed, isUpgraded, type ApiRequest, type ApiResponse, type UpgradedResponse } from '../api/http'
import { bytesFromText, textFromBytes } from '../node/os/text'

type Core = (request: ApiRequest) => ApiResponse

/** Subprotocols in the order of preference. */
const CHANNELS = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

/** Answers a client that wants to leave HTTP: exec, attach and port-forward over a WebSocket. Other protocols are refused in words. */
export function acceptUpgrade(core: Core, request: ApiRequest, incoming: IncomingMessage, socket: Duplex, head: Buffer) {
  socket.on('error', () => socket.destroy())
  if (incoming.headers.upgrade?.toLowerCase() !== 'websocket') {
    return refuse(socket, 400, 'this server speaks WebSocket only: kubectl 1.31 or later is needed for exec, attach and port-forward')
  }
  const offered = (incoming.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  const protocol = CHANNELS.find((name) => offered.includes(name))
  if (!protocol) return refuse(socket, 400, `unable to upgrade: none of the subprotocols ${offered.join(', ')} is supported`)

  const answer = core(request)
  if (!isUpgraded(answer)) return refuse(socket, answer.status, isStreamed(answer) ? 'Upgrade request required' : answer.body)
  const server = new WebSocketServer({ noServer: true, handleProtocols: () => protocol })
  server.handleUpgrade(incoming, socket, head, (webSocket) => {
    joinChannels(webSocket, answer, protocol === 'v5.channel.k8s.io')
  })
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
export function bytesOf(message: RawData): Uint8Array {
  if (Array.isArray(message)) return Buffer.concat(message)
  return message instanceof ArrayBuffer ? new Uint8Array(message) : message
}
