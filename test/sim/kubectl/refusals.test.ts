import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../src/sim/cluster'
import type { Ran } from './machine'

interface Recorded {
  readonly manifests: readonly string[]
  readonly files: Readonly<Record<string, string>>
  readonly cases: readonly (Ran & { readonly command: string })[]
}

const { manifests, files, cases } = JSON.parse(readFileSync(new URL('./recorded/refusals.json', import.meta.url), 'utf8')) as Recorded

/** Lines of the client's log without the moment and the process. */
const undated = (text: string) => text.replace(/^([EWI])\d{4} [\d:.]+ +\d+ /gm, '$1 ')

describe('what cannot be done is refused in the words of kubectl 1.33: kinds without a struct, names no server is asked for, other users', () => {
  let cluster: Cluster
  beforeAll(() => {
    cluster = createCluster({ seed: 3 })
    for (const manifest of manifests) {
      cluster.run(`kubectl create -f - <<'END OF MANIFEST'\n${manifest}\nEND OF MANIFEST\n`)
      cluster.advance('5s')
    }
    for (const [name, text] of Object.entries(files)) cluster.run(`cat > ${name} <<'END OF FILE'\n${text}END OF FILE\n`)
  }, 60_000)

  test.each(cases)('$command', ({ command, stdout, stderr, code }) => {
    const ran = cluster.run(command)
    expect({ ...ran, stderr: undated(ran.stderr) }).toEqual({ stdout, stderr, code })
  })
})
