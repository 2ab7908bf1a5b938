import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { runKubectl, type Ran } from './machine'

interface Recorded {
  readonly files: Readonly<Record<string, string>>
  readonly cases: readonly (Ran & { readonly command: string })[]
}

const { files, cases } = JSON.parse(readFileSync(new URL('./recorded/nobody-answers.json', import.meta.url), 'utf8')) as Recorded

/** Lines of the client's log without the moment and the process. */
const undated = (text: string) => text.replace(/^([EWI])\d{4} [\d:.]+ +\d+ /gm, '$1 ')

describe('where no server answers, each command asks as often as kubectl 1.33 did before it says so', () => {
  test.each(cases)('$command', ({ command, stdout, stderr, code }) => {
    const ran = runKubectl(command, { files })
    expect({ ...ran, stderr: undated(ran.stderr) }).toMatchObject({ stdout, stderr, code })
  })
})
