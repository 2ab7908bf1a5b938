import type { Assignment } from 'unbash'
import { write } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { complain } from '../evaluate/fork'
import type { Shell } from '../state'

/** How a builtin was called. */
export interface Call {
  readonly shell: Shell
  readonly name: string
  readonly args: readonly string[]
  /** The array assignment (`x=(…)`) that stands at this argument, for declare and its like. */
  readonly array: (at: number) => Assignment | undefined
}

/** A command that runs inside the shell and may change it; ends with its status. */
export type Builtin = (call: Call) => Proc<number>

/** Writes to the standard output. */
export function* print(shell: Shell, text: string): Proc {
  const fd = shell.io.get(1)
  if (fd === undefined) throw new SyscallError('EBADF', 'write error: Bad file descriptor')
  if (text !== '') yield* write(fd, text)
}

/** Reports a mistake as `bash: cd: …` and answers its status. */
export function* failure({ shell, name }: Call, message: string, status = 1): Proc<number> {
  yield* complain(shell, `${name}: ${message}`)
  return status
}

/** Splits single-letter options off: `known` lists them, a colon after one that takes a value. Undefined after a message. */
export function* options(call: Call, known: string, usage: string): Proc<{ flags: Map<string, string>; rest: string[] } | undefined> {
  const flags = new Map<string, string>()
  const { args } = call
  let i = 0
  for (; i < args.length; i++) {
    const argument = args[i]!
    if (argument === '--') {
      i++
      break
    }
    if (!/^-./.test(argument)) break
    for (let j = 1; j < argument.length; j++) {
      const letter = argument[j]!
      const at = known.indexOf(letter)
      if (at < 0 || letter === ':') {
        yield* failure(call, `-${letter}: invalid option`)
        if (call.shell.flavour === 'bash') {
          const fd = call.shell.io.get(2)
          if (fd !== undefined) yield* write(fd, `${call.name}: usage: ${usage}\n`)
        }
        return undefined
      }
      if (known[at + 1] !== ':') flags.set(letter, '')
      else {
        const value = argument.slice(j + 1) || args[++i]
        if (value === undefined) {
          yield* failure(call, `-${letter}: option requires an argument`)
          return undefined
        }
        flags.set(letter, value)
        break
      }
    }
  }
  return { flags, rest: args.slice(i) }
}
