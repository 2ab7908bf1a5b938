import { createWakers, takeFrom, type OpenFile, type Wakers } from './open-file'
import { SyscallError, type Certificates } from './syscalls'

/** Characters a pipe holds before its writer has to wait (Linux: 64 KiB). */
const CAPACITY = 65_536

/** One direction of bytes: a pipe, or half of a socket. */
export interface Channel {
  readonly reader: OpenFile
  readonly writer: OpenFile
}

/**
 * A pipe: what is written to one end is read from the other, in order; a reader sees the end when the last writer has closed. Writers that
 * cannot wait (the network's end of a stream) want one without limit.
 */
export function createPipe(capacity = CAPACITY): Channel {
  const pipe = new Pipe(capacity)
  return { reader: new PipeReader(pipe), writer: new PipeWriter(pipe) }
}

/** What is on its way between two ends. */
class Pipe {
  buffer = ''
  ended = false
  broken = false
  private waitingReaders: Wakers | undefined
  private waitingWriters: Wakers | undefined

  constructor(readonly capacity: number) {}

  /** Those who wait for something to read. Made for the first of them: most connections are over before anybody has waited. */
  get readers(): Wakers {
    return (this.waitingReaders ??= createWakers())
  }

  /** Those who wait for room. */
  get writers(): Wakers {
    return (this.waitingWriters ??= createWakers())
  }

  read(max: number | undefined, until: string | undefined): string | undefined {
    const taken = takeFrom(this.buffer, max, until, this.ended)
    if (taken) {
      this.buffer = taken.length === this.buffer.length ? '' : this.buffer.slice(taken.length)
      this.waitingWriters?.wakeAll()
    }
    return taken
  }

  write(data: string): boolean {
    if (this.broken) throw new SyscallError('EPIPE')
    if (this.buffer.length >= this.capacity) return false
    this.buffer += data
    this.waitingReaders?.wakeAll()
    return true
  }

  readable(): boolean {
    return this.buffer !== '' || this.ended
  }

  closeReader() {
    this.broken = true
    this.buffer = ''
    this.waitingWriters?.wakeAll()
  }

  closeWriter() {
    this.ended = true
    this.waitingReaders?.wakeAll()
  }
}

class PipeReader implements OpenFile {
  refs = 0

  constructor(private readonly pipe: Pipe) {}

  read(max: number | undefined, until: string | undefined) {
    return this.pipe.read(max, until)
  }

  write(): never {
    throw new SyscallError('EBADF')
  }

  readable() {
    return this.pipe.readable()
  }

  onReadable(wake: () => void) {
    return this.pipe.readers.add(wake)
  }

  onWritable() {
    return nothing
  }

  release() {
    this.pipe.closeReader()
  }
}

class PipeWriter implements OpenFile {
  refs = 0

  constructor(private readonly pipe: Pipe) {}

  read(): never {
    throw new SyscallError('EBADF')
  }

  write(data: string) {
    return this.pipe.write(data)
  }

  readable() {
    return false
  }

  onReadable() {
    return nothing
  }

  onWritable(wake: () => void) {
    return this.pipe.writers.add(wake)
  }

  release() {
    this.pipe.closeWriter()
  }
}

const nothing = () => {}

/** Hands text to a file that may be full for a while, in place of a writer that cannot wait: what does not fit is kept until it does. */
export interface Feeder {
  push(text: string): void
  /** Closes the file once everything is in it. */
  end(): void
}

/** Input for a process that has closed its end is lost, as in a real pipe whose writer ignores SIGPIPE. */
export function createFeeder(file: OpenFile): Feeder {
  const kept: string[] = []
  let ending = false
  const flush = () => {
    try {
      while (kept.length > 0) {
        if (!file.write(kept[0]!)) return void file.onWritable(flush)
        kept.shift()
      }
    } catch (error) {
      if (!(error instanceof SyscallError && error.code === 'EPIPE')) throw error
      kept.length = 0
    }
    if (ending) file.release()
  }
  return {
    push(text) {
      kept.push(text)
      if (kept.length === 1) flush()
    },
    end() {
      if (ending) return
      ending = true
      if (kept.length === 0) file.release()
    },
  }
}

/** The two ends of a connection. */
export function createSocketPair(): readonly [OpenFile, OpenFile] {
  const there = new Pipe(CAPACITY)
  const back = new Pipe(CAPACITY)
  return [new Socket(back, there), new Socket(there, back)]
}

/** One end of a connection: it reads what the other end writes. */
class Socket implements OpenFile {
  refs = 0
  certificate?: Certificates

  constructor(
    private readonly from: Pipe,
    private readonly to: Pipe,
  ) {}

  read(max: number | undefined, until: string | undefined) {
    return this.from.read(max, until)
  }

  write(data: string) {
    return this.to.write(data)
  }

  readable() {
    return this.from.readable()
  }

  onReadable(wake: () => void) {
    return this.from.readers.add(wake)
  }

  onWritable(wake: () => void) {
    return this.to.writers.add(wake)
  }

  endWriting() {
    this.to.closeWriter()
  }

  release() {
    this.from.closeReader()
    this.to.closeWriter()
  }
}

/** The same open file under another count of references, with an end of its own. */
export const passedOn = (open: OpenFile, release: () => void): OpenFile => ({
  refs: 0,
  read: (max, until) => open.read(max, until),
  write: (data) => open.write(data),
  readable: () => open.readable(),
  onReadable: (wake) => open.onReadable(wake),
  onWritable: (wake) => open.onWritable(wake),
  release,
})

/** /dev/null. */
export const nullDevice = (): OpenFile => ({
  refs: 0,
  read: readsNothing,
  write: takesAll,
  readable: takesAll,
  onReadable: neverCalls,
  onWritable: neverCalls,
  release: nothing,
})

const readsNothing = () => ''
const takesAll = () => true
const neverCalls = () => nothing

/** A descriptor whose writes go to a callback and whose reads are at their end: the outer end of a captured stdout. */
export const sinkFile = (onData: (text: string) => void, onEnd: () => void = nothing): OpenFile => ({
  refs: 0,
  read: readsNothing,
  write(data) {
    onData(data)
    return true
  },
  readable: takesAll,
  onReadable: neverCalls,
  onWritable: neverCalls,
  release: onEnd,
})

/** A descriptor that reads a text and is then at its end. */
export function textFile(text: string): OpenFile {
  let rest = text
  return {
    ...nullDevice(),
    read(max, until) {
      const taken = takeFrom(rest, max, until, true)!
      rest = rest.slice(taken.length)
      return taken
    },
  }
}
