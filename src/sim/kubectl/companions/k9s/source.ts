import type { AnyObject } from '../../../api/object'
import type { Pod } from '../../../api/types/core-v1.gen'
import { close, readLine } from '../../../node/os/calls'
import type { Proc } from '../../../node/os/syscalls'
import { builtInResource } from '../../built-in-resource'
import { pathOf, type ResourceType } from '../../mapper'
import { acceptTable, isTable, type Table, type TableRow } from '../../printers/table'
import { requestJson, requestStream, type WatchEvent } from '../../rest'
import type { Kubectl } from '../../session'
import { labelsIn } from './filter'
import { containerSheet } from './own-sheets'
import { sheetOf } from './sheets'
import { isOwn, keyOf, type Sheet, type TableView } from './state'
import type { Metrics } from './usage'

/** Objects of a type, as the server presents them, kept as they are by a watch. */
export interface Source {
  readonly type: ResourceType
  /** What the watch is read from; undefined for what can only be listed, which is listed again and again. */
  readonly fd: number | undefined
  columns: Table['columnDefinitions']
  readonly rows: Map<string, TableRow>
  /** Counts changes. */
  version: number
}

/** What the server is asked for. */
export interface Wanted {
  readonly type: ResourceType
  readonly namespace: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

const pods = builtInResource({ apiVersion: 'v1', kind: 'Pod' })

/** What a table needs of the server; undefined for the lists that are the program's own. */
export function wantedBy({ lists, namespace, of, filter }: TableView): Wanted | undefined {
  if (lists === 'containers') return { type: pods, namespace, fieldSelector: `metadata.name=${of!.path.slice(of!.path.indexOf('/') + 1)}` }
  if (isOwn(lists)) return undefined
  const labels = [of?.labelSelector, labelsIn(filter)].filter(Boolean).join(',')
  return {
    type: lists,
    namespace,
    ...(labels ? { labelSelector: labels } : {}),
    ...(of?.fieldSelector ? { fieldSelector: of.fieldSelector } : {}),
  }
}

type TableAnswer = Table & AnyObject

/** Lists objects and begins to watch them, if that is possible. */
export function* openSource(kubectl: Kubectl, { type, namespace, ...selectors }: Wanted): Proc<Source> {
  const call = { path: pathOf(type, namespace), accept: acceptTable }
  const query = { ...selectors, includeObject: 'Object' }
  const table = yield* requestJson<TableAnswer>(kubectl, { ...call, query })
  const { resourceVersion } = table.metadata
  const canWatch = type.verbs.length === 0 || type.verbs.includes('watch')
  const fd = !canWatch ? undefined : yield* requestStream(kubectl, { ...call, query: { ...query, resourceVersion, watch: true } })
  const source: Source = { type, fd, columns: table.columnDefinitions, rows: new Map(), version: 0 }
  for (const row of table.rows ?? []) keep(source, row)
  return source
}

/** Watches no longer. */
export function* closeSource({ fd }: Source): Proc {
  if (fd !== undefined) yield* close(fd)
}

const keyOfRow = ({ object }: TableRow) => keyOf(object?.metadata.namespace ?? '', object?.metadata.name ?? '')
const keep = (source: Source, row: TableRow) => void source.rows.set(keyOfRow(row), row)

/** Takes in the next event; false when the watch is over and everything has to be listed anew. */
export function* readSource(source: Source): Proc<boolean> {
  const line = yield* readLine(source.fd!)
  if (line === '') return false
  const { type, object } = JSON.parse(line) as WatchEvent<TableAnswer> // the server's own words
  if (type === 'ERROR') return false
  if (type === 'BOOKMARK' || !isTable(object)) return true
  if (object.columnDefinitions?.length) source.columns = object.columnDefinitions
  for (const row of object.rows ?? [])
    if (type === 'DELETED') source.rows.delete(keyOfRow(row))
    else keep(source, row)
  source.version++
  return true
}

/** A source's objects as rows: those of the view's owner, or the containers of its only pod. */
export function sheetFrom(source: Source, { lists, of }: TableView, metrics: Metrics | undefined): Sheet {
  const rows = [...source.rows.values()]
  if (lists === 'containers') {
    const pod = rows[0]?.object as unknown as Pod | undefined // pods were asked for
    return pod ? containerSheet(pod, metrics) : { columns: [], rows: [] }
  }
  const owned = of?.owner === undefined ? rows : rows.filter(({ object }) => object?.metadata.ownerReferences?.some(({ uid }) => uid === of.owner)) // prettier-ignore
  return sheetOf(source.type, { columnDefinitions: source.columns, rows: owned }, metrics)
}
