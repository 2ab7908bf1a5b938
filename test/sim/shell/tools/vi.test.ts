import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBuffer, textOf, type Buffer } from '../../../../src/sim/shell/tools/vi/buffer'
import { press } from '../../../../src/sim/shell/tools/vi/vi'
import recorded from './recorded/vi.json' with { type: 'json' }

/** Types keys into a vi; the text as it is when they are through, or when one of them saves it. */
function typed(text: string, keys: string): { buffer: Buffer; text: string } {
  const buffer = createBuffer(text, 'file')
  let saved: string | undefined
  for (const key of keys.match(/\x1b\[[0-9;]*[A-Za-z~]|[^]/gu) ?? []) if (press(buffer, key)?.do === 'save') saved = textOf(buffer)
  return { buffer, text: saved ?? textOf(buffer) }
}

// Each was typed into Vim 9.0 (`-u NONE -N`, backspace=2); a bar shows where the cursor was in the end.
describe('keys do what they do in Vim', () => {
  test.each(recorded.cases as [number, string, string][])('%i %j', (text, keys, after) => {
    expect(typed(recorded.texts[text]!, keys === 'ZZ' ? keys : `${keys}\x1b\x1bi|\x1b:wq\r`).text).toBe(after)
  })
})

test.each([
  ['each change is undone by itself, and done again', 'abc\n', 'xlxuu\x12', 'bc\n'],
  ['Backspace takes the line break in front of the cursor', 'a\nb\n', 'ji\x7f\x1b', 'ab\n'],
  ['. says an insertion again', 'a: b\nc: d\n', 'A # why\x1bj.', 'a: b # why\nc: d # why\n'],
  ['an empty file takes text', '', 'ihello\x1bohi\x1b', 'hello\nhi\n'],
] as const)('%s', (_, text, keys, after) => {
  expect(typed(text, keys).text).toBe(after)
})

test.each([
  [':frobnicate\r', 'E492: Not an editor command: frobnicate'],
  ['x:q\r', 'E37: No write since last change (add ! to override)'],
  ['/zebra\r', 'E486: Pattern not found: zebra'],
  [':s/zebra/x/\r', 'E486: Pattern not found: zebra'],
  [':set frob\r', 'E518: Unknown option: frob'],
  ['u', 'Already at oldest change'],
  ['n', 'E35: No previous regular expression'],
] as const)('%j is answered with %s', (keys, note) => {
  expect(typed('one\ntwo\n', keys).buffer.note).toBe(note)
})

test('a key never breaks vi, whatever came before it', () => {
  const key = fc.constantFrom(...'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:/?.,;<>{}()[]"\'`~$^%*# \t\r\x1b\x7f\x17\x12', '\x1b[A', '\x1b[B', '\x1b[3~')
  fc.assert(
    fc.property(fc.array(key, { maxLength: 60 }), (keys) => {
      const buffer = createBuffer('one: [two]\n\n  "three" {four}\n', 'file')
      for (const one of keys) {
        press(buffer, one)
        expect(buffer.lines.length).toBeGreaterThan(0)
        expect(buffer.row).toBeLessThan(buffer.lines.length)
        expect(buffer.column).toBeLessThanOrEqual(buffer.lines[buffer.row]!.length)
        expect(buffer.lines.join('')).not.toContain('\n')
      }
    }),
    { numRuns: 300 },
  )
}) // prettier-ignore
