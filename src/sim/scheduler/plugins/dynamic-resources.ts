import { resourceClaim } from '../../kinds/resource/resource-claim'
import { definePlugin, fits, on, unresolvable, unschedulable } from '../framework'
import { matchesTerm } from '../../kinds/core/node-selector'
import type { NodeSelectorTerm } from '../../api/types/core-v1.gen'

/** Nodes to which the allocated claims of a Pod hold it, and whether one of its claims has no devices yet. */
interface Found {
  readonly selectors: readonly (readonly NodeSelectorTerm[])[]
  readonly isWanting: boolean
}

/** Claims for devices. Nobody here allocates any: a Pod waits until each of its claims has an allocation, and then goes where that holds. */
export const dynamicResources = definePlugin({
  name: 'DynamicResources',
  preFilter: ({ pod, namespace }, { client }) => {
    const asked = pod.spec?.resourceClaims ?? []
    if (asked.length === 0) return { skip: true }
    const selectors: (readonly NodeSelectorTerm[])[] = []
    let isWanting = false
    for (const { name, resourceClaimName } of asked) {
      const made = pod.status?.resourceClaimStatuses?.find((status) => status.name === name)?.resourceClaimName
      const claimName = resourceClaimName ?? made
      if (claimName === undefined)
        return { refusal: unresolvable(`pod "${namespace}/${pod.metadata.name}": ResourceClaim not created yet`) }
      const claim = client.get(resourceClaim, namespace, claimName)
      if (!claim) return { refusal: unresolvable(`resourceclaim "${claimName}" not found`) }
      const allocation = claim.status?.allocation
      if (!allocation) isWanting = true
      else if (allocation.nodeSelector) selectors.push(allocation.nodeSelector.nodeSelectorTerms)
    }
    return { state: { selectors, isWanting } satisfies Found }
  },
  filter: (_pod, { node }, state) => {
    const { selectors, isWanting } = state as Found // from preFilter
    if (selectors.some((terms) => !terms.some((term) => matchesTerm(term, node))))
      return unschedulable('resourceclaim not available on the node')
    return isWanting ? unresolvable('cannot allocate all claims') : fits
  },
  retryOn: [on('Pod', 'updated'), on('Node', 'added'), on('Node', 'updated')],
})
