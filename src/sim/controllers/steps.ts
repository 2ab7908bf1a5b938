import type { DeleteOptions } from '../api/client'
import type { KindDefinition } from '../api/kind'
import type { KubeObject, NewObject } from '../api/object'
import { anyKind, type Says, type Step } from './controller'

/** Creates an object; `unlessRefused`, only if all that came before in this round was done. */
export const create = <O extends KubeObject>(
  kind: KindDefinition<O>,
  object: NewObject<O>,
  says?: Says,
  options?: { readonly unlessRefused?: boolean },
): Step => ({
  do: 'create',
  kind: anyKind(kind),
  object,
  ...(says && { says }),
  ...options,
})

/** Replaces an object by a version of it; refused with a Conflict when it has changed since it was read. */
export const update = <O extends KubeObject>(kind: KindDefinition<O>, object: O, says?: Says): Step => ({
  do: 'update',
  kind: anyKind(kind),
  object,
  ...(says && { says }),
})

/** Merges some fields into an object, whatever has become of the others. */
export const patch = <O extends KubeObject>(kind: KindDefinition<O>, target: O, body: unknown, says?: Says): Step => ({
  do: 'patch',
  kind: anyKind(kind),
  target,
  type: 'merge',
  patch: body,
  ...(says && { says }),
})

/** Merges some fields into the status of an object other than the reconciled one. */
export const patchStatus = <O extends KubeObject>(kind: KindDefinition<O>, target: O, status: unknown): Step => ({
  do: 'patch',
  kind: anyKind(kind),
  target,
  type: 'strategic',
  patch: { status },
  subresource: 'status',
})

/** Deletes an object, and only this very one: a namesake created meanwhile stays. */
export const remove = <O extends KubeObject>(kind: KindDefinition<O>, target: O, says?: Says, options?: DeleteOptions): Step => ({
  do: 'delete',
  kind: anyKind(kind),
  target,
  ...(options && { options }),
  ...(says && { says }),
})

/**
 * Makes `status` the reconciled object's status, unless it is so already; `unlessRefused`, only if all that came before in this round was done;
 * `without` tells what it is instead when some creations of this round failed.
 */
export const setStatus = (
  object: KubeObject,
  status: unknown,
  options?: { readonly unlessRefused?: boolean; readonly without?: (failed: number) => unknown },
): Step => ({
  do: 'status',
  object,
  status,
  ...options,
})

/** Asks for the eviction subresource of a Pod, or another subresource that is created. */
export const post = <O extends KubeObject>(
  kind: KindDefinition<O>,
  target: O,
  subresource: string,
  body: NewObject<KubeObject>,
  says?: Says,
): Step => ({
  do: 'post',
  kind: anyKind(kind),
  target,
  subresource,
  body,
  ...(says && { says }),
})

/** An event about the reconciled object. */
export const say = (type: 'Normal' | 'Warning', reason: string, message: string, about?: KubeObject): Step => ({
  do: 'event',
  type,
  reason,
  message,
  ...(about && { about }),
})

/** Another look after a while. Nobody who waits for the cluster to settle waits for a background look. */
export const again = (afterMs: number, options?: { readonly background?: boolean }): Step => ({ do: 'again', afterMs, ...options })
