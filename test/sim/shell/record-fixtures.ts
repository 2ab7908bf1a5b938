/**
 * Records what the real bash (with the real coreutils, grep, sed, awk, jq of this machine) prints for each script in fixtures/*.txt, into
 * fixtures/*.json, which the tests compare with. Scripts are separated by lines of `%%`. Run: npx tsx test/sim/shell/record-fixtures.ts
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = join(import.meta.dirname, 'fixtures')
for (const name of readdirSync(folder).filter((one) => one.endsWith('.txt'))) {
  const recorded = readFileSync(join(folder, name), 'utf8')
    .split(/^%%\n/m)
    .map((script) => {
      const cwd = mkdtempSync(join(tmpdir(), 'shell-'))
      const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/root', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' }
      const { stdout, stderr, status } = spawnSync('bash', ['-c', script], { cwd, encoding: 'utf8', env, timeout: 10_000 })
      rmSync(cwd, { recursive: true })
      const tidy = (text: string) => text.replaceAll(cwd, '/work')
      return { script, stdout: tidy(stdout), stderr: tidy(stderr), code: status }
    })
  writeFileSync(join(folder, name.replace('.txt', '.json')), `${JSON.stringify(recorded, undefined, 1)}\n`)
}
