import { createdAt, nameColumn } from './columns'
import type { Column, KindDefinition } from './kind'
import type { KubeObject } from './object'

/** What of each object a Table's row carries along: the query parameter `includeObject`; `Metadata` unless told. */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

/** `metav1.ListMeta` of the list that is shown. */
export interface ListMeta {
  readonly resourceVersion?: string
  readonly continue?: string
  readonly remainingItemCount?: number
}

export interface TableColumnDefinition {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  readonly priority: number
}

export interface TableRow {
  readonly cells: readonly unknown[]
  readonly object?: KubeObject
}

/** `meta.k8s.io/v1` Table. */
export interface Table {
  readonly kind: 'Table'
  readonly apiVersion: 'meta.k8s.io/v1'
  readonly metadata: ListMeta
  /** Null in every event of a watch but the first: the client remembers them. */
  readonly columnDefinitions: readonly TableColumnDefinition[] | null
  readonly rows: readonly TableRow[]
}

export interface TableOptions {
  readonly nowMs: number
  readonly includeObject?: IncludeObject
  readonly metadata?: ListMeta
  /** For the second and later events of a watch. */
  readonly noHeaders?: boolean
}

/** Only what a Table needs of a kind: a version of it may have columns of its own. */
export type Tabular = Pick<KindDefinition<never>, 'columns'>

type AnyColumn = Column<KubeObject>

const columnsByKind = new WeakMap<object, readonly AnyColumn[]>()

/** The columns as they go over the wire: the name first, unless the kind places it itself. */
function columnsOf(columns: readonly Column<never>[]): readonly AnyColumn[] {
  const known = columnsByKind.get(columns)
  if (known) return known
  const own = columns as unknown as readonly AnyColumn[] // rows are only ever made of the kind's own objects
  const all = own.some(([heading]) => heading === 'Name') ? own : [nameColumn, ...(own.length > 0 ? own : [createdAt])]
  columnsByKind.set(columns, all)
  return all
}

function definitionOf([name, , { type = 'string', format = '', description = '', wide = false } = {}]: AnyColumn): TableColumnDefinition {
  return { name, type, format, description, priority: wide ? 1 : 0 }
}

/** Shows objects of one kind as `kubectl get` wants them: a `meta.k8s.io/v1` Table. */
export function tableOf(kind: Tabular, objects: readonly KubeObject[], options: TableOptions): Table {
  const { nowMs, includeObject = 'Metadata', metadata = {}, noHeaders = false } = options
  const columns = columnsOf(kind.columns)
  const context = { nowMs }
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: noHeaders ? null : columns.map(definitionOf),
    rows: objects.map((object) => {
      const cells = columns.map(([, value]) => value(object, context))
      if (includeObject === 'None') return { cells }
      return { cells, object: includeObject === 'Object' ? object : partialObjectMetadata(object) }
    }),
  }
}

/** An object's metadata alone, as metadata clients (garbage collectors, `kubectl get` rows) ask for it. */
export function partialObjectMetadata({ metadata }: KubeObject): KubeObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
}

/** The same for a list. */
export function partialObjectMetadataList(objects: readonly KubeObject[], metadata: ListMeta) {
  return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: objects.map(partialObjectMetadata) }
}

/** How a client wants an answer: the form of the object, and the text it travels in. */
export interface Presentation {
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'
  readonly media: 'application/json' | 'application/yaml'
}

const PLAIN: Presentation = { as: 'object', media: 'application/json' }
const FORMS: readonly string[] = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']

/**
 * Reads an `Accept` header: the first clause that this server can serve wins, as in a real one. Undefined when there is none (406).
 * Protobuf and CBOR are never chosen; clients that prefer them list JSON second.
 */
export function presentationFor(accept: string | undefined): Presentation | undefined {
  if (!accept) return PLAIN
  for (const clause of accept.split(',')) {
    const [media = '', ...rest] = clause.split(';').map((part) => part.trim())
    const parameters = Object.fromEntries(rest.map((part) => part.split('=', 2) as [string, string?]))
    const wanted = MEDIA[media]
    if (!wanted) continue
    if (parameters.as === undefined) return { as: 'object', media: wanted }
    const served = parameters.g === 'meta.k8s.io' && /^v1(beta1)?$/.test(parameters.v ?? '') && FORMS.includes(parameters.as)
    if (served) return { as: parameters.as as Presentation['as'], media: wanted } // just checked against FORMS
  }
  return undefined
}

const MEDIA: Readonly<Record<string, Presentation['media']>> = {
  'application/json': 'application/json',
  'application/yaml': 'application/yaml',
  'application/*': 'application/json',
  '*/*': 'application/json',
}
