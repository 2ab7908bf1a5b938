import type { NodeSelectorTerm, Pod } from '../../api/types/core-v1.gen'
import type { ResourceClaim } from '../../api/types/resource-v1.gen'
import { controllerOf } from '../../api/owners'
import { matchesTerm } from '../../kinds/core/node-selector'
import { deviceClass } from '../../kinds/resource/device-class'
import { deviceTaintRule } from '../../kinds/resource/device-taint-rule'
import { withRules } from '../../kinds/resource/device-taints'
import { resourceClaim } from '../../kinds/resource/resource-claim'
import { resourceSlice } from '../../kinds/resource/resource-slice'
import type { ClusterView } from '../cluster-view'
import { fits, unresolvable, unschedulable, type PreFilterResult, type Refusal } from '../framework'
import type { NodeInfo, PodInfo } from '../node-info'
import { allocate, SelectorError, type Inventory } from './allocate'

/** Keeps a claim until whoever allocated its devices has taken them back. */
const FINALIZER = 'resource.kubernetes.io/delete-protection'
/** A claim is shared by no more Pods than this. */
const MOST_CONSUMERS = 256

/** The claims of a Pod, and what there is to allocate for them. */
interface Wanted {
  readonly allocated: readonly ResourceClaim[]
  readonly pending: readonly ResourceClaim[]
  readonly inventory: Inventory
}

/** Looks the claims of a Pod up: each has to be there, be the Pod's to use, and ask for classes that exist. */
export function preFilter(pod: PodInfo, view: ClusterView): PreFilterResult {
  const found = wantedBy(pod.pod, pod.namespace, view)
  return typeof found === 'string' ? { refusal: unresolvable(found) } : { state: found }
}

/** Whether the allocated claims can be used on a node, and the others be allocated there. */
export function filter(node: NodeInfo, state: unknown): Refusal | undefined {
  const wanted = state as Wanted // from preFilter
  if (!wanted.allocated.every((claim) => reachable(claim, node))) return unschedulable('resourceclaim not available on the node')
  if (wanted.pending.length === 0) return fits
  try {
    return allocate(wanted.pending, node.node, wanted.inventory) ? fits : unschedulable('cannot allocate all claims')
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error
    return unresolvable(error.message)
  }
}

/** The claims as they are once devices of the node are theirs and they are the Pod's; or why they cannot be. */
export function reserved({ pod, namespace }: PodInfo, node: NodeInfo, view: ClusterView): readonly ResourceClaim[] | string {
  const wanted = wantedBy(pod, namespace, view)
  if (typeof wanted === 'string') return wanted
  const allocations = allocate(wanted.pending, node.node, wanted.inventory)
  if (!allocations) return 'cannot allocate all claims'
  const consumer = { resource: 'pods', name: pod.metadata.name, uid: pod.metadata.uid }
  const shared = wanted.allocated.filter(({ status }) => !status?.reservedFor?.some(({ uid }) => uid === consumer.uid))
  return [
    ...shared.map((claim) => ({ ...claim, status: { ...claim.status, reservedFor: [...(claim.status?.reservedFor ?? []), consumer] } })),
    ...wanted.pending.map(({ metadata, ...claim }, index) => ({
      ...claim,
      metadata: { ...metadata, finalizers: [...new Set([...(metadata.finalizers ?? []), FINALIZER])] },
      status: { ...claim.status, allocation: allocations[index]!, reservedFor: [consumer] },
    })),
  ]
}

/** The Pod's claims by whether they have devices; a sentence when one of them is not to be had. */
function wantedBy(pod: Pod, namespace: string, { client }: ClusterView): Wanted | string {
  const claims: ResourceClaim[] = []
  for (const { name, resourceClaimName } of pod.spec?.resourceClaims ?? []) {
    const made = pod.status?.resourceClaimStatuses?.find((status) => status.name === name)
    // A template can turn out to need no claim at all.
    if (resourceClaimName === undefined && made && made.resourceClaimName === undefined) continue
    const claimName = resourceClaimName ?? made?.resourceClaimName
    if (claimName === undefined) return `pod "${namespace}/${pod.metadata.name}": ResourceClaim not created yet`
    const claim = client.get(resourceClaim, namespace, claimName)
    if (!claim) return `resourceclaim "${claimName}" not found`
    if (claim.metadata.deletionTimestamp) return `resourceclaim "${claimName}" is being deleted`
    if (resourceClaimName === undefined && controllerOf(claim)?.uid !== pod.metadata.uid)
      return `ResourceClaim ${namespace}/${claimName} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`
    const { reservedFor = [] } = claim.status ?? {}
    if (reservedFor.length >= MOST_CONSUMERS && !reservedFor.some(({ uid }) => uid === pod.metadata.uid)) return 'resourceclaim in use'
    claims.push(claim)
  }
  const pending = claims.filter(({ status }) => !status?.allocation)
  const classes = new Map(client.list(deviceClass).map((each) => [each.metadata.name, each]))
  for (const { name, exactly, firstAvailable } of pending.flatMap(({ spec }) => spec.devices?.requests ?? []))
    for (const wanted of exactly ? [exactly] : (firstAvailable ?? [])) {
      const request = 'name' in wanted ? `${name}/${wanted.name}` : name
      if (!classes.has(wanted.deviceClassName)) return `request ${request}: device class ${wanted.deviceClassName} does not exist`
    }
  return {
    allocated: claims.filter(({ status }) => status?.allocation),
    pending,
    inventory: { classes, slices: pending.length === 0 ? [] : withRules(client.list(resourceSlice), client.list(deviceTaintRule)), inUse: pending.length === 0 ? new Set() : devicesInUse(client.list(resourceClaim)) },
  } // prettier-ignore
}

/** Devices that some claim has for itself. */
function devicesInUse(claims: readonly ResourceClaim[]): ReadonlySet<string> {
  const results = claims.flatMap(({ status }) => status?.allocation?.devices?.results ?? [])
  return new Set(
    results
      .filter(({ adminAccess, shareID }) => !adminAccess && shareID === undefined)
      .map(({ driver, pool, device }) => `${driver}/${pool}/${device}`),
  )
}

function reachable({ status }: ResourceClaim, { node }: NodeInfo): boolean {
  const terms: readonly NodeSelectorTerm[] | undefined = status?.allocation?.nodeSelector?.nodeSelectorTerms
  return !terms || terms.some((term) => matchesTerm(term, node))
}
