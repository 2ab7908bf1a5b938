import type { AnyObject } from '../../../api/object'
import type { Pod } from '../../../api/types/core-v1.gen'
import { parseTimestamp } from '../../../engine/time'
import type { ResourceType } from '../../mapper'
import { cellText, formatLabels, type Table, type TableColumn, type TableRow } from '../../printers/table'
import { keyOf, type Column, type Row, type Sheet } from './state'
import { toneOf } from './tones'
import {
  limits,
  measured,
  measuredCells,
  mebibytes,
  NOT_KNOWN,
  nothing,
  percent,
  requests,
  right,
  total,
  usageOf,
  type Metrics,
} from './usage'

/** Columns of the server that tell how long ago something was, and where the object has the moment. */
const moments: Readonly<Record<string, (object: AnyObject) => unknown>> = {
  AGE: ({ metadata }) => metadata.creationTimestamp,
  'LAST SEEN': (event) => {
    const { series, lastTimestamp, eventTime } = event as unknown as Readonly<Record<string, unknown>>
    return (series as { lastObservedTime?: string } | undefined)?.lastObservedTime ?? lastTimestamp ?? eventTime
  },
  'LAST SCHEDULE': ({ status }) => (status as { lastScheduleTime?: string } | undefined)?.lastScheduleTime,
}

const figures = /^(RESTARTS|UP-TO-DATE|AVAILABLE|DESIRED|CURRENT|REPLICAS|MINPODS|MAXPODS|DATA|SECRETS|COUNT|ACTIVE)$/

function timesOf(columns: readonly Column[], object: AnyObject | undefined): Readonly<Record<number, number>> {
  if (!object) return {}
  const found = columns.map(({ name }, i) => [i, parseTimestamp(String(moments[name]?.(object) ?? ''))] as const)
  return Object.fromEntries(found.filter(([, moment]) => !Number.isNaN(moment)))
}

/** Columns and cells of a kind; what stands before all others, and namespaces, are added by `sheetOf`. */
interface Layout {
  readonly columns: readonly Column[]
  readonly cells: (row: TableRow) => readonly string[]
}

/** The server's own columns. */
function asPrinted(printed: readonly TableColumn[]): Layout {
  return {
    columns: printed.map(({ name, priority }) => {
      const upper = name.toUpperCase()
      return { name: upper, ...(priority > 0 ? { wide: true } : {}), ...(figures.test(upper) ? { right: true } : {}) }
    }),
    cells: ({ cells }) => cells.map(cellText),
  }
}

/** Reads a cell by its column's name. */
const reader = (printed: readonly TableColumn[]) => {
  const places = new Map(printed.map(({ name }, i) => [name.toUpperCase(), i]))
  return ({ cells }: TableRow, name: string) => cellText(cells[places.get(name) ?? -1])
}

/** Short for a pod's quality of service; BE is everything else. */
const qualities: Readonly<Record<string, string>> = { Guaranteed: 'GA', Burstable: 'BU' }

function podLayout(printed: readonly TableColumn[], metrics: Metrics | undefined): Layout {
  const cell = reader(printed)
  const wide = (name: string): Column => ({ name, wide: true })
  return {
    columns: [
      { name: 'NAME' }, { name: 'PF' }, { name: 'READY' }, { name: 'STATUS' }, right('RESTARTS'),
      ...(metrics ? measured : []),
      { name: 'IP' }, { name: 'NODE' },
      ...['NOMINATED NODE', 'READINESS GATES', 'QOS', 'LABELS'].map(wide),
      { name: 'AGE' },
    ], // prettier-ignore
    cells(row) {
      const { metadata, spec, status } = row.object as unknown as Pod // the object behind a row of pods
      const containers = spec?.containers ?? []
      const used = metrics?.pods.get(keyOf(metadata.namespace ?? '', metadata.name ?? ''))
      return [
        cell(row, 'NAME'),
        '●',
        cell(row, 'READY'),
        cell(row, 'STATUS'),
        cell(row, 'RESTARTS').replace(/ .*/, ''),
        ...(metrics ? measuredCells(total(Object.values(used ?? {})), total(containers.map(requests)), total(containers.map(limits))) : []),
        status?.podIP ?? NOT_KNOWN,
        spec?.nodeName ?? NOT_KNOWN,
        cell(row, 'NOMINATED NODE'),
        cell(row, 'READINESS GATES'),
        qualities[status?.qosClass ?? ''] ?? 'BE',
        formatLabels(metadata.labels),
        cell(row, 'AGE'),
      ]
    },
  }
}

/** Nodes as the server prints them, and what they use. */
function nodeLayout(printed: readonly TableColumn[], metrics: Metrics | undefined): Layout {
  const base = asPrinted(printed)
  if (!metrics) return base
  const at = base.columns.findIndex(({ name }) => name === 'AGE')
  const between = <T>(list: readonly T[], more: readonly T[]) => [...list.slice(0, at), ...more, ...list.slice(at)]
  return {
    columns: between(base.columns, ['CPU', '%CPU', 'MEM', '%MEM'].map(right)),
    cells(row) {
      const used = metrics.nodes.get(row.object!.metadata.name) ?? nothing
      const all = usageOf((row.object!.status as { allocatable?: Record<string, string> } | undefined)?.allocatable)
      return between(base.cells(row), [
        String(used.cpu),
        percent(used.cpu, all.cpu),
        mebibytes(used.memory),
        percent(used.memory, all.memory),
      ])
    },
  }
}

const layouts: Readonly<Record<string, (printed: readonly TableColumn[], metrics: Metrics | undefined) => Layout>> = {
  pods: podLayout,
  nodes: nodeLayout,
}

/** Rows that have been made of the server's, and what was known then of what pods use: of thousands only those that changed are made anew. */
const made = new WeakMap<TableRow, { readonly row: Row; readonly metrics: Metrics | undefined }>()

/** A table of the server's as a sheet: pods and nodes with what they use, anything else in the server's columns. Rows need their objects. */
export function sheetOf(type: ResourceType, table: Pick<Table, 'columnDefinitions' | 'rows'>, metrics: Metrics | undefined): Sheet {
  const printed = table.columnDefinitions ?? []
  const layout = (type.group === '' && layouts[type.plural]?.(printed, metrics)) || asPrinted(printed)
  const columns: readonly Column[] = type.namespaced ? [{ name: 'NAMESPACE' }, ...layout.columns] : layout.columns
  const make = (row: TableRow): Row => {
    const { name = '', namespace = '' } = row.object?.metadata ?? {}
    const cells = type.namespaced ? [namespace, ...layout.cells(row)] : layout.cells(row)
    return {
      key: keyOf(namespace, name),
      namespace,
      name,
      cells,
      times: timesOf(columns, row.object),
      tone: toneOf(columns, cells, row.object),
      ...(row.object ? { object: row.object } : {}),
    }
  }
  const rows = (table.rows ?? []).map((row): Row => {
    const before = made.get(row)
    if (before?.metrics === metrics && before) return before.row
    const one = make(row)
    made.set(row, { row: one, metrics })
    return one
  })
  return { columns, rows }
}
