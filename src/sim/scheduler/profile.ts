import type { Plugin } from './framework'
import { dynamicResources } from './plugins/dynamic-resources'
import { imageLocality } from './plugins/image-locality'
import type { NodeAffinity, TopologySpreadConstraint } from '../api/types/core-v1.gen'
import { interPodAffinity, type InterPodAffinityArgs } from './plugins/inter-pod-affinity'
import { nodeAffinity } from './plugins/node-affinity'
import { nodeName } from './plugins/node-name'
import { nodePorts } from './plugins/node-ports'
import { nodeResourcesBalancedAllocation } from './plugins/node-resources-balanced-allocation'
import { nodeResourcesFit, type ScoringStrategy } from './plugins/node-resources-fit'
import { nodeUnschedulable } from './plugins/node-unschedulable'
import { nodeVolumeLimits } from './plugins/node-volume-limits'
import { podTopologySpread, type SiblingSelector } from './plugins/pod-topology-spread'
import { schedulingGates } from './plugins/scheduling-gates'
import { taintToleration } from './plugins/taint-toleration'
import { volumeBinding } from './plugins/volume-binding'
import { volumeRestrictions } from './plugins/volume-restrictions'
import { volumeZone } from './plugins/volume-zone'
import { createSamePods, type SamePods } from './same-pods'

/** How many nodes preemption tries: this share of all, and at least so many. */
export interface PreemptionArgs {
  readonly minCandidateNodesPercentage?: number
  readonly minCandidateNodesAbsolute?: number
}

/** A scheduler's name and what is different about it, as in a KubeSchedulerConfiguration. */
export interface ProfileOptions {
  readonly schedulerName?: string
  /** Plugins (or `*`, all of them) that are left out altogether, keep nobody from a node, or give no points; `kept` are there all the same. */
  readonly disabled?: readonly string[]
  readonly notFiltering?: readonly string[]
  readonly notScoring?: readonly string[]
  readonly kept?: readonly string[]
  /** Whether less important Pods give way; they do unless told. */
  readonly preempts?: boolean
  /** Weights of scoring plugins that differ from the defaults. */
  readonly weights?: Readonly<Record<string, number>>
  readonly scoringStrategy?: ScoringStrategy
  /** Arguments of plugins, as pluginConfig has them. */
  readonly addedAffinity?: NodeAffinity
  readonly interPodAffinity?: InterPodAffinityArgs
  /** What spreads Pods that say nothing of it themselves, instead of what the cluster does by itself. */
  readonly defaultConstraints?: readonly TopologySpreadConstraint[]
  readonly preemption?: PreemptionArgs
  /** Of the nodes, this share is looked at for feasible ones in large clusters; 0 or nothing: as the scheduler sees fit. */
  readonly percentageOfNodesToScore?: number
}

/** The plugins of one scheduler name, in the order in which they are asked. */
export interface Profile {
  readonly schedulerName: string
  readonly plugins: readonly Plugin[]
  readonly weightOf: (plugin: string) => number
  readonly preempts: boolean
  readonly preemption: PreemptionArgs
  readonly percentageOfNodesToScore: number
  /** What its plugins remember from one Pod to the next that asks for the same. */
  readonly samePods: SamePods
}

const WEIGHTS: Readonly<Record<string, number>> = { TaintToleration: 3, NodeAffinity: 2, PodTopologySpread: 2, InterPodAffinity: 2 }

/** A profile from its options. */
export function createProfile(options: ProfileOptions, siblings: SiblingSelector): Profile {
  const plugins: readonly Plugin[] = [
    schedulingGates,
    nodeUnschedulable,
    nodeName,
    taintToleration,
    nodeAffinity(options.addedAffinity),
    nodePorts,
    nodeResourcesFit(options.scoringStrategy),
    volumeRestrictions,
    nodeVolumeLimits,
    volumeBinding,
    volumeZone,
    podTopologySpread(siblings, options.defaultConstraints),
    interPodAffinity(options.interPodAffinity),
    dynamicResources,
    nodeResourcesBalancedAllocation,
    imageLocality,
  ]
  return {
    schedulerName: options.schedulerName ?? 'default-scheduler',
    plugins: plugins
      .filter(({ name }) => !isNamed(options.disabled, name) || options.kept?.includes(name))
      .map((plugin) => without(plugin, options)),
    preempts: options.preempts ?? true,
    preemption: options.preemption ?? {},
    percentageOfNodesToScore: options.percentageOfNodesToScore ?? 0,
    weightOf: (plugin) => options.weights?.[plugin] ?? WEIGHTS[plugin] ?? 1,
    samePods: createSamePods(),
  }
}

const isNamed = (names: readonly string[] | undefined, plugin: string) => names?.includes(plugin) || names?.includes('*')

/** The plugin without what the profile takes from it. */
function without(plugin: Plugin, { notFiltering, notScoring, kept }: ProfileOptions): Plugin {
  const { filter: _filter, ...unfiltered } = plugin
  const filtering = isNamed(notFiltering, plugin.name) ? unfiltered : plugin
  const { score: _score, ...unscored } = filtering
  return isNamed(notScoring, plugin.name) && !kept?.includes(plugin.name) ? unscored : filtering
}
