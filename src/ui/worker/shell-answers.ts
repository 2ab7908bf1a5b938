import type { CheckView } from '../../lessons/checks'
import type { Run } from '../../sim/cluster'

/** A shell command of a check is run again after this many virtual milliseconds at the earliest. */
const REST_MS = 2000

/** Answers the shell commands of checks: each runs in the cluster now and then; until a run has ended, the last answer (or none) stands. */
export function createShellAnswers(start: (script: string) => Run, nowMs: () => number): CheckView['shell'] {
  const asked = new Map<string, { run: Run; startedMs: number; last: Run['result'] }>()
  return (script) => {
    const known = asked.get(script)
    if (!known) {
      asked.set(script, { run: start(script), startedMs: nowMs(), last: undefined })
      return undefined
    }
    if (known.run.result) {
      known.last = known.run.result
      if (nowMs() - known.startedMs >= REST_MS) Object.assign(known, { run: start(script), startedMs: nowMs() })
    }
    return known.last
  }
}
