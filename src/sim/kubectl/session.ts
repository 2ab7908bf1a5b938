import { calendar } from '../engine/time'
import { nowMs, write } from '../node/os/calls'
import type { Proc, Self } from '../node/os/syscalls'
import { CommandError } from './errors'
import type { ClientConfig } from './kubeconfig'
import type { Preference } from './kuberc-file'
import type { Mapper } from './mapper'
import type { Index } from './openapi'
import type { ParsedFlags } from './flags'

/** One run of kubectl: what was typed, and what it has found out so far. Commands get this and nothing else. */
export interface Kubectl extends ParsedFlags {
  readonly self: Self
  /** The command, `rollout undo`. */
  readonly path: string
  /** What must not be asked twice within one run. */
  readonly known: Known
}

export interface Known {
  config?: ClientConfig
  mapper?: Mapper
  /** What a credential plugin has answered, as headers. */
  credentials?: Readonly<Record<string, string>>
  /** The user's own, from kuberc. */
  readonly preference?: Preference
  /** Discovery has been asked in this run: an unknown name stays unknown. */
  fresh?: boolean
  /** What `--dry-run` means, once it has been asked. */
  dryRun?: 'none' | 'client' | 'server'
  /** What `--cascade` means, likewise. */
  propagation?: 'Background' | 'Foreground' | 'Orphan'
  /** Schemas that have been asked for. */
  schemasAsked?: { readonly index: Index; readonly versions: Set<string> }
  /** Warnings already shown. */
  readonly warnings: Set<string>
  warningCount: number
  /** The client library has said what it is, and that it has reached the server. */
  announced?: boolean
  dialled?: boolean
}

/** A command: a coroutine over its run that ends with an exit code, or nothing for 0. */
export interface Command {
  readonly run: (kubectl: Kubectl) => Proc<number | void>
  /** Flags without which it refuses to run. */
  readonly required?: readonly string[]
}

/** Prints to standard output. Ends with nothing, so that a command may end with it. */
export function* out(text: string): Proc {
  yield* write(1, text)
}

/** Prints to standard error. */
export function* err(text: string): Proc {
  yield* write(2, text)
}

/** An error with the advice to read the command's help. */
export const usageError = (kubectl: Kubectl, message: string) =>
  new CommandError(`${message}\nSee 'kubectl ${kubectl.path} -h' for help and examples`)

/** How chatty `-v` wants it. */
export const verbosity = (kubectl: Kubectl) => kubectl.flags.int('v')

/** A line of the client's own log on stderr, headed as klog does: `I0102 15:04:05.000000   1234 loader.go:402] …`. */
export function* log(kubectl: Kubectl, severity: 'I' | 'W' | 'E' | 'F', place: string, message: string): Proc {
  const t = calendar(yield* nowMs())
  const two = (value: number) => String(value).padStart(2, '0')
  const micros = String(Math.floor(t.millisecond * 1000)).padStart(6, '0')
  yield* err(
    `${severity}${two(t.month)}${two(t.day)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)}.${micros} ${String(kubectl.self.pid).padStart(7)} ${place}] ${message}\n`,
  )
}
