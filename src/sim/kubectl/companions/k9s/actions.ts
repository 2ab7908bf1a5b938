import type { AnyObject } from '../../../api/object'
import type { Pod } from '../../../api/types/core-v1.gen'
import { qualifiedName, type ResourceType } from '../../mapper'
import { podSelector } from '../../pods-behind'
import { inNamespace, resourceCalled } from './commands'
import { confirmation, deletion, draining, picking, scaling } from './dialogs'
import type { Action } from './keys'
import {
  flashing,
  nameOf,
  only,
  pushed,
  tableOf,
  type Effect,
  type LogView,
  type Outcome,
  type Row,
  type State,
  type Surroundings,
  type TableView,
} from './state'

/** How a row's pods are found; undefined for kinds that have none, or a Service that chooses none. */
export function selectorOf(object: AnyObject | undefined): string | undefined {
  try {
    return object && podSelector(object)
  } catch {
    return undefined
  }
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

/** What a key does with a container. */
export function withContainer(state: State, view: TableView, row: Row, action: Action): Outcome {
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

/** What `d` shows, and Enter where there is nothing else to go to. */
export function describe(state: State, type: ResourceType, row: Row): Outcome {
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

/** What the keys of a table of resources do with the rows they are about. */
export const actions: Readonly<Partial<Record<Action, Acting>>> = {
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
  suspend: (state, type, [row]) => {
    const { suspend = false } = (row!.object?.spec ?? {}) as { suspend?: boolean } // a cronjob's spec
    const title = suspend ? 'Resume' : 'Suspend'
    const words = ['patch', 'cronjob', row!.name, '-n', row!.namespace, '-p', JSON.stringify({ spec: { suspend: !suspend } })]
    const effects = [kubectl(words, `${called(type, [row!])} ${suspend ? 'resumed' : 'suspended'}`)]
    return only({ ...state, dialog: confirmation(title, `${title} ${called(type, [row!])}?`, effects) })
  },
  'roll back': (state, type, [row]) => {
    const { ownerReferences, annotations } = row!.object?.metadata ?? {}
    const owner = ownerReferences?.find(({ kind, controller }) => controller && kind === 'Deployment')
    const revision = annotations?.['deployment.kubernetes.io/revision']
    if (!owner || !revision) return only(flashing(state, `${row!.key} is no revision of a deployment`, 'waiting'))
    const words = ['rollout', 'undo', `deployment/${owner.name}`, '-n', row!.namespace, `--to-revision=${revision}`]
    const effects = [kubectl(words, `${owner.name} goes back to revision ${revision}`)]
    return only({ ...state, dialog: confirmation('Confirm Rollback', `Rollback ${called(type, [row!])}?`, effects) })
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
