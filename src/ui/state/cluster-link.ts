import type { CallName, Calls, FromWorker, Input, ToWorker } from '../worker/protocol'
import { emptyCluster, takeIn, useCluster } from './cluster-store'
import { watchOver } from './heartbeat'
import { terminalsClosed, terminalEnded, terminalSaid, terminalsRestored } from './terminals'

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

let worker: Worker | undefined
let lastCall = 0
const waiting = new Map<number, Waiting>()

/** Starts the worker and its cluster: the kept one, or with `fresh` a new one. The link's flags decide what a new one is like. */
export function boot({ fresh = false } = {}) {
  worker?.terminate()
  heart.stop()
  for (const { reject } of waiting.values()) reject(new Error('the cluster was reset'))
  waiting.clear()
  terminalsClosed()
  useCluster.setState(emptyCluster)
  worker = new Worker(new URL('../worker/cluster.worker.ts', import.meta.url), { type: 'module' })
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => receive(data)
  // Before the worker's own code runs (a missing file, an old browser); later mistakes come as messages.
  worker.onerror = (event) => {
    if (useCluster.getState().phase === 'ready') return receive({ type: 'bug', message: event.message })
    receive({ type: 'failed', message: event.message || 'the worker could not be loaded' })
  }
  const flags = new URLSearchParams(location.search)
  send({
    type: 'boot',
    seed: Number(flags.get('seed')) || crypto.getRandomValues(new Uint32Array(1))[0]! % 1_000_000,
    workers: Math.min(20, Number(flags.get('workers')) || 3),
    version: flags.get('version') ?? '1.36',
    fresh,
  })
}

const heart = watchOver({
  ping: () => send({ type: 'ping' }),
  // What was kept brings the cluster back; should it be what kills the worker, a second death says so.
  died() {
    const again = useCluster.getState().revived
    if (again) return useCluster.setState({ phase: 'failed' })
    boot()
    useCluster.setState({ revived: true })
  },
})

export function send(message: ToWorker) {
  worker?.postMessage(message)
}

/** Does one thing to the cluster; it becomes part of the journal. */
export function input(what: Input) {
  send({ type: 'input', input: what })
}

/** Asks the worker; rejected with its message when it refuses. */
export function call<K extends CallName>(name: K, ask: Calls[K]['ask']): Promise<Calls[K]['answer']> {
  const id = ++lastCall
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve: resolve as (value: unknown) => void, reject }) // the worker answers a name with that name's type
    send({ type: 'call', call: id, name, ask })
  })
}

/** Calls `run` when the browser has painted what it has been told to draw. A hidden page paints nothing. */
function whenPainted(run: () => void) {
  if (document.hidden) return run()
  requestAnimationFrame(() => setTimeout(run, 0))
}

function receive(message: FromWorker) {
  heart.beat() // whoever speaks lives, even if this page is too busy to hear the answer to its question in time
  switch (message.type) {
    case 'restoring':
      return useCluster.setState({ phase: 'restoring' })
    case 'lost':
      console.warn(message.message)
      return useCluster.setState({ lost: message.broughtBack ? 'past' : 'all' })
    case 'ready':
      useCluster.setState({ phase: 'ready', startMs: message.startMs, nowMs: message.startMs, speed: message.speed })
      heart.begin()
      return terminalsRestored(message.terminals)
    case 'pong':
      return
    case 'output':
      return terminalSaid(message.terminal, message.text)
    case 'exit':
      return terminalEnded(message.terminal, message.code)
    case 'objects':
      useCluster.setState((state) => takeIn(state, message.changed, message.deleted))
      return whenPainted(() => send({ type: 'shown' }))
    case 'time':
      return useCluster.setState({ nowMs: message.nowMs, speed: message.speed })
    case 'files':
      return useCluster.setState({ files: message.files })
    case 'findings':
      return useCluster.setState({ findings: message.findings })
    case 'kept':
      return useCluster.setState({ kept: message.kept })
    case 'failed':
      console.error(message.message)
      return useCluster.setState({ phase: 'failed', bug: message.message })
    case 'bug':
      console.error(message.message)
      return useCluster.setState({ bug: message.message })
    case 'answer':
      waiting.get(message.call)?.resolve(message.value)
      return void waiting.delete(message.call)
    case 'refusal':
      waiting.get(message.call)?.reject(new Error(message.message))
      return void waiting.delete(message.call)
  }
}
