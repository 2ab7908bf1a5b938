import { hostWork } from './node/os/calls'
import type { HostWork, Program } from './node/os/syscalls'
import { busyboxToolNames, toolNames } from './shell/tools/names'
import { BUSYBOX, type Programs } from './tool-files'

/** Programs that are still being loaded: one that is started before they are there waits, and virtual time with it. */
export interface LatePrograms extends Programs {
  /** They are there now. */
  arrive(programs: Programs): void
}

/** A stand-in for the programs of programs.ts until `arrive` is called. */
export function createLatePrograms(): LatePrograms {
  const names = new Set(['kubectl', ...toolNames, ...busyboxToolNames.map((name) => BUSYBOX + name)])
  let arrived: Programs | undefined
  let waiting: (() => void)[] = []
  const loading: HostWork = {
    get done() {
      return arrived !== undefined
    },
    onDone: (listener) => void waiting.push(listener),
  }
  const late = (name: string): Program =>
    function* (self) {
      yield* hostWork(loading)
      return yield* arrived!.find(name)!(self) // the lists of names are complete
    }
  return {
    find: (name) => (names.has(name) ? (arrived?.find(name) ?? late(name)) : undefined),
    arrive(programs) {
      arrived = programs
      const listeners = waiting
      waiting = []
      for (const listener of listeners) listener()
    },
  }
}
