import { lateCode } from '../engine/late-code'
import type { applied, withLastApplied } from './apply'
import type { applyJsonPatch } from './json-patching'
import type { typedPatchErrors } from './typed-patch'

interface Patches {
  readonly applyJsonPatch: typeof applyJsonPatch
  readonly applied: typeof applied
  readonly withLastApplied: typeof withLastApplied
  readonly typedPatchErrors: typeof typedPatchErrors
}

/** The patches that only people and their tools send: the cluster itself sends merge patches. */
export const latePatches = lateCode<Patches>('JSON patches and server-side apply')
