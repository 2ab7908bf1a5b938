import type { DeleteOptions, PatchType } from '../api/client'
import type { KindDefinition } from '../api/kind'
import type { KubeObject, NewObject } from '../api/object'
import type { StatusError } from '../api/status'

/**
 * A controller of kube-controller-manager: what it reconciles, what wakes it, and a pure function from what is there now to the steps it wants.
 * The runner (runner.ts) owns queue, back-off, event recording and the application of steps; see DESIGN §4.
 */
export interface Controller<T extends KubeObject, Seen> {
  /** As in kube-controller-manager: `replicaset-controller`. Also the source of its events and (as a service account) its user. */
  readonly name: string
  /** Its service account, where that has another name. */
  readonly account?: string
  /** Who its events are from, where that is another name. */
  readonly source?: string
  readonly reconciles: KindDefinition<T>
  /** What else it looks at. Each entry tells which keys to enqueue when such an object changes, and how to read it for one reconciled object. */
  readonly watches: { readonly [K in keyof Seen]: Watch<T, Seen[K]> }
  /** Judges by what is there now. `refused` holds the steps of the previous round that the API server refused. */
  readonly reconcile: (object: T, seen: Seen & Circumstances) => readonly (Step | undefined)[]
  /** Called when the object is gone, for what must be undone outside it (rare). */
  readonly deleted?: (key: ObjectKey, find: Find<T>) => readonly (Step | undefined)[]
  /** First and longest pause after a refusal, where they are not those of client-go's default rate limiter. */
  readonly retries?: { readonly firstMs: number; readonly longestMs: number }
  /** Looks at every object again this often, as a resync does; only where nothing else would wake it. */
  readonly resyncMs?: number
}

/** A controller whose types have served their purpose: what the runner runs. */
export type AnyController = Controller<KubeObject, Readonly<Record<string, unknown>>>

export interface ObjectKey {
  readonly namespace: string | undefined
  readonly name: string
}

export interface Circumstances {
  readonly nowMs: number
  readonly refused: readonly Refusal[]
  /** For hashes and names that must not depend on chance: use only where the real controller draws a random value. */
  readonly suffix: (length: number) => string
  /** Pauses after failures, by what failed. A controller keeps them in its process's mind, and begins anew when it is started again. */
  readonly pauses: Map<string, { readonly sinceMs: number; readonly lastsMs: number }>
}

export interface Refusal {
  readonly step: Step
  readonly error: StatusError
}

export type Change = 'ADDED' | 'MODIFIED' | 'DELETED'

/** How one watched kind relates to the reconciled one. Built with `owned`, `selected`, `sameName`, `everything` of watches.ts. */
export interface Watch<T extends KubeObject, Read> {
  readonly kind: AnyKind
  /** Keys (`namespace/name`) of reconciled objects that a change of `object` concerns. `old` is what it was before. */
  readonly concerns: (object: KubeObject, old: KubeObject | undefined, find: Find<T>, change: Change) => readonly string[]
  /** What `reconcile` gets to see under this name. */
  readonly read: (object: T, find: Find<T>) => Read
}

/** Look-ups a watch may do; answered from the API server's indexes, no copies. */
export interface Find<T extends KubeObject> {
  readonly all: (namespace?: string) => readonly T[]
  /** The reconciled object with a name, if there is one. */
  readonly one: (namespace: string | undefined, name: string) => T | undefined
  readonly list: <O extends KubeObject>(kind: KindDefinition<O>, namespace?: string, labelSelector?: string) => readonly O[]
  readonly get: <O extends KubeObject>(kind: KindDefinition<O>, namespace: string | undefined, name: string) => O | undefined
  readonly owned: <O extends KubeObject>(kind: KindDefinition<O>, namespace: string | undefined, uid: string) => readonly O[]
  readonly onNode: <O extends KubeObject>(kind: KindDefinition<O>, nodeName: string) => readonly O[]
  /** Objects that no controller owns: candidates for adoption. Answered from an index. */
  readonly orphans: <O extends KubeObject>(kind: KindDefinition<O>, namespace: string) => readonly O[]
}

/** Any kind's definition, where only its identity matters. */
export type AnyKind = KindDefinition<KubeObject>

/** A definition seen without its type. Sound wherever the definition is only handed back to the client together with objects of its own kind. */
export const anyKind = <T extends KubeObject>(kind: KindDefinition<T>): AnyKind => kind as unknown as AnyKind

/** What a reconciler may want. Built with the functions of steps.ts (`create`, `remove`, `setStatus`, …). */
export type Step =
  | {
      readonly do: 'create'
      readonly kind: AnyKind
      readonly object: NewObject<KubeObject>
      readonly says?: Says
      /** Not even tried, and told as refused, when something before it in the round was. */
      readonly unlessRefused?: boolean
    }
  | { readonly do: 'update'; readonly kind: AnyKind; readonly object: KubeObject; readonly subresource?: string; readonly says?: Says }
  | {
      readonly do: 'patch'
      readonly kind: AnyKind
      readonly target: KubeObject
      readonly type: PatchType
      readonly patch: unknown
      readonly subresource?: string
      readonly says?: Says
    }
  | { readonly do: 'delete'; readonly kind: AnyKind; readonly target: KubeObject; readonly options?: DeleteOptions; readonly says?: Says }
  /** The reconciled object's status, written only when it differs from what is stored. `without`: what it is when so many creations of the round failed. */
  | {
      readonly do: 'status'
      readonly object: KubeObject
      readonly status: unknown
      readonly unlessRefused?: boolean
      readonly without?: (failed: number) => unknown
    }
  /** A subresource that is a verb: `create` on `pods/eviction`. */
  | {
      readonly do: 'post'
      readonly kind: AnyKind
      readonly subresource: string
      readonly target: KubeObject
      readonly body: NewObject<KubeObject>
      readonly says?: Says
    }
  /** An event about the reconciled object (or `about`) and nothing else. */
  | {
      readonly do: 'event'
      readonly about?: KubeObject
      readonly type: 'Normal' | 'Warning'
      readonly reason: string
      readonly message: string
    }
  /** Look again after a while even if nothing changes. `background`: for ever-recurring looks that nobody waits for. */
  | { readonly do: 'again'; readonly afterMs: number; readonly background?: boolean }

/** The events a step leaves behind on the reconciled object (or `about`). Texts may use the object as it came back from the API server. */
export interface Says {
  readonly about?: KubeObject
  readonly event?: string
  readonly message?: (result: KubeObject) => string
  readonly refusal?: string
  /** `of` is the step that was refused: another one where this one was not even tried because of it. */
  readonly refusalMessage?: (error: StatusError, of: Step) => string
}

/** Completes nothing and checks everything: the types of what is watched flow into what `reconcile` sees. */
export const defineController = <T extends KubeObject, Seen>(controller: Controller<T, Seen>): AnyController =>
  controller as unknown as AnyController // the runner reads objects of `reconciles` and nothing else, so the types always fit
