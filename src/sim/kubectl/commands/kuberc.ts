import { SyscallError, type Proc } from '../../node/os/syscalls'
import { readLine } from '../../node/os/calls'
import { CommandError } from '../errors'
import { kubercPath, preferenceObject, readPreference, writePreference, type OptionDefault, type Preference } from '../kuberc-file'
import { printerFor } from '../printers/printer'
import { err, out, type Command, type Kubectl } from '../session'

const off = 'KUBERC is disabled via KUBERC=off environment variable'

/** Where the file is. Throws CommandError when KUBERC says that there is none. */
function fileOf({ self, flags }: Kubectl) {
  const file = kubercPath(self, flags.text('kuberc'))
  if (!file) throw new CommandError(off)
  return file
}

/** The preferences; undefined where there is no such file. */
function* read(path: string): Proc<Preference | undefined> {
  try {
    const { preference, complaint } = yield* readPreference(path)
    if (complaint) yield* err(`kuberc: ignoring strict decoding error in ${path}: ${complaint}`)
    return preference ?? {}
  } catch (error) {
    if (error instanceof SyscallError) return undefined
    throw error instanceof CommandError ? new CommandError(`error reading kuberc file: ${error.message}`) : error
  }
}

/** What is recommended to those who have no preferences yet. */
const recommended: Preference = {
  defaults: [
    { command: 'apply', options: [{ name: 'server-side', default: 'true' }] },
    { command: 'delete', options: [{ name: 'interactive', default: 'true' }] },
  ],
}

/** `kubectl kuberc view`: prints the file; where there is none it offers to make one. */
export const kubercView: Command = {
  *run(kubectl) {
    const { path, explicit } = fileOf(kubectl)
    const preference = yield* read(path)
    if (preference) {
      const printer = yield* printerFor(kubectl, {})
      return yield* out(printer({ ...preferenceObject({ aliases: [], defaults: [], ...preference }) }))
    }
    if (explicit) throw new CommandError(`kuberc file not found at ${path}`)
    yield* out(`kuberc file not found at ${path}\nWould you like to generate a default kuberc file with recommended options? (y/N): `)
    if ((yield* readLine(0)).trim().toLowerCase() === 'y') yield* save(path, recommended)
  },
}

function* save(path: string, preference: Preference): Proc {
  yield* writePreference(path, preference)
  yield* out(`Updated ${path}\n`)
}

/** `kubectl kuberc set`: adds one preference to the file, or replaces it with --overwrite. */
export const kubercSet: Command = {
  required: ['section'],
  *run(kubectl) {
    const { path } = fileOf(kubectl)
    validate(kubectl)
    const options = kubectl.flags.list('option').map(optionOf)
    const before = (yield* read(path)) ?? {}
    yield* save(path, sections[kubectl.flags.text('section')]!(kubectl, before, options))
  },
}

function optionOf(text: string): OptionDefault {
  const [, name, value] = /^-*([^=]*)=(.*)$/s.exec(text) ?? []
  if (name === undefined) throw new CommandError(`invalid option format ${JSON.stringify(text)}, expected flag=value`)
  return { name, default: value! }
}

function validate({ flags }: Kubectl): void {
  const [section, name, policy] = [flags.text('section'), flags.text('name'), flags.text('policy')]
  const arguments_ = flags.list('prependarg').length + flags.list('appendarg').length
  const entries = flags.list('allowlist-entry').length
  const problem = !(section in sections)
    ? `--section must be "defaults", "aliases", or "credentialplugin", got: ${section}`
    : section === 'aliases' && !name
      ? '--name is required when --section=aliases'
      : section === 'defaults' && name
        ? '--name should not be specified when --section=defaults'
        : section === 'defaults' && arguments_ > 0
          ? '--prependarg and --appendarg are only valid for --section=aliases'
          : section !== 'credentialplugin' && !flags.text('command')
            ? '--command is required when --section=aliases or --section=defaults'
            : section === 'credentialplugin'
              ? policyProblem(policy, entries)
              : undefined
  if (problem) throw new CommandError(problem)
}

function policyProblem(policy: string, entries: number): string | undefined {
  if (!policy) return '--policy is required when --section=credentialplugin'
  if (!['AllowAll', 'DenyAll', 'Allowlist'].includes(policy)) return `invalid value for --policy: ${JSON.stringify(policy)}`
  if (policy === 'Allowlist' && !entries) return '--allowlist-entry is required when --section=credentialplugin and --policy=Allowlist'
  if (policy !== 'Allowlist' && entries) return '--allowlist-entry may only be used when --section=credentialplugin and --policy=Allowlist'
  return undefined
}

/** How each section of the file changes. */
const sections: Readonly<Record<string, (kubectl: Kubectl, before: Preference, options: readonly OptionDefault[]) => Preference>> = {
  defaults({ flags }, before, options) {
    const command = flags.text('command')
    const known = before.defaults?.find((one) => one.command === command)
    if (known && !flags.bool('overwrite')) throw new CommandError(`defaults for command ${JSON.stringify(command)} already exist, use --overwrite to replace`) // prettier-ignore
    const entry = { command, options: options.length ? options : (known?.options ?? []) }
    return { ...before, defaults: put(before.defaults, known, entry) }
  },
  aliases({ flags }, before, options) {
    const name = flags.text('name')
    const known = before.aliases?.find((one) => one.name === name)
    if (known && !flags.bool('overwrite')) throw new CommandError(`alias ${JSON.stringify(name)} already exists, use --overwrite to replace`) // prettier-ignore
    // What is not named stays as it was.
    const listed = (flag: string, old: readonly string[] = []) => (flags.list(flag).length ? flags.list(flag) : old)
    const entry = {
      name,
      command: flags.text('command'),
      prependArgs: listed('prependarg', known?.prependArgs),
      appendArgs: listed('appendarg', known?.appendArgs),
      options: options.length ? options : (known?.options ?? []),
    }
    return { ...before, aliases: put(before.aliases, known, entry) }
  },
  credentialplugin({ flags }, before) {
    const entries = flags.list('allowlist-entry').flatMap((text) => text.split(',').map(allowed))
    return { ...before, credentialPluginPolicy: flags.text('policy'), ...(entries.length ? { credentialPluginAllowlist: entries } : {}) }
  },
}

/** `command=PROGRAM`. Throws CommandError. */
function allowed(text: string): { command: string } {
  const [, key, value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? []
  if (key === undefined) throw new CommandError(`improperly formatted allowlist entry: ${JSON.stringify(text)}`)
  if (key === 'name') throw new CommandError('allowlist entry field "name" is deprecated, use "command" instead')
  if (key !== 'command') throw new CommandError(`unrecognized allowlist entry field: ${JSON.stringify(key)}`)
  if (!value.trim()) throw new CommandError('empty value in allowlist entry for field "command"')
  return { command: value }
}

const put = <T>(list: readonly T[] = [], known: T | undefined, entry: T): readonly T[] =>
  known === undefined ? [...list, entry] : list.map((one) => (one === known ? entry : one))
