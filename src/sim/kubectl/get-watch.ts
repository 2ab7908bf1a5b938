import type { AnyObject } from '../api/object'
import type { Proc } from '../node/os/syscalls'
import { ApiError, CommandError, throwAll } from './errors'
import { getQuery, getTableOptions } from './get-query'
import { clientConfig } from './kubeconfig'
import { pathOf, type ResourceType } from './mapper'
import { goJson } from './printers/json'
import { columnFormats, outputFormat, printerFor, type Printable } from './printers/printer'
import { sortBy, sortTemplate } from './printers/sort'
import { acceptTable, alignTable, isTable, tableLines, type Table } from './printers/table'
import { findResources, parseTargets, requestList, type ResourceQuery } from './resources'
import { requestJson, watch, type WatchEvent } from './rest'
import { err, out, type Kubectl } from './session'

/** What is watched: all of a type, or objects by their names. */
interface Watched {
  readonly type: ResourceType
  readonly namespace: string
  /** None: all of them. */
  readonly names: readonly string[]
}

type Shown = AnyObject & Partial<Table> & { readonly items?: readonly AnyObject[] }

/** `kubectl get -w`: what is there, then each change as it comes, in columns that remember their widths. Throws CommandError for more than one type. */
export function* watchObjects(kubectl: Kubectl, human: boolean): Proc {
  const { flags } = kubectl
  if (flags.text('sort-by')) yield* err('warning: --watch requested, --sort-by will be ignored for watch events received\n')
  const query = getQuery(kubectl)
  const { type, namespace, names } = yield* watched(kubectl, query)
  const accept = human ? acceptTable : 'application/json'
  const includeObject = human && flags.text('sort-by') ? 'Object' : undefined
  const display = human ? tableDisplay(kubectl, type) : yield* objectDisplay(kubectl)

  const current: Shown[] = []
  for (const name of names)
    current.push(yield* requestJson<Shown>(kubectl, { path: pathOf(type, namespace, name), query: { includeObject }, accept }))
  if (names.length === 0) current.push(yield* requestList<Shown>(kubectl, type, namespace, query, { includeObject }, accept))
  if (!flags.bool('watch-only'))
    for (const object of current) for (const item of object.items ?? [object]) yield* out(display('ADDED', item as AnyObject))
  if (names.length > 1) throw new CommandError('you may only watch a single resource or type of resource at a time')

  // One object is watched from whatever the server remembers, which begins with the object as it is: that has been shown already.
  let shownAlready = names.length === 1
  const resourceVersion = shownAlready ? '0' : (current[0]?.metadata?.resourceVersion ?? '0')
  const fieldSelector = names.length ? `metadata.name=${names[0]}` : query.fieldSelector
  yield* watch<AnyObject>(
    kubectl,
    {
      path: pathOf(type, namespace),
      query: { resourceVersion, labelSelector: query.selector || undefined, fieldSelector: fieldSelector || undefined, includeObject },
      accept,
    },
    function* ({ type: event, object }: WatchEvent<AnyObject>) {
      if (event === 'BOOKMARK') return false
      if (event === 'ERROR') throw new ApiError(object as never) // an ERROR event carries a Status
      if (!shownAlready) yield* out(display(event, object))
      shownAlready = false
      return false
    },
  )
}

function* watched(kubectl: Kubectl, query: ResourceQuery): Proc<Watched> {
  if (query.files?.names.length || query.files?.kustomize) {
    const { resources, errors } = yield* findResources(kubectl, query)
    throwAll(errors)
    const [first] = resources
    if (resources.some(({ type }) => type !== first?.type))
      throw new CommandError('watch is only supported on individual resources and resource collections - more than 1 resource was found')
    return { type: first!.type, namespace: first!.namespace, names: resources.map(({ name }) => name) }
  }
  const targets = yield* parseTargets(kubectl, query)
  const [type] = new Set(targets.map((target) => target.type))
  if (targets.some((target) => target.type !== type)) throw new CommandError('you may only specify a single resource type')
  const { namespace } = yield* clientConfig(kubectl)
  const names = targets.flatMap((target) => (target.by === 'name' ? target.names : []))
  return { type: type!, namespace: type!.namespaced && !query.allNamespaces ? namespace : '', names }
}

/** What is printed for an object, or with `--output-watch-events` for what happened to it. */
type Display = (event: string, object: AnyObject) => string

function* objectDisplay(kubectl: Kubectl): Proc<Display> {
  const printer = yield* printerFor(kubectl, { more: columnFormats })
  const { format } = outputFormat(kubectl)
  if (!kubectl.flags.bool('output-watch-events') || format === 'name') return (_event, object) => printer(object)
  if (format === 'json') return (type, object) => `{"type":"${type}","object":${goJson(object)}}\n`
  return (type, object) => printer({ type, object } as Printable)
}

/** Prints the tables of one watch: the header once, columns never narrower than before. */
function tableDisplay(kubectl: Kubectl, type: ResourceType): Display {
  const { flags } = kubectl
  const remembered: number[] = []
  let printed = false
  let columns: Table['columnDefinitions']
  return (event, object) => {
    if (!isTable(object)) return ''
    const table = object as unknown as Table // just checked
    columns = table.columnDefinitions?.length ? table.columnDefinitions : columns
    const unsorted = table.rows ?? []
    const rows =
      flags.text('sort-by') && unsorted.length > 1
        ? sortBy(unsorted, sortTemplate(flags.text('sort-by'), 'rows'), (row) => row.object)
        : unsorted
    if (rows.length === 0) return ''
    const options = {
      ...getTableOptions(kubectl, type, flags.bool('show-kind')),
      ...(flags.bool('output-watch-events') ? { events: rows.map(() => event) } : {}),
    }
    const lines = tableLines(columns ?? [], rows, options, !printed)
    printed = true
    return alignTable(lines, remembered)
  }
}
