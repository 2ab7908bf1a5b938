import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run, type Outcome } from './machine'

const load = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8')) as (Outcome & { script: string })[]

describe.each(['bash', 'tools', 'jq'])('the real %s, recorded', (name) => {
  test.each(load(name).map((recorded) => [recorded.script.split('\n')[0]!.slice(0, 90), recorded] as const))(
    '%s',
    (_, { script, ...expected }) => {
      expect(run(script)).toEqual(expected)
    },
  )
})
