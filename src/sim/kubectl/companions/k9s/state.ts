import type { AnyObject } from '../../../api/object'
import type { ResourceType } from '../../mapper'
import type { Dialog } from './dialogs'

/** What a table lists: a resource of the server, or one of the lists that are the program's own. */
export type Listed = ResourceType | Own
export type Own = 'containers' | 'contexts' | 'aliases'

/** How a row or a message is meant; the screen has a colour for each. */
export type Tone = 'plain' | 'new' | 'waiting' | 'faulty' | 'done' | 'leaving' | 'current'

export interface Column {
  readonly name: string
  /** Figures stand at the right. */
  readonly right?: boolean
  /** Shown after Ctrl-W only. */
  readonly wide?: boolean
  /** Left out first where the window is narrow. */
  readonly spare?: boolean
}

export interface Row {
  /** `default/web`; a name alone where there are no namespaces. */
  readonly key: string
  readonly namespace: string
  readonly name: string
  readonly cells: readonly string[]
  /** Moments behind the cells that tell how long ago something was, by their column's place. */
  readonly times: Readonly<Record<number, number>>
  readonly tone: Tone
  readonly object?: AnyObject
}

/** A table's contents as they are known now. */
export interface Sheet {
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

/** Whose objects a table shows, after Enter on a row of another: its title names it. */
export interface Origin {
  /** `default/web`. */
  readonly path: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** Only what this object owns. */
  readonly owner?: string
}

export interface TableView {
  readonly view: 'table'
  readonly lists: Listed
  /** '' for all. */
  readonly namespace: string
  readonly of?: Origin
  readonly filter: string
  readonly sort: { readonly column: string; readonly ascending: boolean }
  readonly selected: string | undefined
  /** Where the selection was when its object went. */
  readonly at: number
  readonly top: number
  /** Columns that have been scrolled out at the left. */
  readonly left: number
  readonly marks: ReadonlySet<string>
  readonly wide: boolean
  /** Only what is not well. */
  readonly faults: boolean
}

export interface TextView {
  readonly view: 'text'
  /** `Describe`, `YAML`. */
  readonly title: string
  readonly subject: string
  /** What kubectl is asked for it. */
  readonly words: readonly string[]
  readonly lines: readonly string[]
  readonly top: number
  readonly query: string
  /** Line of the match that is shown. */
  readonly match: number | undefined
}

export interface LogView {
  readonly view: 'logs'
  /** Whose logs: a pod, or the workload behind several. */
  readonly namespace: string
  readonly path: string
  readonly pod?: string
  readonly labelSelector?: string
  /** All of them when none is named. */
  readonly container?: string
  readonly previous: boolean
  /** Seconds to look back; 0 from the beginning, -1 the last lines. */
  readonly since: number
  readonly autoscroll: boolean
  readonly wrap: boolean
  readonly timestamps: boolean
  readonly fullScreen: boolean
  readonly filter: string
  /** Lines scrolled back from the end. */
  readonly back: number
}

export interface HelpView {
  readonly view: 'help'
  readonly top: number
}

export type View = TableView | TextView | LogView | HelpView

export interface Prompt {
  readonly for: 'command' | 'filter'
  readonly text: string
  /** Which of the suggestions is offered. */
  readonly offered: number
}

export interface State {
  /** What lies behind the last one comes back with Esc. */
  readonly stack: readonly View[]
  readonly prompt?: Prompt
  readonly dialog?: Dialog
  readonly flash?: { readonly tone: Tone; readonly text: string }
  readonly header: boolean
  readonly crumbs: boolean
  readonly readOnly: boolean
  readonly context: string
  /** The one that commands work in; '' for all. */
  readonly namespace: string
  /** Behind the digits from 1 on. */
  readonly favourites: readonly string[]
  /** Commands, oldest first, and which of them is shown. */
  readonly history: readonly string[]
  readonly place: number
}

/** What is to be done outside. */
export type Effect =
  | { readonly do: 'quit' }
  | { readonly do: 'refresh' }
  /** kubectl does something; what it says is shown in one line. */
  | { readonly do: 'kubectl'; readonly words: readonly string[]; readonly done: string }
  /** kubectl's answer is shown as a text. */
  | { readonly do: 'show'; readonly title: string; readonly subject: string; readonly words: readonly string[] }
  /** kubectl gets the terminal until it ends. */
  | { readonly do: 'terminal'; readonly words: readonly string[] }
  | { readonly do: 'context'; readonly name: string }
  | { readonly do: 'clear log' }
  | { readonly do: 'mark log' }

export interface Outcome {
  readonly state: State
  readonly effects: readonly Effect[]
}

/** What keys need to know of what is on the screen. */
export interface Surroundings {
  /** Of the table on top: filtered and sorted. */
  readonly shown: Sheet
  /** Lines of its contents that fit. */
  readonly height: number
  readonly types: readonly ResourceType[]
  readonly namespaces: readonly string[]
  readonly contexts: readonly string[]
}

/** A state, and what is to be done outside besides. */
export const only = (state: State, ...effects: Effect[]): Outcome => ({ state, effects })
export const topOf = ({ stack }: State): View => stack[stack.length - 1]!
/** Another view in the place of the one on top. */
export const withTop = (state: State, view: View): State => ({ ...state, stack: [...state.stack.slice(0, -1), view] })
/** A view above the one on top: Esc comes back. */
export const pushed = (state: State, view: View): State => ({ ...state, stack: [...state.stack, view] })
/** A message at the bottom. */
export const flashing = (state: State, text: string, tone: Tone = 'plain'): State => ({ ...state, flash: { tone, text } })

export const isOwn = (lists: Listed): lists is Own => typeof lists === 'string'
/** `pods`: what titles and crumbs call a table. */
export const nameOf = (lists: Listed) => (isOwn(lists) ? lists : lists.plural)
export const keyOf = (namespace: string, name: string) => (namespace ? `${namespace}/${name}` : name)

/** A table nobody has touched yet. */
export const tableOf = (lists: Listed, namespace: string, more: Partial<TableView> = {}): TableView => ({
  view: 'table',
  lists,
  namespace,
  filter: '',
  sort: { column: lists === 'aliases' ? 'RESOURCE' : 'NAME', ascending: true },
  selected: undefined,
  at: 0,
  top: 0,
  left: 0,
  marks: new Set(),
  wide: false,
  faults: false,
  ...more,
})

/** The row the cursor is on: the selected one, or the one that has taken its place. */
export function cursorOf(view: TableView, rows: readonly Row[]): number {
  const found = view.selected === undefined ? -1 : rows.findIndex(({ key }) => key === view.selected)
  return found >= 0 ? found : Math.max(0, Math.min(view.at, rows.length - 1))
}
