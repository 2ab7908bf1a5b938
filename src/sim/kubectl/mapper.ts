import { BadRequest, CommandError } from './errors'

/** One resource of one API version, as discovery tells it. */
export interface ResourceType {
  readonly group: string
  readonly version: string
  /** `deployments`. */
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  readonly subresources: readonly {
    readonly name: string
    readonly kind: string
    readonly group?: string
    readonly version?: string
    readonly verbs: readonly string[]
  }[]
}

/** All that a server offers, in its order: groups by priority, in each group the preferred version first. */
export interface Mapper {
  readonly types: readonly ResourceType[]
}

export const apiVersionOf = ({ group, version }: ResourceType) => (group ? `${group}/${version}` : version)
/** `deployments.apps`. */
export const qualifiedName = ({ group, plural }: ResourceType) => (group ? `${plural}.${group}` : plural)
/** `deployment.apps`: how printed names begin. */
export const kindName = ({ group, kind }: Pick<ResourceType, 'group' | 'kind'>) =>
  group ? `${kind.toLowerCase()}.${group}` : kind.toLowerCase()

/** URL of a collection, or of one object of it. */
export function pathOf(
  { group, version, plural, namespaced }: ResourceType,
  namespace: string,
  name?: string,
  subresource?: string,
): string {
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`
  const scope = namespaced && namespace ? `/namespaces/${segment('namespace', namespace)}` : ''
  if (name === '') throw new BadRequest('resource name may not be empty')
  return `${root}${scope}/${plural}${name === undefined ? '' : `/${segment('resource name', name)}`}${subresource ? `/${subresource}` : ''}`
}

/** One segment of a path, escaped as Go escapes it. Throws BadRequest for what cannot be one. */
function segment(what: string, text: string): string {
  const wrong = text === '.' || text === '..' ? [`may not be '${text}'`] : ['/', '%'].filter((one) => text.includes(one)).map((one) => `may not contain '${one}'`) // prettier-ignore
  if (wrong.length) throw new BadRequest(`invalid ${what} ${JSON.stringify(text)}: [${wrong.join(' ')}]`)
  const escaped = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  return encodeURIComponent(text)
    .replace(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent)
    .replace(/[!*'()]/g, escaped)
}

/** Finds what a person calls `deploy`, `Deployment`, `deployments.apps` or `deployments.v1.apps`; undefined when nothing is called so. */
export function findResource(mapper: Mapper, word: string): ResourceType | undefined {
  const [name = '', ...rest] = word.split('.')
  return findVersioned(mapper, word) ?? lookup(mapper, name, rest.join('.')) ?? findKind(mapper, name, rest.join('.'))
}

/** The same where a word of three parts or more is read as `RESOURCE.VERSION.GROUP`; undefined for any other. */
export function findVersioned(mapper: Mapper, word: string): ResourceType | undefined {
  const [name = '', version, ...group] = word.split('.')
  return version !== undefined && group.length > 0 ? lookup(mapper, name, group.join('.'), version) : undefined
}

/** By plural, singular or lower-case kind; a short name counts where no long name is meant. A group may be given by its beginning. */
function lookup({ types }: Mapper, name: string, group: string, version?: string): ResourceType | undefined {
  const word = name.toLowerCase()
  const named = (type: ResourceType) => type.plural === word || type.singular === word
  const short = (type: ResourceType) => type.shortNames.includes(word)
  for (const isMeant of [named, short]) {
    // A version beside a short name is not listened to.
    const inVersion = (type: ResourceType) => version === undefined || isMeant === short || type.version === version
    if (group === '') {
      const found = types.find((type) => isMeant(type) && inVersion(type))
      if (found) return found
      continue
    }
    const found =
      types.find((type) => isMeant(type) && inVersion(type) && type.group === group) ??
      types.find((type) => isMeant(type) && inVersion(type) && type.group.startsWith(group))
    if (found) return found
  }
  return undefined
}

function findKind({ types }: Mapper, kind: string, group: string): ResourceType | undefined {
  const [version, ...rest] = group.split('.')
  return (
    types.find((type) => type.kind === kind && (group === '' || type.group === group)) ??
    (rest.length ? types.find((type) => type.kind === kind && type.version === version && type.group === rest.join('.')) : undefined)
  )
}

/** The resource type of an object's `apiVersion` and `kind`; a kind in lower case is recognised too (the server then refuses it). */
export function typeOfObject({ types }: Mapper, apiVersion: string | undefined, kind: string): ResourceType | undefined {
  if (!apiVersion) {
    // An object that does not say its version is looked for in the core group, and then asked for at a place that does not exist.
    const core = types.find((type) => type.kind === kind && type.group === '')
    return core && { ...core, version: '' }
  }
  return types.find((type) => (type.kind === kind || type.kind.toLowerCase() === kind) && apiVersionOf(type) === apiVersion)
}

export const noMatch = (word: string) => new CommandError(`the server doesn't have a resource type ${JSON.stringify(word.split('.')[0])}`)
