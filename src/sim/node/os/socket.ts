import { createSocketPair } from './pipe'
import { createWakers, type OpenFile } from './open-file'
import { SyscallError, type Certificates } from './syscalls'

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
  /** Present where TLS is spoken. */
  readonly certificate?: Certificates | undefined
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
export const createListener = (place: Pick<Listener, 'port' | 'address' | 'protocol' | 'certificate'>, onClose: () => void): Listener =>
  new OpenListener(place, onClose)

/** A class, because most containers have one. */
class OpenListener implements Listener {
  readonly port: number
  readonly address: string
  readonly protocol: 'tcp' | 'udp'
  readonly certificate: Certificates | undefined
  private backlog: readonly Incoming[] = NONE
  private readonly waiting = createWakers()
  private open = true

  constructor(
    { port, address, protocol, certificate }: Pick<Listener, 'port' | 'address' | 'protocol' | 'certificate'>,
    private readonly onClose: () => void,
  ) {
    this.port = port
    this.address = address
    this.protocol = protocol
    this.certificate = certificate
  }

  connect(peer: string, local: string): OpenFile {
    if (!this.open) throw new SyscallError('ECONNREFUSED')
    const [near, far] = createSocketPair()
    if (this.certificate) near.certificate = this.certificate
    far.refs = 1 // held by the backlog until somebody accepts it
    const incoming = { file: far, peer, local }
    this.backlog = this.backlog === NONE ? [incoming] : [...this.backlog, incoming]
    this.waiting.wakeAll()
    return near
  }

  accept(): Incoming | undefined {
    const first = this.backlog[0]
    this.backlog = this.backlog.length <= 1 ? NONE : this.backlog.slice(1)
    return first
  }

  incoming(): boolean {
    return this.backlog.length > 0
  }

  onIncoming(wake: () => void): () => void {
    return this.waiting.add(wake)
  }

  close() {
    if (!this.open) return
    this.open = false
    for (const { file } of this.backlog) file.release()
    this.backlog = NONE
    this.onClose()
  }
}

const NONE: readonly Incoming[] = []

/** What a descriptor of a listening socket stands for: connections can be accepted there, and nothing else. */
export class ListeningFile implements OpenFile {
  refs = 0

  constructor(readonly listener: Listener) {}

  read() {
    return ''
  }

  write() {
    return true
  }

  readable() {
    return this.listener.incoming()
  }

  onReadable(wake: () => void) {
    return this.listener.onIncoming(wake)
  }

  onWritable() {
    return nothing
  }

  release() {
    this.listener.close()
  }
}

const nothing = () => {}
