import type { AnyObject } from '../api/object'
import type { Proc } from '../node/os/syscalls'
import { deletePropagation, deleteResource } from './deleting'
import { discover } from './discovery'
import { CommandError, isNotFound } from './errors'
import { findResource, kindName, typeOfObject, type ResourceType } from './mapper'
import { listResources, type Resource } from './resources'
import { log, out, type Kubectl } from './session'
import { lastAppliedOf, operationText, type DryRun } from './writing'

/** Kinds that `apply --prune` looks at when none are named; the namespaced ones come first. */
const prunable = [
  'configmaps', 'endpoints', 'persistentvolumeclaims', 'pods', 'replicationcontrollers', 'secrets', 'services', 'jobs.v1.batch', 'cronjobs.v1.batch', 'ingresses.v1.networking.k8s.io', 'daemonsets.v1.apps',
  'deployments.v1.apps', 'replicasets.v1.apps', 'statefulsets.v1.apps', 'namespaces', 'persistentvolumes',
] // prettier-ignore

/** Deletes what was applied earlier and is not among the objects just applied. */
export function* pruneObjects(kubectl: Kubectl, kept: readonly AnyObject[], dryRun: DryRun): Proc {
  for (const resource of yield* objectsToPrune(kubectl, kept)) {
    try {
      if (dryRun !== 'client') yield* deleteResource(kubectl, resource, { propagationPolicy: yield* deletePropagation(kubectl) }, dryRun)
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
    yield* out(`${kindName(resource.type)}/${resource.name} ${operationText('pruned', dryRun)}\n`)
  }
}

/** What was applied earlier (it carries the annotation and the labels) in the namespaces of the objects that are kept, and is not one of them. */
export function* objectsToPrune(
  kubectl: Kubectl,
  kept: readonly AnyObject[],
  places = kept.map(({ metadata }) => metadata.namespace ?? ''),
): Proc<Resource[]> {
  const uids = new Set(kept.map((object) => object.metadata.uid))
  const namespaces = [...new Set(places)].filter((name) => name !== '')
  const found: Resource[] = []
  for (const type of yield* prunableTypes(kubectl, true))
    for (const namespace of type.namespaced ? namespaces : [''])
      for (const resource of yield* listResources(kubectl, type, namespace, { selector: kubectl.flags.text('selector') }))
        if (lastAppliedOf(resource.object!) !== undefined && !uids.has(resource.object!.metadata.uid)) found.push(resource)
  return found
}

/** The types that may be pruned: those that `--prune-allowlist` names, or else the usual ones. Throws CommandError. */
export function* prunableTypes(kubectl: Kubectl, warns = false): Proc<ResourceType[]> {
  const allowed = kubectl.flags.list('prune-allowlist')
  if (allowed.length === 0 && warns)
    yield* log(
      kubectl,
      'W',
      'prune.go:71',
      'Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.',
    )
  for (const entry of allowed)
    if (entry.split('/').length !== 3 || entry.endsWith('/')) throw new CommandError(`invalid GroupVersionKind format: ${entry}, please follow <group/version/kind>`) // prettier-ignore
  const mapper = yield* discover(kubectl, 1)
  if (allowed.length === 0) return prunable.flatMap((word) => findResource(mapper, word) ?? [])
  return allowed.map((entry) => {
    const [group = '', version = '', kind = ''] = entry.split('/')
    const apiVersion = group === 'core' ? version : `${group}/${version}`
    const type = typeOfObject(mapper, apiVersion, kind)
    if (!type) throw new CommandError(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`)
    return type
  })
}
