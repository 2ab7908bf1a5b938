import type { StreamSink } from './http'

/** A body as text. */
export const textOf = (body: string | Uint8Array | undefined) =>
  typeof body === 'string' ? body : body ? new TextDecoder().decode(body) : ''

/** A body that is on its way: keeps what arrives until somebody listens. */
export function createRelay() {
  const early: string[] = []
  let ended = false
  let sink: StreamSink | undefined
  const relay = {
    onClose: () => {},
    data: (chunk: string) => (sink ? sink.data(chunk) : void early.push(chunk)),
    end() {
      ended = true
      sink?.end()
    },
    listen(listener: StreamSink) {
      sink = listener
      for (const chunk of early.splice(0)) listener.data(chunk)
      if (ended) listener.end()
      return () => relay.onClose()
    },
  }
  return relay
}
