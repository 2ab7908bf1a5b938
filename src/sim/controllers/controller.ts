import type { KindDefinition } from '../api/kind'
import type { KubeObject, NewObject } from '../api/object'
import type { DeleteOptions, PatchType } from '../api/client'
import type { StatusError } from '../api/status'

/**
 * A controller of kube-controller-manager: what it reconciles, what wakes it, and a pure function from what is there now to the steps it wants.
 * The runner (runner.ts) owns queue, back-off, event recording and the application of steps; see DESIGN §4.
 */
export interface Controller<T extends KubeObject, Seen extends Readonly<Record<string, unknown>>> {
  /** As in kube-controller-manager: `replicaset-controller`. Also the source of its events and (as a service account) its user. */
  readonly name: string
  readonly reconciles: KindDefinition<T>
  /** What else it looks at. Each entry tells which keys to enqueue when such an object changes, and how to read it for one reconciled object. */
  readonly watches: { readonly [K in keyof Seen]: Watch<T, Seen[K]> }
  /** Judges by what is there now. `refused` holds the steps of the previous round that the API server refused. */
  readonly reconcile: (object: T, seen: Seen & Circumstances) => readonly Step[]
  /** Called when the object is gone, for what must be undone outside it (rare). */
  readonly deleted?: (key: { namespace: string | undefined; name: string }, seen: Circumstances) => readonly Step[]
}

export interface Circumstances {
  readonly nowMs: number
  readonly refused: readonly Refusal[]
  /** For hashes and names that must not depend on chance: use only where the real controller draws a random value. */
  readonly suffix: (length: number) => string
}

export interface Refusal {
  readonly step: Step
  readonly error: StatusError
}

/** How one watched kind relates to the reconciled one. Built with `owned`, `selected`, `sameName`, `everything` of watches.ts. */
export interface Watch<T extends KubeObject, Read> {
  readonly kind: KindDefinition<never> | KindDefinition<KubeObject>
  /** Keys (`namespace/name`) of reconciled objects that a change of `object` concerns. `old` is what it was before. */
  readonly concerns: (object: KubeObject, old: KubeObject | undefined, find: Find<T>) => readonly string[]
  /** What `reconcile` gets to see under this name. */
  readonly read: (object: T, find: Find<T>) => Read
}

/** Look-ups a watch may do; answered from the API server's indexes, no copies. */
export interface Find<T extends KubeObject> {
  readonly all: () => readonly T[]
  readonly list: <O extends KubeObject>(kind: KindDefinition<O>, namespace?: string) => readonly O[]
  readonly get: <O extends KubeObject>(kind: KindDefinition<O>, namespace: string | undefined, name: string) => O | undefined
  readonly owned: <O extends KubeObject>(kind: KindDefinition<O>, namespace: string | undefined, uid: string) => readonly O[]
}

/** What a reconciler may want. Built with the functions of steps.ts (`create`, `remove`, `setStatus`, …). */
export type Step =
  | { readonly do: 'create'; readonly kind: KindDefinition<never>; readonly object: NewObject<KubeObject>; readonly says?: Says }
  | { readonly do: 'update'; readonly kind: KindDefinition<never>; readonly object: KubeObject; readonly subresource?: string; readonly says?: Says }
  | { readonly do: 'patch'; readonly kind: KindDefinition<never>; readonly target: KubeObject; readonly type: PatchType; readonly patch: unknown; readonly subresource?: string; readonly says?: Says }
  | { readonly do: 'delete'; readonly kind: KindDefinition<never>; readonly target: KubeObject; readonly options?: DeleteOptions; readonly says?: Says }
  /** An event about the reconciled object (or `about`) and nothing else. */
  | { readonly do: 'event'; readonly about?: KubeObject; readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string }
  /** Look again after a while even if nothing changes. `background`: for ever-recurring looks that nobody waits for. */
  | { readonly do: 'again'; readonly afterMs: number; readonly background?: boolean }

/** The events a step leaves behind on the reconciled object. Texts may use the object as it came back from the API server. */
export interface Says {
  readonly event?: string
  readonly message?: (result: KubeObject) => string
  readonly refusal?: string
  readonly refusalMessage?: (error: StatusError) => string
}
