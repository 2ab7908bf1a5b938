import { write } from '../os/calls'
import type { Program } from '../os/syscalls'

/** A command that can be installed, as people expect, and says when it is run that the simulation has nothing for it to look at. */
export const unbuilt = (name: string, what: string): Program =>
  function* () {
    yield* write(2, `${name}: ${what} is not part of the simulation\n`)
    return 1
  }
