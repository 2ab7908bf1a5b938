import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../src/sim/cluster'

interface Recorded {
  readonly manifests: readonly string[]
  readonly cases: readonly { readonly command: string; readonly stdout: string; readonly stderr: string; readonly code: number }[]
}

const { manifests, cases } = JSON.parse(readFileSync(new URL('./recorded/reading.json', import.meta.url), 'utf8')) as Recorded

describe('get, describe, explain, api-resources and auth can-i print what kubectl 1.33 printed of a cluster with the same objects', () => {
  let cluster: Cluster
  beforeAll(() => {
    cluster = createCluster({ seed: 3 })
    for (const manifest of manifests) {
      cluster.run(`kubectl create -f - <<'END OF MANIFEST'\n${manifest}\nEND OF MANIFEST\n`)
      cluster.advance('5s')
    }
    cluster.advance('10s')
  }, 60_000)

  test.each(cases)('$command', ({ command, stdout, stderr, code }) => {
    expect(cluster.run(command)).toEqual({ stdout, stderr, code })
  })
})
