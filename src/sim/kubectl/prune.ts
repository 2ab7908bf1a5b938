import type { AnyObject } from '../api/object'
import type { Proc } from '../node/os/syscalls'
import { deletePropagation, deleteResource } from './deleting'
import { discover } from './discovery'
import { isNotFound } from './errors'
import { findResource, kindName } from './mapper'
import { listResources } from './resources'
import { out, type Kubectl } from './session'
import { lastAppliedOf, operationText, type DryRun } from './writing'

/** Kinds that `apply --prune` looks at when none are named; the namespaced ones come first. */
const prunable = [
  'configmaps', 'endpoints', 'persistentvolumeclaims', 'pods', 'replicationcontrollers', 'secrets', 'services', 'jobs.v1.batch', 'cronjobs.v1.batch', 'ingresses.v1.networking.k8s.io', 'daemonsets.v1.apps',
  'deployments.v1.apps', 'replicasets.v1.apps', 'statefulsets.v1.apps', 'namespaces', 'persistentvolumes',
] // prettier-ignore

/** Deletes what was applied earlier (it carries the annotation and the labels) and is not among the objects just applied. */
export function* pruneObjects(kubectl: Kubectl, kept: readonly AnyObject[], dryRun: DryRun): Proc {
  const mapper = yield* discover(kubectl)
  const uids = new Set(kept.map((object) => object.metadata.uid))
  const namespaces = [...new Set(kept.map((object) => object.metadata.namespace).filter((name) => name !== undefined))]
  const allowed = kubectl.flags.list('prune-allowlist')
  const words = allowed.length ? allowed.map(allowlistWord) : prunable
  for (const word of words) {
    const type = findResource(mapper, word)
    if (!type) continue
    for (const namespace of type.namespaced ? namespaces : ['']) {
      for (const resource of yield* listResources(kubectl, type, namespace, { selector: kubectl.flags.text('selector') })) {
        if (lastAppliedOf(resource.object!) === undefined || uids.has(resource.object!.metadata.uid)) continue
        try {
          if (dryRun !== 'client')
            yield* deleteResource(kubectl, resource, { propagationPolicy: yield* deletePropagation(kubectl) }, dryRun)
        } catch (error) {
          if (!isNotFound(error)) throw error
        }
        yield* out(`${kindName(type)}/${resource.name} ${operationText('pruned', dryRun)}\n`)
      }
    }
  }
}

/** `core/v1/ConfigMap` as a resource argument. */
function allowlistWord(entry: string): string {
  const [group = '', version = '', kind = ''] = entry.split('/')
  const plural = `${kind.toLowerCase()}s`
  return group === 'core' || group === '' ? plural : `${plural}.${version}.${group}`
}
