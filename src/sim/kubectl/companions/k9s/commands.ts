import { findResource, qualifiedName, type ResourceType } from '../../mapper'
import { flashing, nameOf, pushed, tableOf, topOf, type Effect, type Outcome, type State, type Surroundings, type TableView } from './state'

/** Short names that are the program's own, beside those of the server's resources. */
const aliases: Readonly<Record<string, string>> = {
  dp: 'deployments.apps',
  sec: 'secrets',
  jo: 'jobs.batch',
  cr: 'clusterroles.rbac.authorization.k8s.io',
  crb: 'clusterrolebindings.rbac.authorization.k8s.io',
  ro: 'roles.rbac.authorization.k8s.io',
  rb: 'rolebindings.rbac.authorization.k8s.io',
  np: 'networkpolicies.networking.k8s.io',
}

const quitting = new Set(['q', 'q!', 'qa', 'quit', 'exit'])
const helping = new Set(['?', 'h', 'help'])
const listingAliases = new Set(['a', 'alias', 'aliases'])
const changingContext = new Set(['ctx', 'context', 'contexts'])
/** Views of the real program that this one lacks, and says so. */
const lacking: Readonly<Record<string, string>> = Object.fromEntries(
  'xray x xr pulses pulse pu popeye pop screendumps sd benchmarks be portforwards pf dir d ls can users usr groups grp helm hm workloads wk vulnerabilities'
    .split(' ')
    .map((word) => [word, `The ${word} view is not part of this k9s.`]),
)

/** The resource that a word behind the colon means. */
export const resourceCalled = (types: readonly ResourceType[], word: string): ResourceType | undefined => {
  const listable = types.filter(({ verbs }) => verbs.includes('list'))
  return findResource({ types: listable }, Object.hasOwn(aliases, word) ? aliases[word]! : word)
}

/** By what words a resource is reached: its short names, singular, plural, and the program's own. */
export const wordsFor = (type: ResourceType): readonly string[] => [
  ...new Set([
    ...type.shortNames,
    ...Object.keys(aliases).filter((word) => [type.plural, qualifiedName(type)].includes(aliases[word]!)),
    type.singular,
    type.plural,
  ]),
]

/** What follows the word of a command: `kube-system`, `/filter`, `app=web`, `@context`. */
interface Arguments {
  namespace?: string
  filter?: string
  context?: string
}

function argumentsIn(words: readonly string[]): Arguments {
  const found: Arguments = {}
  for (const word of words) {
    if (word.startsWith('/')) found.filter = word.slice(1)
    else if (word.startsWith('@')) found.context = word.slice(1)
    else if (word.includes('=')) found.filter = `-l ${word}`
    else if (word !== '-n') found.namespace = word === 'all' ? '' : word
  }
  return found
}

/** Does what was typed behind the colon. */
export function obey(state: State, line: string, around: Surroundings): Outcome {
  const [typed = '', ...rest] = line.trim().split(/\s+/)
  const word = typed.toLowerCase()
  const given = argumentsIn(rest)
  const only = (next: State, ...effects: Effect[]): Outcome => ({ state: next, effects })
  if (word === '') return only(state)
  if (quitting.has(word)) return only(state, { do: 'quit' })
  if (helping.has(word)) return only(pushed(state, { view: 'help', top: 0 }))
  const open = (view: TableView): State => remembered({ ...state, stack: [view], flash: undefined }, line.trim())
  if (listingAliases.has(word)) return only(open(tableOf('aliases', '')))
  if (changingContext.has(word)) {
    if (rest[0] === undefined) return only(open(tableOf('contexts', '')))
    return only(state, { do: 'context', name: rest[0] })
  }
  if (Object.hasOwn(lacking, word)) return only(flashing(state, lacking[word]!, 'waiting'))
  const type = resourceCalled(around.types, word)
  if (!type) return only(flashing(state, `Huh? ${JSON.stringify(word)} command not found`, 'faulty'))
  if (given.namespace && !around.namespaces.includes(given.namespace))
    return only(flashing(state, `namespace ${JSON.stringify(given.namespace)} not found`, 'faulty'))
  const effects: Effect[] = given.context ? [{ do: 'context', name: given.context }] : []
  // `:ns default` is the way into a namespace.
  const namespaced = type.plural === 'namespaces' && given.namespace !== undefined ? resourceCalled(around.types, 'pods')! : type
  const namespace = given.namespace ?? state.namespace
  const next = open(
    tableOf(namespaced, namespaced.namespaced ? namespace : '', { filter: given.filter ?? '', sort: firstSort(namespaced) }),
  )
  return { state: namespaced.namespaced ? inNamespace(next, namespace) : next, effects }
}

/** Events are read from the latest on. */
export const firstSort = ({ kind }: ResourceType) =>
  kind === 'Event' ? { column: 'LAST SEEN', ascending: true } : { column: 'NAME', ascending: true }

/** From now on commands work in this namespace, and a digit leads back to it. */
export function inNamespace(state: State, namespace: string): State {
  const known = namespace === '' || state.favourites.includes(namespace)
  return { ...state, namespace, favourites: known ? state.favourites : [...state.favourites, namespace].slice(-9) }
}

function remembered(state: State, line: string): State {
  const before = state.history.slice(0, state.place + 1)
  const history = before.at(-1) === line ? before : [...before, line]
  return { ...state, history, place: history.length - 1 }
}

/** `[`, `]`: the commands before and after; `-` the one before this. */
export function revisit(state: State, by: number, around: Surroundings): Outcome {
  const place = state.place + by
  const line = state.history[place]
  if (line === undefined) return { state: flashing(state, 'There is nothing further in this direction', 'waiting'), effects: [] }
  const { state: next, effects } = obey(state, line, around)
  return { state: { ...next, history: state.history, place }, effects }
}

/** How what is typed could go on, best first: without what is there already. */
export function suggestions({ text }: { readonly text: string }, around: Surroundings): readonly string[] {
  const [word = '', ...rest] = text.split(' ')
  const candidates =
    rest.length === 0
      ? commandWords(around.types)
      : rest.length > 1
        ? []
        : changingContext.has(word)
          ? around.contexts
          : resourceCalled(around.types, word)
            ? ['all', ...around.namespaces]
            : []
  const begun = rest.at(-1) ?? word
  if (begun === '' && rest.length === 0) return []
  return candidates.filter((one) => one.startsWith(begun.toLowerCase()) && one !== begun).map((one) => one.slice(begun.length))
}

const known = new WeakMap<readonly ResourceType[], readonly string[]>()

function commandWords(types: readonly ResourceType[]): readonly string[] {
  const words = known.get(types) ?? [
    ...new Set([
      ...types.filter(({ verbs }) => verbs.includes('list')).flatMap(wordsFor),
      ...Object.keys(aliases),
      ...'alias contexts context ctx help quit'.split(' '),
    ]),
  ].sort((a, b) => (a < b ? -1 : 1)) // prettier-ignore
  known.set(types, words)
  return words
}

/** What the last line of the screen says the way here is. */
export function crumbsOf(state: State): readonly string[] {
  return state.stack.map((view) =>
    view.view === 'table' ? nameOf(view.lists) : view.view === 'text' ? view.title.toLowerCase() : view.view,
  )
}

/** The resource on top, if it is one of the server's in namespaces. */
export function namespacedOnTop(state: State): TableView | undefined {
  const top = topOf(state)
  return top.view === 'table' && typeof top.lists !== 'string' && top.lists.namespaced ? top : undefined
}
