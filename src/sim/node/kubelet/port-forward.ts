import type { ChannelPeer } from '../../api/http'
import type { Host } from '../host'
import type { OpenFile } from '../os/open-file'
import { createFeeder, type Feeder } from '../os/pipe'
import { SyscallError } from '../os/syscalls'
import type { PodState } from './pod-state'

/** Joins channels with ports inside a Pod: for the n-th port, channel 2n carries data and 2n+1 what went wrong. */
export function forwardPorts(host: Host, state: PodState, ports: readonly number[], peer: ChannelPeer): ChannelPeer {
  const connections = new Map<number, Feeder>()

  ports.forEach((port, index) => {
    const listener = state.sandbox?.listeners.get(`tcp:${port}`)
    const refuse = () => {
      const { uid } = state.pod.metadata
      peer.data(
        2 * index + 1,
        `error forwarding port ${port} to pod ${uid}, uid : failed to execute portforward in network namespace: failed to connect to localhost:${port} inside namespace "${state.sandbox?.id}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused `,
      )
      peer.close(2 * index + 1)
      peer.close(2 * index)
    }
    if (!listener) return refuse()
    try {
      const file = listener.connect(`127.0.0.1:${40_000 + host.context.engine.random.int(20_000)}`, `127.0.0.1:${port}`)
      connections.set(2 * index, createFeeder(file))
      pump(
        file,
        (text) => peer.data(2 * index, text),
        () => peer.close(2 * index),
      )
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      refuse()
    }
  })

  return {
    data(channel, text) {
      connections.get(channel)?.push(text)
    },
    close(channel) {
      for (const [number, feeder] of connections) {
        if (channel !== undefined && channel !== number) continue
        connections.delete(number)
        feeder.end()
      }
    },
  }
}

/** Hands on whatever arrives, until the end. */
function pump(file: OpenFile, onData: (text: string) => void, onEnd: () => void) {
  for (;;) {
    const chunk = file.read(undefined, undefined)
    if (chunk === undefined) {
      file.onReadable(() => pump(file, onData, onEnd))
      return
    }
    if (chunk === '') return onEnd()
    onData(chunk)
  }
}
