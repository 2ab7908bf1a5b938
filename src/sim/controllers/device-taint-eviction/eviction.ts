import type { Pod } from '../../api/types/core-v1.gen'
import type { ResourceClaim } from '../../api/types/resource-v1.gen'
import { timestamp } from '../../engine/time'
import { pod as podKind } from '../../kinds/core/pod'
import { deviceTaintRule } from '../../kinds/resource/device-taint-rule'
import { resourceClaim } from '../../kinds/resource/resource-claim'
import { resourceSlice } from '../../kinds/resource/resource-slice'
import { anyKind, defineController, type Step } from '../controller'
import { again, patchStatus, remove, say } from '../steps'
import { everything, looksAt } from '../watches'
import { evictionMs, usersOf } from './tainted-claims'

/** Deletes Pods whose devices have a NoExecute taint: at once, or when the time for which their claim tolerates it is over. */
export const deviceTaintEvictionController = defineController({
  name: 'device-taint-eviction-controller',
  reconciles: resourceClaim,
  watches: {
    slices: everything(resourceSlice),
    rules: everything(deviceTaintRule),
    users: looksAt(anyKind(podKind), usersOf),
  },

  reconcile(claim: ResourceClaim, { slices, rules, users, nowMs, pauses }) {
    const dueMs = evictionMs(claim, slices, rules)
    const staying = users.filter(({ metadata }) => !metadata.deletionTimestamp)
    if (dueMs <= nowMs) return staying.flatMap((pod) => evict(pod, nowMs))
    return staying.flatMap((pod) => {
      const key = `${claim.metadata.uid}/${pod.metadata.uid}`
      if (dueMs < Infinity) {
        pauses.set(key, { sinceMs: nowMs, lastsMs: dueMs - nowMs })
        return [again(dueMs - nowMs, { background: true })]
      }
      return pauses.delete(key) ? [say('Normal', 'DeviceTaintManagerEviction', 'Cancelling deletion', pod)] : []
    })
  },
})

function evict(pod: Pod, nowMs: number): Step[] {
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByDeviceTaintManager',
    message: 'Device Taint manager: deleting due to NoExecute taint',
    lastTransitionTime: timestamp(nowMs),
  }
  return [
    say('Normal', 'DeviceTaintManagerEviction', 'Marking for deletion', pod),
    patchStatus(podKind, pod, { conditions: [condition] }),
    remove(podKind, pod),
  ]
}
