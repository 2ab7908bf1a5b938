import { create } from 'zustand'
import type { FileListing } from '../worker/protocol'
import type { Finding } from '../../lessons/checks'
import type { Summary } from '../worker/summary'
import { narrate, type Sentence } from './narrate'

type KindName = Summary['kind']

/** What the page knows of the cluster: a copy of summaries, kept current by the worker. Panels select from it; nobody else writes. */
export interface ClusterState extends Objects {
  readonly phase: 'starting' | 'restoring' | 'ready' | 'failed'
  /** A kept cluster could not be brought back as it was: nothing of it, or its objects and files. */
  readonly lost: 'all' | 'past' | undefined
  /** The worker died and was started again. */
  readonly revived: boolean
  readonly startMs: number
  readonly nowMs: number
  readonly speed: number
  readonly kept: boolean | undefined
  readonly bug: string | undefined
  readonly files: readonly FileListing[]
  readonly findings: Readonly<Record<string, Finding>>
  /** The latest sentences about what happened, newest last. */
  readonly transcript: readonly Told[]
}

export interface Told extends Sentence {
  readonly id: number
  readonly atMs: number
}

/** Objects by key, and the lists that panels draw from: a list is replaced only when somebody joined or left it. */
export interface Objects {
  readonly objects: ReadonlyMap<string, Summary>
  readonly byKind: Readonly<Partial<Record<KindName, readonly string[]>>>
  /** Keys of Pods by node; Pods without a node under ''. */
  readonly podsByNode: Readonly<Record<string, readonly string[]>>
}

const noObjects: Objects = { objects: new Map(), byKind: {}, podsByNode: {} }

export const emptyCluster: ClusterState = {
  ...noObjects,
  phase: 'starting',
  lost: undefined,
  revived: false,
  startMs: 0,
  nowMs: 0,
  speed: 1,
  kept: undefined,
  bug: undefined,
  files: [],
  findings: {},
  transcript: [],
}

export const useCluster = create<ClusterState>()(() => emptyCluster)

const LONGEST_TRANSCRIPT = 60

/** Takes in a batch of changes. Nothing is told about the first batch: that is how the cluster was found. */
export function takeIn(state: ClusterState, changed: readonly Summary[], deleted: readonly string[]): Partial<ClusterState> {
  const next = changeObjects(state, changed, deleted)
  if (state.objects.size === 0) return next
  const told = [...changed, ...deleted.map(() => undefined)].flatMap((after, index) => {
    const before = state.objects.get(after?.key ?? deleted[index - changed.length]!)
    const sentence = narrate(before, after)
    return sentence ? [sentence] : []
  })
  if (told.length === 0) return next
  const lastId = state.transcript.at(-1)?.id ?? 0
  const transcript = [...state.transcript, ...told.map((sentence, index) => ({ ...sentence, id: lastId + 1 + index, atMs: state.nowMs }))]
  return { ...next, transcript: transcript.slice(-LONGEST_TRANSCRIPT) }
}

/** Objects after a batch of changes. Lists that nobody joined or left stay the same value, so whoever draws them need not look. */
export function changeObjects(state: Objects, changed: readonly Summary[], deleted: readonly string[]): Objects {
  const objects = new Map(state.objects)
  const kinds = createLists(state.byKind as Readonly<Record<string, readonly string[]>>)
  const nodes = createLists(state.podsByNode)
  const leave = (before: Summary) => {
    kinds.leave(before.kind, before.key)
    if (before.kind === 'Pod') nodes.leave(before.node ?? '', before.key)
  }
  for (const summary of changed) {
    const before = objects.get(summary.key)
    objects.set(summary.key, summary)
    if (before && before.uid !== summary.uid) leave(before) // deleted and made again within one batch: it goes to the end
    if (!before || before.uid !== summary.uid) kinds.join(summary.kind, summary.key)
    if (summary.kind !== 'Pod') continue
    const nodeBefore = before?.kind === 'Pod' && before.uid === summary.uid ? (before.node ?? '') : undefined
    if (nodeBefore === (summary.node ?? '')) continue
    if (nodeBefore !== undefined) nodes.leave(nodeBefore, summary.key)
    nodes.join(summary.node ?? '', summary.key)
  }
  for (const key of deleted) {
    const before = objects.get(key)
    if (!before) continue
    leave(before)
    objects.delete(key)
  }
  return { objects, byKind: kinds.lists, podsByNode: nodes.lists }
}

/** Lists of keys, copied the first time one is changed. */
function createLists(before: Readonly<Record<string, readonly string[]>>) {
  const lists: Record<string, readonly string[]> = { ...before }
  const joined = new Set<string>()
  const own = (name: string): string[] => {
    if (!joined.has(name)) {
      joined.add(name)
      lists[name] = [...(lists[name] ?? [])]
    }
    return lists[name] as string[] // copied above, and by nobody else since
  }
  return {
    lists,
    join: (name: string, key: string) => void own(name).push(key),
    leave: (name: string, key: string) => {
      const list = own(name)
      const at = list.indexOf(key)
      if (at >= 0) list.splice(at, 1)
    },
  }
}
