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
  readonly active: string | undefined
}

export const useTerminals = create<Terminals>()(() => ({ tabs: [], active: undefined }))

/** What draws a terminal; set by the panel when its screen exists, before that output is kept here. */
export interface Screen {
  write(text: string, drawn: () => void): void
  focus(): void
}

const screens = new Map<string, Screen>()
const early = new Map<string, string>()

/** Opens a terminal with a shell and brings it to the front. The size follows when its screen has been measured. */
export function openTerminal(columns = 80, rows = 24) {
  const { tabs } = useTerminals.getState()
  const number = Math.max(0, ...tabs.map((tab) => tab.number)) + 1
  const id = `t${number}-${crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36)}`
  input({ do: 'open', terminal: id, columns, rows })
  useTerminals.setState({ tabs: [...tabs, { id, number }], active: id })
}

export function closeTerminal(id: string) {
  input({ do: 'close', terminal: id })
  early.delete(id)
  useTerminals.setState(({ tabs, active }) => {
    const rest = tabs.filter((tab) => tab.id !== id)
    return { tabs: rest, active: active === id ? rest.at(-1)?.id : active }
  })
}

export const activateTerminal = (id: string) => useTerminals.setState({ active: id })

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
  return () => void screens.delete(id)
}

/** The worker sent output. */
export function terminalSaid(id: string, text: string) {
  const screen = screens.get(id)
  if (screen) screen.write(text, () => send({ type: 'drawn', terminal: id, characters: text.length }))
  else early.set(id, (early.get(id) ?? '') + text)
}

export function terminalEnded(id: string, exitCode: number) {
  useTerminals.setState(({ tabs }) => ({ tabs: tabs.map((tab) => (tab.id === id ? { ...tab, exitCode } : tab)) }))
}

/** A restored session brings its terminals along; a new one gets its first. */
export function terminalsRestored(ids: readonly string[]) {
  const tabs = ids.map((id) => ({ id, number: Number(/^t(\d+)-/.exec(id)?.[1] ?? 1) }))
  useTerminals.setState({ tabs, active: tabs[0]?.id })
  if (tabs.length === 0) openTerminal()
}

/** The cluster is gone, and its shells with it. */
export function terminalsClosed() {
  early.clear()
  useTerminals.setState({ tabs: [], active: undefined })
}
