import type { Refusal } from './framework'

/** How one node fared in one decision. */
export interface NodeVerdict {
  readonly node: string
  /** The plugin that said no, and its words. */
  readonly refusedBy?: string
  readonly reasons?: readonly string[]
  /** Points per plugin, weights included, and their sum. */
  readonly scores?: Readonly<Record<string, number>>
  readonly total?: number
}

/** Why a Pod went where it went, or nowhere. */
export interface Explanation {
  readonly pod: string
  readonly atMs: number
  readonly attempt: number
  readonly chosen: string | undefined
  /** The FailedScheduling text. */
  readonly message: string | undefined
  readonly nodes: readonly NodeVerdict[]
}

/** A decision as it is kept: columns rather than objects, because most are never read. */
export interface Decision {
  readonly pod: string
  readonly atMs: number
  readonly attempt: number
  readonly chosen: string | undefined
  readonly message: string | undefined
  readonly refusals: readonly NodeRefusal[]
  readonly feasible: readonly string[]
  /** Weighted points of each feasible node, by plugin. */
  readonly scores: readonly { readonly plugin: string; readonly points: readonly number[] }[]
}

export interface NodeRefusal {
  readonly node: string
  readonly plugin: string
  readonly refusal: Refusal
}

const KEPT = 200

export interface Explanations {
  keep(uid: string, decision: Decision): void
  /** The latest decision about a Pod, by its uid. */
  of(uid: string): Explanation | undefined
  forget(uid: string): void
}

/** Remembers the latest decisions. */
export function createExplanations(): Explanations {
  const decisions = new Map<string, Decision>()
  return {
    keep(uid, decision) {
      decisions.delete(uid)
      if (decisions.size >= KEPT) decisions.delete(decisions.keys().next().value!)
      decisions.set(uid, decision)
    },
    of: (uid) => {
      const decision = decisions.get(uid)
      return decision && explain(decision)
    },
    forget: (uid) => void decisions.delete(uid),
  }
}

function explain({ refusals, feasible, scores, ...head }: Decision): Explanation {
  const accepted = feasible.map((node, index): NodeVerdict => {
    const points = Object.fromEntries(scores.map(({ plugin, points }) => [plugin, points[index]!]))
    return { node, scores: points, total: Object.values(points).reduce((sum, value) => sum + value, 0) }
  })
  const refused = refusals.map(({ node, plugin, refusal }): NodeVerdict => ({ node, refusedBy: plugin, reasons: refusal.reasons }))
  return {
    pod: head.pod,
    atMs: head.atMs,
    attempt: head.attempt,
    chosen: head.chosen,
    message: head.message,
    nodes: [...accepted, ...refused],
  }
}
