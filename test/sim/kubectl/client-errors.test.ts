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

const { files, cases } = JSON.parse(readFileSync(new URL('./recorded/client-errors.json', import.meta.url), 'utf8')) as {
  readonly files: Readonly<Record<string, string>>
  readonly cases: readonly Recorded[]
}

/** Lines of the client's own log without time and process; how often discovery was tried in vain is not compared. */
const comparable = (stderr: string) =>
  stderr.replace(/^([EWI])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /gm, '$1 ').replace(/^E memcache\.go:265\] .*\n/gm, '')

const commandOf = ({ args }: Recorded) => args.find((word) => /^[a-z]/.test(word)) ?? 'kubectl'

describe.each([...new Set(cases.map(commandOf))])('without a server, %s says what kubectl 1.33 says', (command) => {
  const lines = cases.filter((line) => commandOf(line) === command)
  test.each(lines.map((line) => [[line.kubeconfig ?? '', ...line.args].join(' ').trim(), line] as const))('%s', (_, recorded) => {
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
