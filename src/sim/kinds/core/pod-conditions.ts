import { withFields } from '../../api/object'
import type { Pod, PodCondition } from '../../api/types/core-v1.gen'
import { timestamp } from '../../engine/time'

/** Whether a condition of a Pod is True. */
export const isTrue = ({ status }: Pod, type: string): boolean =>
  status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false

/** The Pod with a condition set; its transition time moves only when its status does. */
export function withCondition(pod: Pod, condition: PodCondition, nowMs: number): Pod {
  const conditions = pod.status?.conditions ?? []
  const before = conditions.find(({ type }) => type === condition.type)
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : timestamp(nowMs)
  const after = withFields(condition, { lastTransitionTime })
  return {
    ...pod,
    status: {
      ...pod.status,
      conditions: before ? conditions.map((other) => (other === before ? after : other)) : [...conditions, after],
    },
  }
}
