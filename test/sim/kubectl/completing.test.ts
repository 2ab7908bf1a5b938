import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runKubectl } from './machine'

interface Recorded {
  readonly line: string
  readonly stdout: string
  readonly stderr: string
}
const recorded = JSON.parse(readFileSync(new URL('./recorded/completion.json', import.meta.url), 'utf8')) as Recorded[]

test.each(recorded)('Tab after kubectl $line offers what kubectl 1.33 offers', ({ line, stdout, stderr }) => {
  const ran = runKubectl(`kubectl __completeNoDesc ${line.replaceAll('"', "'")}`)
  expect(ran).toEqual({ stdout, stderr, code: 0 })
})
