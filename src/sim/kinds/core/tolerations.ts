import type { Taint, Toleration } from '../../api/types/core-v1.gen'

/** Whether one toleration covers a taint. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false
  if (toleration.key && toleration.key !== taint.key) return false
  switch (toleration.operator ?? 'Equal') {
    case 'Exists':
      return true
    case 'Equal':
      return Boolean(toleration.key) && (toleration.value ?? '') === (taint.value ?? '')
    case 'Lt':
      return compareIntegers(taint.value, toleration.value, (a, b) => a < b)
    case 'Gt':
      return compareIntegers(taint.value, toleration.value, (a, b) => a > b)
    default:
      return false
  }
}

function compareIntegers(a: string | undefined, b: string | undefined, holds: (a: number, b: number) => boolean): boolean {
  return /^-?\d+$/.test(a ?? '') && /^-?\d+$/.test(b ?? '') && holds(Number(a), Number(b))
}

/** The first taint with one of these effects that none of the tolerations covers. */
export function untolerated(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly string[],
): Taint | undefined {
  return taints?.find((taint) => effects.includes(taint.effect) && !tolerations?.some((toleration) => tolerates(toleration, taint)))
}
