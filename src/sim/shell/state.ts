import type { Script, Statement } from 'unbash'
import type { Proc, Self, Signal } from '../node/os/syscalls'
import type { Variables } from './variables'

/** Which shell it claims to be: it decides messages and a few behaviours. */
export type Flavour = 'bash' | 'dash' | 'busybox'

/** A parsed piece of source. Positions in its nodes count into `source`. */
export interface Unit {
  readonly source: string
  readonly script: Script
  /** Number of the first line, and the name that stands before it in messages. */
  readonly firstLine: number
}

export interface ShellFunction {
  readonly name: string
  readonly body: import('unbash').Function['body']
  readonly unit: Unit
  /** `export -f`: shells that this one starts have it too. */
  readonly exported?: boolean
}

export interface Job {
  readonly id: number
  /** Process group, or the only process when there is no job control. */
  readonly group: number
  readonly pids: number[]
  readonly last: number
  readonly command: string
  state: 'Running' | 'Stopped' | 'Done'
  code: number
  signal?: Signal
  /** Whether the person has been told of its present state. */
  told: boolean
}

/** What stops the run of commands until somebody up the line takes it. */
export type Jump =
  | { readonly to: 'break' | 'continue'; levels: number }
  | { readonly to: 'return' | 'exit'; readonly code: number }
  /** Back to the prompt: Ctrl-C. */
  | { readonly to: 'prompt' }
  /** On to the next line of the script, after a mistake in an expansion. */
  | { readonly to: 'line' }

/** All that a shell process knows. A subshell works on a copy. */
export interface Shell {
  readonly self: Self
  readonly flavour: Flavour
  /** $0, and what messages begin with. */
  name: string
  script: boolean
  interactive: boolean
  /** Job control: every pipeline is a process group of its own. */
  monitor: boolean
  /** $$ stays the first shell's in subshells; `ownPid` does not. */
  readonly pid: number
  readonly ownPid: number
  /** Command substitutions around this shell: `set -x` shows them. */
  substitutionDepth: number
  variables: Variables
  args: readonly string[]
  functions: Map<string, ShellFunction>
  aliases: Map<string, string>
  options: Set<string>
  shopts: Set<string>
  /** Descriptors as the script numbers them → as the kernel does. */
  io: Map<number, number>
  cwd: string
  status: number
  /** Status of the last command substitution of the command being expanded: what `x=$(false)` leaves in $?. */
  substitutionStatus: number
  pipeStatus: readonly number[]
  lastBackground: number | undefined
  jobs: Job[]
  /** What `jobs` lists in a part of a pipeline or a substitution: those of the shell it was made in. */
  readonly jobsOutside?: readonly Job[]
  traps: Map<string, string>
  /** A trap action is running. */
  inTrap: boolean
  jump: Jump | undefined
  loops: number
  functionDepth: number
  functionNames: string[]
  sourceDepth: number
  /** Above 0 while a status is only looked at (`if`, `&&`): `set -e` holds still. */
  tested: number
  unit: Unit
  line: number
  directories: string[]
  history: string[]
  hashed: Map<string, { path: string; hits: number }>
  completions: Map<string, string>
  getoptsAt: { index: number; offset: number }
  startedMs: number
  nowMs: number
  randomSeed: number
  umask: number
  /** The terminal's descriptor and this shell's own process group, when there is job control. */
  terminal: { readonly fd: number; readonly group: number } | undefined
  /** Descriptors of process substitutions, closed after the command that uses them. */
  substitutions: { fd: number; pid: number }[]
  /** Nothing comes after the next simple command: a program may take the shell's place. */
  givesWay: boolean
  /** Runs statements in this shell (the evaluator; held here so that expansion need not import it). */
  readonly run: (shell: Shell, statements: readonly Statement[]) => Proc<void>
  /** Starts a subshell; answers its pid. */
  readonly fork: (shell: Shell, work: (child: Shell) => Proc<void>, options: ForkOptions) => Proc<number>
}

export interface ForkOptions {
  readonly io: ReadonlyMap<number, number>
  readonly group?: number
  readonly command: string
  /** It runs behind the prompt: SIGINT is not for it. */
  readonly background?: boolean
  /** It is a command substitution. */
  readonly substitution?: boolean
  /** It was asked for by parentheses. */
  readonly parentheses?: boolean
  /** Nothing but one simple command is run. */
  readonly givesWay?: boolean
}

/** A mistake that ends the command (and a script) after its message: a bad substitution, an unset variable under `set -u`. */
export class ShellError extends Error {
  constructor(
    message: string,
    readonly status = 1,
    /** How much it ends when nobody sits at the shell: just the command, the line of the script, or the shell. */
    readonly ends: 'command' | 'line' | 'shell' = 'line',
  ) {
    super(message)
    this.name = 'ShellError'
  }
}

/** What stands before a message: `bash: `, or `deploy.sh: line 3: ` in a script; busybox and dash have their own ways. */
export function messagePrefix(shell: Shell, line: number = shell.line): string {
  if (shell.flavour === 'busybox') return shell.script ? `${shell.name}: line ${line}: ` : `${shell.name}: `
  if (shell.flavour === 'dash') return shell.interactive ? `${shell.name}: ${line}: ` : `${shell.name}: ${line}: `
  return shell.interactive ? `${shell.name}: ` : `${shell.name}: line ${line}: `
}

const lineStarts = new WeakMap<Unit, number[]>()

/** The line of the source that a position is on. */
export function lineAt(unit: Unit, position: number): number {
  let starts = lineStarts.get(unit)
  if (!starts) {
    starts = [0]
    for (let at = unit.source.indexOf('\n'); at >= 0; at = unit.source.indexOf('\n', at + 1)) starts.push(at + 1)
    lineStarts.set(unit, starts)
  }
  let low = 0
  for (let high = starts.length; high - low > 1;) {
    const middle = (low + high) >> 1
    if (starts[middle]! <= position) low = middle
    else high = middle
  }
  return unit.firstLine + low
}

/** Where programs are looked for when PATH is not set. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
