import type { KindDefinition } from './kind'
import type { KubeObject, NewObject } from './object'

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply'

export interface ListOptions {
  readonly namespace?: string
  /** Label selector in its text form: `app=web,tier in (a,b)`. */
  readonly labelSelector?: string
  /** Field selector in its text form: `spec.nodeName=node01`. */
  readonly fieldSelector?: string
}

export interface WriteOptions {
  readonly subresource?: string
  readonly dryRun?: boolean
  /** Server-side apply: take fields over from other managers. */
  readonly force?: boolean
  readonly fieldManager?: string
  /** Why, for whoever asks who wrote a revision: the reconciled object and the step taken. */
  readonly because?: string
  readonly local?: LocalWrite
}

/**
 * Reaches the store even while kube-apiserver is away. Only for static Pods: a kubelet runs them without a server, and the store is where it
 * keeps them here. Nobody sees the mirror before the server is back.
 */
type LocalWrite = boolean

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan'
  /** Delete only if uid or resourceVersion still match; else a Conflict. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly because?: string
  readonly local?: LocalWrite
}

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: T
  /** What was stored before, for MODIFIED and DELETED. */
  readonly old?: T
}

/**
 * The in-process way to the API server for controllers, scheduler and kubelets: same admission, validation and errors as over HTTP, no
 * serialisation. Every method is synchronous; refusals are thrown as `StatusError`. Objects returned are frozen and shared.
 */
export interface Client {
  /** Undefined when there is none: not being there is an answer, not an error. */
  get<T extends KubeObject>(kind: KindDefinition<T>, namespace: string | undefined, name: string): T | undefined
  list<T extends KubeObject>(kind: KindDefinition<T>, options?: ListOptions): readonly T[]
  /** Objects of `kind` whose owner references contain `uid`; answered from an index. */
  owned<T extends KubeObject>(kind: KindDefinition<T>, namespace: string | undefined, uid: string): readonly T[]
  /** Pods bound to a node; answered from an index. */
  onNode<T extends KubeObject>(kind: KindDefinition<T>, nodeName: string): readonly T[]
  create<T extends KubeObject>(kind: KindDefinition<T>, object: NewObject<T>, options?: WriteOptions): T
  /** Replaces the object; a `resourceVersion` in it must still be current. */
  update<T extends KubeObject>(kind: KindDefinition<T>, object: T, options?: WriteOptions): T
  updateStatus<T extends KubeObject>(kind: KindDefinition<T>, object: T): T
  patch<T extends KubeObject>(
    kind: KindDefinition<T>,
    namespace: string | undefined,
    name: string,
    type: PatchType,
    patch: unknown,
    options?: WriteOptions,
  ): T
  /** Writes the scale subresource. */
  scale<T extends KubeObject>(
    kind: KindDefinition<T>,
    namespace: string | undefined,
    name: string,
    replicas: number,
    options?: WriteOptions,
  ): void
  delete<T extends KubeObject>(kind: KindDefinition<T>, namespace: string | undefined, name: string, options?: DeleteOptions): void
  /** Calls back for every change from now on, in order, each time from an event of its own on the engine's queue (never from inside a write). Returns how to stop. */
  watch<T extends KubeObject>(
    kind: KindDefinition<T>,
    listener: (events: readonly WatchEvent<T>[]) => void,
    options?: ListOptions,
  ): () => void
  /** Whether this client may list and watch a kind: while it may not, its watches are silent, and it must not act on what it would not know. */
  mayWatch<T extends KubeObject>(kind: KindDefinition<T>, namespace?: string): boolean
}

/** Who a client is: decides authorization, managedFields and what "blame" shows. */
export interface Identity {
  /** For instance `system:serviceaccount:kube-system:replicaset-controller`. */
  readonly user: string
  readonly groups?: readonly string[]
  /** Field manager, for instance `kube-controller-manager`. */
  readonly manager: string
  /** Whether it has a way to the API server now; it has unless told. */
  readonly reaches?: () => boolean
}
