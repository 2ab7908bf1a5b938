import type { AnyObject } from './object'
import type { ManagedFieldsEntry } from './types/meta-v1.gen'

/** Who set which field of an object, beside the object in storage. */
export interface ManagedFields {
  readonly entries: readonly ManagedFieldsEntry[]
}

export const nobody: ManagedFields = { entries: [] }

/** A stored object with its `metadata.managedFields`. */
export function withManagedFields({ object, fields }: { readonly object: AnyObject; readonly fields: ManagedFields }): AnyObject {
  if (fields.entries.length === 0) return object
  return { ...object, metadata: { ...object.metadata, managedFields: fields.entries } }
}
