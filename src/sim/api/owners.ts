import type { KubeObject } from './object'
import type { OwnerReference } from './types/meta-v1.gen'

/** The owner that manages an object, if it has one: the reference with `controller: true`. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  const references = object.metadata.ownerReferences
  if (references) for (const reference of references) if (reference.controller) return reference
  return undefined
}
