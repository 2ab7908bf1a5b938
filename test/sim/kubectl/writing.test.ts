import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../src/sim/cluster'

interface Recorded {
  readonly files: Readonly<Record<string, string>>
  readonly cases: readonly { readonly command: string; readonly stdout: string; readonly stderr: string; readonly code: number }[]
}

const { files, cases } = JSON.parse(readFileSync(new URL('./recorded/writing.json', import.meta.url), 'utf8')) as Recorded

/** What is another time each time: moments, uids, versions, names of temporary files, heads of log lines. */
const steady = (text: string) =>
  text
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+ [+-]\d{4}|Z)/g, '<time>')
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<uid>')
    .replace(/(resourceVersion\\?"?: ?\\?"?)\d+/g, '$1<version>')
    .replace(/kubectl-edit-\d+/g, 'kubectl-edit-<number>')
    .replace(/^([IWE])\d{4} [\d:.]+ +\d+ /gm, '$1… ')

// Each command finds what those before it have left.
describe('commands that write say, and leave behind, what they did with kubectl 1.33', () => {
  let cluster: Cluster
  beforeAll(() => {
    cluster = createCluster({ seed: 3 })
    cluster.run('mkdir -p /root/work/sub; cd /root/work')
    for (const [path, text] of Object.entries(files)) cluster.run(`cat > /root/work/${path} <<'END OF FILE'\n${text}END OF FILE\n`)
  }, 60_000)

  test.each(cases)('$command', ({ command, stdout, stderr, code }) => {
    const ran = cluster.run(`cd /root/work; ${command}`)
    expect({ stdout: steady(ran.stdout), stderr: steady(ran.stderr), code: ran.code }).toEqual({ stdout, stderr, code })
  })
})
