import type { Condition } from '../../api/types/meta-v1.gen'
import type { Verdict } from './listeners'

/** Verdicts as conditions: one that says the same as before keeps its time. */
export const conditionsOf = (
  verdicts: readonly Verdict[],
  before: readonly Condition[] | undefined,
  generation: number | undefined,
  now: string,
): readonly Condition[] =>
  verdicts.map(({ type, status, reason, message }) => {
    const known = before?.find((each) => each.type === type)
    const lastTransitionTime = known?.status === status && known.reason === reason ? known.lastTransitionTime! : now
    return { lastTransitionTime, message, observedGeneration: generation ?? 0, reason, status, type }
  })

/** Whether two statuses say the same; the order of fields does not count. */
export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other))

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, inOrder(each)]),
  )
}
