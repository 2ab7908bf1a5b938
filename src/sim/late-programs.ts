import { hostWork } from './node/os/calls'
import type { HostWork, Program } from './node/os/syscalls'
import type { Programs } from './tool-files'

/** Programs that are still being loaded: one that is started before they are there waits, and virtual time with it. */
export interface LatePrograms extends Programs {
  /** They are there now. */
  arrive(programs: Programs): void
}

/** The shell's word for a file that cannot be run. */
const CANNOT_RUN = 126

/** A stand-in for the programs of programs.ts until `arrive` is called. Until then it takes every name for one of them, as all files carry known ones. */
export function createLatePrograms(): LatePrograms {
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
      const program = arrived!.find(name)
      return program ? yield* program(self) : CANNOT_RUN
    }
  return {
    find: (name) => (arrived ? arrived.find(name) : late(name)),
    arrive(programs) {
      arrived = programs
      const listeners = waiting
      waiting = []
      for (const listener of listeners) listener()
    },
  }
}
