import { apiVersionOf, type AnyObject, type KubeObject } from '../api/object'
import type { OtherVersion } from '../api/kind'

/** A version of a kind whose fields are those of the stored version: only `apiVersion` is written otherwise. */
export function sameShape(stored: { group: string; version: string }, version: string, group = stored.group): OtherVersion {
  const storedApiVersion = apiVersionOf(stored)
  const apiVersion = apiVersionOf({ group, version })
  return {
    version,
    ...(group !== stored.group && { group }),
    // The two versions share one shape, so only the label on it changes.
    toStorage: (object) => ({ ...object, apiVersion: storedApiVersion }) as KubeObject,
    fromStorage: (object: KubeObject) => ({ ...object, apiVersion }) as AnyObject,
  }
}
