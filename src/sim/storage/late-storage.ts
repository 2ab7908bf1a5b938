import { lateCode } from '../engine/late-code'
import type { createAttaching, volumesOn } from './attaching'
import type { syncClaim } from './claims'
import type { createDisks } from './disks'
import type { syncVolume } from './volumes'

/** What is done about claims and volumes. There are none before the first prompt: the page loads it after that. */
export const lateStorage = lateCode<{
  readonly syncClaim: typeof syncClaim
  readonly syncVolume: typeof syncVolume
  readonly createDisks: typeof createDisks
  readonly createAttaching: typeof createAttaching
  readonly volumesOn: typeof volumesOn
}>('claims and volumes')
