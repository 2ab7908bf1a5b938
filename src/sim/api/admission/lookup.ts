import type { AdmissionRequest, ApiServer } from '../hooks'
import type { KubeObject } from '../object'
import type { Pod } from '../types/core-v1.gen'

/** What an admission plugin reads besides the request: stored objects of a kind named by group, version and plural. */
export interface Resource<T extends KubeObject> {
  readonly group: string
  readonly version: string
  readonly plural: string
  /** Never set: carries the type of the objects. */
  readonly of?: T
}

/** Names a resource and the type of its objects. */
export const resource = <T extends KubeObject>(group: string, version: string, plural: string): Resource<T> => ({ group, version, plural })

/** One stored object, or undefined; also when the server does not know the kind. */
export function find<T extends KubeObject>(
  server: ApiServer,
  { group, version, plural }: Resource<T>,
  namespace: string | undefined,
  name: string,
) {
  const served = server.registry.find(group, version, plural)
  return served && (server.storage.get(served.kind as never, namespace, name)?.object as unknown as T | undefined) // stored under this resource
}

/** All stored objects of a namespace, or of everywhere. */
export function* findAll<T extends KubeObject>(
  server: ApiServer,
  { group, version, plural }: Resource<T>,
  namespace?: string,
): Generator<T> {
  const served = server.registry.find(group, version, plural)
  if (!served) return
  for (const { object } of server.storage.list(served.kind as never, namespace)) yield object as unknown as T // as above
}

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
