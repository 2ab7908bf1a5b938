import { UNKNOWN } from './columns'
import type { ListMetadata, Presentation, PresentationContext } from './hooks'
import type { Column, KindDefinition } from './kind'
import type { AnyObject, KubeObject } from './object'
import type { Served } from './registry'
import { badRequest } from './status'

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
  /** Null where nothing is to be included. */
  readonly object: KubeObject | null
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
  /** Of the cluster; every column is shown unless told. */
  readonly release?: readonly [number, number]
}

/** Only what a Table needs of a kind: a version of it may have columns of its own. */
export type Tabular = Pick<KindDefinition<never>, 'columns' | 'rowOrder'>

type AnyColumn = Column<KubeObject>

const CREATED =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata'

/** The name column, which comes first unless a kind places one itself (an Event shows its name last, and only when wide). */
const nameColumn: AnyColumn = [
  'Name',
  ({ metadata }) => metadata.name,
  {
    format: 'name',
    description:
      'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  },
]

/** What a kind without columns of its own shows after its name. */
const createdAt: AnyColumn = ['Created At', ({ metadata }) => metadata.creationTimestamp ?? UNKNOWN, { type: 'date', description: CREATED }]

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

function definitionOf([name, , { type = 'string', format = '', description, wide = false } = {}]: AnyColumn): TableColumnDefinition {
  const told = description ?? (name === 'Age' && type === 'string' ? CREATED : '')
  return { name, type, format, description: told, priority: wide ? 1 : 0 }
}

/** Whether a cluster's release is the one meant, or a later one. */
function isReached(meant: readonly [number, number] | undefined, release: readonly [number, number] | undefined): boolean {
  if (!meant || !release) return false
  return release[0] !== meant[0] ? release[0] > meant[0] : release[1] >= meant[1]
}

/** Shows objects of one kind as `kubectl get` wants them: a `meta.k8s.io/v1` Table. */
export function tableOf(kind: Tabular, objects: readonly KubeObject[], options: TableOptions): Table {
  const { nowMs, includeObject = 'Metadata', metadata = {}, noHeaders = false, release } = options
  const columns = columnsOf(kind.columns).filter(([, , { goneIn } = {}]) => !isReached(goneIn, release))
  const order = kind.rowOrder as ((a: KubeObject, b: KubeObject) => number) | undefined // rows are only ever made of the kind's own objects
  const context = { nowMs }
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: noHeaders ? null : columns.map(definitionOf),
    rows: (order ? [...objects].sort(order) : objects).map((object) => {
      const cells = columns.map(([, value]) => value(object, context))
      if (includeObject === 'None') return { cells, object: null }
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

const INCLUDE: readonly string[] = ['None', 'Metadata', 'Object']

function optionsOf({ nowMs, release, query, following }: PresentationContext): TableOptions {
  const asked = query.get('includeObject') ?? ''
  if (asked !== '' && !INCLUDE.includes(asked)) {
    throw badRequest(
      `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(asked)}: must be 'Metadata', 'Object', 'None', or empty`,
    )
  }
  return { nowMs, release, noHeaders: following, ...(asked && { includeObject: asked as IncludeObject }) } // just checked
}

const tabulars = new WeakMap<Served, Tabular>()

/** The columns of a kind under the version that was asked for: its own, or the kind's, which read an object in the form it is stored in. */
function tabular(served: Served): Tabular {
  const { kind, group, version, stored, toStorage } = served
  if (stored) return kind
  let columns = tabulars.get(served)
  if (!columns) {
    const other = kind.otherVersions.find((each) => each.version === version && (each.group ?? kind.group) === group)
    const converted = () =>
      kind.columns.map(([heading, value, options]): Column<AnyObject> => [
        heading,
        (object, context) => value(toStorage(object), context),
        options,
      ])
    tabulars.set(served, (columns = { columns: other?.columns ?? converted() }))
  }
  return columns
}

/** What the API server offers besides the object itself, asked for as `Accept: application/json;as=Table;g=meta.k8s.io;v=v1`. */
export const presentations: readonly Presentation[] = [
  {
    as: 'Table',
    one: (object, context) => {
      const { resourceVersion } = object.metadata
      return {
        ...tableOf(tabular(context.served), [object], { ...optionsOf(context), metadata: { resourceVersion } }),
        ...versionOf(context),
      }
    },
    list: (objects, metadata, context) => ({
      ...tableOf(tabular(context.served), objects, { ...optionsOf(context), metadata }),
      ...versionOf(context),
    }),
  },
  {
    as: 'PartialObjectMetadata',
    one: (object, context) => ({ ...partialObjectMetadata(object), ...versionOf(context) }),
    list: (objects, metadata, context) => partialList(objects, metadata, context),
  },
  {
    as: 'PartialObjectMetadataList',
    // In a watch each event carries one object, whatever list form was asked for.
    one: (object, context) => ({ ...partialObjectMetadata(object), ...versionOf(context) }),
    list: (objects, metadata, context) => partialList(objects, metadata, context),
  },
]

const versionOf = ({ version }: PresentationContext) => ({ apiVersion: `meta.k8s.io/${version}` })

function partialList(objects: readonly KubeObject[], metadata: ListMetadata, context: PresentationContext) {
  return { ...partialObjectMetadataList(objects, metadata), ...versionOf(context) }
}
