import type { ManagedFieldsEntry } from './types/meta-v1.gen'

/** Who set which field of an object, beside the object in storage. */
export interface ManagedFields {
  readonly entries: readonly ManagedFieldsEntry[]
}

export const nobody: ManagedFields = { entries: [] }
