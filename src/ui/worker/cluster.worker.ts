import { del, get, set } from 'idb-keyval'
import { assembleCluster } from '../../sim/assemble'
import type { ClusterOptions } from '../../sim/cluster'
import { createLatePrograms } from '../../sim/late-programs'
import { lateShell } from '../../sim/shell/login'
import type { RealClock } from '../../sim/engine/driver'
import type { Journal } from './journal'
import type { FromWorker, ToWorker } from './protocol'
import { createSession } from './session'

const KEY = 'journal'
/** The release whose types the page loads at once. */
const NEWEST = '1.36'
/** A reloaded page asks for the lock before its predecessor's worker has quite gone. */
const LOCK_PATIENCE_MS = 1500

/** The shell, kubectl and the tools come after the first prompt; whoever types faster is waited for, with the clock held. */
const programs = createLatePrograms()
let coming: Promise<unknown> | undefined
const loadPrograms = () =>
  (coming ??= Promise.all([
    loadShell(),
    import('../../sim/programs').then(({ everyProgram }) => programs.arrive(everyProgram)),
    import('./session-code'),
  ]))
const loadShell = () => import('../../sim/shell/shell-code').then(({ shellCode }) => lateShell.arrive(shellCode))
const createCluster = (options: ClusterOptions) => assembleCluster(options, programs)

const post = (message: FromWorker) => self.postMessage(message)

/** `setTimeout(0)` is held back by browsers; a message is not, and yet it lets other messages through first. */
const { port1, port2 } = new MessageChannel()
const soon: (() => void)[] = []
port1.onmessage = () => soon.shift()?.()

const clock: RealClock = {
  nowMs: () => performance.now(),
  after(delayMs, run) {
    if (delayMs > 0) {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    }
    let called = true
    soon.push(() => called && run())
    port2.postMessage(null)
    return () => void (called = false)
  },
}

let session: ReturnType<typeof createSession> | undefined
const early: ToWorker[] = []

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'boot') boot(data).catch((error) => post({ type: session ? 'bug' : 'failed', message: messageOf(error) }))
  else if (!session) early.push(data)
  else
    try {
      session.receive(data)
    } catch (error) {
      post({ type: 'bug', message: messageOf(error) })
    }
}

const messageOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error))

async function boot({ seed, workers, version, fresh }: ToWorker & { type: 'boot' }) {
  const keeps = await ownsTheStore()
  if (!keeps) post({ type: 'kept', kept: false })
  if (fresh && keeps) await del(KEY).catch(() => undefined) // a browser that keeps nothing has nothing to delete
  const kept = keeps && !fresh ? await get<Journal>(KEY).catch(() => undefined) : undefined
  if (kept) post({ type: 'restoring' })
  const empty = (): Journal => ({
    options: { seed, workers, version, startMs: Math.floor(Date.now() / 1000) * 1000 },
    speed: 1,
  })
  const save = (journal: Journal) => {
    if (keeps)
      void set(KEY, journal).then(
        () => post({ type: 'kept', kept: true }),
        () => post({ type: 'kept', kept: false }),
      )
  }
  // A past is lived through again in one go: nothing in it can wait. An older release boots with types that come late.
  if (kept || version !== NEWEST) await loadPrograms()
  const start = (journal: Journal) => createSession({ createCluster, programs, clock, post, save, journal })
  try {
    session = start(kept ?? empty())
  } catch (error) {
    if (!kept) throw error
    // A journal of an older build that this one cannot live through: a fresh cluster, with what was kept of the old one.
    post({ type: 'lost', message: String(error), broughtBack: kept.objects !== undefined })
    session = start(empty())
    if (kept.objects) session.bringBack(kept.objects)
  }
  for (const message of early.splice(0)) session.receive(message)
  await loadPrograms()
  session.nudge()
}

/** Two tabs must not write over each other's cluster: the first keeps the lock while it lives. */
function ownsTheStore(): Promise<boolean> {
  if (!('locks' in navigator)) return Promise.resolve(true)
  return new Promise((resolve) => {
    navigator.locks
      .request('tabernetes-journal', { signal: AbortSignal.timeout(LOCK_PATIENCE_MS) }, () => {
        resolve(true)
        return new Promise<never>(() => {}) // held until the worker ends
      })
      .catch(() => resolve(false))
  })
}
