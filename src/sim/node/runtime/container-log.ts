import { microTimestamp } from '../../engine/time'

export interface LogEntry {
  readonly timeMs: number
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

/** What a container has written, in the order in which it was written: what `kubectl logs` shows. */
export interface ContainerLog {
  readonly entries: readonly LogEntry[]
  readonly ended: boolean
  append(stream: 'stdout' | 'stderr', text: string): void
  /** No more will come: the container has ended. */
  end(): void
  /** Calls back for every entry from now on, and with undefined at the end. Returns how to stop. */
  follow(listener: (entry: LogEntry | undefined) => void): () => void
}

/** The kubelet rotates logs at 10 MiB and `kubectl logs` reads the newest file; here the oldest entries go. */
const MAX_CHARACTERS = 10 * 1024 * 1024

export function createContainerLog(now: () => number): ContainerLog {
  let entries: LogEntry[] = []
  let size = 0
  let ended = false
  let listeners: ((entry: LogEntry | undefined) => void)[] = []
  return {
    get entries() {
      return entries
    },
    get ended() {
      return ended
    },
    append(stream, text) {
      if (text === '') return
      const entry = { timeMs: now(), stream, text }
      entries.push(entry)
      size += text.length
      if (size > MAX_CHARACTERS) {
        entries = entries.slice(entries.length >> 1)
        size = entries.reduce((sum, { text }) => sum + text.length, 0)
      }
      for (const listener of listeners) listener(entry)
    },
    end() {
      if (ended) return
      ended = true
      for (const listener of listeners) listener(undefined)
      listeners = []
    },
    follow(listener) {
      listeners.push(listener)
      return () => {
        listeners = listeners.filter((other) => other !== listener)
      }
    },
  }
}

export interface LogLine {
  readonly timeMs: number
  /** With its newline, unless it is the last and lacks one. */
  readonly text: string
}

/** Entries as lines: what one stream wrote in pieces is put together until its newline. */
export function linesOf(entries: readonly LogEntry[]): LogLine[] {
  const lines: LogLine[] = []
  const open: Partial<Record<LogEntry['stream'], { timeMs: number; text: string }>> = {}
  for (const { timeMs, stream, text } of entries) {
    let rest = text
    while (rest !== '') {
      const newline = rest.indexOf('\n')
      const piece = newline < 0 ? rest : rest.slice(0, newline + 1)
      rest = rest.slice(piece.length)
      const line = open[stream] ?? { timeMs, text: '' }
      line.text += piece
      if (newline < 0) open[stream] = line
      else {
        delete open[stream]
        lines.push(line)
      }
    }
  }
  return [...lines, ...Object.values(open)]
}

/** A line as `--timestamps` shows it. */
export const stamped = ({ timeMs, text }: LogLine) => `${microTimestamp(timeMs).slice(0, -1)}000Z ${text}`
