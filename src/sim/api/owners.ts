import type { KubeObject } from './object'
import type { OwnerReference } from './types/meta-v1.gen'

/** The owner that manages an object, if it has one: the reference with `controller: true`. */
export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((reference) => reference.controller)
