import { mergePatch } from '../../../src/sim/formats/merge-patch'
import { createApi } from './api'
import { minimalObjects } from './minimal-objects'

/** A merge patch on the least valid object of a kind, so that a test's row shows only what is wrong. */
export type Change = Readonly<Record<string, unknown>>

/** An API and its kinds, with the least object of each and a change to it. */
export function createChangedObjects() {
  const api = createApi()
  const versionOf = new Map(
    api.server.registry.all().map((served) => [served.group === '' ? served.kind.plural : `${served.kind.plural}.${served.group}`, served]),
  )
  return {
    api,
    /** What is served under `plural.group`, and its changed object. */
    objectOf(resource: string, change: Change) {
      const served = versionOf.get(resource)!
      const { name = 'example', body = {} } = minimalObjects[resource]!
      const least = { apiVersion: served.apiVersion, kind: served.kind.kind, metadata: { name }, ...body }
      return { served, name, object: mergePatch(least, change) }
    },
  }
}
