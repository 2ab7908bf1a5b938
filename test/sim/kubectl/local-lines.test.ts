import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import '../../../src/sim/late-parts'
import { runKubectl } from './machine'

interface Recorded {
  readonly files: Readonly<Record<string, string>>
  readonly cases: readonly { readonly command: string; readonly stdout: string; readonly stderr: string; readonly code: number }[]
}

const { files, cases } = JSON.parse(readFileSync(new URL('./recorded/local-lines.json', import.meta.url), 'utf8')) as Recorded

/** The head of a log line is another one each time. */
const steady = (text: string) => text.replace(/^([IWE])\d{4} [\d:.]+ +\d+ /gm, '$1… ')

describe('what needs no server says what kubectl 1.33 says', () => {
  test.each(cases)('$command', ({ command, stdout, stderr, code }) => {
    const ran = runKubectl(command, { files })
    expect({ ...ran, stderr: steady(ran.stderr) }).toEqual({ stdout, stderr, code })
  })
})
