import type { Proc, Self } from '../../../node/os/syscalls'
import { discover, rediscover } from '../../discovery'
import { ApiError, CommandError, ConnectionError } from '../../errors'
import type { Flags } from '../../flags'
import { clientConfig } from '../../kubeconfig'
import type { KubeConfig } from '../../kubeconfig-file'
import { loadKubeconfig } from '../../kubeconfig-loading'
import type { ResourceType } from '../../mapper'
import { requestJson } from '../../rest'
import type { Kubectl } from '../../session'
import { clientOf } from '../client'
import { inNamespace, obey, resourceCalled } from './commands'
import type { ClusterFacts } from './header'
import { clientFlags } from './k9s-flags'
import { closeLogs, type LogReader } from './log-reader'
import type { Size } from './screen'
import type { Metrics } from './usage'
import { closeSource, type Source } from './source'
import { flashing, tableOf, type Sheet, type State } from './state'
import { surroundings } from './seen'

/** A k9s that runs: its pure state, and what it has open. */
export interface Running {
  readonly self: Self
  readonly flags: Flags
  /** kubectl's flags for what is started from here. */
  words: readonly string[]
  kubectl: Kubectl
  state: State
  config: KubeConfig
  facts: ClusterFacts
  types: readonly ResourceType[]
  namespaces: readonly string[]
  metrics: Metrics | undefined
  measuredMs: number
  /** The message on the screen, and since when. */
  flashed: { readonly flash: State['flash']; readonly sinceMs: number }
  source: { readonly wanted: string; readonly open?: Source } | undefined
  log: LogReader | undefined
  /** What the table on top shows, and what that rests on. */
  shown: { readonly rests: readonly unknown[]; readonly sheet: Sheet } | undefined
  /** What the screen shows, line by line. */
  screen: readonly string[]
  size: Size
  typed: string
  ended: boolean
}

/** Reads what a context says, and asks its server what it has. */
export function* begin(self: Self, flags: Flags, wanted: string, size: Size): Proc<Running> {
  const given = clientFlags.flatMap((name) => (flags.text(name) ? [`--${name}=${flags.text(name)}`] : []))
  const groups = flags.list('as-group').map((group) => `--as-group=${group}`)
  const words = [...given, ...groups, ...(wanted ? [`--context=${wanted}`] : [])]
  const kubectl = clientOf(self, words)
  const config = yield* loadKubeconfig(kubectl)
  const { namespace: configured, user = '' } = yield* clientConfig(kubectl)
  const context = wanted || config.currentContext
  const cluster = String(config.contexts.find(({ name }) => name === context)?.value.cluster ?? '')
  const { types } = yield* discover(kubectl)
  const { gitVersion } = yield* requestJson<{ gitVersion: string }>(kubectl, { path: '/version' })
  const namespace = flags.bool('all-namespaces') ? '' : flags.text('namespace') || configured
  const command = flags.text('command') || 'pods'
  const pods = resourceCalled(types, 'pods')!
  const blank: State = {
    stack: [tableOf(pods, namespace)],
    header: !flags.bool('headless'),
    crumbs: !flags.bool('crumbsless'),
    readOnly: flags.bool('readonly') && !flags.bool('write'),
    context,
    namespace,
    favourites: ['default'],
    history: [],
    place: -1,
  }
  const running: Running = {
    self, flags, words, kubectl, config, types, size,
    state: inNamespace(blank, namespace),
    facts: { context, cluster, user, version: gitVersion },
    namespaces: [],
    metrics: undefined,
    measuredMs: -Infinity,
    flashed: { flash: undefined, sinceMs: 0 },
    source: undefined,
    log: undefined,
    shown: undefined,
    screen: [],
    typed: '',
    ended: false,
  } // prettier-ignore
  yield* learnNamespaces(running)
  // Which view to begin with is a command like any other.
  const { state, effects } = obey(running.state, command, surroundings(running))
  running.state = state
  running.ended = effects.some((effect) => effect.do === 'quit')
  return running
}

/** Names for the prompt; without the right to list them there are none. */
function* learnNamespaces(running: Running): Proc {
  try {
    const { items = [] } = yield* requestJson<{ items?: readonly { metadata: { name: string } }[] }>(running.kubectl, { path: '/api/v1/namespaces' })
    running.namespaces = items.map(({ metadata }) => metadata.name)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    running.namespaces = running.state.favourites
  }
} // prettier-ignore

/** Goes to another context: its server, its kinds, its namespace. Nothing is written to the kubeconfig. */
export function* changeContext(running: Running, name: string): Proc {
  if (!running.config.contexts.some((context) => context.name === name))
    return void (running.state = flashing(running.state, `context ${JSON.stringify(name)} does not exist`, 'faulty'))
  const { header, crumbs, readOnly } = running.state
  const next = yield* begin(running.self, withoutNamespace(running.flags), name, running.size)
  yield* closeAll(running)
  const { screen, ended } = running
  Object.assign(running, next, { flags: running.flags, screen, ended })
  running.state = flashing({ ...running.state, header, crumbs, readOnly }, `Switched to context "${name}"`)
}

/** Another context has a namespace of its own. */
const withoutNamespace = (flags: Flags): Flags => ({
  ...flags,
  text: (name) => (name === 'namespace' || name === 'command' ? '' : flags.text(name)),
  bool: (name) => name !== 'all-namespaces' && flags.bool(name),
})

/** Lets go of what is watched and followed. */
export function* closeAll(running: Running): Proc {
  if (running.source?.open) yield* closeSource(running.source.open)
  if (running.log) yield* closeLogs(running.log)
  running.source = undefined
  running.log = undefined
}

/** What fails on the way to the server is told, and tried again later. */
export function* attempt(running: Running, work: Proc): Proc {
  try {
    yield* work
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof CommandError || error instanceof ConnectionError)) throw error
    // Which address was asked for fits on no line, and why it failed does.
    running.state = flashing(running.state, error instanceof ConnectionError ? error.why : error.message, 'faulty')
    running.screen = []
  }
}

/** What the prompt offers is asked anew: kinds and namespaces come and go. */
export function* learn(running: Running): Proc {
  running.types = (yield* rediscover(running.kubectl)).types
  yield* learnNamespaces(running)
}
