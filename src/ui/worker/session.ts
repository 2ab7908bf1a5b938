import { askCheck, type Finding } from '../../lessons/checks'
import type { Check } from '../../lessons/format'
import type { Cluster, ClusterOptions, Run, Terminal } from '../../sim/cluster'
import { checkViewOf } from '../../lessons/check-view'
import { createDriver, type RealClock } from '../../sim/engine/driver'
import { createRecorder, replay } from '../../sim/engine/recording'
import { toYaml } from '../../sim/formats/yaml-emit'
import type { Programs } from '../../sim/tool-files'
import { followChanges } from './changes'
import { mergeTyping, type Journal } from './journal'
import type { KeptObjects } from './kept-objects'
import { lateSession } from './late-session'
import type { CallName, Calls, FileListing, FromWorker, Input, ObjectReference, RunResult, ToWorker } from './protocol'
import { createShellAnswers } from './shell-answers'

/** What a session needs of the world outside. */
export interface SessionOptions {
  readonly createCluster: (options: ClusterOptions) => Cluster
  /** What the cluster's programs are; kubectl among them may still be loading. */
  readonly programs: Programs
  readonly clock: RealClock
  readonly post: (message: FromWorker) => void
  /** Puts the journal where a reload finds it. */
  readonly save: (journal: Journal) => void
  readonly journal: Journal
}

/** Characters of terminal output the page may lag behind before virtual time waits for it. */
const MOST_UNDRAWN = 400_000
/** At most one message of each sort in this time: about a frame. */
const FRAME_MS = 16
/** How long the cluster may go on before a key is looked at, and until its echo is sent, if there is more to do: a frame has to do for both. */
const BEFORE_A_KEY_MS = 1
const UNTIL_ITS_ECHO_MS = 3
/** While somebody types the map waits this long after each key: drawing it takes the time in which the next key should be echoed. */
const KEYS_FIRST_MS = 40
/** The page is given as much time for other things as it took to draw a batch of objects, but not more than this. */
const MOST_OBJECTS_REST_MS = 500
const CHECKS_EVERY_MS = 150
const FILES_EVERY_MS = 400
/** What somebody did is kept soon; that time went on, less often. */
const SAVE_EVERY_MS = 500
const SAVE_PROGRESS_EVERY_MS = 5000
/** Looking through all objects for those to keep is done at a save unless it was done just before, and takes at most this part of the time. */
const KEEP_OBJECTS_EVERY_MS = 1000
const KEEPING_SHARE = 1 / 50
const LOOK_AGAIN_MS = 200
const TIME_EVERY_MS = 200
/** Of a restored terminal the page gets this much of the end. */
const MOST_RESTORED = 200_000

/**
 * One cluster and everything the page does to it. Inputs go through `apply`, live and when a journal is lived through again, so both give the
 * same cluster; whatever only looks (summaries, YAML, checks on objects) stays outside the journal.
 */
export function createSession({ createCluster, programs, clock, post, save, journal }: SessionOptions) {
  const cluster = createCluster(journal.options)
  const { engine } = cluster
  let objects: KeptObjects | undefined = journal.objects
  let keepObjectsAtMs = -Infinity
  const terminals = new Map<string, Terminal>()
  const output = new Map<string, string>()
  const runs = new Map<number, { run: Run; call: number | undefined }>()
  /** Characters sent to the page that it has not drawn yet, by terminal: one that is closed is never drawn to its end. */
  const undrawn = new Map<string, number>()
  /** False while a journal is lived through again: nobody is watching, nothing is sent. */
  let live = false
  let lastRun = 0

  /** When the batch was sent that the page is still drawing. */
  let drawingSinceMs: number | undefined
  let objectsRestMs = FRAME_MS
  let objectsSentMs = -Infinity
  let typedMs = -Infinity
  const objectsSoon = promptly(() => objectsRestMs, sendObjects)
  const outputSoon = promptly(() => FRAME_MS, sendOutput)
  const checksSoon = limiter(CHECKS_EVERY_MS, sendFindings)
  const filesSoon = limiter(FILES_EVERY_MS, sendFiles)
  const saveSoon = limiter(SAVE_EVERY_MS, saveNow)
  const progressSoon = limiter(SAVE_PROGRESS_EVERY_MS, saveNow)
  const timeSoon = limiter(TIME_EVERY_MS, sendTime)

  // Following the objects takes events on the cluster's queue, so it begins before the journal is lived through, as it did the first time.
  const changes = followChanges(cluster, objectsSoon)

  const past = journal.recording
  const asRecorded = past === undefined || replay(engine, past, apply)
  const recorder = createRecorder<Input>(engine, asRecorded ? past : undefined, mergeTyping)
  if (!asRecorded) throw new Error('this build does not live through the kept cluster as it was')

  const view = checkViewOf(
    cluster,
    createShellAnswers(
      (script) => startRun(script),
      () => engine.nowMs,
    ),
  )
  let checks: readonly { id: string; check: Check }[] = []
  let folder: string | undefined
  let lastFiles = ''

  const driver = createDriver({
    engine,
    clock,
    speed: journal.speed,
    onSlice: afterSlice,
    onError: (error) => post({ type: 'bug', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  })
  post({
    type: 'ready',
    restored: past !== undefined,
    terminals: [...terminals.keys()],
    startMs: journal.options.startMs,
    speed: journal.speed,
  })
  flush()
  live = true

  /** Puts `run` off until a little later, once for all that happens meanwhile. */
  function limiter(everyMs: number, run: () => void) {
    return pacer(run, () => everyMs)
  }

  /** Runs at the end of what goes on now, but not sooner than `restMs` after the last time: what comes alone is not kept waiting. */
  function promptly(restMs: () => number, run: () => void) {
    let lastMs = -Infinity
    const runNow = () => {
      lastMs = clock.nowMs()
      run()
    }
    return pacer(runNow, () => Math.max(0, lastMs + restMs() - clock.nowMs()))
  }

  function pacer(run: () => void, delayMs: () => number) {
    let waiting = false
    return () => {
      if (waiting) return
      waiting = true
      clock.after(delayMs(), () => {
        waiting = false
        run()
      })
    }
  }

  function afterSlice() {
    for (const [id, { run, call }] of runs) {
      if (!run.result) continue
      runs.delete(id)
      if (call !== undefined) post({ type: 'answer', call, value: run.result satisfies RunResult })
    }
    timeSoon()
    if (folder !== undefined) filesSoon()
    if (checks.length > 0) checksSoon()
    progressSoon()
  }

  /** Refusals (a file where a folder is, a terminal that has ended) are for whoever asked; living through them again they are nothing new. */
  function apply(input: Input) {
    try {
      act(input)
    } catch (error) {
      if (live) throw error
    }
  }

  function act(input: Input) {
    switch (input.do) {
      case 'open': {
        const terminal = cluster.openTerminal({ columns: input.columns, rows: input.rows, env: input.env })
        terminals.set(input.terminal, terminal)
        terminal.onOutput((text) => say(input.terminal, text))
        terminal.onExit((code) => {
          terminals.delete(input.terminal)
          if (!live) return void output.delete(input.terminal)
          sendOutput()
          post({ type: 'exit', terminal: input.terminal, code })
        })
        return
      }
      case 'type':
        return terminals.get(input.terminal)?.input(input.text)
      case 'resize':
        return terminals.get(input.terminal)?.resize(input.columns, input.rows)
      case 'close':
        terminals.get(input.terminal)?.close()
        terminals.delete(input.terminal)
        output.delete(input.terminal)
        return drawn(input.terminal, Infinity)
      case 'write':
        return cluster.files.write(input.path, input.text)
      case 'remove':
        return cluster.files.remove(input.path)
      case 'run':
        lastRun = input.run
        return void runs.set(input.run, { run: cluster.start(input.script, { stdin: input.stdin }), call: undefined })
    }
  }

  /** Does something to the cluster and remembers it. What the cluster refuses now it refuses again when it is lived through once more. */
  function put(input: Input) {
    recorder.note(input)
    apply(input)
    driver.nudge(input.do === 'type' ? UNTIL_ITS_ECHO_MS : undefined)
    saveSoon()
  }

  function startRun(script: string, stdin?: string, call?: number): Run {
    const input: Input = { do: 'run', run: lastRun + 1, script, stdin }
    recorder.note(input)
    apply(input)
    const started = runs.get(input.run)!
    started.call = call
    clock.after(0, () => driver.nudge())
    return started.run
  }

  function say(terminal: string, text: string) {
    if (!terminals.has(terminal)) return
    output.set(terminal, (output.get(terminal) ?? '') + text)
    if (live) outputSoon()
  }

  function sendOutput() {
    for (const [terminal, all] of output) {
      const text = live ? all : all.slice(-MOST_RESTORED)
      undrawn.set(terminal, (undrawn.get(terminal) ?? 0) + text.length)
      post({ type: 'output', terminal, text })
    }
    output.clear()
    if (lag() > MOST_UNDRAWN) driver.hold(true)
  }

  function lag() {
    return [...undrawn.values()].reduce((sum, characters) => sum + characters, 0)
  }

  function drawn(terminal: string, characters: number) {
    const left = (undrawn.get(terminal) ?? 0) - characters
    if (left > 0) undrawn.set(terminal, left)
    else undrawn.delete(terminal)
    if (live && lag() < MOST_UNDRAWN / 2) driver.hold(false)
  }

  function sendObjects() {
    if (changes.pending === 0) return
    // What changes while the page draws waits for it: drawn together it costs less, and keys are looked at in between.
    if (drawingSinceMs !== undefined) return
    const typingMs = Math.min(typedMs + KEYS_FIRST_MS, objectsSentMs + MOST_OBJECTS_REST_MS) - clock.nowMs()
    if (live && typingMs > 0) return void clock.after(typingMs, sendObjects)
    drawingSinceMs = objectsSentMs = clock.nowMs()
    post({ type: 'objects', ...changes.take() })
  }

  function shown() {
    if (drawingSinceMs === undefined) return
    objectsRestMs = Math.max(FRAME_MS, Math.min(MOST_OBJECTS_REST_MS, 2 * (clock.nowMs() - drawingSinceMs)))
    drawingSinceMs = undefined
    if (changes.pending > 0) objectsSoon()
  }

  function sendTime() {
    post({ type: 'time', nowMs: engine.nowMs, speed: driver.speed })
  }

  function sendFiles() {
    if (folder === undefined) return
    const files = listFiles(cluster, folder)
    const text = JSON.stringify(files)
    if (text === lastFiles) return
    lastFiles = text
    post({ type: 'files', folder, files })
  }

  function sendFindings() {
    const findings: Record<string, Finding> = {}
    for (const { id, check } of checks) findings[id] = askCheck(check, view)
    post({ type: 'findings', findings })
  }

  function saveNow() {
    const fromMs = clock.nowMs()
    if (lateSession.arrived && fromMs >= keepObjectsAtMs) {
      objects = lateSession.code.keepObjects(cluster, journal.options.startMs, HOME)
      const tookMs = clock.nowMs() - fromMs
      keepObjectsAtMs = clock.nowMs() + Math.max(KEEP_OBJECTS_EVERY_MS, tookMs / KEEPING_SHARE)
    }
    save({ options: journal.options, recording: recorder.recording(), speed: driver.speed, objects })
  }

  /** Answers once kubectl is there. */
  function lookNow(args: readonly string[], call: number) {
    const result = lateSession.arrived ? lateSession.code.look(cluster, programs, args) : undefined
    if (result) post({ type: 'answer', call, value: result })
    else clock.after(LOOK_AGAIN_MS, () => refusing(call, () => lookNow(args, call)))
  }

  function refusing(call: number, run: () => void) {
    try {
      run()
    } catch (error) {
      post({ type: 'refusal', call, message: error instanceof Error ? error.message : String(error) })
    }
  }

  function flush() {
    sendObjects()
    sendOutput()
    sendTime()
  }

  const calls: { readonly [K in CallName]: (ask: Calls[K]['ask'], call: number) => Calls[K]['answer'] | undefined } = {
    readFile({ path }) {
      const text = cluster.files.read(path)
      if (text === undefined) throw new Error(`${path}: No such file or directory`)
      return text
    },
    writeFile({ path, text }) {
      put({ do: 'write', path, text })
      filesSoon()
      return null
    },
    removeFile({ path }) {
      put({ do: 'remove', path })
      filesSoon()
      return null
    },
    // Answered by afterSlice when the run has ended.
    run({ script, stdin }, call) {
      startRun(script, stdin, call)
      return undefined
    },
    look({ args }, call) {
      lookNow(args, call)
      return undefined
    },
    placing: ({ uid }) => cluster.explainScheduling(uid) ?? null,
    yaml: (reference) => yamlOf(cluster, reference),
  }

  return {
    cluster,
    /** Something the cluster waited for has come. */
    nudge: () => driver.nudge(),
    receive(message: ToWorker) {
      switch (message.type) {
        case 'boot':
          return
        case 'save':
          keepObjectsAtMs = -Infinity
          return saveNow()
        case 'input': {
          const isKey = message.input.do === 'type'
          if (isKey) typedMs = clock.nowMs()
          driver.nudge(isKey ? BEFORE_A_KEY_MS : undefined)
          put(message.input)
          return
        }
        case 'drawn':
          return drawn(message.terminal, message.characters)
        case 'shown':
          return shown()
        case 'speed':
          driver.setSpeed(message.speed)
          sendTime()
          saveSoon()
          return
        case 'step':
          driver.stepUntil(() => changes.pending > 0, 1000)
          return flush()
        case 'watch-files':
          folder = message.folder
          lastFiles = ''
          return sendFiles()
        case 'watch-checks':
          checks = message.checks
          return sendFindings()
        case 'call':
          return refusing(message.call, () => {
            driver.nudge()
            // The page's `ask` is typed by the same table under the same name.
            const value = (calls[message.name] as (ask: unknown, call: number) => unknown)(message.ask, message.call)
            if (value !== undefined) post({ type: 'answer', call: message.call, value })
          })
        case 'ping':
          return post({ type: 'pong' })
      }
    },
    /** Objects and files of a cluster that is no more. */
    bringBack: (kept: KeptObjects) =>
      lateSession.code.bringBack(kept).forEach((each) => (each.do === 'run' ? void startRun(each.script) : put(each))),
    save: saveNow,
    stop: () => driver.stop(),
  }
}

/** Folders too large or too dull to show beside an editor. */
const HOME = '/root'
const HIDDEN = /(^|\/)\./
const MOST_FILES = 500

function listFiles(cluster: Cluster, folder: string): readonly FileListing[] {
  const found: FileListing[] = []
  const visit = (path: string) => {
    for (const { name, directory } of cluster.files.list(path)) {
      const inner = path === '/' ? `/${name}` : `${path}/${name}`
      if (HIDDEN.test(name) || found.length >= MOST_FILES) continue
      found.push({ path: inner, type: directory ? 'directory' : 'file' })
      if (directory) visit(inner)
    }
  }
  visit(folder)
  return found
}

function yamlOf(cluster: Cluster, { kind, namespace, name }: ObjectReference): string {
  const definition = cluster.findKind(kind)
  const object = definition && cluster.client().get(definition, namespace, name)
  if (!object) throw new Error(`${kind.toLowerCase()} "${name}" not found`)
  const { managedFields: _, ...metadata } = object.metadata
  return toYaml({ ...object, metadata })
}
