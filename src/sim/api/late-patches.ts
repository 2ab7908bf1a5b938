import { lateCode } from '../engine/late-code'
import type { applied, withLastApplied } from './apply'
import type { applyJsonPatch } from './json-patching'
import type { goMap, strategicMerge, StrategicMergeError } from '../formats/strategic-merge'
import type { typedPatchErrors } from './typed-patch'

interface Patches {
  readonly applyJsonPatch: typeof applyJsonPatch
  readonly applied: typeof applied
  readonly withLastApplied: typeof withLastApplied
  readonly typedPatchErrors: typeof typedPatchErrors
  readonly strategicMerge: typeof strategicMerge
  readonly StrategicMergeError: typeof StrategicMergeError
  readonly goMap: typeof goMap
}

/** The patches that only people and their tools send: the cluster itself sends merge patches. */
export const latePatches = lateCode<Patches>('JSON and strategic merge patches and server-side apply')
