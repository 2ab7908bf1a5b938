import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createEchoAhead } from '../../../src/ui/terminal/echo-ahead'

/** A row of a screen that knows printable characters, \b and \r. */
function createRow() {
  let cells = ''
  let at = 0
  return {
    write(text: string) {
      for (const each of text)
        if (each === '\b') at = Math.max(0, at - 1)
        else if (each === '\r') at = 0
        else {
          cells = cells.slice(0, at).padEnd(at) + each + cells.slice(at + 1)
          at++
        }
    },
    get room() {
      return cells.slice(at).trim() === '' ? 70 - at : 0
    },
    get text() {
      return `${cells.trimEnd()} @${at}`
    },
  }
}

describe('what is typed is drawn before the worker echoes it', () => {
  test('from the second character on, and not twice', () => {
    const echo = createEchoAhead()
    expect(echo.typed('l', 70), 'nobody knows yet whether it echoes').toBe('')
    expect(echo.said('l')).toBe('l')
    expect(echo.typed('s', 70)).toBe('s')
    expect(echo.typed(' ', 70)).toBe(' ')
    expect(echo.said('s ')).toBe('')
  })

  test('not where a program does not echo, as while a password is asked for', () => {
    const echo = createEchoAhead()
    for (const key of 'secret') expect(echo.typed(key, 70)).toBe('')
  })

  test('not after Enter, until it is seen to echo again', () => {
    const echo = createEchoAhead()
    echo.typed('l', 70)
    echo.said('l')
    expect(echo.typed('s', 70)).toBe('s')
    expect(echo.typed('\r', 70)).toBe('')
    expect(echo.typed('x', 70)).toBe('')
    expect(echo.said('s\r\nfiles\r\n$ ')).toBe('\r\nfiles\r\n$ ')
    expect(echo.said('x')).toBe('x')
  })

  test('not beyond the end of the row, where a line continues on the next', () => {
    const echo = createEchoAhead()
    echo.typed('l', 2)
    echo.said('l')
    expect(echo.typed('s', 1)).toBe('s')
    expect(echo.typed('x', 0)).toBe('')
    expect(echo.typed('y', 70), 'nor what comes after it').toBe('')
    expect(echo.said('sx')).toBe('x')
  })

  test('and is taken back when something else is said', () => {
    const echo = createEchoAhead()
    echo.typed('l', 70)
    echo.said('l')
    echo.typed('s', 70)
    expect(echo.said('\r\npod/web deleted\r\n')).toBe('\b \b\r\npod/web deleted\r\n')
    expect(echo.typed('x', 70)).toBe('')
  })
})

test('the screen ends up as without it, whatever the program makes of the keys and whenever it says so', () => {
  const key = fc.constantFrom('a', 'b', ' ', '\x7f', '\x1b[D', '\r')
  // How the program answers a key (the tty's way, not at all, in capitals, with a line of its own), and whether that is said at once.
  const step = fc.record({ key, answer: fc.constantFrom('echo', 'echo', 'echo', 'silence', 'capital', 'message'), flush: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const echo = createEchoAhead()
      const [ahead, plain] = [createRow(), createRow()]
      let unsaid = ''
      for (const { key, answer, flush } of steps) {
        ahead.write(echo.typed(key, ahead.room))
        if (answer === 'echo') unsaid += key === '\x7f' ? '\b \b' : key === '\x1b[D' ? '\b' : key
        else if (answer === 'capital') unsaid += key.toUpperCase()
        else if (answer === 'message') unsaid += '\rnews '
        if (!flush || unsaid === '') continue
        plain.write(unsaid)
        ahead.write(echo.said(unsaid))
        unsaid = ''
      }
      unsaid += '\r$'
      plain.write(unsaid)
      ahead.write(echo.said(unsaid))
      expect(ahead.text).toBe(plain.text)
    }),
    { numRuns: 2000 },
  )
})
