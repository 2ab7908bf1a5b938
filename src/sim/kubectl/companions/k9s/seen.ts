import { nowMs, terminalSize, write } from '../../../node/os/calls'
import type { Proc } from '../../../node/os/syscalls'
import { lets, shownOf } from './filter'
import { written } from './frame'
import { logTextOf, type LogLine } from './log-lines'
import { contentHeight, cursorPlace, render, type Scene } from './screen'
import { aliasSheet, contextSheet, withNamespaceMarks } from './own-sheets'
import { sheetFrom } from './source'
import { topOf, type Sheet, type Surroundings } from './state'
import type { Running } from './running'

const empty: Sheet = { columns: [], rows: [] }

function sheetOnTop(running: Running): Sheet {
  const { state, source, metrics, types, config } = running
  const top = topOf(state)
  if (top.view !== 'table') return empty
  if (top.lists === 'contexts') return contextSheet(config, state.context)
  if (top.lists === 'aliases') return aliasSheet(types)
  if (!source?.open) return empty
  const sheet = sheetFrom(source.open, top, metrics)
  return top.lists !== 'containers' && top.lists.plural === 'namespaces'
    ? withNamespaceMarks(sheet, state.namespace, state.favourites)
    : sheet
}

/** What the table on top shows. Keys and drawing ask for it often: it is worked out anew when something has changed. */
function shownOnTop(running: Running): Sheet {
  const { state, source, metrics, types, shown } = running
  const top = topOf(state)
  if (top.view !== 'table') return empty
  const { lists, namespace, of, filter, sort, wide, faults } = top
  const rests = [lists, namespace, of, filter, sort, wide, faults, source?.open, source?.open?.version, metrics, types, state.namespace, state.context] // prettier-ignore
  if (shown && shown.rests.every((one, i) => one === rests[i])) return shown.sheet
  const sheet = shownOf(sheetOnTop(running), top)
  running.shown = { rests, sheet }
  return sheet
}

/** What keys need to know of what is on the screen. */
export function surroundings(running: Running): Surroundings {
  const { state, types, namespaces, config, size } = running
  return {
    shown: shownOnTop(running),
    height: contentHeight(state, size),
    types,
    namespaces,
    contexts: config.contexts.map(({ name }) => name),
  }
}

function logOnTop({ state, log }: Running): readonly LogLine[] {
  const top = topOf(state)
  if (top.view !== 'logs' || !log) return []
  return top.filter ? log.lines.filter((line) => lets(top.filter, logTextOf(line))) : log.lines
}

/** Writes the lines that have changed. */
export function* draw(running: Running): Proc {
  const size = (yield* terminalSize(1)) ?? running.size
  const resized = size.columns !== running.size.columns || size.rows !== running.size.rows
  running.size = size
  const scene: Scene = { around: surroundings(running), facts: running.facts, log: logOnTop(running), nowMs: yield* nowMs() }
  const lines = render(running.state, scene, size).map(written)
  const anew = resized || running.screen.length === 0
  const changed = lines.flatMap((line, i) => (anew || line !== running.screen[i] ? [`\x1b[${i + 1};1H${line}`] : []))
  running.screen = lines
  const place = cursorPlace(running.state, size)
  const cursor = place ? `\x1b[${place.row};${place.column}H\x1b[?25h` : '\x1b[?25l'
  if (changed.length > 0 || place) yield* write(1, `${anew ? '\x1b[m\x1b[2J' : ''}${changed.join('')}${cursor}`)
}
