import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import '../../../src/sim/late-parts'
import { runKubectl } from './machine'

interface Recorded {
  /** Contents of files, each kept once. */
  readonly texts: readonly string[]
  readonly cases: readonly {
    readonly name: string
    readonly files: Readonly<Record<string, number>>
    readonly command: string
    readonly stdout: string
    readonly stderr: string
    readonly code: number
  }[]
}

const { texts, cases } = JSON.parse(readFileSync(new URL('./recorded/kustomize.json', import.meta.url), 'utf8')) as Recorded

/** A pointer that is another one each time, and the head of a log line. */
const steady = (text: string) => text.replace(/0xc[0-9a-f]{9}/g, '0x…').replace(/^I\d{4} [\d:.]+ +\d+ /gm, 'I… ')

describe('kubectl kustomize prints what kubectl 1.33 prints', () => {
  test.each(cases)('$name', ({ files, command, stdout, stderr, code }) => {
    const contents = Object.fromEntries(Object.entries(files).map(([path, index]) => [path, texts[index]!]))
    const ran = runKubectl(command, { files: contents, cwd: '/root/app' })
    expect({ ...ran, stderr: steady(ran.stderr) }).toEqual({ stdout, stderr: steady(stderr), code })
  })
})

describe('-k', () => {
  const files = {
    'kustomization.yaml': 'resources: [all.yaml]\nnamePrefix: dev-\n',
    'all.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n',
  }
  test('reads what a kustomization makes, in the order in which it can be created', () => {
    expect(runKubectl('kubectl label -k . --local a=b -o name', { files }).stdout).toBe('configmap/dev-settings\npod/dev-web\n')
  })
  test('does not go together with -f', () => {
    expect(runKubectl('kubectl label -k . -f all.yaml --local a=b', { files })).toMatchObject({ code: 1, stderr: 'error: only one of -f or -k can be specified\n' }) // prettier-ignore
  })
})

test('a variable without a value has none, also where the environment has one', () => {
  const files = { 'kustomization.yaml': 'configMapGenerator: [{name: settings, envs: [.env]}]', '.env': 'FOO=Bar\nBAR\n' }
  expect(runKubectl('kubectl kustomize .', { files, env: { BAR: 'here' } }).stdout).toContain('data:\n  BAR: ""\n  FOO: Bar\n')
})
