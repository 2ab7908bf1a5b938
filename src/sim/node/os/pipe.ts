import { createWakers, takeFrom, type OpenFile } from './open-file'
import { SyscallError } from './syscalls'

/** Characters a pipe holds before its writer has to wait (Linux: 64 KiB). */
const CAPACITY = 65_536

/** One direction of bytes: a pipe, or half of a socket. */
export interface Channel {
  readonly reader: OpenFile
  readonly writer: OpenFile
}

const neverReads = () => {
  throw new SyscallError('EBADF')
}
const nothing = () => () => {}

/**
 * A pipe: what is written to one end is read from the other, in order; a reader sees the end when the last writer has closed. Writers that
 * cannot wait (the network's end of a stream) want one without limit.
 */
export function createPipe(capacity = CAPACITY): Channel {
  let buffer = ''
  let ended = false
  let broken = false
  const readers = createWakers()
  const writers = createWakers()
  return {
    reader: {
      refs: 0,
      read(max, until) {
        const taken = takeFrom(buffer, max, until, ended)
        if (taken) {
          buffer = buffer.slice(taken.length)
          writers.wakeAll()
        }
        return taken
      },
      write: neverReads,
      readable: () => buffer !== '' || ended,
      onReadable: readers.add,
      onWritable: nothing,
      release() {
        broken = true
        buffer = ''
        writers.wakeAll()
      },
    },
    writer: {
      refs: 0,
      read: neverReads,
      write(data) {
        if (broken) throw new SyscallError('EPIPE')
        if (buffer.length >= capacity) return false
        buffer += data
        readers.wakeAll()
        return true
      },
      readable: () => false,
      onReadable: nothing,
      onWritable: writers.add,
      release() {
        ended = true
        readers.wakeAll()
      },
    },
  }
}

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
  const there = createPipe()
  const back = createPipe()
  return [joined(back.reader, there.writer), joined(there.reader, back.writer)]
}

/** A descriptor that reads from one pipe and writes to another. */
export function joined(reader: OpenFile, writer: OpenFile): OpenFile {
  return {
    refs: 0,
    read: reader.read,
    write: writer.write,
    readable: reader.readable,
    onReadable: reader.onReadable,
    onWritable: writer.onWritable,
    release() {
      reader.release()
      writer.release()
    },
  }
}

/** /dev/null. */
export const nullDevice = (): OpenFile => ({
  refs: 0,
  read: () => '',
  write: () => true,
  readable: () => true,
  onReadable: nothing,
  onWritable: nothing,
  release() {},
})

/** A descriptor whose writes go to a callback and whose reads are at their end: the outer end of a captured stdout. */
export const sinkFile = (onData: (text: string) => void, onEnd: () => void = () => {}): OpenFile => ({
  ...nullDevice(),
  write(data) {
    onData(data)
    return true
  },
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
