import { describe, expect, test } from 'vitest'
import { commandSpec, globalFlags } from '../../../src/sim/kubectl/command-tree'
import data from '../../../src/sim/kubectl/data/commands.json'
import { commandHelp } from '../../../src/sim/kubectl/data/command-help'
import { flagSummary } from '../../../src/sim/kubectl/descriptions'
import type { FlagSpec } from '../../../src/sim/kubectl/flags'
import { runKubectl } from './machine'

const explained = data.commands.map(({ path }) => path).filter((path) => !['options', 'alpha'].includes(path))
/** Flags of types of their own: they take any text, and help shows their defaults bare. */
const bare = ['aggregation-rule', 'log-flush-frequency', 'vmodule']
const quoted = ({ name, type, default: value }: FlagSpec) => (type === 'string' && !bare.includes(name) ? `'${value.replace('$HOME', '/root')}'` : value.replace('$HOME', '/root')) // prettier-ignore
const heading = (flag: FlagSpec) => `    ${flag.shorthand ? `-${flag.shorthand}, ` : ''}--${flag.name}=${quoted(flag)}:`

describe.each(explained)('kubectl %s --help', (path) => {
  const { stdout, code } = runKubectl(`kubectl ${path} --help`.replace('  ', ' '))
  const spec = commandSpec(path).spec

  test('lists every flag with its shorthand and default, and no other', () => {
    expect(code).toBe(0)
    expect(stdout.match(/^ {4}-.*:$/gm) ?? []).toEqual(spec.flags.map(heading))
  })

  test('has a usage line, says what the command and its flags do, and names its aliases and subcommands', () => {
    expect(stdout).toContain(`\nUsage:\n  kubectl ${path ? `${path} ` : ''}`)
    expect(commandHelp[path]!.summary).not.toBe('')
    for (const flag of spec.flags) expect(flagSummary(path, flag.name), flag.name).not.toBe('')
    if (spec.aliases.length) expect(stdout).toContain(`Aliases:\n${[path.split(' ').at(-1), ...spec.aliases].join(', ')}\n`)
    for (const name of spec.subcommands) expect(stdout).toMatch(new RegExp(`^  ${name} {3,}\\S`, 'm'))
  })

  test('is what kubectl help says', () => {
    expect(runKubectl(`kubectl help ${path}`.trim()).stdout).toBe(stdout)
  })
})

test('kubectl options lists the flags of every command', () => {
  const { stdout } = runKubectl('kubectl options')
  expect(stdout.match(/^ {4}-.*:$/gm)).toEqual(globalFlags.map(heading))
})

test('a topic nobody knows is answered with the list of commands, on standard error', () => {
  const { stdout, stderr, code } = runKubectl('kubectl help brew')
  expect({ stdout, code }).toEqual({ stdout: '', code: 0 })
  expect(stderr).toMatch(/^Unknown help topic \[`brew`\]\n\n\nBasic Commands \(Beginner\):\n {2}create /)
})

test.each([
  ['rollout', 1, 'stdout'],
  ['auth', 1, 'stderr'],
  ['create secret', 1, 'stderr'],
  ['certificate', 0, 'stdout'],
] as const)('kubectl %s alone shows its help and ends with %i', (path, code, stream) => {
  const ran = runKubectl(`kubectl ${path}`)
  expect(ran.code).toBe(code)
  expect(ran[stream]).toContain('Available Commands:')
})
