import type { Node, Pod, Taint } from '../../api/types/core-v1.gen'
import { parseTimestamp, timestamp } from '../../engine/time'
import { node as nodeKind } from '../../kinds/core/node'
import { pod as podKind } from '../../kinds/core/pod'
import { tolerates } from '../../kinds/core/tolerations'
import type { Component } from '../component'
import { anyKind, defineController, type Step, type Watch } from '../controller'
import { conditionOf } from '../pod-state'
import { again, patchStatus, remove, say } from '../steps'

const evicts = (node: Node): readonly Taint[] => (node.spec?.taints ?? []).filter((taint) => taint.effect === 'NoExecute')

/** Pods of a node, read and watched only while it has a NoExecute taint. */
const podsOfTainted: Watch<Node, readonly Pod[]> = {
  kind: anyKind(podKind),
  concerns(object, _old, find, change) {
    const nodeName = (object as unknown as Pod).spec?.nodeName // this watch sees Pods only
    const node = nodeName && change !== 'DELETED' ? find.one(undefined, nodeName) : undefined
    return node && evicts(node).length > 0 ? [node.metadata.name] : []
  },
  read: (node, find) => (evicts(node).length > 0 ? find.onNode(podKind, node.metadata.name) : []),
}

/** Deletes Pods from nodes with NoExecute taints: at once, or when the time for which they tolerate the taint is over. */
export const taintEvictionController = defineController({
  name: 'taint-eviction-controller',
  reconciles: nodeKind,
  watches: { pods: podsOfTainted },

  reconcile(node, { pods, nowMs }) {
    const taints = evicts(node)
    const due = pods.filter((pod) => !pod.metadata.deletionTimestamp).map((pod) => ({ pod, dueMs: evictionMs(pod, taints) }))
    const next = Math.min(...due.map(({ dueMs }) => dueMs).filter((dueMs) => dueMs > nowMs))
    return [
      ...due.filter(({ dueMs }) => dueMs <= nowMs).flatMap(({ pod }) => evict(pod, nowMs)),
      ...(Number.isFinite(next) ? [again(next - nowMs, { background: true })] : []),
    ]
  },
})

/** When a Pod has to go: the least time for which it tolerates one of the taints; never when it tolerates them all for ever. */
function evictionMs(pod: Pod, taints: readonly Taint[]): number {
  const bound = conditionOf(pod, 'PodScheduled')?.lastTransitionTime ?? pod.metadata.creationTimestamp
  const times = taints.map((taint) => {
    const matching = (pod.spec?.tolerations ?? []).filter((toleration) => tolerates(toleration, taint))
    if (matching.length === 0) return -Infinity
    const seconds = matching.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? [])
    if (seconds.length === 0) return Infinity
    const sinceMs = Math.max(parseTimestamp(bound), taint.timeAdded ? parseTimestamp(taint.timeAdded) : -Infinity)
    return sinceMs + Math.max(0, Math.min(...seconds)) * 1000
  })
  return Math.min(...times)
}

function evict(pod: Pod, nowMs: number): Step[] {
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    lastTransitionTime: timestamp(nowMs),
  }
  const { namespace, name } = pod.metadata
  return [
    say('Normal', 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`, pod),
    patchStatus(podKind, pod, { conditions: [condition] }),
    remove(podKind, pod),
  ]
}

/** Tells Pods that would have had to go that they may stay: their node's taint was taken away in time. */
export const taintEvictionNews: Component = {
  name: 'taint-eviction-controller',
  start: ({ client, recorder }) =>
    client.watch(nodeKind, (events) => {
      for (const { type, object, old } of events) {
        if (type !== 'MODIFIED' || !old || evicts(old).length === 0) continue
        const [before, after] = [evicts(old), evicts(object)]
        if (before.length === after.length) continue
        for (const pod of client.onNode(podKind, object.metadata.name)) {
          const wasDue = Number.isFinite(evictionMs(pod, before)) && !pod.metadata.deletionTimestamp
          if (!wasDue || evictionMs(pod, after) !== Infinity) continue
          const { namespace, name } = pod.metadata
          recorder.event(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${namespace}/${name}`)
        }
      }
    }),
}
