import type { Cluster } from '../../sim/cluster'
import type { KubeObject } from '../../sim/api/object'
import { keyFor } from './object-key'
import { summarize, type Summary } from './summary'

/** Kinds the page follows, as kubectl names them. */
const WATCHED = ['nodes', 'namespaces', 'pods', 'services', 'endpointslices', 'deployments', 'replicasets', 'jobs', 'events'] as const

/** What has changed since the last asking: each object once, however often it changed. */
export interface Changes {
  take(): { readonly changed: readonly Summary[]; readonly deleted: readonly string[] }
  readonly pending: number
}

/** Follows the objects the page draws. `onChange` is called when the first change after a `take` comes in. */
export function followChanges(cluster: Cluster, onChange: () => void): Changes {
  const client = cluster.client()
  let changed = new Map<string, KubeObject>()
  let deleted = new Set<string>()

  const put = (object: KubeObject) => {
    const key = keyFor(object.kind, object.metadata.namespace, object.metadata.name ?? '')
    deleted.delete(key)
    changed.set(key, object)
  }
  for (const name of WATCHED) {
    const kind = cluster.findKind(name)
    if (!kind) continue
    for (const object of client.list(kind)) put(object)
    client.watch(kind, (events) => {
      if (changed.size === 0 && deleted.size === 0) onChange()
      for (const { type, object } of events) {
        if (type !== 'DELETED') put(object)
        else {
          const key = keyFor(object.kind, object.metadata.namespace, object.metadata.name ?? '')
          changed.delete(key)
          deleted.add(key)
        }
      }
    })
  }
  return {
    get pending() {
      return changed.size + deleted.size
    },
    take() {
      const batch = { changed: [...changed.values()].map(summarize), deleted: [...deleted] }
      changed = new Map()
      deleted = new Set()
      return batch
    },
  }
}
