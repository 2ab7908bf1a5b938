import type { NodeInfo, PodInfo } from './node-info'
import type { NodeRefusal } from './explanation'

/** What plugins that look at one node only have found there for Pods that ask for the same. */
export interface Finding {
  /** The node as it was then: what was found holds until it is another. */
  version: number
  refusal: Omit<NodeRefusal, 'node'> | undefined
  /** Points before they are compared with other nodes', by the plugin's place in its profile. */
  points: number[]
}

/** Findings for Pods that ask for the same, one a node in the order of `nodes`. */
interface Sameness {
  readonly nodes: readonly NodeInfo[]
  readonly findings: (Finding | undefined)[]
}

export interface SamePods {
  /** The findings for Pods like this one, to be read and completed; one a node, in their order. */
  findingsFor(pod: PodInfo, nodes: readonly NodeInfo[]): (Finding | undefined)[]
}

/** Sorts of Pods remembered at a time. */
const MOST_SORTS = 50

/**
 * The Pods of a workload ask for the same, and from one to the next a single node has changed: what the others were found to be need not be found
 * out again. Nobody can tell the difference.
 */
export function createSamePods(): SamePods {
  const sorts = new Map<string, Sameness>()
  return {
    findingsFor(pod, nodes) {
      const sort = sortOf(pod)
      const known = sorts.get(sort)
      if (known?.nodes === nodes) return known.findings
      if (sorts.size >= MOST_SORTS) sorts.clear()
      const findings: (Finding | undefined)[] = Array.from({ length: nodes.length }, () => undefined)
      sorts.set(sort, { nodes, findings })
      return findings
    },
  }
}

/** Everything about a Pod that such plugins look at. */
function sortOf({ pod: { spec }, requests, assumed, hostPorts }: PodInfo): string {
  const { nodeName, nodeSelector, affinity, tolerations } = spec
  return JSON.stringify([nodeName, nodeSelector, affinity?.nodeAffinity, tolerations, [...requests], assumed, hostPorts])
}
