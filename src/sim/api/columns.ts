import { parseTimestamp } from '../engine/time'
import { humanDuration } from '../formats/duration'
import type { Column } from './kind'
import type { KubeObject } from './object'

export const UNKNOWN = '<unknown>'
const NONE = '<none>'

/** How long ago a timestamp was, as kubectl's AGE column shows it: `3m2s`, `25h`, `2d3h`; `<unknown>` when there is none. */
export function ageSince(time: string | undefined, nowMs: number): string {
  const since = time === undefined ? NaN : parseTimestamp(time)
  return Number.isNaN(since) ? UNKNOWN : humanDuration(nowMs - since)
}

/** The last column of nearly every kind. */
export const age: Column<KubeObject> = ['Age', ({ metadata }, { nowMs }) => ageSince(metadata.creationTimestamp, nowMs)]

/** A column that only `-o wide` shows. */
export function wide<T>([heading, value, options]: Column<T>): Column<T> {
  return [heading, value, { ...options, wide: true }]
}

/** Labels, or a selector made of them, in one cell: `app=web,tier=front`, sorted by key; `<none>` when empty. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {})
  return pairs.length === 0
    ? NONE
    : pairs
        .map(([key, value]) => `${key}=${value}`)
        .sort()
        .join(',')
}

/** Several words in one cell, comma-separated; `<none>` when there are none. */
export function listText(words: readonly string[] | undefined): string {
  return words?.length ? words.join(',') : NONE
}
