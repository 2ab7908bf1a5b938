/** A request as the server's core takes it: synchronous, transport-free. Header names are lower case. */
export interface ApiRequest {
  readonly method: string
  /** Path and query, for instance `/api/v1/pods?limit=500`. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Address of the peer as the simulated network sees it; `undefined` outside it. */
  readonly from?: string
}

/** A server as its transports see it: calls back once, at once or when virtual time has passed. */
export type Serve = (request: ApiRequest, answered: (response: ApiResponse) => void) => void

export type ApiResponse = BufferedResponse | StreamedResponse | UpgradedResponse

interface ResponseHead {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

export interface BufferedResponse extends ResponseHead {
  /** May be written only when it is read: ask for it where it is needed, and only there. */
  readonly body: string | Uint8Array
  /** What the body says, but for who manages which field: for a client in the same memory, which so needs no text. Frozen as what is stored. */
  readonly value?: unknown
}

/** Watches and followed logs: chunks arrive as virtual time passes. */
export interface StreamedResponse extends ResponseHead {
  /** Begins the stream; call the returned function to stop listening. */
  readonly stream: (sink: StreamSink) => () => void
}

export interface StreamSink {
  data(chunk: string): void
  end(): void
}

/** exec, attach, port-forward: numbered channels both ways (`v5.channel.k8s.io`). */
export interface UpgradedResponse extends ResponseHead {
  readonly status: 101
  readonly connect: (peer: ChannelPeer) => ChannelPeer
}

/** One side of an upgraded connection; text carries bytes as text.ts says. */
export interface ChannelPeer {
  data(channel: number, text: string): void
  /** The other side has no more to say on one channel (stdin's end in v5), or on all of them. */
  close(channel?: number): void
}

export const isStreamed = (response: ApiResponse): response is StreamedResponse => 'stream' in response
export const isUpgraded = (response: ApiResponse): response is UpgradedResponse => 'connect' in response
