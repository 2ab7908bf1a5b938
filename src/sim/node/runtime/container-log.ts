import { microTimestamp } from '../../engine/time'
import { flat } from '../../formats/flat-text'
import type { OpenFile } from '../os/open-file'

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

const FEW = 8
const NOTHING: LogEntry[] = []
const NOBODY: readonly never[] = []

export const createContainerLog = (now: () => number): ContainerLog => new Log(now)

/** A class, because every container has one and most say little. */
class Log implements ContainerLog {
  entries = NOTHING
  ended = false
  private size = 0
  private listeners: readonly ((entry: LogEntry | undefined) => void)[] = NOBODY

  constructor(private readonly now: () => number) {}

  append(stream: LogEntry['stream'], text: string) {
    if (text === '') return
    const entry = { timeMs: this.now(), stream, text: flat(text) }
    // Most containers say a few lines and rest: an array that is pushed to makes room for many more.
    if (this.entries.length < FEW) this.entries = this.entries.concat(entry)
    else this.entries.push(entry)
    this.size += text.length
    if (this.size > MAX_CHARACTERS) {
      this.entries = this.entries.slice(this.entries.length >> 1)
      this.size = this.entries.reduce((sum, { text }) => sum + text.length, 0)
    }
    for (const listener of this.listeners) listener(entry)
  }

  end() {
    if (this.ended) return
    this.ended = true
    for (const listener of this.listeners) listener(undefined)
    this.listeners = NOBODY
  }

  follow(listener: (entry: LogEntry | undefined) => void) {
    this.listeners = [...this.listeners, listener]
    return () => {
      this.listeners = this.listeners.filter((other) => other !== listener)
    }
  }
}

/** A container's standard output or error: what is written there goes to its log. */
export class LogFile implements OpenFile {
  refs = 0

  constructor(
    private readonly log: ContainerLog,
    private readonly stream: LogEntry['stream'],
  ) {}

  read() {
    return ''
  }

  write(text: string) {
    this.log.append(this.stream, text)
    return true
  }

  readable() {
    return true
  }

  onReadable() {
    return nothing
  }

  onWritable() {
    return nothing
  }

  release() {}
}

const nothing = () => {}

export interface LogLine {
  readonly timeMs: number
  readonly stream: LogEntry['stream']
  /** With its newline, unless it is the last and lacks one. */
  readonly text: string
}

/** Entries as lines: what one stream wrote in pieces is put together until its newline. */
export function linesOf(entries: readonly LogEntry[]): LogLine[] {
  const lines: LogLine[] = []
  const open: Partial<Record<LogEntry['stream'], { timeMs: number; stream: LogEntry['stream']; text: string }>> = {}
  for (const { timeMs, stream, text } of entries) {
    let rest = text
    while (rest !== '') {
      const newline = rest.indexOf('\n')
      const piece = newline < 0 ? rest : rest.slice(0, newline + 1)
      rest = rest.slice(piece.length)
      const line = open[stream] ?? { timeMs, stream, text: '' }
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

const stampOf = (timeMs: number) => `${microTimestamp(timeMs).slice(0, -1)}000Z`

/** A line as `--timestamps` shows it. */
export const stamped = ({ timeMs, text }: LogLine) => `${stampOf(timeMs)} ${text}`

/** A line as the container runtime keeps it in a file; F says that it is a full one. */
export const asKept = ({ timeMs, stream, text }: LogLine) =>
  `${stampOf(timeMs)} ${stream} ${text.endsWith('\n') ? `F ${text}` : `P ${text}\n`}`
