import type { AnyObject } from '../../api/object'
import { ApiError, asReported, CommandError, isNotFound, throwAll } from '../errors'
import { clientConfig } from '../kubeconfig'
import { fileOptions } from '../manifests'
import { kindName, pathOf, type ResourceType } from '../mapper'
import { columnFormats, outputFormat, printerFor, type Printable } from '../printers/printer'
import { sortBy } from '../printers/sort'
import { acceptTable, alignTable, isTable, tableLines, type Table, type TableOptions, type TableRow } from '../printers/table'
import { findResources, parseTargets, requestList, type Resource, type ResourceQuery } from '../resources'
import { request, requestJson, watch, type WatchEvent } from '../rest'
import { err, out, usageError, type Command, type Kubectl } from '../session'
import type { Proc } from '../../node/os/syscalls'

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
    if (flags.bool('watch') || flags.bool('watch-only')) return yield* watchThem(kubectl, human)
    if (!human) return yield* getObjects(kubectl)
    yield* getTables(kubectl)
  },
}

function queryOf(kubectl: Kubectl): ResourceQuery {
  const { flags, args } = kubectl
  return {
    words: args,
    files: fileOptions(kubectl),
    selector: flags.text('selector'),
    fieldSelector: flags.text('field-selector'),
    bareTypes: true,
    allNamespaces: flags.bool('all-namespaces'),
    subresource: flags.text('subresource') || undefined,
    fetch: true,
    listQuery: { limit: flags.text('sort-by') || flags.int('chunk-size') === 0 ? undefined : flags.int('chunk-size') },
  }
}

function* getRaw(kubectl: Kubectl): Proc {
  const { flags, args } = kubectl
  if (args.length || flags.list('filename').length) throw new CommandError('arguments may not be passed when --raw is specified')
  if (flags.bool('watch') || flags.bool('watch-only') || flags.text('selector'))
    throw usageError(kubectl, '--raw may not be specified with other flags that filter the server request or alter the output')
  const raw = flags.text('raw')
  const [path = '', query] = raw.split('?')
  const { body } = yield* request(kubectl, { path: path + (query ? `?${query}` : ''), accept: 'application/json, */*' })
  yield* out(body)
}

/** `-o yaml` and its like: the objects themselves, one alone or all in a List. */
function* getObjects(kubectl: Kubectl): Proc {
  const { flags } = kubectl
  const printer = yield* printerFor(kubectl, { more: columnFormats })
  const { resources, errors, single } = yield* findResources(kubectl, queryOf(kubectl))
  const serious = flags.bool('ignore-not-found') ? errors.filter((error) => !isNotFound(error)) : errors
  if (resources.length === 0 && flags.bool('ignore-not-found') && errors.length > 0 && serious.length === 0) return
  const objects = resources.map((resource) => resource.object!)
  const sorted = flags.text('sort-by') ? sortBy(objects, flags.text('sort-by'), (object) => object) : objects
  if (single && sorted.length === 1) yield* out(printer(sorted[0]!))
  else if (!(sorted.length === 0 && errors.length > 0 && serious.length > 0 && single)) {
    yield* out(printer({ kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '' }, items: sorted } as Printable))
  }
  throwAll(serious)
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
  let text = ''
  let previous: ResourceType | undefined
  const groups: { type: ResourceType; columns: Table['columnDefinitions']; rows: TableRow[] }[] = []
  for (const { type, table } of pieces) {
    const last = groups.at(-1)
    if (last && last.type === type) last.rows.push(...(table.rows ?? []))
    else groups.push({ type, columns: table.columnDefinitions ?? [], rows: [...(table.rows ?? [])] })
  }
  for (const { type, columns = [], rows } of groups) {
    let sorted = rows
    if (sorting && rows.length > 1) sorted = sortedRows(rows, sorting)
    if (sorted.length === 0) continue
    const lines = tableLines(columns, sorted, tableOptions(kubectl, type, withKind))
    if (previous && !flags.bool('no-headers') && text !== '') text += '\n'
    text += alignTable(lines)
    previous = type
  }
  if (text) yield* out(text)
  if (text === '' && serious.length === 0 && !flags.bool('ignore-not-found')) yield* nothingFound(kubectl, groups.map(({ type }) => type)) // prettier-ignore
  throwAll(serious)
}

/** A table that cannot be sorted so is not shown, and nothing is said about it: that is how the real one has it. */
function sortedRows(rows: readonly TableRow[], path: string): TableRow[] {
  try {
    return sortBy(rows, path, (row) => row.object)
  } catch (error) {
    if (error instanceof CommandError) return []
    throw error
  }
}

function tableOptions(kubectl: Kubectl, type: ResourceType, withKind: boolean): TableOptions {
  const { flags } = kubectl
  return {
    wide: outputFormat(kubectl).format === 'wide',
    noHeaders: flags.bool('no-headers'),
    withNamespace: flags.bool('all-namespaces') && type.namespaced,
    kind: withKind ? kindName(type) : undefined,
    showLabels: flags.bool('show-labels'),
    labelColumns: flags.list('label-columns'),
  }
}

function* nothingFound(kubectl: Kubectl, types: readonly ResourceType[]): Proc {
  const { namespace } = yield* clientConfig(kubectl)
  const namespaced = !kubectl.flags.bool('all-namespaces') && types.every((type) => type.namespaced)
  yield* err(namespaced ? `No resources found in ${namespace} namespace.\n` : 'No resources found\n')
}

function* fetchTables(kubectl: Kubectl): Proc<{ pieces: Piece[]; errors: Error[] }> {
  const { flags } = kubectl
  const query = queryOf(kubectl)
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
    const found = yield* findResources(kubectl, { ...query, fetch: false })
    errors.push(...found.errors)
    for (const resource of found.resources) {
      yield* attempt(function* () {
        pieces.push({ type: resource.type, table: yield* requestTable(kubectl, resource, accept, object, query.subresource) })
      })
    }
    return { pieces, errors }
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
  return asTable(
    yield* requestJson<Table & AnyObject>(kubectl, { path: pathOf(type, namespace, name, subresource), query: { includeObject }, accept }),
  )
}

/** Objects of a server that draws no tables, as a table of name and age-less names. */
function asTable(answer: Table | AnyObject): Table {
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
    rows: objects.map((one) => ({ cells: [one.metadata?.name, '<unknown>'], object: one })),
  }
}

/** `-w`: what is there, then each change as it comes, in columns that remember their widths. */
function* watchThem(kubectl: Kubectl, human: boolean): Proc {
  const { flags } = kubectl
  const query = queryOf(kubectl)
  const targets = query.files?.names.length ? [] : yield* parseTargets(kubectl, query)
  const fromFile = query.files?.names.length ? (yield* findResources(kubectl, { ...query, fetch: false })).resources : []
  const types = new Set([...targets.map(({ type }) => type), ...fromFile.map(({ type }) => type)])
  if (types.size > 1 || fromFile.length > 1) throw new CommandError('you may only specify a single resource type')
  const [type] = types as Set<ResourceType>
  const names = [...targets.flatMap((target) => (target.by === 'name' ? target.names : [])), ...fromFile.map(({ name }) => name)]
  if (names.length > 1)
    throw new CommandError(
      `watch is only supported on individual resources and resource collections - ${names.length} resources were found`,
    )
  const { namespace } = yield* clientConfig(kubectl)
  const scope = type!.namespaced && !query.allNamespaces ? (fromFile[0]?.namespace ?? namespace) : ''
  const accept = human ? acceptTable : 'application/json'
  const includeObject = undefined
  const printer = human ? undefined : yield* printerFor(kubectl, { more: columnFormats })
  const show = human ? tablePrinter(kubectl, type!) : undefined
  const events = flags.bool('output-watch-events')
  const display = function* (event: string, object: AnyObject | Table): Proc {
    if (show && isTable(object)) yield* out(show(event, object as Table))
    else if (printer) yield* out(printer(events ? ({ type: event, object } as Printable) : (object as AnyObject)))
  }

  let resourceVersion = '0'
  const fieldSelector = names.length ? `metadata.name=${names[0]}` : query.fieldSelector
  const list = names.length
    ? yield* requestJson<AnyObject & Table>(kubectl, { path: pathOf(type!, scope, names[0]), query: { includeObject }, accept })
    : yield* requestList<AnyObject & Table & { items?: AnyObject[] }>(kubectl, type!, scope, query, { includeObject }, accept)
  resourceVersion = list.metadata?.resourceVersion ?? '0'
  if (!flags.bool('watch-only')) {
    if (human || names.length) yield* display('ADDED', list)
    else for (const item of (list as { items?: AnyObject[] }).items ?? []) yield* display('ADDED', item)
  }
  yield* watch<AnyObject | Table>(
    kubectl,
    {
      path: pathOf(type!, scope),
      query: { resourceVersion, labelSelector: query.selector || undefined, fieldSelector: fieldSelector || undefined, includeObject },
      accept,
    },
    function* ({ type: event, object }: WatchEvent<AnyObject | Table>) {
      if (event === 'BOOKMARK') return false
      if (event === 'ERROR') throw new ApiError(object as never) // an ERROR event carries a Status
      yield* display(event, object)
      return false
    },
  )
}

/** Prints the tables of one watch: the header once, columns never narrower than before. */
function tablePrinter(kubectl: Kubectl, type: ResourceType): (event: string, table: Table) => string {
  const remembered: number[] = []
  let printed = false
  let columns: Table['columnDefinitions']
  return (event, table) => {
    columns = table.columnDefinitions?.length ? table.columnDefinitions : columns
    const rows = table.rows ?? []
    const options = {
      ...tableOptions(kubectl, type, kubectl.flags.bool('show-kind')),
      ...(kubectl.flags.bool('output-watch-events') ? { events: rows.map(() => event) } : {}),
    }
    if (rows.length === 0) return ''
    const lines = tableLines(columns ?? [], rows, options, !printed)
    printed = true
    return alignTable(lines, remembered)
  }
}
