import { createDriver, type Driver } from '../engine/driver'
import type { Engine } from '../engine/engine'

/** Drives virtual time by this process's real clock. `speed` is virtual seconds a real second. */
export function driveInRealTime(engine: Engine, speed: number): Driver {
  return createDriver({
    engine,
    speed,
    clock: {
      nowMs: () => performance.now(),
      after(delayMs, run) {
        if (delayMs === 0) {
          const soon = setImmediate(run)
          return () => clearImmediate(soon)
        }
        const timer = setTimeout(run, delayMs)
        return () => clearTimeout(timer)
      },
    },
    onError: (error) => process.stderr.write(`the simulator stumbled: ${error instanceof Error ? error.stack : String(error)}\n`),
  })
}
