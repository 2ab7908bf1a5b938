import { cut, DIGIT, fitted, KEY, lineOf, piece, type Line } from './frame'
import { keysOf, logKeys, textKeys } from './keys'
import { isOwn, topOf, type State } from './state'

/** What the header says of the cluster; '' while it is not known. */
export interface ClusterFacts {
  readonly context: string
  readonly cluster: string
  readonly user: string
  readonly version: string
  /** Percent of all nodes; undefined without a metrics server. */
  readonly cpu?: string
  readonly memory?: string
}

export const HEADER_LINES = 7
/** Blanks in and behind a key of the menu. */
const GAP = 3
/** Room for the context, the cluster and the user, however narrow the window is. */
const LEAST_INFORMATION = 26
/** No build of the real program: this one is part of the simulator, and has the keys of that version. */
export const REVISION = "simulator's (keys of v0.50)"

interface Hint {
  readonly shown: string
  readonly about: string
}

/** The keys that the menu shows for what is on top: digits first, the others by what they do. */
export function hintsOf(state: State): readonly Hint[] {
  const top = topOf(state)
  if (top.view === 'logs') return logKeys.map(([, shown, about]) => ({ shown, about }))
  if (top.view === 'text') return textKeys.map(([, shown, about]) => ({ shown, about }))
  if (top.view === 'help') return [{ shown: 'esc', about: 'Back' }]
  const digits =
    isOwn(top.lists) || !top.lists.namespaced || top.of
      ? []
      : ['all', ...state.favourites].slice(0, 10).map((about, i) => ({ shown: String(i), about }))
  const keys = keysOf(top.lists, state.readOnly).filter(({ hidden }) => !hidden)
  const others: Hint[] = [...keys, { shown: '?', about: 'Help' }]
  return [...digits, ...others.toSorted((a, b) => (a.about.toLowerCase() < b.about.toLowerCase() ? -1 : 1))]
}

/** Columns of hints: digits in their own, then six or seven a column. */
function columnsOf(hints: readonly Hint[]): readonly (readonly Hint[])[] {
  const isDigit = ({ shown }: Hint) => /^\d$/.test(shown)
  const inColumns = (list: readonly Hint[]) =>
    Array.from({ length: Math.ceil(list.length / HEADER_LINES) }, (_, i) => list.slice(i * HEADER_LINES, (i + 1) * HEADER_LINES))
  return [...inColumns(hints.filter(isDigit)), ...inColumns(hints.filter((hint) => !isDigit(hint)))]
}

/** Context, cluster and user at the left, the menu of keys beside it: HEADER_LINES lines. */
export function headerLines(state: State, facts: ClusterFacts, columns: number): readonly Line[] {
  const percentage = (value: string | undefined) => (value === undefined ? 'n/a' : `${value}%`)
  const information: readonly (readonly [string, string])[] = [
    ['Context', `${facts.context}${state.readOnly ? ' [RO]' : ''}`],
    ['Cluster', facts.cluster],
    ['User', facts.user],
    ['K9s Rev', REVISION],
    ['K8s Rev', facts.version],
    ['CPU', percentage(facts.cpu)],
    ['MEM', percentage(facts.memory)],
  ]
  const menu = columnsOf(hintsOf(state)).map((hints) => ({
    hints,
    keys: Math.max(...hints.map(({ shown }) => shown.length)) + 2,
    texts: Math.max(...hints.map(({ about }) => about.length)),
  }))
  // In a narrow window the keys are worth more than the ends of names.
  const wanted = menu.reduce((sum, { keys, texts }) => sum + keys + texts + GAP, 0)
  const longest = Math.max(...information.map(([, value]) => value.length)) + 12
  const width = Math.max(Math.min(longest, columns - wanted), LEAST_INFORMATION)
  return information.map(([name, value], row) => [
    ...lineOf(width, [piece(fitted(` ${name}:`, 10), '33'), piece(cut(value || 'n/a', width - 11), '1')]),
    ...menu.flatMap(({ hints, keys, texts }) => {
      const hint = hints[row]
      if (!hint) return [piece(' '.repeat(keys + texts + GAP))]
      const look = /^\d$/.test(hint.shown) ? DIGIT : KEY
      return [piece(fitted(`<${hint.shown}>`, keys), look), piece(` ${fitted(hint.about, texts)}  `)]
    }),
  ])
}
