import { base64 } from '../data-sources'
import { CommandError } from '../errors'
import { parseGoBool } from '../flags'
import { base64Problem, structs, tidy, type Entry, type KubeConfig, type List, type Members } from '../kubeconfig-file'
import { loadKubeconfig, modifyKubeconfig, put } from '../kubeconfig-loading'
import { out, type Command } from '../session'
import { needArgs } from './config-write'

/** `config set PROPERTY VALUE`: one member, told by a path such as `clusters.kind.server`. */
export const configSet: Command = {
  *run(kubectl) {
    yield* needArgs(kubectl, 2)
    const [property, value] = kubectl.args as [string, string]
    if (value === '') throw new CommandError('you cannot use set to unset a property')
    if (property === '') throw new CommandError('you must specify a property')
    const config = yield* loadKubeconfig(kubectl)
    const raw = kubectl.flags.bool('set-raw-bytes')
    yield* modifyKubeconfig(kubectl, config, changed(config, property, { to: value, raw }))
    yield* out(`Property ${JSON.stringify(property)} set.\n`)
  },
}

export const configUnset: Command = {
  *run(kubectl) {
    yield* needArgs(kubectl, 1)
    const [property] = kubectl.args as [string]
    if (property === '') throw new CommandError('you must specify a property')
    const config = yield* loadKubeconfig(kubectl)
    yield* modifyKubeconfig(kubectl, config, changed(config, property, undefined))
    yield* out(`Property ${JSON.stringify(property)} unset.\n`)
  },
}

/** What a member shall be; undefined takes it away. */
type Wish = { readonly to: string; readonly raw: boolean } | undefined

const isList = (word: string): word is List => ['clusters', 'users', 'contexts'].includes(word)

/** Members that this command calls otherwise than the file does. */
const renamed: Readonly<Record<string, string>> = {
  'act-as': 'as',
  'act-as-uid': 'as-uid',
  'act-as-groups': 'as-groups',
  'act-as-user-extra': 'as-user-extra',
}
const membersOf = (list: List) => Object.keys(structs[list].members).filter((name) => !Object.values(renamed).includes(name)).concat(list === 'users' ? Object.keys(renamed) : []) // prettier-ignore

function changed(config: KubeConfig, property: string, wish: Wish): KubeConfig {
  const [first = '', ...rest] = property.split('.')
  if (isList(first)) return changedEntry(config, first, property, rest, wish)
  if (first === 'preferences') return changedPreferences(config, property, rest, wish)
  if (!['current-context', 'kind', 'apiVersion', 'extensions'].includes(first))
    throw new CommandError(`unable to parse ${property} after [] at api.Config`)
  if (rest.length) throw new CommandError(`unable to parse one or more field values of ${property}`)
  if (first === 'extensions' && wish) throw new CommandError("can't set a map to a value: map[]")
  // Kind and version are always written as they are, and extensions are none of this command's.
  return first === 'current-context' ? { ...config, currentContext: wish?.to ?? '' } : config
}

function changedPreferences(config: KubeConfig, property: string, [member, ...more]: readonly string[], wish: Wish): KubeConfig {
  if (member === undefined) {
    if (!wish) return { ...config, preferences: {} }
    throw new CommandError(
      'unable to locate path config.navigationStep{stepValue:"", stepType:reflect.Type(nil)} under {' +
        (config.preferences.colors === true) +
        ' map[]}',
    )
  }
  if (member !== 'colors') throw new CommandError(`unable to parse ${property} after [{preferences api.Preferences}] at api.Preferences`)
  if (more.length) throw new CommandError(`unable to parse one or more field values of ${property}`)
  return { ...config, preferences: wish && toBool(wish.to) ? { colors: true } : {} }
}

function changedEntry(config: KubeConfig, list: List, property: string, parts: readonly string[], wish: Wish): KubeConfig {
  if (parts.length === 0) {
    if (!wish) return { ...config, [list]: [] }
    throw mapRefusal(config[list])
  }
  // A name may hold dots: it ends before the first part, but one, that is a member's name.
  const known = parts.slice(1).findIndex((part) => membersOf(list).includes(part))
  const name = (known < 0 ? parts : parts.slice(0, known + 1)).join('.')
  const [member, ...more] = known < 0 ? [] : parts.slice(known + 1)
  const entry = config[list].find((one) => one.name === name)
  if (member === undefined) {
    if (!wish) return { ...config, [list]: config[list].filter((one) => one !== entry) }
    throw mapRefusal(config[list])
  }
  if (more.length) throw new CommandError(`unable to parse one or more field values of ${property}`)
  if (!entry && !wish) throw new CommandError(`current map key \`${name}\` is invalid`)
  const file = renamed[member] ?? member
  const value: Members = { ...entry?.value, [file]: wish ? converted(list, file, entry?.value[file], wish) : undefined }
  return { ...config, [list]: put(config[list], { ...entry, name, value: tidy(structs[list], value) }) }
}

/** A text as the member's type wants it. Throws CommandError. */
function converted(list: List, member: string, old: unknown, { to, raw }: { to: string; raw: boolean }): unknown {
  const type = structs[list].members[member]
  if (type === 'bool') return toBool(to)
  if (type === '[]uint8') {
    if (raw) return base64(to)
    const wrong = base64Problem(to)
    if (wrong) throw new CommandError(`error decoding input value: ${wrong}`)
    return to
  }
  if (type === '[]string') {
    const [values, known] = [to.replace(/[-+]$/, '').split(','), (old as readonly string[] | undefined) ?? []]
    if (to.endsWith('-')) return known.filter((one) => !values.includes(one))
    return to.endsWith('+') ? [...known, ...values.filter((one) => !known.includes(one))] : values
  }
  if (type === 'string' || type === 'string!') return to
  throw new CommandError("can't set a map to a value: map[]")
}

function toBool(text: string): boolean {
  const value = parseGoBool(text)
  if (value === undefined) throw new CommandError(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`)
  return value
}

/** A list cannot become a text. The real one shows where in memory each entry lies. */
const mapRefusal = (entries: readonly Entry[]) =>
  new CommandError(`can't set a map to a value: map[${entries.map(({ name }, i) => `${name}:0xc000${(0x694080 + i * 0x80).toString(16)}`).join(' ')}]`) // prettier-ignore
