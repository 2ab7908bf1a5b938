import { BOLD, DIGIT, fitted, KEY, piece, type Line, type Piece } from './frame'
import { keysOf, generalKeys, logKeys, navigationKeys, textKeys } from './keys'
import type { State } from './state'

/** All keys: those of the view that the help was asked from, those that work everywhere, those that move. */
export function helpLines(state: State): readonly Line[] {
  const sections: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
    ['RESOURCE', resourceKeys(state)],
    ['GENERAL', generalKeys],
    ['NAVIGATION', navigationKeys],
  ]
  const most = Math.max(...sections.map(([, keys]) => keys.length))
  const head: Line = [piece(' '), ...sections.map(([title]) => piece(fitted(title, 36), BOLD))]
  return [head, ...Array.from({ length: most }, (_, row): Line => [piece(' '), ...sections.flatMap(([, keys]) => keyPieces(keys[row]))])]
}

const keyPieces = (key: readonly [string, string] | undefined): readonly Piece[] =>
  key ? [piece(fitted(`<${key[0]}>`, 14), /^\d$/.test(key[0]) ? DIGIT : KEY), piece(fitted(key[1], 22))] : [piece(' '.repeat(36))]

function resourceKeys(state: State): readonly (readonly [string, string])[] {
  const under = state.stack.findLast((view) => view.view !== 'help')
  if (under?.view === 'logs') return logKeys.map(([, shown, about]) => [shown, about])
  if (under?.view === 'text') return textKeys.map(([, shown, about]) => [shown, about])
  return under?.view === 'table' ? keysOf(under.lists, state.readOnly).map(({ shown, about }) => [shown, about]) : []
}
