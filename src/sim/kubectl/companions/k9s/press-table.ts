import type { AnyObject } from '../../../api/object'
import type { Pod } from '../../../api/types/core-v1.gen'
import { findResource, qualifiedName, type ResourceType } from '../../mapper'
import { podSelector } from '../../pods-behind'
import { firstSort, inNamespace, resourceCalled } from './commands'
import { confirmation, deletion, draining, picking, scaling } from './dialogs'
import { keyFor, type Action, type TableKey } from './keys'
import {
  cursorOf,
  flashing,
  isOwn,
  nameOf,
  pushed,
  tableOf,
  withTop,
  type Effect,
  type LogView,
  type Outcome,
  type Row,
  type State,
  type Surroundings,
  type TableView,
} from './state'

const only = (state: State, ...effects: Effect[]): Outcome => ({ state, effects })

/** A key in a table. */
export function pressTable(state: State, view: TableView, key: string, around: Surroundings): Outcome {
  const { rows } = around.shown
  const at = cursorOf(view, rows)
  const found = keyFor(view.lists, state.readOnly, key)
  if (found) return carryOut(state, view, found, around)
  const moved = movedTo(key, at, rows.length, around.height)
  if (moved !== undefined) return only(withTop(state, select(view, rows, moved, around.height)))
  const atDigit = byDigit(state, view, key)
  if (atDigit) return only(atDigit)
  const row = rows[at]
  switch (key) {
    case 'enter':
      return row ? enter(state, view, row, around) : only(state)
    case 'left':
    case 'h':
      return only(withTop(state, { ...view, left: Math.max(0, view.left - 1) }))
    case 'right':
      return only(withTop(state, { ...view, left: Math.min(around.shown.columns.length - 1, view.left + 1) }))
    case 'ctrl-z':
      return only(withTop(state, { ...view, faults: !view.faults }))
    case 'ctrl-w':
      return only(withTop(state, { ...view, wide: !view.wide, left: 0 }))
    case ' ':
      return row ? only(withTop(state, { ...view, marks: toggled(view.marks, [row.key]) })) : only(state)
    case 'ctrl-space':
      return only(withTop(state, { ...view, marks: new Set([...view.marks, ...span(view, rows, at)]) }))
    case 'ctrl-\\':
      return only(withTop(state, { ...view, marks: new Set() }))
  }
  return only(state)
}

function movedTo(key: string, at: number, count: number, height: number): number | undefined {
  const places: Readonly<Record<string, number>> = { 'j': at + 1, 'down': at + 1, 'k': at - 1, 'up': at - 1, 'page down': at + height, 'ctrl-f': at + height, 'page up': at - height, 'ctrl-b': at - height, 'g': 0, 'home': 0, 'G': count - 1, 'end': count - 1 } // prettier-ignore
  const place = places[key]
  return place === undefined ? undefined : Math.max(0, Math.min(count - 1, place))
}

/** Puts the cursor on a row and the row on the screen. */
function select(view: TableView, rows: readonly Row[], at: number, height: number): TableView {
  return { ...view, selected: rows[at]?.key, at, top: Math.max(at - height + 1, Math.min(view.top, at)) }
}

function toggled(marks: ReadonlySet<string>, keys: readonly string[]): ReadonlySet<string> {
  const next = new Set(marks)
  for (const key of keys) if (!next.delete(key)) next.add(key)
  return next
}

/** From the nearest mark above (or below) to the cursor. */
function span(view: TableView, rows: readonly Row[], at: number): readonly string[] {
  const marked = rows.flatMap(({ key }, i) => (view.marks.has(key) ? [i] : []))
  const from = marked.findLast((i) => i < at) ?? marked.find((i) => i > at) ?? at
  return rows.slice(Math.min(from, at), Math.max(from, at) + 1).map(({ key }) => key)
}

/** A digit: all namespaces, or one of those one has been in. */
function byDigit(state: State, view: TableView, key: string): State | undefined {
  if (!/^\d$/.test(key) || isOwn(view.lists) || !view.lists.namespaced || view.of) return undefined
  const namespace = key === '0' ? '' : state.favourites[Number(key) - 1]
  if (namespace === undefined) return undefined
  const { lists, wide, filter } = view
  // All namespaces are read one after the other.
  const sort = { column: namespace === '' ? 'NAMESPACE' : 'NAME', ascending: true }
  const moved = withTop(inNamespace(state, namespace), tableOf(lists, namespace, { sort, wide, filter }))
  return flashing(moved, `Viewing namespace \`${namespace || 'all'}\`...`)
}

// ---- Enter ----

/** As they come: the containers of a pod in the order in which they start. */
const inOrder = { column: '', ascending: true }

/** Enter leads to what is behind a row; where there is nothing, to its description. */
function enter(state: State, view: TableView, row: Row, around: Surroundings): Outcome {
  const { lists } = view
  if (lists === 'containers') return only(pushed(state, logsOf(view, row, false)))
  if (lists === 'contexts') return only(state, { do: 'context', name: row.name })
  if (lists === 'aliases') {
    const type = around.types.find((one) => `${one.plural}.${one.version}.${one.group}` === row.key)
    if (!type) return only(state)
    return only({ ...state, stack: [tableOf(type, type.namespaced ? state.namespace : '', { sort: firstSort(type) })] })
  }
  const pods = resourceCalled(around.types, 'pods')
  const open = (type: ResourceType | undefined, origin: Partial<TableView>) =>
    only(type ? pushed(state, tableOf(type, row.namespace, origin)) : state)
  switch (lists.plural) {
    case 'pods':
      return only(pushed(state, tableOf('containers', row.namespace, { of: { path: row.key }, sort: inOrder })))
    case 'namespaces': {
      const namespace = row.key === 'all' ? '' : row.name
      return only(pods ? pushed(inNamespace(state, namespace), tableOf(pods, namespace)) : state)
    }
    case 'nodes':
      return only(pods ? pushed(state, tableOf(pods, '', { of: { path: row.name, fieldSelector: `spec.nodeName=${row.name}` } })) : state)
    case 'cronjobs':
      return open(resourceCalled(around.types, 'jobs'), { of: { path: row.key, owner: row.object?.metadata.uid ?? '' } })
    case 'customresourcedefinitions': {
      const { group, names } = (row.object?.spec ?? {}) as { group?: string; names?: { plural: string } } // a definition's spec
      const type = findResource({ types: around.types }, `${names?.plural}.${group}`)
      if (!type) return only(flashing(state, `${row.name} is not served`, 'faulty'))
      return only(pushed(state, tableOf(type, type.namespaced ? state.namespace : '')))
    }
  }
  const selector = selectorOf(row.object)
  if (selector !== undefined) return open(pods, { of: { path: row.key, labelSelector: selector } })
  return describe(state, lists, row)
}

/** How a row's pods are found; undefined for kinds that have none, or a Service that chooses none. */
function selectorOf(object: AnyObject | undefined): string | undefined {
  try {
    return object && podSelector(object)
  } catch {
    return undefined
  }
}

// ---- keys with a name ----

/** The rows an action is about: the marked ones, or the one under the cursor. */
function chosen(view: TableView, rows: readonly Row[]): readonly Row[] {
  const marked = rows.filter(({ key }) => view.marks.has(key))
  const row = rows[cursorOf(view, rows)]
  return marked.length > 0 ? marked : row ? [row] : []
}

/** kubectl's words for rows of one kind: one command a namespace. */
export function wordsAbout(type: ResourceType, rows: readonly Row[], verb: readonly string[], flags: readonly string[] = []): string[][] {
  const namespaces = [...new Set(rows.map(({ namespace }) => namespace))]
  return namespaces.map((namespace) => {
    const names = rows.filter((row) => row.namespace === namespace).map(({ name }) => name)
    return [...verb, qualifiedName(type), ...names, ...(namespace ? ['-n', namespace] : []), ...flags]
  })
}

const kubectl = (words: readonly string[], done: string): Effect => ({ do: 'kubectl', words, done })

function carryOut(state: State, view: TableView, pressed: TableKey, around: Surroundings): Outcome {
  if (pressed.action === 'sort') return only(sorted(state, view, pressed, around))
  const rows = chosen(view, around.shown.rows)
  const [row] = rows
  if (!row) return only(state)
  const { lists } = view
  if (lists === 'containers') return withContainer(state, view, row, pressed.action)
  if (isOwn(lists) || (lists.plural === 'namespaces' && row.key === 'all')) return only(state)
  return actions[pressed.action]?.(state, lists, rows, { ...around, view }) ?? only(state)
}

/** Once more the same column: the other way round. A table without the column stays as it is. */
function sorted(state: State, view: TableView, { column = '', descending }: TableKey, { shown }: Surroundings): State {
  if (!shown.columns.some(({ name }) => name === column)) return state
  const again = view.sort.column === column
  return withTop(state, { ...view, sort: { column, ascending: again ? !view.sort.ascending : !descending } })
}

/** The log of a row: of a pod, a container, or all pods of a workload. */
export function logsOf(view: TableView, row: Row, previous: boolean): LogView {
  const ofContainer = view.lists === 'containers'
  const path = ofContainer ? view.of!.path : row.key
  const isPod = ofContainer || nameOf(view.lists) === 'pods'
  return {
    view: 'logs',
    namespace: row.namespace,
    path,
    ...(isPod ? { pod: path.slice(path.indexOf('/') + 1) } : { labelSelector: selectorOf(row.object) ?? '' }),
    ...(ofContainer ? { container: row.name } : {}),
    previous,
    since: -1,
    autoscroll: true,
    wrap: false,
    timestamps: false,
    fullScreen: false,
    filter: '',
    back: 0,
  }
}

function withContainer(state: State, view: TableView, row: Row, action: Action): Outcome {
  const [namespace = '', pod = ''] = view.of!.path.split('/')
  if (action === 'logs' || action === 'previous logs') return only(pushed(state, logsOf(view, row, action === 'previous logs')))
  if (action === 'shell' || action === 'attach') {
    const runs = row.cells.includes('Running')
    return runs
      ? only(state, intoContainer(action, namespace, pod, row.name))
      : only(flashing(state, `Container ${row.name} is not running`, 'faulty'))
  }
  return only(action === 'port-forward' ? noForwarding(state) : state)
}

/** What the real program runs in a container, too: bash if there is one. */
const SHELL = 'command -v bash >/dev/null && exec bash || exec sh'

const intoContainer = (how: 'shell' | 'attach', namespace: string, pod: string, container: string): Effect => ({
  do: 'terminal',
  words: how === 'shell' ? ['exec', '-it', '-n', namespace, pod, '-c', container, '--', 'sh', '-c', SHELL] : ['attach', '-it', '-n', namespace, pod, '-c', container],
}) // prettier-ignore

const noForwarding = (state: State) => flashing(state, 'This k9s forwards no ports. In a shell: kubectl port-forward', 'waiting')

function describe(state: State, type: ResourceType, row: Row): Outcome {
  const [words] = wordsAbout(type, [row], ['describe'])
  return only(state, { do: 'show', title: 'Describe', subject: row.key, words: words! })
}

/** `pod default/web`, or how many are marked. */
const called = (type: ResourceType, rows: readonly Row[]) =>
  rows.length === 1 ? `${type.singular} ${rows[0]!.key}` : `${rows.length} marked ${type.plural}`

type Around = Surroundings & { readonly view: TableView }
type Acting = (state: State, type: ResourceType, rows: readonly Row[], around: Around) => Outcome

/** Asks; with OK, kubectl is run on the rows. */
const asking =
  (title: string, verb: readonly string[], done: string): Acting =>
  (state, type, rows) => {
    const effects = wordsAbout(type, rows, verb).map((words) => kubectl(words, `${called(type, rows)} ${done}`))
    return only({ ...state, dialog: confirmation(`Confirm ${title}`, `${title} ${called(type, rows)}?`, effects) })
  }

/** The same for nodes, which kubectl names without their kind. */
const askingNodes =
  (title: string, verb: string): Acting =>
  (state, type, rows) => {
    const words = [verb, ...rows.map(({ name }) => name)]
    const dialog = confirmation(`Confirm ${title}`, `${title} ${called(type, rows)}?`, [kubectl(words, `${called(type, rows)} ${verb}ed`)])
    return only({ ...state, dialog })
  }

const enteringPod =
  (how: 'shell' | 'attach'): Acting =>
  (state, _, [row]) => {
    const { spec, status } = (row!.object ?? {}) as Partial<Pod> // a row of pods
    if (status?.phase !== 'Running') return only(flashing(state, `${row!.key} is not in a running state`, 'faulty'))
    const names = (spec?.containers ?? []).map(({ name }) => name)
    const effects = (name: string) => [intoContainer(how, row!.namespace, row!.name, name)]
    if (names.length === 1) return only(state, ...effects(names[0]!))
    return only({ ...state, dialog: picking(how === 'shell' ? 'Shell' : 'Attach', names, effects) })
  }

const showingLogs =
  (previous: boolean): Acting =>
  (state, _, [row], { view }) =>
    only(pushed(state, logsOf(view, row!, previous)))

const actions: Readonly<Partial<Record<Action, Acting>>> = {
  describe: (state, type, [row]) => describe(state, type, row!),
  yaml: (state, type, [row]) => {
    const [words] = wordsAbout(type, [row!], ['get'], ['-o', 'yaml'])
    return only(state, { do: 'show', title: 'YAML', subject: row!.key, words: words! })
  },
  decode: (state, _, [row]) => {
    const template = '{{range $key, $value := .data}}{{$key}}: {{$value | base64decode}}{{"\\n"}}{{end}}'
    const words = ['get', 'secret', row!.name, '-n', row!.namespace, '-o', `go-template=${template}`]
    return only(state, { do: 'show', title: 'Decoder', subject: row!.key, words })
  },
  edit: (state, type, [row]) => only(state, { do: 'terminal', words: wordsAbout(type, [row!], ['edit'])[0]! }),
  delete: (state, type, rows) => {
    const effects = (flags: readonly string[]) =>
      wordsAbout(type, rows, ['delete'], ['--wait=false', ...flags]).map((words) => kubectl(words, `Delete ${called(type, rows)}`))
    return only({ ...state, dialog: deletion(`Delete ${called(type, rows)}?`, effects) })
  },
  kill: (state, type, rows) =>
    only(
      state,
      ...wordsAbout(type, rows, ['delete'], ['--now', '--wait=false']).map((words) => kubectl(words, `Kill ${called(type, rows)}`)),
    ),
  logs: showingLogs(false),
  'previous logs': showingLogs(true),
  shell: enteringPod('shell'),
  attach: enteringPod('attach'),
  scale: (state, type, rows) => {
    const { replicas = 0 } = (rows[0]!.object?.spec ?? {}) as { replicas?: number } // what can be scaled has them
    const effects = (wanted: number) =>
      wordsAbout(type, rows, ['scale'], [`--replicas=${wanted}`]).map((words) =>
        kubectl(words, `${called(type, rows)} scaled to ${wanted}`),
      )
    return only({ ...state, dialog: scaling(`Scale ${called(type, rows)}?`, String(rows.length === 1 ? replicas : 0), effects) })
  },
  restart: asking('Restart', ['rollout', 'restart'], 'restarts'),
  cordon: askingNodes('Cordon', 'cordon'),
  uncordon: askingNodes('Uncordon', 'uncordon'),
  drain: (state, type, rows) => {
    const names = rows.map(({ name }) => name)
    const effects = (flags: readonly string[]): readonly Effect[] => [
      { do: 'show', title: 'Drain Progress', subject: names.join(','), words: ['drain', ...names, ...flags] },
    ]
    return only({ ...state, dialog: draining(`Drain ${called(type, rows)}?`, effects) })
  },
  trigger: (state, type, [row]) => {
    const { metadata } = row!.object! // the rows of a cluster's resources have them
    const name = `${row!.name.slice(0, 42)}-manual-${metadata.resourceVersion?.slice(-5) ?? '1'}`
    const words = ['create', 'job', name, `--from=cronjob/${row!.name}`, '-n', row!.namespace]
    const dialog = confirmation('Confirm Trigger', `Trigger ${called(type, [row!])}?`, [kubectl(words, `Job ${name} runs`)])
    return only({ ...state, dialog })
  },
  'show node': (state, _, [row], { types }) => {
    const { nodeName } = (row!.object?.spec ?? {}) as { nodeName?: string } // a pod's spec
    const nodes = resourceCalled(types, 'nodes')
    if (!nodeName || !nodes) return only(flashing(state, `${row!.key} is on no node yet`, 'waiting'))
    return only(pushed(state, tableOf(nodes, '', { of: { path: nodeName, fieldSelector: `metadata.name=${nodeName}` } })))
  },
  'jump to owner': (state, _, [row], { types }) => {
    const owner = row!.object?.metadata.ownerReferences?.find(({ controller }) => controller)
    const [group, version] = owner?.apiVersion.includes('/') ? owner.apiVersion.split('/') : ['', owner?.apiVersion]
    const type = types.find((one) => one.kind === owner?.kind && one.group === group && one.version === version)
    if (!owner || !type) return only(flashing(state, `${row!.key} has no owner`, 'waiting'))
    const namespace = type.namespaced ? row!.namespace : ''
    const of = { path: type.namespaced ? `${namespace}/${owner.name}` : owner.name, fieldSelector: `metadata.name=${owner.name}` }
    return only(pushed(state, tableOf(type, namespace, { of })))
  },
  'use namespace': (state, _, [row]) => only(flashing(inNamespace(state, row!.name), `Commands now work in namespace ${row!.name}`)),
  'port-forward': (state) => only(noForwarding(state)),
}
