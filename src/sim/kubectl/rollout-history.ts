import type { AnyObject } from '../api/object'
import { selectorOf, selectorText } from '../formats/selector'
import { strategicMerge } from '../formats/strategic-merge'
import type { LabelSelector } from '../api/types/meta-v1.gen'
import type { Proc } from '../node/os/syscalls'
import { builtInResource } from './built-in-resource'
import { asReported } from './errors'
import type { ResourceType } from './mapper'
import { fetchResource, listResources, type Resource, whole } from './resources'
import type { Kubectl } from './session'
import { typeNameOf } from './typed'
import { withFailure } from './writing'

/** One revision that a workload remembers. */
export interface Revision {
  readonly number: number
  readonly changeCause?: string
  /** The pod template it had. */
  readonly template: Readonly<Record<string, unknown>>
  /** The object that stands for it: a ReplicaSet or a ControllerRevision. */
  readonly object: AnyObject
  /** The workload as it was. */
  readonly restored: AnyObject
}

const revisionAnnotation = 'deployment.kubernetes.io/revision'
export const changeCause = 'kubernetes.io/change-cause'

export const revisionOf = (object: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } }): number =>
  Number(object.metadata.annotations?.[revisionAnnotation] ?? 0)

const workloads = ['DaemonSet.apps', 'Deployment.apps', 'ReplicaSet.apps', 'StatefulSet.apps', 'Job.batch', 'CronJob.batch', 'Pod', 'ReplicationController'] // prettier-ignore

/** `Deployment.apps`, `Pod`. */
export const groupKind = ({ group, kind }: ResourceType) => (group ? `${kind}.${group}` : kind)
/** Kinds that run Pods: of others the client does not even know how to ask for a history. */
export const isWorkload = (type: ResourceType) => workloads.includes(groupKind(type))

/** Kinds that remember their revisions. */
export const hasHistory = (kind: string) => ['Deployment', 'DaemonSet', 'StatefulSet'].includes(kind)

/** The workload is asked for once more before its history is. */
function* anew(kubectl: Kubectl, resource: Resource): Proc<{ readonly object: AnyObject }> {
  try {
    return { object: (yield* fetchResource(kubectl, resource)).object! }
  } catch (error) {
    throw withFailure(asReported(error), `failed to retrieve ${resource.type.kind} ${resource.name}`)
  }
}

/** Every revision of a Deployment, DaemonSet or StatefulSet, oldest first. Throws CommandError when they may not be listed. */
export function* historyOf(kubectl: Kubectl, resource: Resource): Proc<Revision[]> {
  const { namespace } = resource
  const { object: owner } = yield* anew(kubectl, resource)
  const { selector } = owner.spec as { selector?: LabelSelector } // these kinds have one
  const kind = owner.kind === 'Deployment' ? 'ReplicaSet' : 'ControllerRevision'
  const type = builtInResource({ apiVersion: 'apps/v1', kind })
  let found: Resource[]
  try {
    found = yield* listResources(kubectl, type, namespace, { selector: selectorText(selectorOf(selector)), listQuery: whole })
  } catch (error) {
    const { name = '' } = owner.metadata
    const what =
      kind === 'ReplicaSet'
        ? `failed to retrieve replica sets from deployment ${name}`
        : `unable to find history controlled by ${owner.kind} ${name}`
    throw withFailure(asReported(error), what)
  }
  const owned = found
    .map((resource) => resource.object!)
    .filter((one) => one.metadata.ownerReferences?.some(({ uid, controller }) => controller && uid === owner.metadata.uid))
  return owned
    .map((one) => (kind === 'ReplicaSet' ? ofReplicaSet(owner, one) : ofControllerRevision(owner, one)))
    .sort((a, b) => a.number - b.number)
}

function ofReplicaSet(owner: AnyObject, object: AnyObject): Revision {
  const { template } = object.spec as { template: Readonly<Record<string, unknown>> } // a ReplicaSet has one
  return {
    number: revisionOf(object),
    changeCause: object.metadata.annotations?.[changeCause],
    template,
    object,
    restored: { ...owner, spec: { ...(owner.spec as object), template: withoutHash(template) } },
  }
}

function ofControllerRevision(owner: AnyObject, object: AnyObject): Revision {
  const { data, revision } = object as AnyObject & { data: unknown; revision: number } // its own members
  const restored = strategicMerge(owner, data, typeNameOf(owner.apiVersion, owner.kind)) as AnyObject
  const { template } = restored.spec as { template: Readonly<Record<string, unknown>> }
  return { number: revision, changeCause: object.metadata.annotations?.[changeCause], template, object, restored }
}

/** The label a Deployment adds to each ReplicaSet's pods is no part of what its author wrote. */
export function withoutHash(template: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const metadata = (template.metadata ?? {}) as { labels?: Record<string, string> }
  const { 'pod-template-hash': _, ...labels } = metadata.labels ?? {}
  return { ...template, metadata: { ...metadata, labels } }
}
