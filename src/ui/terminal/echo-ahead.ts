/**
 * Draws what is typed before the worker has echoed it. A browser draws the frame after a key before it looks at the worker's answer, so an echo
 * that comes from there is always a frame late.
 *
 * Nothing is assumed of the program that reads: what is typed is drawn ahead only after it was seen to echo the character before, and no longer than
 * until something else is typed or said. What turns out wrong is taken back.
 */
export interface EchoAhead {
  /** The keyboard gave `data`; `room`: how many characters fit between the cursor and the end of its row, 0 where there is something. Returns what to draw at once. */
  typed(data: string, room: number): string
  /** The worker said `text`. Returns what is to be drawn of it, now that some of it may be there already. */
  said(text: string): string
}

const PRINTABLE = /^[ -~]$/
const TAKE_BACK = '\b \b'

export function createEchoAhead(): EchoAhead {
  /** Typed characters that have not come back, and how many of them are drawn. */
  let awaited = ''
  let drawn = 0
  /** The character before was echoed as it is. */
  let echoes = false
  /** Something was typed of which nobody here knows what it does; it ends when the worker says anything. */
  let blind = false

  return {
    typed(data, room) {
      if (blind || !PRINTABLE.test(data)) {
        blind = true
        echoes = false
        return ''
      }
      const isNext = drawn === awaited.length
      awaited += data
      if (!echoes || !isNext || room < 1) return ''
      drawn++
      return data
    },
    said(text) {
      const expected = awaited.slice(0, text.length)
      if (awaited !== '' && text.startsWith(expected)) {
        const seen = Math.min(drawn, expected.length)
        drawn -= seen
        awaited = awaited.slice(expected.length)
        echoes = !blind && text.length === expected.length
        if (awaited === '') blind = false
        return text.slice(seen)
      }
      const wrong = drawn
      awaited = ''
      drawn = 0
      echoes = false
      blind = false
      return TAKE_BACK.repeat(wrong) + text
    },
  }
}
