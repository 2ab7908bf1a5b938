import type { Finding } from '../../lessons/checks'
import type { Check } from '../../lessons/format'
import type { Explanation } from '../../sim/scheduler/explanation'
import type { Summary } from './summary'

/** What the page tells the worker. Everything that touches the cluster from outside is an `Input` and is written into the journal. */
export type ToWorker =
  | { readonly type: 'boot'; readonly seed: number; readonly workers: number; readonly version: string; readonly fresh: boolean }
  | { readonly type: 'input'; readonly input: Input }
  /** The page has drawn this many characters of a terminal's output; far behind, virtual time waits for it. */
  | { readonly type: 'drawn'; readonly terminal: string; readonly characters: number }
  /** The page has drawn the last `objects`: the next may come. */
  | { readonly type: 'shown' }
  /** The page may be about to go: keep what there is. */
  | { readonly type: 'save' }
  /** Answered with `pong`: the worker lives and is not stuck. */
  | { readonly type: 'ping' }
  | { readonly type: 'speed'; readonly speed: number }
  /** While paused: run to the next change of an object, at most a second. */
  | { readonly type: 'step' }
  | { readonly type: 'watch-files'; readonly folder: string | undefined }
  | { readonly type: 'watch-checks'; readonly checks: readonly { readonly id: string; readonly check: Check }[] }
  | { readonly type: 'call'; readonly call: number; readonly name: CallName; readonly ask: unknown }

/** One thing done to the cluster from outside. */
export type Input =
  | {
      readonly do: 'open'
      readonly terminal: string
      readonly columns: number
      readonly rows: number
      readonly env?: Readonly<Record<string, string>>
    }
  | { readonly do: 'type'; readonly terminal: string; readonly text: string }
  | { readonly do: 'resize'; readonly terminal: string; readonly columns: number; readonly rows: number }
  | { readonly do: 'close'; readonly terminal: string }
  | { readonly do: 'write'; readonly path: string; readonly text: string }
  | { readonly do: 'remove'; readonly path: string }
  | { readonly do: 'run'; readonly run: number; readonly script: string; readonly stdin?: string }

/** Questions with one answer: name → what is asked and what comes back. */
export interface Calls {
  readonly readFile: { readonly ask: { readonly path: string }; readonly answer: string }
  readonly writeFile: { readonly ask: { readonly path: string; readonly text: string }; readonly answer: null }
  readonly removeFile: { readonly ask: { readonly path: string }; readonly answer: null }
  /** Runs a script in a shell of its own; virtual time must pass for it to end. */
  readonly run: { readonly ask: { readonly script: string; readonly stdin?: string }; readonly answer: RunResult }
  /** A kubectl command that only looks; it leaves no trace in the cluster. */
  readonly look: { readonly ask: { readonly args: readonly string[] }; readonly answer: RunResult }
  /** Why a Pod is where it is; null when nobody remembers. */
  readonly placing: { readonly ask: { readonly uid: string }; readonly answer: Explanation | null }
  readonly yaml: { readonly ask: ObjectReference; readonly answer: string }
}

export type CallName = keyof Calls

export interface RunResult {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

export interface ObjectReference {
  readonly kind: string
  readonly namespace?: string
  readonly name: string
}

export interface FileListing {
  readonly path: string
  readonly type: 'file' | 'directory'
}

/** What the worker tells the page. */
export type FromWorker =
  /** A kept cluster is being lived through again. */
  | { readonly type: 'restoring' }
  /** That failed: the code has changed since. A fresh cluster takes its place, with the objects and files of the old one where they were kept. */
  | { readonly type: 'lost'; readonly message: string; readonly broughtBack: boolean }
  /** The cluster lives. `terminals` are those of a restored session. */
  | {
      readonly type: 'ready'
      readonly restored: boolean
      readonly terminals: readonly string[]
      readonly startMs: number
      readonly speed: number
    }
  | { readonly type: 'output'; readonly terminal: string; readonly text: string }
  | { readonly type: 'exit'; readonly terminal: string; readonly code: number }
  | { readonly type: 'objects'; readonly changed: readonly Summary[]; readonly deleted: readonly string[] }
  | { readonly type: 'time'; readonly nowMs: number; readonly speed: number }
  | { readonly type: 'files'; readonly folder: string; readonly files: readonly FileListing[] }
  | { readonly type: 'findings'; readonly findings: Readonly<Record<string, Finding>> }
  | { readonly type: 'answer'; readonly call: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly call: number; readonly message: string }
  /** Whether a reload will find this cluster again; not in a second tab, nor where the browser keeps nothing. */
  | { readonly type: 'kept'; readonly kept: boolean }
  | { readonly type: 'pong' }
  /** There is no cluster: a bug in the simulator kept it from starting. */
  | { readonly type: 'failed'; readonly message: string }
  /** A bug in the simulator. The cluster goes on. */
  | { readonly type: 'bug'; readonly message: string }
