import type { Proc, Program, Self } from '../../node/os/syscalls'
import { SyscallError } from '../../node/os/syscalls'
import { write } from '../../node/os/calls'
import { commandSpec } from '../command-tree'
import { ApiError, CommandError, ConnectionError, Exit } from '../errors'
import { parseFlags } from '../flags'
import type { Kubectl } from '../session'

/** kubectl's client without kubectl, for the small programs beside it; `words` are flags of every command. */
export const clientOf = (self: Self, words: readonly string[] = []): Kubectl => ({
  ...parseFlags(commandSpec('get').allFlags, words, self.argv[0] ?? ''),
  self,
  path: 'get',
  known: { warnings: new Set(), warningCount: 0 },
})

/** Whether to draw in colours: only on a terminal. */
export const paint = (self: Self, code: string, text: string) => (self.isTty(1) ? `\x1b[${code}m${text}\x1b[0m` : text)

/** Tells what was done, on standard error. */
export const succeeded = (self: Self, text: string) => write(2, `${paint(self, '32', '✔ ')}${text}\n`)
export const warned = (self: Self, text: string) => write(2, `${paint(self, '33;1', 'warning: ')}${text}\n`)

/** A program whose failures are told in one line and end it with 1. */
export const companion = (work: (self: Self, args: readonly string[]) => Proc, heading = 'error: '): Program =>
  function* (self) {
    try {
      yield* work(self, self.argv.slice(1))
      return 0
    } catch (error) {
      if (error instanceof SyscallError && (error.code === 'EINTR' || error.code === 'EPIPE')) throw error
      if (error instanceof Exit) return error.exitCode
      if (!isTold(error)) throw error
      yield* write(2, `${paint(self, '31;1', heading)}${error.message}\n`)
      return 1
    }
  }

const isTold = (error: unknown): error is Error =>
  error instanceof CommandError || error instanceof ApiError || error instanceof ConnectionError || error instanceof SyscallError

/** Runs `work`; what goes wrong in it is told behind `what`. */
export function* wrapping<T>(what: string, work: Proc<T>): Proc<T> {
  try {
    return yield* work
  } catch (error) {
    throw isTold(error) ? new CommandError(`${what}: ${error.message}`) : error
  }
}

/** Answers the shell's Tab key in cobra's protocol: names, then "no file names". */
export const offer = (names: readonly string[], typed = '') =>
  write(1, `${names.filter((name) => name.startsWith(typed)).map((name) => `${name}\n`).join('')}:4\n`) // prettier-ignore
