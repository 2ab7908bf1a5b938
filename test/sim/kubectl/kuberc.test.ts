import { describe, expect, test } from 'vitest'
import { runKubectl } from './machine'

const version = 'apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n'
const old = 'apiVersion: kubectl.config.k8s.io/v1alpha1\nkind: Preference\n'
const kuberc = `${version}defaults:
- command: create namespace
  options:
  - {name: dry-run, default: client}
aliases:
- name: cns
  command: create namespace
  prependArgs: [first]
  options:
  - {name: dry-run, default: client}
  - {name: output, default: name}
- name: bad
  command: get
  options:
  - {name: nope, default: x}
- name: lost
  command: foo bar
`

const run = (line: string, file: string | undefined = kuberc, env: Readonly<Record<string, string>> = {}) =>
  runKubectl(line, { files: file === undefined ? {} : { '/root/.kube/kuberc': file }, env })

/** What kubectl 1.33 says with KUBECTL_KUBERC=true to the same files. */
describe('a kuberc gives commands other names and flags other defaults', () => {
  test.each([
    ['kubectl create namespace foo', 'namespace/foo created (dry run)\n', '', 0],
    ['kubectl create ns foo -o name', 'namespace/foo\n', '', 0],
    ['kubectl cns', 'namespace/first\n', '', 0],
    ['kubectl cns -ojsonpath={.kind}', 'Namespace', '', 0],
    ['kubectl bad x', '', 'error occurred while applying preferences invalid alias flag nope in alias kubectl\n', 1],
    ['kubectl lost', '', 'error occurred while applying preferences command "foo bar" not found to set alias "lost": [foo bar]\n', 1],
    ['kubectl nosuch', '', 'error: unknown command "nosuch" for "kubectl"\n', 1],
    ['kubectl --kuberc=/nope options', '', 'error occurred while applying preferences kuberc error kuberc: open /nope: no such file or directory\n', 1], // prettier-ignore
    ['kubectl options --kuberc=', '', 'error occurred while applying preferences kuberc file is not found\n', 1],
    ['kubectl --kuberc', '', 'error occurred while applying preferences kuberc file is not found\n', 1],
  ])('%s', (line, stdout, stderr, code) => {
    expect(run(line)).toEqual({ stdout, stderr, code })
  })

  test.each([
    [`${old}overrides:\n- command: create namespace\n  flags:\n  - {name: nope, default: x}\n`, 'invalid flag nope for command create namespace'], // prettier-ignore
    [`${old}overrides:\n- command: get\n  flags:\n  - {name: --output, default: x}\n`, 'flag name --output should be in long form without dashes'], // prettier-ignore
    [`${old}overrides:\n- command: create namespace\n  flags:\n  - {name: save-config, default: x}\n`, 'could not apply override value x to flag save-config in command create namespace err: invalid argument "x" for "--save-config" flag: strconv.ParseBool: parsing "x": invalid syntax'], // prettier-ignore
    [`${old}aliases:\n- name: get1\n  command: get\n`, 'invalid alias name, can only include alphabetical characters'],
    [`${old}aliases:\n- name: g\n  command: get\n- name: g\n  command: describe\n`, 'duplicate alias name g'],
  ])('a file that is wrong ends every command: %#', (file, problem) => {
    expect(run('kubectl create namespace foo --dry-run=client', file)).toEqual({
      stdout: '',
      stderr: `error occurred while applying preferences ${problem}\n`,
      code: 1,
    })
  })

  test.each([
    [`${old}foo: bar\n`, 'kuberc: ignoring strict decoding error in /root/.kube/kuberc: strict decoding error: unknown field "foo"'],
    ['foo', 'kuberc: no preferences loaded from /root/.kube/kuberc: no valid preferences found in /root/.kube/kuberc, use --v=5 to see details'], // prettier-ignore
    [`${old}overrides:\n- command: gett\n`, 'Warning: command "gett" not found to set kuberc override\n'],
    ['', ''],
  ])('of others it is warned: %#', (file, stderr) => {
    expect(run('kubectl create namespace foo --dry-run=client', file)).toEqual({
      stdout: 'namespace/foo created (dry run)\n',
      stderr,
      code: 0,
    })
  })

  test('KUBERC=off and KUBECTL_KUBERC=false do without it', () => {
    for (const [name, value] of [
      ['KUBERC', 'off'],
      ['KUBECTL_KUBERC', 'false'],
    ] as const)
      // prettier-ignore
      expect(run('kubectl cns', kuberc, { [name]: value }).stderr).toContain('error: unknown command "cns" for "kubectl"\n')
  })

  test('preferences are added, replaced only when told to, and shown', () => {
    let file = ''
    const set = (words: string) =>
      runKubectl(`kubectl kuberc set ${words}`, {
        files: { '/root/.kube/config': '', ...(file && { '/root/.kube/kuberc': file }) },
        onWrite: (_, text) => void (file = text),
      })
    expect(set('--section defaults --command get --option output=wide').stdout).toBe('Updated /root/.kube/kuberc\n')
    expect(set('--section defaults --command get --option output=name').stderr).toBe(
      'error: defaults for command "get" already exist, use --overwrite to replace\n',
    )
    set('--section defaults --command get --option output=name --overwrite')
    set('--section aliases --name getn --command get --prependarg nodes')
    expect(file).toBe(
      `aliases:\n- command: get\n  name: getn\n  prependArgs:\n  - nodes\n${version.split('\n')[0]}\ndefaults:\n- command: get\n  options:\n  - default: name\n    name: output\nkind: Preference\n`,
    )
    expect(run('kubectl kuberc view -o jsonpath={.aliases[0].name}', file).stdout).toBe('getn')
    expect(set('--section aliases --command get').stderr).toBe('error: --name is required when --section=aliases\n')
    expect(set('--command get').stderr).toBe('error: required flag(s) "section" not set\n')
  })
})
