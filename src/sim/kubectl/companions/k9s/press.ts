import { obey, revisit, suggestions } from './commands'
import { pressDialog } from './dialogs'
import { isText } from './keyboard'
import { logSince } from './keys'
import { pressTable } from './press-table'
import {
  flashing,
  only,
  pushed,
  tableOf,
  topOf,
  withTop,
  type LogView,
  type Outcome,
  type State,
  type Surroundings,
  type TextView,
} from './state'

/** What a key does: the state after it, and what is to be done outside. */
export function press(state: State, key: string, around: Surroundings): Outcome {
  if (state.dialog) return inDialog(state, key)
  if (key === 'ctrl-c') return { state, effects: [{ do: 'quit' }] }
  if (state.prompt) return inPrompt(state, key, around)
  const calm: State = { ...state, flash: undefined }
  return anywhere(calm, key, around) ?? inView(calm, key, around)
}

function inDialog(state: State, key: string): Outcome {
  const answer = pressDialog(state.dialog!, key)
  if ('open' in answer) return only({ ...state, dialog: answer.open })
  const closed: State = { ...state, dialog: undefined }
  return { state: answer.refusal ? flashing(closed, answer.refusal, 'faulty') : closed, effects: answer.effects }
}

/** Keys that mean the same everywhere. */
function anywhere(state: State, key: string, around: Surroundings): Outcome | undefined {
  const top = topOf(state)
  switch (key) {
    case ':':
      return only({ ...state, prompt: { for: 'command', text: '', offered: 0 } })
    case '/':
      return only(top.view === 'help' ? state : { ...state, prompt: { for: 'filter', text: '', offered: 0 } })
    case '?':
      return only(top.view === 'help' ? back(state) : pushed(state, { view: 'help', top: 0 }))
    case 'ctrl-a':
      return only(top.view === 'table' && top.lists === 'aliases' ? back(state) : pushed(state, tableOf('aliases', '')))
    case 'ctrl-e':
      return only({ ...state, header: !state.header })
    case 'ctrl-g':
      return only({ ...state, crumbs: !state.crumbs })
    case 'ctrl-r':
      return { state: flashing(state, 'Refreshing...'), effects: [{ do: 'refresh' }] }
    case '[':
      return revisit(state, -1, around)
    case ']':
      return revisit(state, 1, around)
    case '-':
      return revisit(state, -1, around)
    case 'esc':
    case 'q':
      return only(back(state))
  }
  return undefined
}

/** Esc: first a filter goes, then the view. */
function back(state: State): State {
  const top = topOf(state)
  if ((top.view === 'table' || top.view === 'logs') && top.filter !== '') return withTop(state, { ...top, filter: '' })
  if (top.view === 'text' && top.query !== '') return withTop(state, { ...top, query: '', match: undefined })
  return state.stack.length > 1 ? { ...state, stack: state.stack.slice(0, -1) } : state
}

function inView(state: State, key: string, around: Surroundings): Outcome {
  const top = topOf(state)
  switch (top.view) {
    case 'table':
      return pressTable(state, top, key, around)
    case 'text':
      return pressText(state, top, key, around)
    case 'logs':
      return pressLogs(state, top, key, around)
    case 'help':
      return only(
        key === 'enter'
          ? back(state)
          : withTop(state, { ...top, top: Math.max(0, Math.min(MOST_HELP, top.top + (scrolled(key, around.height) ?? 0))) }),
      )
  }
}

// ---- what is typed behind `:` and `/` ----

function inPrompt(state: State, key: string, around: Surroundings): Outcome {
  const prompt = state.prompt!
  const closed: State = { ...state, prompt: undefined }
  const typed = (text: string) => only(filtering({ ...state, prompt: { ...prompt, text, offered: 0 } }))
  const offers = prompt.for === 'command' ? suggestions(prompt, around) : []
  const offered = offers[prompt.offered]
  if (key === 'esc') return only(prompt.for === 'filter' ? filtering({ ...closed, prompt: { ...prompt, text: '' } }, true) : closed)
  if (key === 'enter') return prompt.for === 'command' ? obey({ ...closed, flash: undefined }, prompt.text, around) : only(closed)
  if (key === 'backspace') return typed(prompt.text.slice(0, -1))
  if (key === 'ctrl-u' || key === 'ctrl-w') return typed('')
  if (key === 'tab' || key === 'right' || key === 'ctrl-f') return offered === undefined ? only(state) : typed(prompt.text + offered)
  if ((key === 'up' || key === 'down') && offers.length > 0) {
    const next = (prompt.offered + (key === 'up' ? -1 : 1) + offers.length) % offers.length
    return only({ ...state, prompt: { ...prompt, offered: next } })
  }
  return isText(key) ? typed(prompt.text + key) : only(state)
}

/** A filter works while it is typed. */
function filtering(state: State, close = false): State {
  const { prompt } = state
  const next: State = close ? { ...state, prompt: undefined } : state
  if (prompt?.for !== 'filter') return next
  const top = topOf(state)
  if (top.view === 'table') return withTop(next, { ...top, filter: prompt.text, top: 0, at: 0, selected: undefined })
  if (top.view === 'logs') return withTop(next, { ...top, filter: prompt.text, back: 0 })
  if (top.view === 'text') return withTop(next, searched({ ...top, query: prompt.text }, 0, 1))
  return next
}

// ---- texts ----

/** Goes to the next line from `from` on, in a direction, that has what is looked for. */
function searched(view: TextView, from: number, step: 1 | -1): TextView {
  if (view.query === '') return { ...view, match: undefined }
  const count = view.lines.length
  const wanted = view.query.toLowerCase()
  for (let i = 0; i < count; i++) {
    const at = (from + i * step + count * 2) % count
    if (view.lines[at]!.toLowerCase().includes(wanted)) return { ...view, match: at, top: at }
  }
  return { ...view, match: undefined }
}

/** The help has no more lines than this. */
const MOST_HELP = 20

/** How far a key scrolls, in lines. */
function scrolled(key: string, height: number): number | undefined {
  const steps: Readonly<Record<string, number>> = { 'j': 1, 'down': 1, 'enter': 1, 'k': -1, 'up': -1, 'page down': height, 'ctrl-f': height, ' ': height, 'page up': -height, 'ctrl-b': -height, 'g': -Infinity, 'home': -Infinity, 'G': Infinity, 'end': Infinity } // prettier-ignore
  return steps[key]
}

function pressText(state: State, view: TextView, key: string, { height }: Surroundings): Outcome {
  const by = scrolled(key, height)
  if (by !== undefined) {
    const last = Math.max(0, view.lines.length - height)
    return only(withTop(state, { ...view, top: Math.max(0, Math.min(last, view.top + by)) }))
  }
  if (key === 'n') return only(withTop(state, searched(view, (view.match ?? -1) + 1, 1)))
  if (key === 'N') return only(withTop(state, searched(view, (view.match ?? 0) - 1, -1)))
  if (key === 'r') {
    const { title, subject, words } = view
    return { state: { ...state, stack: state.stack.slice(0, -1) }, effects: [{ do: 'show', title, subject, words }] }
  }
  return only(state)
}

// ---- logs ----

function pressLogs(state: State, view: LogView, key: string, { height }: Surroundings): Outcome {
  const become = (more: Partial<LogView>) => only(withTop(state, { ...view, ...more }))
  const by = scrolled(key, height)
  if (by !== undefined && key !== 'enter') {
    // Whoever looks back does not want to be torn away by new lines.
    const lines = Math.max(0, view.back - by)
    return become({ back: lines, autoscroll: lines === 0 && view.autoscroll })
  }
  const digit = /^[0-6]$/.test(key) ? logSince[Number(key)] : undefined
  if (digit !== undefined) return become({ since: digit, back: 0 })
  switch (key) {
    case 's':
      return become({ autoscroll: !view.autoscroll, ...(view.autoscroll ? {} : { back: 0 }) })
    case 'w':
      return become({ wrap: !view.wrap })
    case 't':
      return become({ timestamps: !view.timestamps })
    case 'f':
      return become({ fullScreen: !view.fullScreen })
    case 'C':
      return { state, effects: [{ do: 'clear log' }] }
    case 'm':
      return { state, effects: [{ do: 'mark log' }] }
  }
  return only(state)
}
