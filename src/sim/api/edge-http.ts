import { isStreamed, isUpgraded, type ApiRequest, type ApiResponse, type Serve } from './http'
import { badRequest } from './status'

/** A real server's limit for request bodies; one byte more is read, so that the core sees that it was exceeded. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024

export interface FetchHandlerOptions {
  readonly serve: Serve
  /** The bytes that a text of the simulation stands for. */
  readonly bytesFromText: (text: string) => Uint8Array
}

/** The API server for platform code that speaks fetch: a `Request` in, a `Response` out, watches and logs as streamed bodies. */
export function fetchHandler({ serve, bytesFromText }: FetchHandlerOptions): (request: Request) => Promise<Response> {
  return async (incoming) => {
    const url = new URL(incoming.url)
    const body = incoming.body ? new Uint8Array(await incoming.arrayBuffer()).subarray(0, MAX_BODY_BYTES + 1) : undefined
    const request: ApiRequest = {
      method: incoming.method,
      url: url.pathname + url.search,
      headers: Object.fromEntries(incoming.headers),
      ...(body?.length && { body }),
    }
    const answer = await new Promise<ApiResponse>((answered) => serve(request, answered))
    if (isUpgraded(answer)) return Response.json(upgradeRequired, { status: 400 })
    const { status, headers } = answer
    if (isStreamed(answer)) return new Response(streamOf(answer.stream, bytesFromText, incoming.signal), { status, headers })
    const empty = incoming.method === 'HEAD' || status === 204 || status === 304
    return new Response(empty ? null : own(typeof answer.body === 'string' ? bytesFromText(answer.body) : answer.body), {
      status,
      headers,
    })
  }
}

const upgradeRequired = badRequest('Upgrade request required').status

/** No byte of the simulation lies in shared memory, which is all that the platform's type excludes. */
const own = (bytes: Uint8Array) => bytes as Uint8Array<ArrayBuffer>

type Subscribe = Extract<ApiResponse, { stream: unknown }>['stream']

function streamOf(subscribe: Subscribe, bytesFromText: FetchHandlerOptions['bytesFromText'], signal: AbortSignal) {
  let stop: (() => void) | undefined
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      let ended = false
      const end = () => {
        if (ended) return
        ended = true
        controller.close()
      }
      stop = subscribe({ data: (chunk) => !ended && controller.enqueue(own(bytesFromText(chunk))), end })
      signal.addEventListener('abort', () => {
        stop?.()
        end()
      })
    },
    cancel: () => stop?.(),
  })
}
