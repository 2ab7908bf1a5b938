import type { Call } from './call'
import type { DeleteOptions } from './client'
import { deleteObject } from './delete'
import { fieldPath } from './field-path'
import { listObjects } from './list'
import { integerOf, isTrue } from './list-options'
import { badRequest, invalid } from './status'
import type { Stored } from './storage'

/** Deletes everything that a list with this query would show. Returns what was deleted. */
export function deleteCollection(call: Call, query: URLSearchParams, options: DeleteOptions): readonly Stored[] {
  return listObjects(call, query).items.flatMap((stored) => {
    const { name, namespace } = stored.object.metadata
    // One may go because another went: that is no failure of the whole.
    if (!call.core.storage.get(call.served.kind, namespace, name)) return []
    return [deleteObject({ ...call, name, namespace }, options).stored]
  })
}

/** Reads `DeleteOptions` from a body and from the query, which wins. */
export function readDeleteOptions(body: unknown, query: URLSearchParams): DeleteOptions & { readonly dryRun: boolean } {
  const given = (typeof body === 'object' && body !== null ? body : {}) as GivenOptions // every field is looked at before it is used
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions, dryRun } = given
  const grace = query.has('gracePeriodSeconds') ? integerOf(query, 'gracePeriodSeconds') : gracePeriodSeconds
  if (grace !== undefined && !Number.isInteger(grace))
    throw badRequest(`json: cannot unmarshal ${typeof grace} into Go struct field DeleteOptions.gracePeriodSeconds of type int64`)
  const wanted = query.get('propagationPolicy') ?? propagationPolicy
  const orphan = query.has('orphanDependents') ? isTrue(query.get('orphanDependents')) : orphanDependents
  if (wanted !== undefined && orphan !== undefined) {
    const complaint = fieldPath('propagationPolicy').invalid(wanted, 'orphanDependents and deletionPropagation cannot be both set')
    throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [complaint])
  }
  const policy = wanted ?? (orphan === undefined ? undefined : orphan ? 'Orphan' : 'Background')
  if (policy !== undefined && !isPropagation(policy)) {
    const complaint = fieldPath('propagationPolicy').notSupported(policy, ['Foreground', 'Background', 'Orphan', 'nil'])
    throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [complaint])
  }
  return {
    ...(grace !== undefined && { gracePeriodSeconds: grace }),
    ...(policy !== undefined && { propagation: policy }),
    ...(preconditions !== undefined && { preconditions }),
    dryRun: Array.isArray(dryRun) && dryRun.includes('All'),
  }
}

interface GivenOptions {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: string
  readonly orphanDependents?: boolean
  readonly preconditions?: NonNullable<DeleteOptions['preconditions']>
  readonly dryRun?: unknown
}

const isPropagation = (text: string): text is NonNullable<DeleteOptions['propagation']> =>
  text === 'Foreground' || text === 'Background' || text === 'Orphan'
