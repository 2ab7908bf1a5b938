import { isUpgraded, type ApiRequest, type ChannelPeer, type Serve } from '../api/http'
import { bytesFromText, textFromBytes } from '../node/os/text'
import type { SpdyHandler, SpdyStream } from './spdy'

type Arrivals = ReturnType<SpdyHandler['open']>

/**
 * Port-forward: for each connection the client opens two streams with one requestID, an error stream and a data stream, and each pair
 * becomes a connection of its own to the Pod.
 */
export function forwardPorts(serve: Serve, request: ApiRequest): SpdyHandler {
  const errorStreams = new Map<string, SpdyStream>()
  return {
    open(stream) {
      const { streamtype, port = '', requestid = '' } = stream.headers
      if (streamtype === 'error') {
        errorStreams.set(requestid, stream)
        return { data: () => undefined, end: () => undefined } // clients say nothing on it
      }
      const errors = errorStreams.get(requestid)
      errorStreams.delete(requestid)
      return connectPort(serve, request, port, stream, errors)
    },
  }
}

const DATA = 0
const ERROR = 1

function connectPort(serve: Serve, request: ApiRequest, port: string, data: SpdyStream, errors: SpdyStream | undefined): Arrivals {
  const url = `${request.url}${request.url.includes('?') ? '&' : '?'}ports=${encodeURIComponent(port)}`
  const end = () => {
    data.end()
    errors?.end()
  }
  let pod: ChannelPeer | undefined
  const early: ((pod: ChannelPeer) => void)[] = []
  const tell = (say: (pod: ChannelPeer) => void) => (pod ? say(pod) : void early.push(say))
  serve({ ...request, url }, (answer) => {
    if (!isUpgraded(answer)) {
      errors?.write(bytesFromText('body' in answer ? String(answer.body) : 'unable to forward'))
      return end()
    }
    pod = answer.connect({
      data: (channel, text) => (channel === ERROR ? errors : data)?.write(bytesFromText(text)),
      close: (channel) => (channel === undefined ? end() : (channel === ERROR ? errors : data)?.end()),
    })
    for (const say of early.splice(0)) say(pod)
  })
  return { data: (bytes) => tell((peer) => peer.data(DATA, textFromBytes(bytes))), end: () => tell((peer) => peer.close(DATA)) }
}

const CHANNELS = ['stdin', 'stdout', 'stderr', 'error', 'resize']

/**
 * Exec and attach by clients from before kubectl 1.31: one stream a channel, named by its streamType. The container is connected once the
 * client has opened every channel that its query asks for; what it says earlier would find nobody listening.
 */
export function joinStreams(connect: (peer: ChannelPeer) => ChannelPeer, query: URLSearchParams, closed: () => void): SpdyHandler {
  const streams = new Map<number, SpdyStream>()
  const wanted = wantedChannels(query)
  let container: ChannelPeer | undefined
  const early: ((container: ChannelPeer) => void)[] = []
  const tell = (say: (container: ChannelPeer) => void) => (container ? say(container) : early.push(say))

  function begin() {
    container = connect({
      data: (channel, text) => streams.get(channel)?.write(bytesFromText(text)),
      close(channel) {
        if (channel !== undefined) return streams.get(channel)?.end()
        for (const stream of streams.values()) stream.end()
        closed()
      },
    })
    for (const say of early.splice(0)) say(container)
  }

  return {
    open(stream) {
      const channel = CHANNELS.indexOf(stream.headers.streamtype ?? '')
      streams.set(channel, stream)
      if (!container && wanted.every((each) => streams.has(each))) begin()
      return {
        data: (bytes) => tell((peer) => peer.data(channel, textFromBytes(bytes))),
        end: () => channel === 0 && tell((peer) => peer.close(0)),
      }
    },
  }
}

function wantedChannels(query: URLSearchParams): readonly number[] {
  const asks = (name: string) => ['true', '1'].includes(query.get(name) ?? '')
  const tty = asks('tty')
  const named = [...(asks('stdin') ? ['stdin'] : []), ...(asks('stdout') ? ['stdout'] : []), ...(asks('stderr') && !tty ? ['stderr'] : [])]
  return ['error', ...named].map((name) => CHANNELS.indexOf(name))
}
