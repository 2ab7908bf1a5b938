import type { ContainerStateWaiting, Pod } from '../api/types/core-v1.gen'

export interface JournalEntry {
  readonly timeMs: number
  readonly unit: string
  /** A line, or what is put into words (services/journal-text.ts) only when somebody reads it. */
  readonly said: string | Failure | Trouble | Killed
}

/** The kubelet cannot start. */
export interface Failure {
  readonly failure: string
}

/** Something is wrong with a Pod. */
export interface Trouble {
  readonly pod: Pod['metadata']
  /** Of the event that tells it too. */
  readonly reason: string
  readonly message: string
  readonly container?: string | undefined
  /** Why the container does not run. */
  readonly waiting?: ContainerStateWaiting | undefined
}

/** A container's processes were killed for want of memory. */
export interface Killed {
  readonly pod: Pod
  /** The container's. */
  readonly id: string
  readonly program: string
  readonly uid: number
  readonly takenBytes: number
  readonly limitBytes: number
  readonly nodeBytes: number
}

/** What services of a host have logged: `journalctl -u kubelet`. */
export interface Journal {
  readonly entries: readonly JournalEntry[]
  log(unit: string, said: JournalEntry['said']): void
  started(unit: string): void
  stopped(unit: string): void
}

/** The process id that systemd has given the kubelet. */
export const KUBELET_PID = 812

/** What the kernel says belongs to no service. */
export const KERNEL = 'kernel'

const MAX_ENTRIES = 2000

const descriptions: Readonly<Record<string, string>> = {
  kubelet: 'kubelet: The Kubernetes Node Agent',
  containerd: 'containerd container runtime',
}

export function createJournal(now: () => number): Journal {
  const entries: JournalEntry[] = []
  const log: Journal['log'] = (unit, said) => {
    entries.push({ timeMs: now(), unit, said })
    if (entries.length > MAX_ENTRIES) entries.splice(0, MAX_ENTRIES / 2)
  }
  const say = (unit: string, verb: string) => log(unit, `systemd[1]: ${verb} ${unit}.service - ${descriptions[unit] ?? unit}.`)
  return {
    entries,
    log,
    started: (unit) => say(unit, 'Started'),
    stopped: (unit) => say(unit, 'Stopped'),
  }
}
