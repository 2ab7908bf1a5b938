import { expect, test } from 'vitest'
import { unifiedHunks } from '../../../src/sim/formats/unified-diff'

const lines = (text: string) => [...text].map((line) => `${line}\n`)
const shown = (a: string, b: string) => unifiedHunks(lines(a), lines(b), 3).trimEnd().split('\n')

/** What `diff -u` of GNU printed for files with a letter in each line. */
test.each([
  ['an inserted copy is shown as the last of those that are alike', 'aabcc', 'aabccc', ['@@ -3,3 +3,4 @@', ' b', ' c', ' c', '+c']],
  ['so is a deleted one', 'axxxb', 'axxb', ['@@ -1,5 +1,4 @@', ' a', ' x', ' x', '-x', ' b']],
  [
    'a block that ends like the lines before it begins with what follows those',
    'tcentb',
    'tb',
    ['@@ -1,6 +1,2 @@', ' t', '-c', '-e', '-n', '-t', ' b'],
  ],
  ['a run goes where the other file has one too', 'abab', 'xbab', ['@@ -1,4 +1,4 @@', '-a', '+x', ' b', ' a', ' b']],
])('in a diff %s', (_, a, b, hunk) => {
  expect(shown(a, b)).toEqual(hunk)
})
