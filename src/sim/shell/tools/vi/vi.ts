import { settle, type Buffer } from './buffer'
import { endCommandLine } from './ex'
import { insertKey } from './insert'
import { normalKey, type Effect } from './normal'

/** Keys that other keyboards have, as what they mean in normal mode. */
const named: Readonly<Record<string, string>> = {
  '\x1b[A': 'k', '\x1bOA': 'k', '\x1b[B': 'j', '\x1bOB': 'j', '\x1b[C': 'l', '\x1bOC': 'l', '\x1b[D': 'h', '\x1bOD': 'h',
  '\x1b[H': '0', '\x1b[1~': '0', '\x1b[F': '$', '\x1b[4~': '$', '\x1b[5~': '\x02', '\x1b[6~': '\x06', '\x7f': 'h', '\b': 'h', '\n': '\r',
} // prettier-ignore

/** Gives vi a key (one character, or the escape sequence of one). Answers what is to be done outside of the text. */
export function press(buffer: Buffer, key: string): Effect | undefined {
  if (buffer.mode === 'normal' && buffer.keys.length === 0) {
    if (key === '.') return repeat(buffer)
    buffer.saidNow = []
    buffer.changesNow = false
  }
  buffer.saidNow.push(key)
  const effect = buffer.mode === 'command line' ? commandLineKey(buffer, key) : buffer.mode === 'insert' ? void insertKey(buffer, arrowInInsert(key)) : normalKey(buffer, named[key] ?? key) // prettier-ignore
  if (buffer.mode === 'normal' && buffer.keys.length === 0 && buffer.changesNow) {
    // What is undone, or done by a colon command, is not repeated.
    if (!/^[u\x12:]/.test(buffer.saidNow[0]!) && !/^[vV]$/.test(buffer.saidNow[0]!)) buffer.lastChange = buffer.saidNow
    buffer.changesNow = false
  }
  return effect
}

const arrowInInsert = (key: string) => key.replace(/^\x1bO(?=[A-D])/, '\x1b[')

/** `.`: the last change once more, here. */
function repeat(buffer: Buffer): undefined {
  const { lastChange } = buffer
  for (const key of lastChange) press(buffer, key)
  buffer.lastChange = lastChange
}

function commandLineKey(buffer: Buffer, key: string): Effect | undefined {
  if (key === '\r' || key === '\n') return endCommandLine(buffer)
  if (key === '\x1b' || key === '\x03') buffer.commandLine = ''
  else if (key === '\x7f' || key === '\b') buffer.commandLine = buffer.commandLine.slice(0, -1)
  else if (key === '\x15') buffer.commandLine = buffer.commandLine.slice(0, 1)
  else if (key >= ' ' && key.length <= 2) buffer.commandLine += key
  if (buffer.commandLine === '') {
    buffer.mode = 'normal'
    settle(buffer)
  }
  return undefined
}
