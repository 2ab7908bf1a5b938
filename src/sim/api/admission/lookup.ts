import type { AdmissionRequest, ApiServer } from '../hooks'
import type { KubeObject } from '../object'
import type { Served } from '../registry'
import type { Pod } from '../types/core-v1.gen'

/** What an admission plugin reads besides the request: stored objects of a kind named by group, version and plural. */
export interface Resource<T extends KubeObject> {
  readonly group: string
  readonly version: string
  readonly plural: string
  /** What it was found to be in the registry it was last looked up in. */
  found?: { readonly registry: ApiServer['registry']; readonly generation: number; readonly served: Served | undefined }
  /** Never set: carries the type of the objects. */
  readonly of?: T
}

/** Names a resource and the type of its objects. */
export const resource = <T extends KubeObject>(group: string, version: string, plural: string): Resource<T> => ({ group, version, plural })

/** Each request looks several of these up: what a registry said holds until something in it changes. */
function servedOf(server: ApiServer, what: Resource<never>): Served | undefined {
  const { registry } = server
  const { found } = what
  if (found?.registry === registry && found.generation === registry.generation) return found.served
  const served = registry.find(what.group, what.version, what.plural)
  what.found = { registry, generation: registry.generation, served }
  return served
}

/** One stored object, or undefined; also when the server does not know the kind. */
export function find<T extends KubeObject>(server: ApiServer, what: Resource<T>, namespace: string | undefined, name: string) {
  const served = servedOf(server, what as Resource<never>) // only asked what it is called
  return served && (server.storage.get(served.kind as never, namespace, name)?.object as unknown as T | undefined) // stored under this resource
}

/** All stored objects of a namespace, or of everywhere. */
export function findAll<T extends KubeObject>(server: ApiServer, what: Resource<T>, namespace?: string): readonly T[] {
  const served = servedOf(server, what as Resource<never>) // as above
  if (!served || server.storage.count(served.kind as never, namespace) === 0) return NONE
  const result: T[] = []
  for (const { object } of server.storage.list(served.kind as never, namespace)) result.push(object as unknown as T) // as above
  return result
}

const NONE: readonly never[] = []

/** Whether a request is about this resource itself, not one of its subresources. */
export function isAbout({ kind, subresource }: AdmissionRequest, { group, plural }: Resource<never>): boolean {
  return subresource === undefined && kind.plural === plural && kind.group === group
}

const pods = resource<never>('', 'v1', 'pods')

/** The Pod that a request is about to create; undefined for everything else. */
export function newPod(request: AdmissionRequest): Pod | undefined {
  return request.operation === 'CREATE' && isAbout(request, pods) ? (request.object as unknown as Pod) : undefined // a create of a Pod carries one
}

/** Pods that a kubelet shows here but runs from a file: no admission plugin changes them. */
export const isMirror = ({ metadata }: Pod) => metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined

export const asObject = <T extends KubeObject>(object: T) => object as unknown as NonNullable<AdmissionRequest['object']>
