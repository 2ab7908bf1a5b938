import type { TabOptions } from '../../printers/tabwriter'

/** kubeadm's columns. */
export const TABLE: TabOptions = { minWidth: 10, padding: 3 }

const UNITS = [
  ['y', 365 * 86_400],
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const

/** A time to go in one unit: `364d`, `23h`. */
export function shortDuration(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000)
  if (seconds < -1) return '<invalid>'
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ['s', 1]
  return `${Math.max(0, Math.floor(seconds / size))}${unit}`
}
