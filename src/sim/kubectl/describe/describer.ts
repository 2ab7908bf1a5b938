import type { AnyObject } from '../../api/object'
import type { Pod } from '../../api/types/core-v1.gen'
import type { LabelSelector } from '../../api/types/meta-v1.gen'
import { selectorOf, selectorText } from '../../formats/selector'
import type { Proc } from '../../node/os/syscalls'
import { writeEvents, type Description, type EventLine } from './writer'

/** What a describer may look up besides its object. */
export interface Surroundings {
  /** All objects of a built-in kind; none when the server does not know it or keeps it to itself. */
  readonly list: <T>(apiVersion: string, kind: string, namespace: string, selector?: Selection) => Proc<readonly T[]>
  /** One object, or the server's words about why not. */
  readonly get: <T>(apiVersion: string, kind: string, namespace: string, name: string) => Proc<T | Error>
  /** Events about the object, oldest first; undefined when nobody wants them. */
  readonly events: () => Proc<readonly EventLine[] | undefined>
}

export interface Selection {
  readonly label?: string
  readonly field?: string
  /** In one answer, however many there are. */
  readonly whole?: boolean
}

export type Describer = (description: Description, object: AnyObject, around: Surroundings) => Proc

/** The last section of most descriptions. */
export function* closeWithEvents(description: Description, around: Surroundings): Proc {
  const events = yield* around.events()
  if (events) writeEvents(description, events)
}

/** A describer for objects of one type; the cast holds because a describer is chosen by group and kind. */
export const describing =
  <T>(describe: (description: Description, object: T, around: Surroundings) => Proc): Describer =>
  (description, object, around) =>
    describe(description, object as unknown as T, around)

/** `Controlled By:`, where a controller owns the object. */
export function writeController({ write }: Description, metadata: AnyObject['metadata']): void {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller)
  if (owner) write(0, `Controlled By:\t${owner.kind}/${owner.name}`)
}

/** A selector as a list request takes it, also where it is empty. */
export const queryOf = (selector: LabelSelector | undefined): string => selectorText(selectorOf(selector))

/** How far the pods of a controller have come. */
export function* podPhases(
  { list }: Surroundings,
  { namespace = '', uid }: AnyObject['metadata'],
  selector: LabelSelector | undefined,
): Proc<string> {
  const pods = (yield* list<Pod>('v1', 'Pod', namespace, { label: queryOf(selector) })).filter((pod) =>
    pod.metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === uid),
  )
  const count = (phase: string) => pods.filter((pod) => pod.status?.phase === phase).length
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
}

/** Conditions of a workload: type, status and reason. */
export function writeReasons({ write }: Description, conditions: readonly Condition[] | undefined): void {
  if (!conditions?.length) return
  write(0, 'Conditions:\n  Type\tStatus\tReason')
  write(1, '----\t------\t------')
  for (const { type, status, reason } of conditions) write(1, `${type} \t${status}\t${reason ?? ''}`)
}

/** Go's `%v` of a list of words. */
export const bracketed = (words: readonly string[] | undefined): string => `[${(words ?? []).join(' ')}]`
