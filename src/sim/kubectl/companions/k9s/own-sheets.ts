import type { Container, ContainerStatus, Pod, Probe } from '../../../api/types/core-v1.gen'
import { parseTimestamp } from '../../../engine/time'
import type { KubeConfig } from '../../kubeconfig-file'
import type { ResourceType } from '../../mapper'
import { wordsFor } from './commands'
import { keyOf, type Column, type Row, type Sheet } from './state'
import { toneOf } from './tones'
import { limits, measuredCells, mebibytes, nothing, percentages, requests, right, type Metrics } from './usage'

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
