import { parseTimestamp } from '../engine/time'
import { humanDuration } from '../formats/duration'
import type { Column } from './kind'
import type { KubeObject } from './object'

const UNKNOWN = '<unknown>'
const NONE = '<none>'

/** How long ago a timestamp was, as kubectl's AGE column shows it: `3m2s`, `25h`, `2d3h`; `<unknown>` when there is none. */
export function ageSince(time: string | undefined, nowMs: number): string {
  const since = time === undefined ? NaN : parseTimestamp(time)
  return Number.isNaN(since) ? UNKNOWN : humanDuration(nowMs - since)
}

/** The last column of nearly every kind. */
export const age: Column<KubeObject> = [
  'Age',
  ({ metadata }, { nowMs }) => ageSince(metadata.creationTimestamp, nowMs),
  {
    description:
      'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
  },
]

/** The name column; `tableOf` puts it first unless a kind places one itself (an Event shows its name last, and only when wide). */
export const nameColumn: Column<KubeObject> = [
  'Name',
  ({ metadata }) => metadata.name,
  {
    format: 'name',
    description:
      'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  },
]

/** What a kind without columns of its own shows after its name. */
export const createdAt: Column<KubeObject> = [
  'Created At',
  ({ metadata }) => metadata.creationTimestamp ?? UNKNOWN,
  { type: 'date', description: age[2]!.description },
]

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
