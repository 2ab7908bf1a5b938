import { parseTimestamp, timestamp } from '../engine/time'
import { admit, resourceOf, storedOf, writerOf, type Call } from './call'
import type { DeleteOptions } from './client'
import type { AnyObject } from './object'
import { conflict, notFound } from './status'
import { freeze, type Stored } from './storage'
import { isReadyToGo, removeStored } from './write'

/** What a delete led to: the object's last state, and whether it is gone or waits for something (grace period, finalizers). */
export interface Deletion {
  readonly stored: Stored
  readonly gone: boolean
}

const ORPHAN = 'orphan'
const FOREGROUND = 'foregroundDeletion'

/** Deletes an object, or begins to: a grace period and finalizers keep it for a while. */
export function deleteObject(call: Call, options: DeleteOptions): Deletion {
  const { core, served, name } = call
  const { kind } = served
  const stored = storedOf(call)
  if (!stored) throw notFound(resourceOf(call), name)
  checkPreconditions(call, stored.object, options)
  admit(call, 'DELETE', undefined, stored.object)
  const object = marked(call, stored.object, options)
  if (isReadyToGo(kind, object)) return { stored: removeStored(call, { ...stored, object: stored.object }), gone: true }
  if (object === stored.object) return { stored, gone: false }
  if (call.dryRun) return { stored: { ...stored, object: freeze(object) }, gone: false }
  return { stored: core.storage.put(kind, object, stored.fields, writerOf(call)), gone: false }
}

function checkPreconditions(call: Call, { metadata }: AnyObject, { preconditions }: DeleteOptions) {
  if (preconditions?.uid !== undefined && preconditions.uid !== metadata.uid) {
    throw conflict(
      resourceOf(call),
      call.name,
      `Precondition failed: UID in precondition: ${preconditions.uid}, UID in object meta: ${metadata.uid}`,
    )
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      resourceOf(call),
      call.name,
      `Precondition failed: ResourceVersion in precondition: ${preconditions.resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`,
    )
  }
}

/** The object as it is once somebody wants it gone; the same one when that was known already. */
function marked({ core, served: { kind } }: Call, object: AnyObject, options: DeleteOptions): AnyObject {
  const { metadata } = object
  const finalizers = withPropagation(
    metadata.finalizers ?? [],
    options.propagation ?? (kind.defaultPropagation === 'Orphan' ? 'Orphan' : undefined),
  )
  const graceSeconds = graceOf(kind.graceSeconds?.(object) ?? 0, options.gracePeriodSeconds)
  const before = metadata.deletionTimestamp
  const graceBefore = metadata.deletionGracePeriodSeconds ?? 0
  if (before !== undefined && graceSeconds >= graceBefore)
    return finalizers === metadata.finalizers || !metadata.finalizers ? object : withFinalizers(object, finalizers)
  // A second delete may only shorten the grace period; it counts from the first one.
  const startMs = before === undefined ? core.engine.nowMs : parseTimestamp(before) - graceBefore * 1000
  const next: AnyObject = {
    ...withFinalizers(object, finalizers),
    metadata: {
      ...withFinalizers(object, finalizers).metadata,
      deletionTimestamp: timestamp(startMs + graceSeconds * 1000),
      deletionGracePeriodSeconds: graceSeconds,
      ...(metadata.generation !== undefined && { generation: metadata.generation + 1 }),
    },
  }
  return (kind.beforeDelete?.(next, core.context) as AnyObject | undefined) ?? next
}

/** A kind that goes at once (0) has no use for a grace period; otherwise the client's word counts before the object's. */
function graceOf(ofObject: number, asked: number | undefined): number {
  if (ofObject === 0) return 0
  if (asked === undefined) return ofObject
  return asked < 0 ? 1 : asked
}

function withPropagation(finalizers: readonly string[], propagation: DeleteOptions['propagation']): readonly string[] {
  if (propagation === undefined) return finalizers
  const others = finalizers.filter((each) => each !== ORPHAN && each !== FOREGROUND)
  if (propagation === 'Background') return others.length === finalizers.length ? finalizers : others
  const wanted = propagation === 'Orphan' ? ORPHAN : FOREGROUND
  return finalizers.includes(wanted) && others.length === finalizers.length - 1 ? finalizers : [...others, wanted]
}

function withFinalizers(object: AnyObject, finalizers: readonly string[]): AnyObject {
  const { finalizers: before, ...metadata } = object.metadata
  if (before === finalizers || (!before && finalizers.length === 0)) return object
  return { ...object, metadata: { ...metadata, ...(finalizers.length > 0 && { finalizers }) } }
}
