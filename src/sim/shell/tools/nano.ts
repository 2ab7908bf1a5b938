import { createBuffer, settle, type Buffer } from './vi/buffer'
import { insertKey } from './vi/insert'
import type { Effect } from './vi/normal'

/** GNU nano, a small one: keys go straight into the text, Ctrl keys do the rest. */
export interface Nano {
  readonly buffer: Buffer
  /** A question on the last line, and what has been typed in answer. */
  asked: { readonly question: 'save?' | 'name'; answer: string; readonly leave: boolean } | undefined
  cut: string[]
}

export function createNano(text: string, path: string | undefined): Nano {
  const buffer = createBuffer(text, path)
  buffer.mode = 'insert'
  return { buffer, asked: undefined, cut: [] }
}

/** Gives nano a key; answers what is to be done outside of the text. */
export function pressNano(nano: Nano, key: string): Effect | undefined {
  const { buffer } = nano
  if (nano.asked) return answered(nano, key)
  switch (key) {
    case '\x18': // ^X
      if (!buffer.changed) return { do: 'leave', code: 0 }
      nano.asked = { question: 'save?', answer: '', leave: true }
      return undefined
    case '\x0f': // ^O
      return save(nano, false)
    case '\x0b': // ^K
      nano.cut = buffer.lines.splice(buffer.row, 1)
      if (buffer.lines.length === 0) buffer.lines.push('')
      buffer.column = 0
      buffer.changed = true
      return void settle(buffer)
    case '\x15': // ^U
      buffer.lines.splice(buffer.row, 0, ...nano.cut)
      buffer.row += nano.cut.length
      buffer.changed = true
      return void settle(buffer)
    case '\x01':
      return void insertKey(buffer, '\x1b[H')
    case '\x05':
      return void insertKey(buffer, '\x1b[F')
    case '\x1b':
    case '\x03':
      return undefined
    default:
      if (!/^\x1b[[O](?:[A-HFO]|[1456]~)/.test(key)) buffer.changed = true
      return void insertKey(buffer, key.replace(/^\x1bO/, '\x1b['))
  }
}

/** Saves under the file's name, or asks for one. */
function save(nano: Nano, leave: boolean): Effect | undefined {
  if (nano.buffer.path !== undefined) return { do: 'save', leave }
  nano.asked = { question: 'name', answer: '', leave }
  return undefined
}

function answered(nano: Nano, key: string): Effect | undefined {
  const asked = nano.asked!
  if (key === '\x03' || key === '\x1b') {
    nano.asked = undefined
    return undefined
  }
  if (asked.question === 'save?') {
    if (!/^[yn]$/i.test(key)) return undefined
    nano.asked = undefined
    return /n/i.test(key) ? { do: 'leave', code: 0 } : save(nano, true)
  }
  if (key === '\x7f' || key === '\b') asked.answer = asked.answer.slice(0, -1)
  else if (key === '\r' || key === '\n') {
    nano.asked = undefined
    return asked.answer === '' ? undefined : { do: 'save', path: asked.answer, leave: asked.leave }
  } else if (key >= ' ') asked.answer += key
  return undefined
}
