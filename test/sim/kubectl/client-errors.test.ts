import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { runKubectl } from './machine'

interface Recorded {
  readonly args: readonly string[]
  readonly stdin?: string
  readonly kubeconfig?: string
  readonly stdout: string
  readonly stderr: string
  readonly code: number
  /** Files as they were afterwards, where they had changed. */
  readonly written?: Readonly<Record<string, string>>
}

interface Recording {
  readonly files: Readonly<Record<string, string>>
  readonly cases: readonly Recorded[]
}

const recording = (name: string) => JSON.parse(readFileSync(new URL(`./recorded/${name}.json`, import.meta.url), 'utf8')) as Recording

/** Lines of the client's own log without time and process; how often discovery was tried in vain is not compared. */
const comparable = (stderr: string) =>
  stderr.replace(/^([EWI])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /gm, '$1 ').replace(/^E memcache\.go:265\] .*\n/gm, '')

describe.each(['client-errors', 'formats'])('without a server, kubectl says what kubectl 1.33 says: %s', (name) => {
  const { files, cases } = recording(name)
  test.each(cases.map((line) => [[line.kubeconfig ?? '', ...line.args].join(' ').trim(), line] as const))('%s', (_, recorded) => {
    const written: Record<string, string> = {}
    const { stdout, stderr, code } = runKubectl(recorded.args, {
      files,
      stdin: recorded.stdin,
      env: recorded.kubeconfig === undefined ? {} : { KUBECONFIG: recorded.kubeconfig },
      onWrite: (path, text) => void (written[path] = text),
    })
    expect({ stdout, stderr: comparable(stderr), code, written }).toEqual({
      stdout: recorded.stdout,
      stderr: recorded.stderr,
      code: recorded.code,
      written: recorded.written ?? {},
    })
  })
})
