import type { AnyObject } from '../../api/object'
import { nowMs } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { since } from '../describe/writer'
import { asReported, CommandError, Exit, isNotFound, listAll, throwAll } from '../errors'
import { getQuery, getTableOptions } from '../get-query'
import { watchObjects } from '../get-watch'
import { clientConfig } from '../kubeconfig'
import { fileOptions } from '../manifests'
import { pathOf, type ResourceType } from '../mapper'
import { columnFormats, outputFormat, printerFor, type Printable } from '../printers/printer'
import { sortBy, sortTemplate, Unsortable } from '../printers/sort'
import { acceptTable, alignTable, isTable, tableLines, type Table, type TableRow } from '../printers/table'
import { blameNamespace, findResources, labelFilter, parseTargets, requestList, type Resource } from '../resources'
import { request, requestJson } from '../rest'
import { err, log, out, usageError, type Command, type Kubectl } from '../session'

export const get: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    if (flags.text('raw')) return yield* getRaw(kubectl)
    const files = fileOptions(kubectl)
    if (kubectl.args.length === 0 && files.names.length === 0 && !files.kustomize) {
      yield* err(
        'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\n',
      )
      throw usageError(
        kubectl,
        'Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).',
      )
    }
    const { format } = outputFormat(kubectl)
    const human = format === '' || format === 'wide'
    if (!human && flags.bool('show-labels')) throw new CommandError(`--show-labels option cannot be used with ${format} printer`)
    if (flags.bool('output-watch-events') && !flags.bool('watch') && !flags.bool('watch-only'))
      throw new CommandError('--output-watch-events option can only be used with --watch or --watch-only')
    if (flags.bool('watch') || flags.bool('watch-only')) return yield* watchObjects(kubectl, human)
    if (!human) return yield* getObjects(kubectl)
    yield* getTables(kubectl)
  },
}

function* getRaw(kubectl: Kubectl): Proc {
  const { flags, args } = kubectl
  const raw = flags.text('raw')
  if (args.length) throw new CommandError('arguments may not be passed when --raw is specified')
  if (flags.bool('watch') || flags.bool('watch-only') || flags.text('selector'))
    throw new CommandError('--raw may not be specified with other flags that filter the server request or alter the output')
  if (flags.text('output')) throw new CommandError('--raw and --output are mutually exclusive')
  if (!raw.startsWith('/')) throw new CommandError(`--raw must be a valid URL path: parse ${JSON.stringify(raw)}: invalid URI for request`)
  const { body } = yield* request(kubectl, { path: raw, accept: 'application/json, */*', isRaw: true })
  yield* out(body)
}

/** `-o yaml` and its like: the objects themselves, one alone or all in a List. */
function* getObjects(kubectl: Kubectl): Proc {
  const { flags } = kubectl
  const { resources, errors, single } = yield* findResources(kubectl, getQuery(kubectl))
  const serious = flags.bool('ignore-not-found') ? errors.filter((error) => !isNotFound(error)) : errors
  if (resources.length === 0 && flags.bool('ignore-not-found') && errors.length > 0 && serious.length === 0) return
  const objects = resources.map((resource) => resource.object!)
  // What was asked for as one thing, and is not whole, is not shown.
  if (single) throwAll(serious)
  const printer = yield* printerFor(kubectl, { more: columnFormats })
  const sorting = flags.text('sort-by')
  const sorted = sorting && objects.length > 1 ? yield* inOrder(kubectl, 'objects', objects, sorting, (object) => object) : objects
  if (single && sorted.length === 1) yield* out(printer(sorted[0]!))
  else yield* out(printer({ kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '' }, items: sorted } as Printable))
  listAll(serious)
}

interface Piece {
  readonly type: ResourceType
  readonly table: Table
}

/** The human way: the server draws the tables, kubectl aligns them. */
function* getTables(kubectl: Kubectl): Proc {
  const { flags } = kubectl
  const { pieces, errors } = yield* fetchTables(kubectl)
  const kinds = new Set(pieces.map(({ type }) => `${type.group}/${type.version}/${type.kind}`))
  const withKind = flags.bool('show-kind') || kinds.size > 1
  const sorting = flags.text('sort-by')
  const serious: Error[] = flags.bool('ignore-not-found') ? errors.filter((error) => !isNotFound(error)) : [...errors]
  // Several tables are themselves put in order, by a field that tables seldom have.
  const ordered = sorting && pieces.length > 1 ? yield* inOrder(kubectl, 'objects', pieces, sorting, ({ table }) => table) : pieces
  const groups: { type: ResourceType; columns: Table['columnDefinitions']; rows: TableRow[] }[] = []
  for (const { type, table } of ordered) {
    let rows = table.rows ?? []
    if (sorting && rows.length > 1) rows = yield* sortedRows(kubectl, rows, sorting)
    const last = groups.at(-1)
    if (last && last.type === type) last.rows.push(...rows)
    else groups.push({ type, columns: table.columnDefinitions ?? [], rows: [...rows] })
  }
  let text = ''
  for (const { type, columns = [], rows } of groups) {
    if (rows.length === 0) continue
    const lines = tableLines(columns, rows, getTableOptions(kubectl, type, withKind))
    if (text !== '' && !flags.bool('no-headers')) text += '\n'
    text += alignTable(lines)
  }
  if (text) yield* out(text)
  if (text === '' && serious.length === 0 && !flags.bool('ignore-not-found')) yield* nothingFound(kubectl, groups.map(({ type }) => type)) // prettier-ignore
  listAll(serious)
}

/** A table that cannot be sorted so is not shown, and nothing is said about it: that is how the real one has it. */
function* sortedRows(kubectl: Kubectl, rows: readonly TableRow[], path: string): Proc<TableRow[]> {
  try {
    return yield* inOrder(kubectl, 'rows', rows, path, (row) => row.object)
  } catch (error) {
    if (error instanceof CommandError) return []
    throw error
  }
}

const sorters = {
  rows: { place: 'sorter.go:375', type: '[][][]reflect.Value' },
  objects: { place: 'sorter.go:329', type: '*unstructured.Unstructured' },
} as const

/** Sorted as `--sort-by` says. A value without an order ends the command with a line of the client's log. */
function* inOrder<T>(
  kubectl: Kubectl,
  what: keyof typeof sorters,
  items: readonly T[],
  path: string,
  objectOf: (item: T) => unknown,
): Proc<T[]> {
  try {
    return sortBy(items, sortTemplate(path, what), objectOf)
  } catch (error) {
    if (!(error instanceof Unsortable)) throw error
    const { place, type } = sorters[what]
    yield* log(kubectl, 'F', place, `Field ${error.path} in ${type} is an unsortable type: interface, err: ${error.message}`)
    throw new Exit(1)
  }
}

function* nothingFound(kubectl: Kubectl, types: readonly ResourceType[]): Proc {
  const { namespace } = yield* clientConfig(kubectl)
  const namespaced = !kubectl.flags.bool('all-namespaces') && types.every((type) => type.namespaced)
  yield* err(namespaced ? `No resources found in ${namespace} namespace.\n` : 'No resources found\n')
}

function* fetchTables(kubectl: Kubectl): Proc<{ pieces: Piece[]; errors: Error[] }> {
  const { flags } = kubectl
  const query = getQuery(kubectl)
  const pieces: Piece[] = []
  const errors: Error[] = []
  const object = flags.text('sort-by') ? 'Object' : undefined
  const accept = flags.bool('server-print') ? acceptTable : 'application/json'
  const attempt = function* (work: () => Proc) {
    try {
      yield* work()
    } catch (error) {
      errors.push(asReported(error))
    }
  }
  if (query.files && (query.files.names.length || query.files.kustomize)) {
    const tables = new Map<Resource, Table>()
    // A table has no labels: a selector beside files looks for those of the table.
    const selects = labelFilter(query.selector ?? '')
    const found = yield* findResources(kubectl, {
      ...query,
      selector: undefined,
      *fetch(resource) {
        tables.set(resource, yield* requestTable(kubectl, resource, accept, object))
        return resource
      },
    })
    for (const resource of found.resources.filter(({ name, object }) => selects(name === '' ? object!.metadata.labels : {}))) {
      // What has no name yet is not asked for, and shown as it stands in the file.
      const table = tables.get(resource) ?? asTable(resource.object!, yield* nowMs())
      pieces.push({ type: resource.type, table })
    }
    return { pieces, errors: [...found.errors] }
  }
  const { namespace } = yield* clientConfig(kubectl)
  for (const target of yield* parseTargets(kubectl, query)) {
    const { type } = target
    const scope = type.namespaced && !query.allNamespaces ? namespace : ''
    if (target.by === 'name') {
      if (query.allNamespaces && type.namespaced) throw new CommandError('a resource cannot be retrieved by name across all namespaces')
      for (const name of target.names) {
        yield* attempt(function* () {
          pieces.push({ type, table: yield* requestTable(kubectl, { type, namespace: scope, name }, accept, object, query.subresource) })
        })
      }
      continue
    }
    yield* attempt(function* () {
      let next: string | undefined
      do {
        const table = asTable(
          yield* requestList<Table & AnyObject>(kubectl, type, scope, query, { continue: next, includeObject: object }, accept),
          yield* nowMs(),
        )
        pieces.push({ type, table })
        next = table.metadata?.continue || undefined
      } while (next)
    })
  }
  return { pieces, errors }
}

function* requestTable(
  kubectl: Kubectl,
  { type, namespace, name }: Resource,
  accept: string,
  includeObject?: string,
  subresource?: string,
): Proc<Table> {
  const path = pathOf(type, namespace, name, subresource)
  try {
    return asTable(yield* requestJson<Table & AnyObject>(kubectl, { path, query: { includeObject }, accept }), yield* nowMs())
  } catch (error) {
    yield* blameNamespace(kubectl, error, namespace)
    throw error
  }
}

/** Objects of a server that draws no tables, as a table of names and ages. */
function asTable(answer: Table | AnyObject, now: number): Table {
  if (isTable(answer)) return answer as Table // checked by its kind
  const object = answer as AnyObject & { readonly items?: readonly AnyObject[] }
  const objects = object.items ?? [object]
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    columnDefinitions: [
      { name: 'Name', type: 'string', format: 'name', priority: 0 },
      { name: 'Age', type: 'string', priority: 0 },
    ],
    rows: objects.map((one) => ({ cells: [one.metadata?.name, since(one.metadata?.creationTimestamp, now)], object: one })),
  }
}
