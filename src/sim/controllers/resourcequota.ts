import { lateUsage } from '../api/admission/late-usage'
import type { AnyObject, KubeObject } from '../api/object'
import { keyOf } from '../api/object'
import type { Registry } from '../api/registry'
import type { Pod, ResourceQuota } from '../api/types/core-v1.gen'
import { addQuantities } from '../formats/quantity'
import { resourceQuota } from '../kinds/core/resource-quota'
import { anyKind, defineController, type AnyKind, type Watch } from './controller'
import { isFinished } from './pod-state'
import { setStatus } from './steps'
import { looksAt } from './watches'

/** Kinds whose coming and going is counted at once; what else a quota counts by `count/…` follows with the resync. */
const COUNTED = [
  'pods',
  'services',
  'persistentvolumeclaims',
  'configmaps',
  'secrets',
  'replicationcontrollers',
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'jobs.batch',
  'cronjobs.batch',
]
const RESYNC_MS = 300_000

/** Counts what a namespace uses of its quotas anew when something goes away; what is added the server counts as it admits it. */
export const resourceQuotaController = (registry: Registry) => {
  const kinds = () =>
    registry
      .all()
      .filter(({ stored, kind }) => stored && kind.namespaced)
      .map(({ kind }) => kind)
  const counted = kinds().filter((kind) => COUNTED.includes(resourceOf(kind)))
  return defineController({
    name: 'resourcequota-controller',
    reconciles: resourceQuota,
    watches: {
      usage: looksAt(anyKind(resourceQuota), (quota: ResourceQuota, find) => (nowMs: number) => {
        const names = Object.keys(quota.spec.hard ?? {})
        let total: Readonly<Record<string, string>> = Object.fromEntries(names.map((name) => [name, '0']))
        for (const kind of kinds()) {
          if (!isNamed(kind, names)) continue
          const objects = find.list(kind, quota.metadata.namespace)
          for (const [name, amount] of Object.entries(lateUsage.code(quota, kind, objects as readonly AnyObject[], nowMs)))
            total = { ...total, [name]: addQuantities(total[name] ?? '0', amount) }
        }
        return total
      }),
      ...Object.fromEntries(counted.map((kind) => [resourceOf(kind), wakesWhenFreed(anyKind(kind))])),
    },
    resyncMs: RESYNC_MS,
    reconcile: (quota, { usage, nowMs }) => [
      setStatus(quota, { hard: quota.spec.hard ?? {}, used: (usage as (nowMs: number) => unknown)(nowMs) }),
    ], // the one reader above
  })
}

interface NamedResource {
  readonly group: string
  readonly plural: string
}

/** `pods`, `jobs.batch`: not the plural alone, for metrics.k8s.io has pods too. */
const resourceOf = ({ group, plural }: NamedResource) => `${plural}${group && `.${group}`}`

const isNamed = (kind: NamedResource, names: readonly string[]) =>
  (kind.group === '' && COUNTED.includes(kind.plural)) || names.includes(`count/${resourceOf(kind)}`)

/** Quotas of a namespace look again when something in it is gone or a Pod has ended. */
const wakesWhenFreed = (kind: AnyKind): Watch<KubeObject, undefined> => ({
  kind,
  concerns(object, old, find, change) {
    const hasEnded =
      kind.plural === 'pods' && change === 'MODIFIED' && isFinished(object as unknown as Pod) && !(old && isFinished(old as unknown as Pod)) // Pods by their resource
    return change === 'DELETED' || hasEnded ? find.all(object.metadata.namespace).map(keyOf) : []
  },
  read: () => undefined,
})
