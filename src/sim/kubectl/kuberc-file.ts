import { parseYaml, splitYamlDocuments, toYaml, YamlError } from '../formats/yaml'
import { makeDirectory, readFile, writeFile } from '../node/os/calls'
import { SyscallError, type Proc, type Self } from '../node/os/syscalls'
import { CommandError } from './errors'

/** A flag and the value it has unless the command line says otherwise. */
export interface OptionDefault {
  readonly name: string
  readonly default: string
}

export interface CommandDefaults {
  readonly command: string
  readonly options?: readonly OptionDefault[]
}

export interface Alias extends CommandDefaults {
  readonly name: string
  readonly prependArgs?: readonly string[]
  readonly appendArgs?: readonly string[]
}

/** What `~/.kube/kuberc` holds. */
export interface Preference {
  readonly aliases?: readonly Alias[]
  readonly defaults?: readonly CommandDefaults[]
  readonly credentialPluginPolicy?: string
  readonly credentialPluginAllowlist?: readonly { readonly command?: string; readonly name?: string }[]
}

const version = 'kubectl.config.k8s.io/v1beta1'

/** The file to read: named by --kuberc, by KUBERC, or the usual one; undefined when KUBERC is `off`. Throws CommandError. */
export function kubercPath({ env }: Self, flag: string): { readonly path: string; readonly explicit: boolean } | undefined {
  if (env.KUBERC === 'off') {
    if (flag) throw new CommandError('disabling kuberc via KUBERC=off and passing kuberc flag are mutually exclusive')
    return undefined
  }
  const named = flag || env.KUBERC || ''
  return { path: named || `${env.HOME ?? '/root'}/.kube/kuberc`, explicit: named !== '' }
}

/** Reads a file; `complaint` names members that nobody knows, and nothing comes of an empty file. Throws CommandError, ENOENT as SyscallError. */
export function* readPreference(path: string): Proc<{ preference?: Preference; complaint?: string }> {
  const text = yield* readFile(path)
  let documents = 0
  for (const { text: document } of splitYamlDocuments(text)) {
    let value: unknown
    try {
      value = parseYaml(document)
    } catch (error) {
      if (!(error instanceof YamlError)) throw error
      documents++
      continue
    }
    if (value === null || value === undefined) continue
    documents++
    const shape =
      typeof value === 'object' && !Array.isArray(value) ? shapes[(value as { apiVersion?: string }).apiVersion ?? ''] : undefined
    if (!shape || (value as { kind?: string }).kind !== 'Preference') continue
    const unknown = unknownFields(value, shape, '')
    const complaint = unknown.length ? `strict decoding error: ${unknown.map((field) => `unknown field "${field}"`).join(', ')}` : undefined
    return { preference: asNow(value as OldPreference), complaint } // its members are those of the shape
  }
  if (documents > 0) throw new CommandError(`no valid preferences found in ${path}, use --v=5 to see details`)
  return {}
}

/** Members of a version of the file; a list's items below it. */
interface Shape {
  readonly [member: string]: Shape | true
}

const options: Shape = { name: true, default: true }
const shapes: Readonly<Record<string, Shape>> = {
  'kubectl.config.k8s.io/v1alpha1': {
    apiVersion: true,
    kind: true,
    overrides: { command: true, flags: options },
    aliases: { name: true, command: true, prependArgs: true, appendArgs: true, flags: options },
  },
  [version]: {
    apiVersion: true,
    kind: true,
    defaults: { command: true, options },
    aliases: { name: true, command: true, prependArgs: true, appendArgs: true, options },
    credentialPluginPolicy: true,
    credentialPluginAllowlist: { name: true, command: true },
  },
}

function unknownFields(value: unknown, shape: Shape | true, path: string): string[] {
  if (shape === true || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item, i) => unknownFields(item, shape, `${path}[${i}]`))
  return Object.entries(value).flatMap(([name, member]) => {
    const below = path ? `${path}.${name}` : name
    const known = Object.hasOwn(shape, name) ? shape[name] : undefined
    return known === undefined ? [below] : unknownFields(member, known, below)
  })
}

interface OldPreference extends Preference {
  readonly overrides?: readonly (CommandDefaults & { readonly flags?: readonly OptionDefault[] })[]
  readonly aliases?: readonly (Alias & { readonly flags?: readonly OptionDefault[] })[]
}

/** An old file in today's words: overrides were what defaults are now, and flags what options are. */
function asNow({ overrides, defaults = overrides, aliases, ...others }: OldPreference): Preference {
  const renamed = <T extends CommandDefaults & { flags?: readonly OptionDefault[] }>({ flags, ...one }: T) => ({
    ...one,
    options: (one.options ?? flags ?? []).map((option) => ({ name: option.name, default: String(option.default) })),
  })
  return { ...others, defaults: defaults?.map(renamed), aliases: aliases?.map(renamed) }
}

/** The file as a whole, for printing and writing. */
export const preferenceObject = ({ aliases, defaults, credentialPluginPolicy, credentialPluginAllowlist }: Preference) => ({
  apiVersion: version,
  kind: 'Preference',
  aliases: aliases?.map(({ name, command, prependArgs, appendArgs, options: own }) => ({
    name,
    command,
    ...(prependArgs?.length ? { prependArgs } : {}),
    ...(appendArgs?.length ? { appendArgs } : {}),
    ...(own?.length ? { options: own } : {}),
  })),
  defaults: defaults?.map(({ command, options: own }) => ({ command, options: own ?? [] })),
  ...(credentialPluginPolicy ? { credentialPluginPolicy } : {}),
  ...(credentialPluginAllowlist ? { credentialPluginAllowlist } : {}),
})

/** Writes the file in today's version, its folder too. Throws CommandError. */
export function* writePreference(path: string, preference: Preference): Proc {
  try {
    yield* makeDirectory(path.replace(/\/?[^/]*$/, '') || '.', { parents: true })
    yield* writeFile(path, toYaml(preferenceObject(preference)))
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new CommandError(`failed to write kuberc file: open ${path}: ${error.message.toLowerCase()}`)
  }
}
