import { lateCode } from '../engine/late-code'
import type { applied, withLastApplied } from './apply'
import type { applyJsonPatch } from './json-patching'

interface Patches {
  readonly applyJsonPatch: typeof applyJsonPatch
  readonly applied: typeof applied
  readonly withLastApplied: typeof withLastApplied
}

/** The patches that only people and their tools send: the cluster itself sends merge patches. */
export const latePatches = lateCode<Patches>('JSON patches and server-side apply')
