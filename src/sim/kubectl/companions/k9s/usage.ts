import type { Container } from '../../../api/types/core-v1.gen'
import { milliValue, quantityValue } from '../../../formats/quantity'
import type { Column } from './state'

/** What something uses, in thousandths of a CPU and in bytes. */
export interface Usage {
  readonly cpu: number
  readonly memory: number
}

/** What the metrics server says; undefined where there is none. */
export interface Metrics {
  readonly pods: ReadonlyMap<string, Readonly<Record<string, Usage>>>
  readonly nodes: ReadonlyMap<string, Usage>
}

/** What stands where nobody knows. */
export const NOT_KNOWN = 'n/a'
/** A column of figures. */
export const right = (name: string): Column => ({ name, right: true })
export const percentages = ['%CPU/R', '%CPU/L', '%MEM/R', '%MEM/L'].map((name): Column => ({ name, right: true, spare: true }))
/** Columns of what pods use, in all and of what they asked for and may use at most. */
export const measured: readonly Column[] = [right('CPU'), ...percentages.slice(0, 2), right('MEM'), ...percentages.slice(2)]

/** As the MEM column shows bytes. */
export const mebibytes = (bytes: number) => String(Math.floor(bytes / 2 ** 20))
/** A share without its sign; `n/a` of nothing. */
export const percent = (part: number, whole: number) => (whole > 0 ? String(Math.floor((part / whole) * 100)) : NOT_KNOWN)

const plus = (a: Usage, b: Usage): Usage => ({ cpu: a.cpu + b.cpu, memory: a.memory + b.memory })
export const nothing: Usage = { cpu: 0, memory: 0 }
export const total = (usages: readonly Usage[]) => usages.reduce(plus, nothing)
/** Amounts as the API writes them. */
export const usageOf = (amounts: Readonly<Record<string, string>> | undefined): Usage => ({
  cpu: milliValue(amounts?.cpu ?? '0'),
  memory: quantityValue(amounts?.memory ?? '0'),
})

/** What a container asks for: its limits where it says no more. */
export const requests = ({ resources }: Container) => usageOf(resources?.requests ?? resources?.limits)
export const limits = ({ resources }: Container) => usageOf(resources?.limits)

/** The cells of `measured`. */
export const measuredCells = (used: Usage, asked: Usage, most: Usage): string[] => [
  String(used.cpu),
  percent(used.cpu, asked.cpu),
  percent(used.cpu, most.cpu),
  mebibytes(used.memory),
  percent(used.memory, asked.memory),
  percent(used.memory, most.memory),
]
