import { create } from 'zustand'
import { input, send } from './cluster-link'
import { showView } from './settings'

export interface TerminalTab {
  readonly id: string
  readonly number: number
  /** Set when its shell has ended. */
  readonly exitCode?: number
}

interface Terminals {
  readonly tabs: readonly TerminalTab[]
  /** The terminals that are seen, side by side: one, or two when the panel is split. */
  readonly panes: readonly string[]
  /** The one among them that has the keyboard. */
  readonly active: string | undefined
}

/** `editor` opens the editor of the page (sim/shell/tools/editor-panel.ts), and is what kubectl edit starts. */
const ENVIRONMENT = { TERM_PROGRAM: 'tabernetes', EDITOR: 'editor' }

export const useTerminals = create<Terminals>()(() => ({ tabs: [], panes: [], active: undefined }))

/** Shows a terminal: where it is seen already, else in the place of the active one. */
export function inFront(panes: readonly string[], active: string | undefined, id: string): readonly string[] {
  if (panes.includes(id)) return panes
  return active && panes.includes(active) ? panes.map((pane) => (pane === active ? id : pane)) : [id]
}

/** What draws a terminal; set by the panel when its screen exists, before that output is kept here. */
export interface Screen {
  write(text: string, drawn: () => void): void
  focus(): void
}

const screens = new Map<string, Screen>()
const early = new Map<string, string>()
/** A terminal that takes the keyboard as soon as it has a screen. */
let wantsFocus: string | undefined

const CELL_PX = 8.5
/** What fits into the window before anything has been measured: a first prompt for 80 columns is too long for a telephone. */
const columnsLikely = () => Math.max(20, Math.min(80, Math.floor(innerWidth / CELL_PX) - 2))

/** Opens a terminal with a shell and brings it to the front, or beside what is there. The size follows when its screen has been measured. */
export function openTerminal({ beside = false, focus = true, columns = columnsLikely(), rows = 24 } = {}) {
  const { tabs, panes, active } = useTerminals.getState()
  const number = Math.max(0, ...tabs.map((tab) => tab.number)) + 1
  const id = `t${number}-${crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36)}`
  input({ do: 'open', terminal: id, columns, rows, env: ENVIRONMENT })
  if (focus) wantsFocus = id
  useTerminals.setState({
    tabs: [...tabs, { id, number }],
    panes: beside && active ? [active, id] : inFront(panes, active, id),
    active: id,
  })
}

/** Splits the panel, with a new terminal beside the active one; split already, only the active one stays in sight. */
export function splitTerminals() {
  const { panes, active } = useTerminals.getState()
  if (panes.length > 1 && active) useTerminals.setState({ panes: [active] })
  else openTerminal({ beside: true })
}

export function closeTerminal(id: string) {
  input({ do: 'close', terminal: id })
  early.delete(id)
  useTerminals.setState(({ tabs, panes, active }) => {
    const rest = tabs.filter((tab) => tab.id !== id)
    const seen = panes.filter((pane) => pane !== id)
    const next = active === id ? (seen.at(-1) ?? rest.at(-1)?.id) : active
    return { tabs: rest, panes: seen.length > 0 || !next ? seen : [next], active: next }
  })
}

export const activateTerminal = (id: string) =>
  useTerminals.setState(({ panes, active }) => (active === id ? {} : { panes: inFront(panes, active, id), active: id }))

/** Goes to the next terminal, after the last to the first. */
export function nextTerminal() {
  const { tabs, active } = useTerminals.getState()
  const next = tabs[(tabs.findIndex(({ id }) => id === active) + 1) % tabs.length]
  if (next) activateTerminal(next.id)
}

export const typeInto = (terminal: string, text: string) => input({ do: 'type', terminal, text })

export function focusTerminal() {
  const { active } = useTerminals.getState()
  if (active) screens.get(active)?.focus()
}

/**
 * Types commands into the terminal in front, as fingers would, and presses Enter after each line. `interrupt` presses Ctrl-C first. A newer
 * terminal is opened when the one in front has ended.
 */
export function typeCommands(commands: string, { interrupt = false, enter = true } = {}) {
  const { tabs, active } = useTerminals.getState()
  if (tabs.find(({ id }) => id === active)?.exitCode !== undefined || !active) openTerminal()
  const target = useTerminals.getState().active!
  const text = commands.trimEnd().replaceAll('\n', '\r')
  typeInto(target, `${interrupt ? '\x03' : ''}${text}${enter ? '\r' : ''}`)
  showView('terminal')
}

/** Connects a screen; what was said before comes first. Returns how to disconnect. */
export function attachScreen(id: string, screen: Screen): () => void {
  screens.set(id, screen)
  const text = early.get(id)
  early.delete(id)
  if (text) terminalSaid(id, text)
  if (wantsFocus === id) screen.focus()
  wantsFocus = undefined
  return () => void screens.delete(id)
}

/** The worker sent output. */
export function terminalSaid(id: string, text: string) {
  const screen = screens.get(id)
  if (screen) screen.write(text, () => send({ type: 'drawn', terminal: id, characters: text.length }))
  else if (useTerminals.getState().tabs.some((tab) => tab.id === id)) early.set(id, (early.get(id) ?? '') + text)
}

export function terminalEnded(id: string, exitCode: number) {
  useTerminals.setState(({ tabs }) => ({ tabs: tabs.map((tab) => (tab.id === id ? { ...tab, exitCode } : tab)) }))
}

/** A restored session brings its terminals along; a new one gets its first. */
export function terminalsRestored(ids: readonly string[]) {
  const tabs = ids.map((id) => ({ id, number: Number(/^t(\d+)-/.exec(id)?.[1] ?? 1) }))
  useTerminals.setState({ tabs, panes: tabs.slice(0, 1).map(({ id }) => id), active: tabs[0]?.id })
  if (tabs.length === 0) openTerminal({ focus: false })
}

/** The cluster is gone, and its shells with it. */
export function terminalsClosed() {
  early.clear()
  useTerminals.setState({ tabs: [], panes: [], active: undefined })
}
