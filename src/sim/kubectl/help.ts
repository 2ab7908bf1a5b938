import { write } from '../node/os/calls'
import type { Proc } from '../node/os/syscalls'
import { commandSpec } from './command-tree'

/** Writes a command's help to a descriptor. */
export function* printHelp(path: string, fd: number): Proc {
  const { spec } = commandSpec(path)
  yield* write(fd, `Usage:\n  kubectl ${path}\n\n${spec.subcommands.join('\n')}\n`)
}
