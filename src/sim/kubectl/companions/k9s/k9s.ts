import { onSignal, nowMs, pendingSignals, poll, read, terminalSize, write } from '../../../node/os/calls'
import { SyscallError, type Proc, type Program, type Self } from '../../../node/os/syscalls'
import { discover, rediscover } from '../../discovery'
import { ApiError, CommandError, ConnectionError } from '../../errors'
import { parseFlags, type Flags, type ParsedFlags } from '../../flags'
import { clientConfig } from '../../kubeconfig'
import type { KubeConfig } from '../../kubeconfig-file'
import { loadKubeconfig } from '../../kubeconfig-loading'
import type { ResourceType } from '../../mapper'
import { requestJson } from '../../rest'
import type { Kubectl } from '../../session'
import { clientOf, companion } from '../client'
import { leaveScreen, runInTerminal, runQuietly, takeScreen } from './children'
import { inNamespace, obey, resourceCalled } from './commands'
import { lets, shownOf } from './filter'
import { written } from './frame'
import { REVISION, type ClusterFacts } from './header'
import { clientFlags, k9sFlags, k9sUsage } from './k9s-flags'
import { isUnfinished, nextKey } from './keyboard'
import { closeLogs, openLogs, openWaiting, readLog, sameLog, type LogReader } from './log-reader'
import { measure } from './measuring'
import { press } from './press'
import { contentHeight, cursorPlace, logTextOf, render, type LogLine, type Scene, type Size } from './screen'
import { aliasSheet, contextSheet, withNamespaceMarks, type Metrics } from './sheets'
import { closeSource, openSource, readSource, sheetFrom, wantedBy, type Source } from './source'
import { flashing, pushed, tableOf, topOf, type Effect, type Sheet, type State, type Surroundings } from './state'

/** What is not watched is looked at again after so long; what pods use, after longer. */
const METRICS_MS = 15_000
/** Events are drawn together. */
const DRAWING_MS = 100
/** A message stays for so long. */
const FLASH_MS = 6000
/** An arrow key's characters come within this time. */
const ESCAPE_MS = 30

/** A k9s that runs: its pure state, and what it has open. */
interface Running {
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

/** `k9s`: a full-screen view of the cluster. */
export const k9s: Program = function* (self) {
  let parsed: ParsedFlags
  try {
    parsed = parseFlags(k9sFlags, self.argv.slice(1), 'k9s')
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    yield* write(2, `Error: ${error.message.split('\n')[0]}\n${k9sUsage}\n`)
    return 1
  }
  const { flags, args } = parsed
  if (flags.bool('help') || args[0] === 'help') return yield* say(k9sUsage)
  if (args[0] === 'version') return yield* say(`Version: ${REVISION}\n`)
  if (args[0] === 'info')
    return yield* say(`Version: ${REVISION}\nThis k9s reads no configuration of its own: the kubeconfig is all it needs.\n`)
  return yield* companion(() => start(self, flags), 'Error: ')(self)
}

function* say(text: string): Proc<number> {
  yield* write(1, text)
  return 0
}

function* start(self: Self, flags: Flags): Proc {
  const size = yield* terminalSize(1)
  if (!size || !(yield* terminalSize(0))) throw new CommandError('k9s needs a terminal: open /dev/tty: no such device or address')
  const running = yield* begin(self, flags, flags.text('context'), size)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) yield* onSignal(signal, 'catch')
  yield* takeScreen()
  try {
    yield* go(running)
  } catch (error) {
    // Whoever ends us finds the terminal as it was.
    if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
  } finally {
    yield* leaveScreen(running.typed)
  }
}

// ---- a context ----

/** Reads what a context says, and asks its server what it has. */
function* begin(self: Self, flags: Flags, wanted: string, size: Size): Proc<Running> {
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

function* changeContext(running: Running, name: string): Proc {
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

function* closeAll(running: Running): Proc {
  if (running.source?.open) yield* closeSource(running.source.open)
  if (running.log) yield* closeLogs(running.log)
  running.source = undefined
  running.log = undefined
}

// ---- the loop ----

function* go(running: Running): Proc {
  let drawnMs = -Infinity
  let tickMs = yield* nowMs()
  while (!running.ended) {
    yield* follow(running)
    const now = yield* nowMs()
    if (now >= tickMs) {
      tickMs = now + Math.max(1, running.flags.int('refresh')) * 1000
      yield* look(running, now)
    }
    const isDue = now - drawnMs >= DRAWING_MS
    if (isDue) {
      yield* draw(running)
      drawnMs = now
    }
    const fd = yield* awaited(running, Math.max(0, Math.min(tickMs, isDue ? Infinity : drawnMs + DRAWING_MS) - now))
    if (fd === 0) {
      yield* takeKeys(running)
      drawnMs = -Infinity
    } else if (fd === 'resized') drawnMs = -Infinity
    else if (fd !== undefined) yield* takeIn(running, fd)
  }
}

/** Waits for a key, news, a resized window, or until it is time; undefined when it is. Ends the program when a signal says so. */
function* awaited({ source, log }: Running, timeoutMs: number): Proc<number | 'resized' | undefined> {
  const fds = [0, ...(source?.open ? [source.open.fd] : []), ...(log ? log.streams.keys() : [])]
  yield* onSignal('SIGWINCH', 'catch')
  try {
    const fd = yield* poll(fds, timeoutMs)
    return fd < 0 ? undefined : fd
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
    const signals = yield* pendingSignals()
    if (signals.some((signal) => signal !== 'SIGWINCH')) throw error
    return 'resized'
  } finally {
    yield* onSignal('SIGWINCH', 'default')
  }
}

/** What fails on the way to the server is told, and tried again later. */
function* attempt(running: Running, work: Proc): Proc {
  try {
    yield* work
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof CommandError || error instanceof ConnectionError)) throw error
    // Which address was asked for fits on no line, and why it failed does.
    running.state = flashing(running.state, error instanceof ConnectionError ? error.why : error.message, 'faulty')
    running.screen = []
  }
}

/** Opens what the view on top shows, and closes what it does not. */
function* follow(running: Running): Proc {
  const top = topOf(running.state)
  const wanted = top.view === 'table' && running.state.prompt?.for !== 'filter' ? wantedBy(top) : undefined
  if (wanted && running.source?.wanted !== JSON.stringify(wanted)) {
    if (running.source?.open) yield* closeSource(running.source.open)
    running.source = { wanted: JSON.stringify(wanted) }
    yield* attempt(running, openWanted(running))
  }
  const logs = top.view === 'logs' ? top : undefined
  if (running.log && (!logs || !sameLog(running.log.view, logs))) {
    if (top.view !== 'help') {
      yield* closeLogs(running.log)
      running.log = undefined
    }
  }
  if (logs && !running.log) {
    running.log = { view: logs, streams: new Map(), waiting: [], lines: [] }
    yield* attempt(running, (function* () {
      running.log = yield* openLogs(running.kubectl, logs)
    })()) // prettier-ignore
  }
}

function* openWanted(running: Running): Proc {
  const { wanted } = running.source!
  const top = topOf(running.state)
  if (top.view === 'table') running.source = { wanted, open: yield* openSource(running.kubectl, wantedBy(top)!) }
}

/** What has to be asked for again and again: what could not be opened, and what pods use. */
function* look(running: Running, now: number): Proc {
  const { flash } = running.state
  if (flash !== running.flashed.flash) running.flashed = { flash, sinceMs: now }
  else if (now - running.flashed.sinceMs >= FLASH_MS) running.state = { ...running.state, flash: undefined }
  if (running.source && !running.source.open) yield* attempt(running, openWanted(running))
  if (running.log && running.log.waiting.length > 0) yield* attempt(running, openWaiting(running.kubectl, running.log))
  if (now - running.measuredMs < METRICS_MS) return
  running.measuredMs = now
  yield* attempt(running, (function* () {
    const { metrics, share = {} } = yield* measure(running.kubectl)
    running.metrics = metrics
    running.facts = { ...running.facts, cpu: share.cpu, memory: share.memory } as ClusterFacts // undefined is "not known"
  })()) // prettier-ignore
}

/** Takes in what a watch or a log has to say, and whatever else is there already. */
function* takeIn(running: Running, first: number): Proc {
  for (let fd = first, count = 0; fd > 0 && count < 500; count++) {
    const { source, log } = running
    if (log?.streams.has(fd)) yield* readLog(log, fd)
    else if (source?.open?.fd === fd) {
      if (!(yield* readSource(source.open))) {
        yield* closeSource(source.open)
        running.source = undefined
        return
      }
    }
    const fds = [...(running.source?.open ? [running.source.open.fd] : []), ...(running.log ? running.log.streams.keys() : [])]
    fd = fds.length > 0 ? yield* poll(fds, 0) : -1
  }
}

/** Carries out all keys that have been pressed. */
function* takeKeys(running: Running): Proc {
  const more = yield* read(0)
  if (more === '') return void (running.ended = true)
  running.typed += more
  while (running.typed !== '' && !running.ended) {
    if (isUnfinished(running.typed) && (yield* poll([0], ESCAPE_MS)) === 0) running.typed += yield* read(0)
    const [key, rest] = nextKey(running.typed)
    running.typed = rest
    yield* follow(running)
    if (key === ':') yield* attempt(running, learn(running))
    const { state, effects } = press(running.state, key, surroundings(running))
    running.state = state
    for (const effect of effects) yield* carryOut(running, effect)
  }
}

/** What the prompt offers is asked anew: kinds and namespaces come and go. */
function* learn(running: Running): Proc {
  running.types = (yield* rediscover(running.kubectl)).types
  yield* learnNamespaces(running)
}

function* carryOut(running: Running, effect: Effect): Proc {
  const { self } = running
  switch (effect.do) {
    case 'quit':
      running.ended = true
      return
    case 'refresh':
      yield* closeAll(running)
      running.measuredMs = -Infinity
      running.screen = []
      return
    case 'context':
      return yield* attempt(running, changeContext(running, effect.name))
    case 'clear log':
      if (running.log) running.log.lines = []
      return
    case 'mark log':
      running.log?.lines.push({ from: '', time: '', text: '-'.repeat(Math.max(1, running.size.columns - 4)) })
      return
    case 'terminal': {
      const code = yield* runInTerminal(self, [...running.words, ...effect.words])
      running.screen = []
      if (code !== 0) running.state = flashing(running.state, `kubectl ${effect.words[0]} ended with exit code ${code}`, 'faulty')
      return
    }
    case 'kubectl':
    case 'show': {
      const { code, text, typed } = yield* runQuietly(self, [...running.words, ...effect.words])
      running.typed += typed
      const [line = ''] = text.trimEnd().split('\n').slice(-1)
      if (code !== 0 && (effect.do === 'kubectl' || text.split('\n').length < 3))
        running.state = flashing(running.state, line || `kubectl ${effect.words[0]} was ended`, 'faulty')
      else if (effect.do === 'kubectl') running.state = flashing(running.state, effect.done, 'current')
      else {
        const { title, subject, words } = effect
        const lines = text.replace(/\n$/, '').split('\n')
        running.state = pushed(running.state, { view: 'text', title, subject, words, lines, top: 0, query: '', match: undefined })
      }
    }
  }
}

// ---- what is seen ----

const empty: Sheet = { columns: [], rows: [] }

function sheetOnTop(running: Running): Sheet {
  const { state, source, metrics, types, config } = running
  const top = topOf(state)
  if (top.view !== 'table') return empty
  if (top.lists === 'contexts') return contextSheet(config, state.context)
  if (top.lists === 'aliases') return aliasSheet(types)
  if (!source?.open) return empty
  const sheet = sheetFrom(source.open, top, metrics)
  return top.lists !== 'containers' && top.lists.plural === 'namespaces'
    ? withNamespaceMarks(sheet, state.namespace, state.favourites)
    : sheet
}

/** What the table on top shows. Keys and drawing ask for it often: it is worked out anew when something has changed. */
function shownOnTop(running: Running): Sheet {
  const { state, source, metrics, types, shown } = running
  const top = topOf(state)
  if (top.view !== 'table') return empty
  const { lists, namespace, of, filter, sort, wide, faults } = top
  const rests = [lists, namespace, of, filter, sort, wide, faults, source?.open, source?.open?.version, metrics, types, state.namespace, state.context] // prettier-ignore
  if (shown && shown.rests.every((one, i) => one === rests[i])) return shown.sheet
  const sheet = shownOf(sheetOnTop(running), top)
  running.shown = { rests, sheet }
  return sheet
}

function surroundings(running: Running): Surroundings {
  const { state, types, namespaces, config, size } = running
  return {
    shown: shownOnTop(running),
    height: contentHeight(state, size),
    types,
    namespaces,
    contexts: config.contexts.map(({ name }) => name),
  }
}

function logOnTop({ state, log }: Running): readonly LogLine[] {
  const top = topOf(state)
  if (top.view !== 'logs' || !log) return []
  return top.filter ? log.lines.filter((line) => lets(top.filter, logTextOf(line))) : log.lines
}

/** Writes the lines that have changed. */
function* draw(running: Running): Proc {
  const size = (yield* terminalSize(1)) ?? running.size
  const resized = size.columns !== running.size.columns || size.rows !== running.size.rows
  running.size = size
  const scene: Scene = { around: surroundings(running), facts: running.facts, log: logOnTop(running), nowMs: yield* nowMs() }
  const lines = render(running.state, scene, size).map(written)
  const anew = resized || running.screen.length === 0
  const changed = lines.flatMap((line, i) => (anew || line !== running.screen[i] ? [`\x1b[${i + 1};1H${line}`] : []))
  running.screen = lines
  const place = cursorPlace(running.state, size)
  const cursor = place ? `\x1b[${place.row};${place.column}H\x1b[?25h` : '\x1b[?25l'
  if (changed.length > 0 || place) yield* write(1, `${anew ? '\x1b[m\x1b[2J' : ''}${changed.join('')}${cursor}`)
}
