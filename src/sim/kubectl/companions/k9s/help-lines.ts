import { BOLD, DIGIT, fitted, KEY, piece, type Line } from './frame'
import { generalKeys, keysOf, logKeys, navigationKeys, textKeys } from './keys'
import type { State } from './state'

type Shown = readonly (readonly [key: string, about: string])[]

/** All keys: those of the view that the help was asked from, those that work everywhere, those that move. `top` lines have been scrolled by. */
export function helpLines(state: State, top: number, width: number): readonly Line[] {
  const sections = [section('RESOURCE', resourceKeys(state)), section('GENERAL', generalKeys), section('NAVIGATION', navigationKeys)]
  const room = width - sections.reduce((sum, { keyWidth, textWidth }) => sum + keyWidth + textWidth, 0)
  const extra = Math.max(0, Math.floor(room / sections.length))
  const most = Math.max(...sections.map(({ keys }) => keys.length))
  const lineAt = (row: number): Line =>
    sections.flatMap(({ keys, keyWidth, textWidth }) => {
      const [key = '', about = ''] = keys[row] ?? []
      return [piece(fitted(key && ` <${key}>`, keyWidth), /^\d$/.test(key) ? DIGIT : KEY), piece(fitted(about, textWidth + extra))]
    })
  const head = sections.map(({ title, keyWidth, textWidth }) => piece(fitted(` ${title}`, keyWidth + textWidth + extra), BOLD))
  return [head, ...Array.from({ length: Math.max(0, most - top) }, (_, row) => lineAt(row + top))]
}

const longest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => text.length))

const section = (title: string, keys: Shown) => ({
  title,
  keys,
  keyWidth: longest(keys.map(([key]) => key)) + 4,
  textWidth: Math.max(longest(keys.map(([, about]) => about)) + 1, title.length),
})

function resourceKeys(state: State): Shown {
  const under = state.stack.findLast((view) => view.view !== 'help')
  if (under?.view === 'logs') return logKeys.map(([, shown, about]) => [shown, about])
  if (under?.view === 'text') return textKeys.map(([, shown, about]) => [shown, about])
  return under?.view === 'table' ? keysOf(under.lists, state.readOnly).map(({ shown, about }) => [shown, about]) : []
}
