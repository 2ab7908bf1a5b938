import type { Pod } from '../../api/types/core-v1.gen'
import { parseTimestamp, timestamp } from '../../engine/time'
import { node as nodeKind } from '../../kinds/core/node'
import { pod as podKind } from '../../kinds/core/pod'
import { attempt, periodically, type Environment } from '../component'
import { isFinished } from '../pod-state'

const ROUND_MS = 20_000
/** A node must have been missing for this long: it may be on its way back. */
const QUARANTINE_MS = 40_000
/** More finished Pods than this are not kept. */
const MAX_FINISHED = 12_500
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service'

/** Deletes Pods that nobody else will: on nodes that are no more or are out of service, never scheduled, or finished and too many. */
export const podGarbageCollector = periodically('pod-garbage-collector', ROUND_MS, (environment, missingSince) => {
  const { client, engine } = environment
  const nodes = new Map(client.list(nodeKind).map((node) => [node.metadata.name, node]))
  const pods = client.list(podKind)
  const finished = pods.filter((pod) => isFinished(pod) && !pod.metadata.deletionTimestamp)
  const born = (pod: Pod) => parseTimestamp(pod.metadata.creationTimestamp)
  if (finished.length > MAX_FINISHED)
    for (const pod of [...finished].sort((a, b) => born(a) - born(b)).slice(0, finished.length - MAX_FINISHED))
      forceDelete(environment, pod)

  const seen = new Set<string>()
  for (const pod of pods) {
    const { nodeName } = pod.spec ?? {}
    if (!nodeName) {
      if (pod.metadata.deletionTimestamp) forceDelete(environment, pod)
      continue
    }
    const node = nodes.get(nodeName)
    if (!node) {
      seen.add(nodeName)
      if (!missingSince.has(nodeName)) missingSince.set(nodeName, engine.nowMs)
      if (engine.nowMs - missingSince.get(nodeName)! >= QUARANTINE_MS) forceDelete(environment, pod, 'PodGC: node no longer exists')
      continue
    }
    const isOut = node.spec?.taints?.some((taint) => taint.key === OUT_OF_SERVICE)
    const isReady = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')
    if (isOut && !isReady && pod.metadata.deletionTimestamp) forceDelete(environment, pod)
  }
  for (const name of missingSince.keys()) if (!seen.has(name)) missingSince.delete(name)
})

function forceDelete({ client, engine }: Environment, pod: Pod, why?: string) {
  const { namespace, name, uid } = pod.metadata
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByPodGC',
    message: why,
    lastTransitionTime: timestamp(engine.nowMs),
  }
  if (!isFinished(pod))
    attempt(() =>
      client.patch(
        podKind,
        namespace,
        name,
        'strategic',
        { status: { phase: 'Failed', ...(why && { conditions: [condition] }) } },
        { subresource: 'status' },
      ),
    )
  attempt(() => client.delete(podKind, namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } }))
}
