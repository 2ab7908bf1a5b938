import { createSocketPair } from './pipe'
import { createWakers, type OpenFile } from './open-file'
import { SyscallError } from './syscalls'

/** A connection waiting to be accepted, or accepted. */
export interface Incoming {
  readonly file: OpenFile
  /** Address of who connects, and the address they connected to. */
  readonly peer: string
  readonly local: string
}

/** A listening socket. */
export interface Listener {
  readonly port: number
  readonly address: string
  readonly protocol: 'tcp' | 'udp'
  /** Connects: answers the client's end. Throws ECONNREFUSED when nobody listens any more. */
  connect(peer: string, local: string): OpenFile
  /** The next connection, or undefined when none waits. */
  accept(): Incoming | undefined
  /** Whether one waits. */
  incoming(): boolean
  onIncoming(wake: () => void): () => void
  close(): void
}

/** `onClose` runs once, when the listener's last descriptor is closed. */
export function createListener(place: { port: number; address: string; protocol: 'tcp' | 'udp' }, onClose: () => void): Listener {
  const backlog: Incoming[] = []
  const waiting = createWakers()
  let open = true
  return {
    ...place,
    connect(peer, local) {
      if (!open) throw new SyscallError('ECONNREFUSED')
      const [near, far] = createSocketPair()
      far.refs = 1 // held by the backlog until somebody accepts it
      backlog.push({ file: far, peer, local })
      waiting.wakeAll()
      return near
    },
    accept: () => backlog.shift(),
    incoming: () => backlog.length > 0,
    onIncoming: waiting.add,
    close() {
      if (!open) return
      open = false
      for (const { file } of backlog.splice(0)) file.release()
      onClose()
    },
  }
}
