import { syslogDate } from './programs/dates'

export interface JournalEntry {
  readonly timeMs: number
  readonly unit: string
  readonly text: string
}

/** What services of a host have logged: `journalctl -u kubelet`. */
export interface Journal {
  readonly entries: readonly JournalEntry[]
  log(unit: string, text: string): void
  started(unit: string): void
  stopped(unit: string): void
}

/** What the kernel says belongs to no service. */
export const KERNEL = 'kernel'

const MAX_ENTRIES = 2000

const descriptions: Readonly<Record<string, string>> = {
  kubelet: 'kubelet: The Kubernetes Node Agent',
  containerd: 'containerd container runtime',
}

export function createJournal(now: () => number): Journal {
  const entries: JournalEntry[] = []
  const log = (unit: string, text: string) => {
    entries.push({ timeMs: now(), unit, text })
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

/** A line as journalctl prints it. */
export const journalLine = (host: string, { timeMs, text }: JournalEntry) => `${syslogDate(timeMs)} ${host} ${text}`
