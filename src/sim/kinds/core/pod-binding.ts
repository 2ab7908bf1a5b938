import type { ApiServer, CallSubresource } from '../../api/hooks'
import type { AnyObject } from '../../api/object'
import { badRequest, conflict } from '../../api/status'
import type { Binding, Pod, PodStatus } from '../../api/types/core-v1.gen'
import { withCondition } from './pod-conditions'
import { pod } from './pod'
import { success } from './success'

/** POST …/pods/{name}/binding: gives a Pod its node, once and for all. This is how a scheduler speaks. */
export const podBinding: CallSubresource = {
  of: { group: '', plural: 'pods' },
  subresource: 'binding',
  verbs: ['create'],
  body: { group: '', version: 'v1', kind: 'Binding' },
  handle: ({ object, body, name, server, user, manager, dryRun }) => {
    const bound = boundTo(object as unknown as Pod, body as Partial<Binding> | undefined, name, server) // asked for Pods only
    if (!dryRun) server.storage.replace(pod, bound as unknown as AnyObject, { user: user.name, manager }) // a Pod is an object
    return success(201)
  },
}

/** The Pod with the node that a Binding names; since 1.35 it is no longer nominated for one. Refuses a second node, a Pod that is going, and one that is gated. */
export function boundTo(stored: Pod, { target, metadata }: Partial<Binding> = {}, name: string, { engine, release }: ApiServer): Pod {
  if (!target?.name) throw badRequest('target.name: Required value')
  const refuse = (why: string) => conflict({ group: '', plural: 'pods/binding' }, name, why)
  if (metadata?.uid && metadata.uid !== stored.metadata.uid)
    throw refuse(`Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${stored.metadata.uid}`)
  if (stored.metadata.deletionTimestamp) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`)
  if (stored.spec.nodeName) throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(stored.spec.nodeName)}`)
  if (stored.spec.schedulingGates?.length) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`)
  const annotations = metadata?.annotations && { ...stored.metadata.annotations, ...metadata.annotations }
  const { nominatedNodeName, ...status } = stored.status ?? ({} as PodStatus) // of a Pod that was just created
  const forgets = nominatedNodeName !== undefined && release[1] >= 35
  const bound = {
    ...stored,
    ...(forgets && { status }),
    metadata: { ...stored.metadata, ...(annotations && { annotations }) },
    spec: { ...stored.spec, nodeName: target.name },
  }
  return withCondition(bound, { type: 'PodScheduled', status: 'True' }, engine.nowMs)
}
