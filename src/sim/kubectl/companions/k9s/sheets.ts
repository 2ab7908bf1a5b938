import type { AnyObject } from '../../../api/object'
import type { Container, ContainerStatus, Pod, Probe } from '../../../api/types/core-v1.gen'
import { parseTimestamp } from '../../../engine/time'
import { milliValue, quantityValue } from '../../../formats/quantity'
import type { KubeConfig } from '../../kubeconfig-file'
import type { ResourceType } from '../../mapper'
import { cellText, formatLabels, type Table, type TableColumn, type TableRow } from '../../printers/table'
import { wordsFor } from './commands'
import { keyOf, type Column, type Row, type Sheet } from './state'
import { toneOf } from './tones'

/** What something uses, in thousandths of a CPU and in bytes. */
export interface Usage {
  readonly cpu: number
  readonly memory: number
}

/** What the metrics server says; undefined where there is none. */
export interface Metrics {
  readonly pods: ReadonlyMap<string, Readonly<Record<string, Usage>>>
  readonly nodes: ReadonlyMap<string, Usage>
}

const NOT_KNOWN = 'n/a'
const right = (name: string): Column => ({ name, right: true })
const percentages = ['%CPU/R', '%CPU/L', '%MEM/R', '%MEM/L'].map((name): Column => ({ name, right: true, spare: true }))
const measured: readonly Column[] = [right('CPU'), ...percentages.slice(0, 2), right('MEM'), ...percentages.slice(2)]

export const mebibytes = (bytes: number) => String(Math.floor(bytes / 2 ** 20))
export const percent = (part: number, whole: number) => (whole > 0 ? String(Math.floor((part / whole) * 100)) : NOT_KNOWN)

const plus = (a: Usage, b: Usage): Usage => ({ cpu: a.cpu + b.cpu, memory: a.memory + b.memory })
const nothing: Usage = { cpu: 0, memory: 0 }
const total = (usages: readonly Usage[]) => usages.reduce(plus, nothing)
export const usageOf = (amounts: Readonly<Record<string, string>> | undefined): Usage => ({
  cpu: milliValue(amounts?.cpu ?? '0'),
  memory: quantityValue(amounts?.memory ?? '0'),
})

const requests = ({ resources }: Container) => usageOf(resources?.requests ?? resources?.limits)
const limits = ({ resources }: Container) => usageOf(resources?.limits)

/** The cells of `measured`. */
const measuredCells = (used: Usage, asked: Usage, most: Usage): string[] => [
  String(used.cpu),
  percent(used.cpu, asked.cpu),
  percent(used.cpu, most.cpu),
  mebibytes(used.memory),
  percent(used.memory, asked.memory),
  percent(used.memory, most.memory),
]

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

/** The row that stands for all namespaces at once, and marks behind those one has been in (`+`) and is in (`(*)`). */
export function withNamespaceMarks(sheet: Sheet, current: string, favourites: readonly string[]): Sheet {
  const name = sheet.columns.findIndex((column) => column.name === 'NAME')
  const all: Row = {
    key: 'all',
    namespace: '',
    name: 'all',
    cells: sheet.columns.map(({ name }) => (name === 'NAME' ? 'all' : name === 'STATUS' ? 'Active' : '')),
    times: {},
    tone: 'plain',
  }
  const marked = (row: Row): Row => {
    const here = row.name === (current || 'all')
    const text = `${row.name}${favourites.includes(row.name) ? '+' : ''}${here ? '(*)' : ''}`
    return { ...row, cells: row.cells.map((cell, i) => (i === name ? text : cell)), ...(here ? { tone: 'current' as const } : {}) }
  }
  return { ...sheet, rows: [all, ...sheet.rows].map(marked) }
}

const onOff = (probe: Probe | undefined) => (probe ? 'on' : 'off')

function stateOf({ state = {} }: Partial<ContainerStatus>): string {
  if (state.waiting) return state.waiting.reason || 'Waiting'
  if (state.terminated) return state.terminated.reason || 'Terminating'
  return state.running ? 'Running' : '<none>'
}

/** The containers of a pod: those that prepare it first, then its own, then those that were put in to look at it. */
export function containerSheet(pod: Pod, metrics: Metrics | undefined): Sheet {
  const { metadata, spec, status = {} } = pod
  const usage = metrics?.pods.get(keyOf(metadata.namespace ?? '', metadata.name ?? ''))
  const columns: readonly Column[] = [
    { name: 'IDX' }, { name: 'NAME' }, { name: 'PF' }, { name: 'IMAGE' }, { name: 'READY' }, { name: 'STATE' }, right('RESTARTS'),
    { name: 'PROBES(L:R:S)' },
    ...(metrics ? [right('CPU')] : []),
    right('CPU/RL'),
    ...(metrics ? [...percentages.slice(0, 2), right('MEM')] : []),
    right('MEM/RL'),
    ...(metrics ? percentages.slice(2) : []),
    { name: 'PORTS' }, { name: 'AGE' },
  ] // prettier-ignore
  const row = (container: Container, index: string, statuses: readonly ContainerStatus[] | undefined): Row => {
    const found: Partial<ContainerStatus> = statuses?.find(({ name }) => name === container.name) ?? {}
    const [used, asked, most] = [usage?.[container.name] ?? nothing, requests(container), limits(container)]
    const [cpu, ofRequest, ofLimit, memory, ofMemoryRequest, ofMemoryLimit] = measuredCells(used, asked, most)
    const ports = container.ports?.map(({ name, containerPort, protocol = 'TCP' }) => `${name ? `${name}:` : ''}${containerPort}${protocol === 'TCP' ? '' : `╱${protocol}`}`) // prettier-ignore
    const cells = [
      index,
      container.name,
      '●',
      container.image ?? '',
      String(found.ready ?? false),
      stateOf(found),
      String(found.restartCount ?? 0),
      [container.livenessProbe, container.readinessProbe, container.startupProbe].map(onOff).join(':'),
      ...(metrics ? [cpu!] : []),
      `${asked.cpu}:${most.cpu}`,
      ...(metrics ? [ofRequest!, ofLimit!, memory!] : []),
      `${mebibytes(asked.memory)}:${mebibytes(most.memory)}`,
      ...(metrics ? [ofMemoryRequest!, ofMemoryLimit!] : []),
      ports?.join(',') ?? '',
      '',
    ]
    const begun = parseTimestamp(metadata.creationTimestamp ?? '')
    return {
      key: container.name,
      namespace: metadata.namespace ?? '',
      name: container.name,
      cells,
      times: Number.isNaN(begun) ? {} : { [columns.length - 1]: begun },
      tone: toneOf(columns, cells, undefined),
    }
  }
  const rows = [
    ...(spec?.initContainers ?? []).map((one, i) => row(one, `I${i + 1}`, status.initContainerStatuses)),
    ...(spec?.containers ?? []).map((one, i) => row(one, `M${i + 1}`, status.containerStatuses)),
    ...(spec?.ephemeralContainers ?? []).map((one, i) => row(one as Container, `E${i + 1}`, status.ephemeralContainerStatuses)), // has a container's fields
  ]
  return { columns, rows }
}

const ownRow = (name: string, cells: readonly string[], tone: Row['tone'] = 'plain'): Row => ({ key: name, namespace: '', name, cells, times: {}, tone }) // prettier-ignore
const named = (...names: readonly string[]): readonly Column[] => names.map((name) => ({ name }))

/** `:ctx`. */
export const contextSheet = ({ contexts }: KubeConfig, current: string): Sheet => ({
  columns: named('NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE'),
  rows: contexts.map(({ name, value }) => {
    const here = name === current
    const cells = [`${name}${here ? '(*)' : ''}`, ...['cluster', 'user', 'namespace'].map((member) => String(value[member] ?? ''))]
    return ownRow(name, cells, here ? 'current' : 'plain')
  }),
})

/** Ctrl-A: every resource with the words that lead to it. */
export const aliasSheet = (types: readonly ResourceType[]): Sheet => ({
  columns: named('RESOURCE', 'GROUP', 'VERSION', 'COMMAND'),
  rows: types
    .filter(({ verbs }) => verbs.includes('list'))
    .map((type) =>
      ownRow(`${type.plural}.${type.version}.${type.group}`, [type.plural, type.group, type.version, wordsFor(type).join(',')]),
    ),
})
