import { createWakers, takeFrom, type OpenFile } from './open-file'
import type { Signal } from './syscalls'

/** A terminal device: xterm (or a kubectl exec's channel) on one side, programs on the other, a line discipline between them. */
export interface Tty {
  readonly file: OpenFile
  columns: number
  rows: number
  /** Process group that gets Ctrl-C and may read. */
  foreground: number
  /** Raw: no echo, no line editing, no signals; what is typed is read at once. */
  readonly raw: boolean
  readonly echo: boolean
  /** Changes the mode. `unread` is put before what waits to be read; in cooked mode it is looked at as typed once somebody reads. */
  setMode(mode: { readonly raw?: boolean; readonly echo?: boolean; readonly unread?: string }): void
  /** What the person types. */
  input(text: string): void
  resize(columns: number, rows: number): void
  /** The other side is gone: programs get SIGHUP and read the end. */
  hangUp(): void
}

/** Calls out: characters for the screen, and signals for the foreground process group. */
export interface TtySide {
  readonly output: (text: string) => void
  readonly signal: (group: number, signal: Signal) => void
}

const signalKeys: Readonly<Record<string, Signal>> = { '\x03': 'SIGINT', '\x1c': 'SIGQUIT', '\x1a': 'SIGTSTP' }

/** A terminal in cooked mode, as `stty sane` leaves it. */
export function createTty(size: { columns: number; rows: number }, side: TtySide): Tty {
  let ready = '' // what programs may read
  let line = '' // being edited (cooked mode)
  let ahead = '' // keys typed while the terminal was raw that nobody has read: cooked mode looks at them when somebody does
  let mode = { raw: false, echo: true }
  let endOfFile = 0 // Ctrl-D on an empty line: one read sees the end
  let hungUp = false
  const readers = createWakers()

  const shown = (text: string) => text.replace(/[\x00-\x08\x0b-\x1f]/g, (c) => `^${String.fromCharCode(c.charCodeAt(0) + 64)}`)
  const echo = (text: string) => {
    if (mode.echo) side.output(text.replace(/\n/g, '\r\n'))
  }
  const deliver = (text: string) => {
    ready += text
    readers.wakeAll()
  }
  const erase = (count: number) => {
    const erased = [...line].slice(-count).join('')
    if (!erased) return
    line = line.slice(0, -erased.length)
    const width = [...shown(erased)].reduce((sum, c) => sum + (c.codePointAt(0)! >= 0x1100 ? 2 : 1), 0)
    echo('\b \b'.repeat(width))
  }

  function typed(character: string) {
    const signal = signalKeys[character]
    if (signal) {
      line = ''
      ready = ''
      ahead = ''
      echo(`^${String.fromCharCode(character.charCodeAt(0) + 64)}`)
      if (signal === 'SIGINT') echo('\n')
      side.signal(tty.foreground, signal)
    } else if (character === '\r' || character === '\n') {
      echo('\n')
      deliver(`${line}\n`)
      line = ''
    } else if (character === '\x7f' || character === '\b') erase(1)
    else if (character === '\x15') erase(line.length)
    else if (character === '\x17') erase(/\S*\s*$/.exec(line)![0].length)
    else if (character === '\x04') {
      if (line === '') endOfFile++
      deliver(line)
      line = ''
    } else {
      line += character
      echo(shown(character))
    }
  }

  const tty: Tty = {
    ...size,
    foreground: 0,
    get raw() {
      return mode.raw
    },
    get echo() {
      return mode.echo
    },
    setMode({ raw = mode.raw, echo = mode.echo, unread = '' }) {
      if (raw) {
        ready = unread + ready + line + ahead
        line = ahead = ''
        if (ready !== '') readers.wakeAll()
      } else if (mode.raw) {
        ahead = unread + ready
        ready = ''
      } else ahead = unread + ahead
      mode = { raw, echo }
    },
    input(text) {
      if (hungUp) return
      if (mode.raw) return deliver(text)
      for (const character of text) {
        if (ahead === '' || signalKeys[character]) typed(character)
        else ahead += character
      }
      if (ahead !== '') readers.wakeAll()
    },
    resize(columns, rows) {
      tty.columns = columns
      tty.rows = rows
      side.signal(tty.foreground, 'SIGWINCH')
    },
    hangUp() {
      if (hungUp) return
      hungUp = true
      side.signal(tty.foreground, 'SIGHUP')
      readers.wakeAll()
    },
    file: {
      refs: 0,
      read(max, until) {
        while (ahead !== '' && ready === '' && endOfFile === 0) {
          const [character] = ahead
          ahead = ahead.slice(character!.length)
          typed(character!)
        }
        if (ready === '' && endOfFile > 0) {
          endOfFile--
          return ''
        }
        // Cooked mode hands out a line at most, whatever was typed ahead.
        const taken =
          takeFrom(ready, max, until ?? (mode.raw ? undefined : '\n'), hungUp) ?? (ready !== '' && endOfFile > 0 ? ready : undefined)
        if (taken) ready = ready.slice(taken.length)
        return taken
      },
      write(data) {
        side.output(data.replace(/\r?\n/g, '\r\n'))
        return true
      },
      readable: () => ready !== '' || ahead !== '' || endOfFile > 0 || hungUp,
      onReadable: (wake) => readers.add(wake),
      onWritable: () => () => {},
      release() {},
      get tty() {
        return tty
      },
    },
  }
  return tty
}
