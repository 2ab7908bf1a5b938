import type { Client } from '../api/client'
import { controllerOf } from '../api/owners'
import { replicaSet } from '../kinds/apps/replica-set'
import { statefulSet } from '../kinds/apps/stateful-set'
import { replicationController } from '../kinds/core/replication-controller'
import { service } from '../kinds/core/service'
import type { PodInfo } from './node-info'
import type { SiblingSelector } from './plugins/pod-topology-spread'

/** The labels that the Services and the workload of a Pod select by: what makes other Pods its siblings. */
export function siblingSelector(client: Client): SiblingSelector {
  return (pod) => {
    const owner = ownerSelector(client, pod)
    let labels = owner
    for (const { spec } of client.list(service, { namespace: pod.namespace })) {
      const selector = spec?.selector
      if (selector && Object.entries(selector).every(([key, value]) => pod.labels[key] === value)) labels = together(labels, selector)
    }
    return labels && Object.keys(labels).length > 0 ? labels : undefined
  }
}

type Labels = Readonly<Record<string, string>>

const unions = new WeakMap<Labels, WeakMap<Labels, Labels>>()

/** Both selectors' labels; the same object for the same two, so that what is worked out from it can be kept. */
function together(labels: Labels | undefined, more: Labels): Labels {
  if (!labels) return more
  let known = unions.get(labels)
  if (!known) unions.set(labels, (known = new WeakMap()))
  let union = known.get(more)
  if (!union) known.set(more, (union = { ...labels, ...more }))
  return union
}

function ownerSelector(client: Client, { pod, namespace }: PodInfo): Readonly<Record<string, string>> | undefined {
  const owner = controllerOf(pod)
  switch (owner?.kind) {
    case 'ReplicaSet':
      return client.get(replicaSet, namespace, owner.name)?.spec.selector.matchLabels
    case 'StatefulSet':
      return client.get(statefulSet, namespace, owner.name)?.spec.selector.matchLabels
    case 'ReplicationController':
      return client.get(replicationController, namespace, owner.name)?.spec?.selector
    default:
      return undefined
  }
}
