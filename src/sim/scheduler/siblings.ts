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
    const labels: Record<string, string> = { ...ownerSelector(client, pod) }
    for (const { spec } of client.list(service, { namespace: pod.namespace })) {
      const selector = spec?.selector
      if (selector && Object.entries(selector).every(([key, value]) => pod.labels[key] === value)) Object.assign(labels, selector)
    }
    return Object.keys(labels).length > 0 ? labels : undefined
  }
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
