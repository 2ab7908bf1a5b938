import type { Pod } from '../api/types/core-v1.gen'
import { lateCode } from '../engine/late-code'
import type { StorageContext } from './storage'

/** Makes the round that attaches disks to nodes and detaches them. `users` are the Pods that name claims. Nobody has any before the first prompt. */
export const lateAttaching = lateCode<(context: StorageContext, users: () => Iterable<Pod>) => () => void>('attaching disks')

/** Whether a Pod has a claim, by name or one of its own. */
export const hasClaims = ({ spec }: Pod): boolean =>
  spec.volumes?.some((volume) => volume.persistentVolumeClaim ?? volume.ephemeral) ?? false
