import type { PersistentVolume, PersistentVolumeClaim } from '../api/types/core-v1.gen'
import { lateCode } from '../engine/late-code'
import type { StorageContext } from './storage'

/** How volumes grow: only people ask for more than they have, so the code may come after the first prompt. */
export const lateExpanding =
  lateCode<(context: StorageContext, claim: PersistentVolumeClaim, volume: PersistentVolume) => void>('growing volumes')
