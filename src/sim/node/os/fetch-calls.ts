import { isStreamed, isUpgraded, type ApiRequest, type ApiResponse, type ChannelPeer, type StreamedResponse } from '../../api/http'
import { createPipe, passedOn } from './pipe'
import { SyscallError, type FetchRequest, type FetchResponse } from './syscalls'
import { fail, install, refuseErrors, type Kernel, type Parked, type Task } from './task'
import { textFromBytes } from './text'

/** `fetch` and `upgrade`: a request to the API server that the network finds behind the URL. */
export function fetchFrom(kernel: Kernel, task: Task, request: FetchRequest): Parked {
  const url = parseUrl(request.url)
  const found = kernel.network.api(kernel.place, url.host, url.port)
  if (request.timeoutMs !== undefined && found.delayMs > request.timeoutMs) {
    return kernel.later(task, { delayMs: request.timeoutMs, answer: undefined }, () => fail('ETIMEDOUT'))
  }
  return kernel.later(task, found, (answer) => {
    const { serve, from } = refuseErrors(answer)
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]))
    const apiRequest: ApiRequest = { method: request.method, url: url.path, headers, body: request.body, from }
    let response: ApiResponse | undefined
    let wakeUp = () => {}
    serve(apiRequest, (answered) => {
      response = answered
      wakeUp()
    })
    return kernel.block(
      task,
      () => response && received(kernel, task, request, response),
      (again) => {
        wakeUp = again
        return () => (wakeUp = () => {})
      },
    )
  })
}

/** An answer as the program gets it. */
function received(kernel: Kernel, task: Task, request: FetchRequest, response: ApiResponse): unknown {
  const head = { status: response.status, headers: response.headers }
  if (isUpgraded(response)) return { ...head, body: '', channel: openChannels(kernel, task, response.connect) } satisfies FetchResponse
  if (isStreamed(response)) return streamed(kernel, task, request, head, response.stream)
  const text = () => (typeof response.body === 'string' ? response.body : textFromBytes(response.body))
  if (!request.stream && response.value !== undefined) {
    const late: FetchResponse = {
      ...head,
      value: response.value,
      get body() {
        return text()
      },
    }
    return late
  }
  const body = text()
  if (!request.stream) return { ...head, body } satisfies FetchResponse
  const { reader, writer } = createPipe()
  writer.refs = 1
  writer.write(body)
  writer.release()
  return { ...head, body: '', fd: install(task, reader) } satisfies FetchResponse
}

/** A body that arrives as time passes: read from a descriptor, or collected when the caller did not ask for a stream. */
function streamed(
  kernel: Kernel,
  task: Task,
  request: FetchRequest,
  head: { status: number; headers: Readonly<Record<string, string>> },
  stream: StreamedResponse['stream'],
): unknown {
  if (request.stream) {
    const { reader, writer } = createPipe(Infinity)
    let stop = () => {}
    let closed = false
    const fd = install(
      task,
      passedOn(reader, () => ((closed = true), stop(), reader.release())),
    )
    stop = stream({ data: (chunk) => void (closed || writer.write(chunk)), end: () => writer.release() })
    return { ...head, body: '', fd } satisfies FetchResponse
  }
  let body = ''
  let ended = false
  let wakeUp = () => {}
  const stop = stream({ data: (chunk) => void (body += chunk), end: () => ((ended = true), wakeUp()) })
  return kernel.block(
    task,
    () => (ended ? ({ ...head, body } satisfies FetchResponse) : undefined),
    (again) => {
      wakeUp = again
      return stop
    },
  )
}

/** One pipe for each channel the server may speak on. */
function openChannels(kernel: Kernel, task: Task, connect: (peer: ChannelPeer) => ChannelPeer): FetchResponse['channel'] {
  const id = kernel.nextChannel()
  const pipes = new Map<number, ReturnType<typeof createPipe>>()
  const fds: Record<number, number> = {}
  for (let channel = 0; channel < 5; channel++) {
    const pipe = createPipe(Infinity)
    pipes.set(channel, pipe)
    fds[channel] = install(task, pipe.reader)
  }
  const finish = (channel: number) => pipes.get(channel)?.writer.release()
  const server = connect({
    data(channel, text) {
      try {
        pipes.get(channel)?.writer.write(text)
      } catch (error) {
        if (!(error instanceof SyscallError && error.code === 'EPIPE')) throw error // the client stopped listening: the text goes nowhere
      }
    },
    close: (channel) => (channel === undefined ? [...pipes.keys()].forEach(finish) : finish(channel)),
  })
  task.channels ??= new Map()
  task.channels.set(id, server)
  return { id, fds }
}

/** The parts of an absolute http(s) URL; EINVAL when it is none. */
function parseUrl(url: string): { host: string; port: number; path: string } {
  const match = /^(https?):\/\/(\[[^\]]*\]|[^/:?#]*)(?::(\d+))?(\/[^#]*)?/.exec(url)
  if (!match) return fail('EINVAL')
  return { host: match[2]!.replace(/^\[|\]$/g, ''), port: Number(match[3] ?? (match[1] === 'https' ? 443 : 80)), path: match[4] ?? '/' }
}
