import type { HorizontalPodAutoscaler, HPAScalingRules } from '../../api/types/autoscaling-v2.gen'
import { quantityValue, milliValue } from '../../formats/quantity'
import type { Memory } from './memory'

const DEFAULT_DOWN_WINDOW_SECONDS = 300
const DEFAULT_UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
}
const DEFAULT_DOWN: HPAScalingRules = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] }

/** The rules of an autoscaler with what its author left out. */
export function rulesOf({ spec }: HorizontalPodAutoscaler): { readonly up: HPAScalingRules; readonly down: HPAScalingRules } {
  return { up: { ...DEFAULT_UP, ...spec.behavior?.scaleUp }, down: { ...DEFAULT_DOWN, ...spec.behavior?.scaleDown } }
}

export function tolerances({ up, down }: ReturnType<typeof rulesOf>): { readonly up: number; readonly down: number } {
  const of = ({ tolerance }: HPAScalingRules) => (tolerance === undefined ? 0.1 : milliValue(tolerance) / 1000 || quantityValue(tolerance))
  return { up: of(up), down: of(down) }
}

export interface Limited {
  readonly replicas: number
  readonly stabilized: 'ScaleUpStabilized' | 'ScaleDownStabilized' | undefined
  readonly limit: { readonly reason: string; readonly message: string } | undefined
}

const WITHIN_RANGE = undefined
const tooMany = { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' }
const tooFew = { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' }
const tooFast = { reason: 'ScaleUpLimit', message: 'the desired replica count is increasing faster than the maximum scale rate' }
const tooSlow = { reason: 'ScaleDownLimit', message: 'the desired replica count is decreasing faster than the maximum scale rate' }

/** The recommendation after stabilisation, rates, and the bounds of the spec; `memory` takes the recommendation in. */
export function limitChange(
  autoscaler: HorizontalPodAutoscaler,
  current: number,
  recommended: number,
  memory: Memory,
  nowMs: number,
): Limited {
  return autoscaler.spec.behavior
    ? limitByBehavior(autoscaler, current, recommended, memory, nowMs)
    : limitAsEver(autoscaler, current, recommended, memory, nowMs)
}

/** Without a behaviour: the highest recommendation of the last five minutes, and at most to the double (or to four) at once. */
function limitAsEver({ spec }: HorizontalPodAutoscaler, current: number, recommended: number, memory: Memory, nowMs: number): Limited {
  const recent = memory.recommendations.filter(({ atMs }) => nowMs - atMs <= DEFAULT_DOWN_WINDOW_SECONDS * 1000)
  const stable = Math.max(recommended, ...recent.map(({ replicas }) => replicas))
  memory.recommendations = [...recent, { atMs: nowMs, replicas: recommended }]
  const stabilized = stable === recommended ? undefined : 'ScaleDownStabilized'
  const { minReplicas = 1, maxReplicas } = spec
  const fastest = Math.max(2 * current, 4)
  const most = Math.min(maxReplicas, fastest)
  if (stable < minReplicas) return { replicas: minReplicas, stabilized, limit: tooFew }
  if (stable > most) return { replicas: most, stabilized, limit: maxReplicas > fastest ? tooFast : tooMany }
  return { replicas: stable, stabilized, limit: WITHIN_RANGE }
}

function limitByBehavior(
  autoscaler: HorizontalPodAutoscaler,
  current: number,
  recommended: number,
  memory: Memory,
  nowMs: number,
): Limited {
  const { up, down } = rulesOf(autoscaler)
  const upWindowMs = (up.stabilizationWindowSeconds ?? 0) * 1000
  const downWindowMs = (down.stabilizationWindowSeconds ?? DEFAULT_DOWN_WINDOW_SECONDS) * 1000
  const recent = memory.recommendations.filter(({ atMs }) => nowMs - atMs < Math.max(upWindowMs, downWindowMs))
  memory.recommendations = [...recent, { atMs: nowMs, replicas: recommended }]
  const within = (windowMs: number) => recent.filter(({ atMs }) => nowMs - atMs < windowMs).map(({ replicas }) => replicas)
  const floor = Math.min(recommended, ...within(upWindowMs))
  const ceiling = Math.max(recommended, ...within(downWindowMs))
  const stable = Math.min(Math.max(current, floor), ceiling)
  const stabilized = stable === recommended ? undefined : recommended >= current ? 'ScaleUpStabilized' : 'ScaleDownStabilized'
  return { ...bounded(autoscaler, current, stable, up, down, memory, nowMs), stabilized }
}

function bounded(
  autoscaler: HorizontalPodAutoscaler,
  current: number,
  wanted: number,
  up: HPAScalingRules,
  down: HPAScalingRules,
  memory: Memory,
  nowMs: number,
): Omit<Limited, 'stabilized'> {
  const { minReplicas = 1, maxReplicas } = autoscaler.spec
  if (wanted > current) {
    const fastest = Math.max(current, highest(up, current, memory, nowMs))
    const most = Math.min(maxReplicas, fastest)
    if (wanted > most) return { replicas: most, limit: maxReplicas > fastest ? tooFast : tooMany }
  }
  if (wanted < current) {
    const slowest = Math.min(current, lowest(down, current, memory, nowMs))
    const least = Math.max(minReplicas, slowest)
    if (wanted < least) return { replicas: least, limit: minReplicas < slowest ? tooSlow : tooFew }
  }
  return { replicas: wanted, limit: WITHIN_RANGE }
}

const madeWithin = ({ changes }: Memory, seconds: number, nowMs: number) =>
  changes.filter(({ atMs }) => nowMs - atMs < seconds * 1000).reduce((sum, { by }) => sum + by, 0)

function highest(rules: HPAScalingRules, current: number, memory: Memory, nowMs: number): number {
  if (rules.selectPolicy === 'Disabled') return current
  const limits = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const atStart = current - madeWithin(memory, periodSeconds, nowMs)
    return type === 'Pods' ? atStart + value : Math.ceil(atStart * (1 + value / 100))
  })
  return rules.selectPolicy === 'Min' ? Math.min(...limits) : Math.max(...limits)
}

function lowest(rules: HPAScalingRules, current: number, memory: Memory, nowMs: number): number {
  if (rules.selectPolicy === 'Disabled') return current
  const limits = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const atStart = current - madeWithin(memory, periodSeconds, nowMs)
    return type === 'Pods' ? atStart - value : Math.trunc(atStart * (1 - value / 100))
  })
  return rules.selectPolicy === 'Min' ? Math.max(...limits) : Math.min(...limits)
}
