import { CommandError } from '../errors'
import { kindText, type ResourceId } from './ids'
import type { SortOptions } from './kustomization'
import { currentId, type Resource } from './resource'

/** Kinds in the order in which they can be created; what is not named stands between these and the last ones. */
const first = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
]
const last = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']

/** The resources in the order `sortOptions` ask for: `fifo` is the order of the files, `legacy` goes by kind. Throws CommandError. */
export function ordered(resources: readonly Resource[], { order, legacySortOptions }: SortOptions): Resource[] {
  if (order !== 'fifo' && order !== 'legacy') throw new CommandError(`the field 'sortOptions.order' must be one of [fifo, legacy]`)
  if (order === 'fifo') {
    if (legacySortOptions)
      throw new CommandError(`the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'`)
    return [...resources]
  }
  const { orderFirst = legacySortOptions ? [] : first, orderLast = legacySortOptions ? [] : last } = legacySortOptions ?? {}
  const rank = (kind: string) => {
    const at = orderLast.indexOf(kind)
    if (at >= 0) return 1 + at
    return orderFirst.includes(kind) ? orderFirst.lastIndexOf(kind) - orderFirst.length : 0
  }
  const keys = new Map(resources.map((resource) => [resource, keyOf(currentId(resource))]))
  return resources.toSorted((a, b) => {
    const [x, y] = [keys.get(a)!, keys.get(b)!]
    return rank(x.kind) - rank(y.kind) || compare(x.sort, y.sort) || compare(x.id, y.id)
  })
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

const keyOf = (id: ResourceId) => ({
  kind: id.kind,
  sort: [id.group || '~G', id.version || '~V', id.kind || '~K'].join('_'),
  id: [kindText(id), id.namespace || '~X', id.name || '~N'].join('|'),
})
