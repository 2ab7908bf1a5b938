import { BOLD, centred, cut, DIM, looks, piece, TITLE, widthOf, wrapped, type Line, type Piece } from './frame'
import { logKeys, logSince } from './keys'
import type { LogView } from './state'
import { filterPart } from './table-lines'

/** A line of a log: which of several containers said it and when, and what. */
export interface LogLine {
  readonly from: string
  readonly time: string
  readonly text: string
}

/** `Logs(default/web:nginx)[tail]`. */
export function logTitle({ path, container, previous, since, filter }: LogView): Line {
  const label = logKeys[logSince.indexOf(since)]?.[2] ?? 'tail'
  const where = container ? `${path}:${container}` : path
  return [piece(previous ? ' Previous Logs' : ' Logs', TITLE), piece('('), piece(where, '35'), piece(')['), piece(label, '32'), piece('] '), ...filterPart(filter)] // prettier-ignore
}

const onOff = (name: string, on: boolean): readonly Piece[] => [
  piece(`${name}:`, BOLD),
  piece(on ? 'On' : 'Off', on ? '32' : DIM),
  piece('     '),
]

/** Colours of containers, so that neighbours differ. */
const voices = ['96', '92', '95', '93', '94', '91']

/** The switches, and below them as much of a log as fits, counted from its end. */
export function logLines(view: LogView, log: readonly LogLine[], width: number, height: number): readonly Line[] {
  const switches = [...onOff('Autoscroll', view.autoscroll), ...onOff('FullScreen', view.fullScreen), ...onOff('Timestamps', view.timestamps), ...onOff('Wrap', view.wrap)] // prettier-ignore
  const origins = [...new Set(log.map(({ from }) => from).filter(Boolean))]
  const shown: Line[] = []
  // From the end on, until there is enough.
  const wanted = view.back + height
  for (let at = log.length - 1; at >= 0 && shown.length < wanted; at--) {
    const { from, time, text } = log[at]!
    const head: Line = [
      ...(view.timestamps && time ? [piece(`${time} `, DIM)] : []),
      ...(from && origins.length > 1 ? [piece(`${from} `, voices[origins.indexOf(from) % voices.length])] : []),
    ]
    const [first = '', ...more] = view.wrap
      ? wrapped(text, Math.max(10, width - widthOf(head)))
      : [cut(text, Math.max(10, width - widthOf(head)))]
    for (const line of more.toReversed()) shown.unshift([piece(` ${line}`)])
    shown.unshift([piece(' '), ...head, piece(first)])
  }
  const end = Math.max(Math.min(height, shown.length), shown.length - view.back)
  const waiting: Line = [piece(' Waiting for logs...', looks.waiting)]
  return [centred(width + 2, switches), ...(log.length === 0 ? [waiting] : shown.slice(Math.max(0, end - height), end))]
}

/** What the log's filter lets through. */
export const logTextOf = ({ from, text }: LogLine) => (from ? `${from} ${text}` : text)
