import type { Certificates, FileStat } from './syscalls'
/**
 * An open file description: what a descriptor stands for. Several descriptors (dup, inheritance) may share one; `refs` counts them and
 * `release` runs when the last is closed. Reads and writes never wait here: they say "would block" and the kernel parks the process.
 */
export interface OpenFile {
  refs: number
  /** Up to `max` characters, or through the first `until`; '' at the end; undefined when there is nothing yet. */
  read(max: number | undefined, until: string | undefined): string | undefined
  /** False when it would block. Throws SyscallError (EPIPE, EBADF, ENOSPC). */
  write(data: string): boolean
  /** Whether `read` would answer now. */
  readable(): boolean
  /** Calls back once, when reading (or writing) may be worth another try. Returns how to forget it. */
  onReadable(wake: () => void): () => void
  onWritable(wake: () => void): () => void
  release(): void
  /** Present when this is a connection: nothing more will be written, while the other side may go on. */
  endWriting?(): void
  /** Present when this is a file: what it is now; undefined when it has been removed. */
  stat?(): FileStat | undefined
  /** Present when this is a terminal. */
  readonly tty?: import('./tty').Tty
  /** Present when this is a connection to a server with TLS. */
  certificate?: Certificates
  /** Present when connections can be accepted here. */
  readonly listener?: import('./socket').Listener
}

/** A set of one-shot callbacks. */
export interface Wakers {
  add(wake: () => void): () => void
  wakeAll(): void
}

export const createWakers = (): Wakers => new WakerList()

type Wake = () => void
const NOBODY: readonly Wake[] = []

class WakerList implements Wakers {
  private waiting: readonly Wake[] = NOBODY

  add(wake: Wake) {
    this.waiting = this.waiting === NOBODY ? [wake] : [...this.waiting, wake]
    return () => {
      if (this.waiting !== NOBODY) this.waiting = this.waiting.filter((other) => other !== wake)
    }
  }

  wakeAll() {
    const woken = this.waiting
    this.waiting = NOBODY
    for (const wake of woken) wake()
  }
}

/** Takes the next piece off the front of `buffer`: through `until` when given (or all of it when `ended`), else up to `max` characters. */
export function takeFrom(buffer: string, max: number | undefined, until: string | undefined, ended: boolean): string | undefined {
  if (buffer === '') return ended ? '' : undefined
  if (until === undefined) return max === undefined ? buffer : buffer.slice(0, max)
  const at = buffer.indexOf(until)
  if (at >= 0) return buffer.slice(0, at + until.length)
  return ended || (max !== undefined && buffer.length >= max) ? buffer : undefined
}
