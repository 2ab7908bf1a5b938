import type { NodeAffinity, TopologySpreadConstraint } from '../api/types/core-v1.gen'
import type { ProfileOptions } from './profile'
import type { ScoringStrategy, ShapePoint, WeightedResource } from './plugins/node-resources-fit'

interface NamedPlugin {
  readonly name: string
  readonly weight?: number
}
interface PluginSet {
  readonly enabled?: readonly NamedPlugin[]
  readonly disabled?: readonly NamedPlugin[]
}
interface PluginArgs {
  readonly scoringStrategy?: {
    readonly type?: string
    readonly resources?: readonly WeightedResource[]
    readonly requestedToCapacityRatio?: { readonly shape?: readonly ShapePoint[] }
  }
  readonly addedAffinity?: NodeAffinity
  readonly hardPodAffinityWeight?: number
  readonly ignorePreferredTermsOfExistingPods?: boolean
  readonly defaultConstraints?: readonly TopologySpreadConstraint[]
  readonly defaultingType?: string
  readonly minCandidateNodesPercentage?: number
  readonly minCandidateNodesAbsolute?: number
}
interface WrittenProfile {
  readonly schedulerName?: string
  readonly plugins?: Readonly<Record<string, PluginSet>>
  readonly pluginConfig?: readonly { readonly name: string; readonly args?: PluginArgs }[]
  readonly percentageOfNodesToScore?: number
}
interface Configuration {
  readonly apiVersion?: string
  readonly kind?: string
  readonly profiles?: readonly WrittenProfile[]
  readonly percentageOfNodesToScore?: number
}

const SERVED_VERSION = 'kubescheduler.config.k8s.io/v1'

/** The profiles of a configuration file's content; a sentence when a real kube-scheduler would not start with it. */
export function profilesOf(content: unknown): readonly ProfileOptions[] | string {
  const { apiVersion, kind, profiles, percentageOfNodesToScore } = (content ?? {}) as Configuration // from a file: each field is looked at before it is used
  if (apiVersion !== SERVED_VERSION || kind !== 'KubeSchedulerConfiguration')
    return `no kind "${kind ?? ''}" is registered for version "${apiVersion ?? ''}" in scheme "pkg/scheduler/apis/config/scheme/scheme.go:30"`
  const written = profiles?.length ? profiles : [{}]
  const names = written.map(({ schedulerName }) => schedulerName ?? (written.length === 1 ? 'default-scheduler' : ''))
  const missing = names.indexOf('')
  if (missing >= 0) return `profiles[${missing}].schedulerName: Required value`
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (twice >= 0) return `profiles[${twice}].schedulerName: Duplicate value: "${names[twice]}"`
  const wrong = written.flatMap((profile, index) => mistakesIn(profile, `profiles[${index}]`))
  if (percentageOfNodesToScore !== undefined && !isPercentage(percentageOfNodesToScore))
    wrong.unshift(`percentageOfNodesToScore: Invalid value: ${percentageOfNodesToScore}: not in valid range [0-100]`)
  if (wrong.length > 0) return wrong.length === 1 ? wrong[0]! : `[${wrong.join(', ')}]`
  return written.map((profile, index) => optionsOf({ percentageOfNodesToScore, ...profile } as WrittenProfile, names[index]!)) // undefined means nothing was said
}

const isPercentage = (value: number) => value >= 0 && value <= 100

/** What kube-scheduler has against the arguments of a profile's plugins. */
function mistakesIn({ pluginConfig = [], percentageOfNodesToScore }: WrittenProfile, at: string): string[] {
  const wrong: string[] = []
  if (percentageOfNodesToScore !== undefined && !isPercentage(percentageOfNodesToScore))
    wrong.push(`${at}.percentageOfNodesToScore: Invalid value: ${percentageOfNodesToScore}: not in valid range [0-100]`)
  pluginConfig.forEach(({ name, args = {} }, index) => {
    const here = `${at}.pluginConfig[${index}]`
    const { hardPodAffinityWeight: weight, defaultConstraints = [], defaultingType, minCandidateNodesPercentage: share } = args
    if (weight !== undefined && !isPercentage(weight))
      wrong.push(`${here}.hardPodAffinityWeight: Invalid value: ${weight}: not in valid range [0-100]`)
    if (share !== undefined && !isPercentage(share))
      wrong.push(`${here}.minCandidateNodesPercentage: Invalid value: ${share}: not in valid range [0, 100]`)
    if (name === 'PodTopologySpread' && defaultingType !== 'List' && defaultConstraints.length > 0)
      wrong.push(`${here}.defaultingType: Invalid value: "System": when .defaultConstraints are not empty`)
    defaultConstraints.forEach(({ labelSelector }, constraint) => {
      if (labelSelector)
        wrong.push(
          `${here}.defaultConstraints[${constraint}].labelSelector: Forbidden: constraint must not define a selector, as they deduced for each pod`,
        )
    })
  })
  return wrong
}

function optionsOf({ plugins = {}, pluginConfig = [], percentageOfNodesToScore }: WrittenProfile, schedulerName: string): ProfileOptions {
  const argsOf = (plugin: string) => pluginConfig.find(({ name }) => name === plugin)?.args
  const namesOf = (point: string, list: keyof PluginSet) => (plugins[point]?.[list] ?? []).map(({ name }) => name)
  const weights = Object.fromEntries(
    [...(plugins['multiPoint']?.enabled ?? []), ...(plugins['score']?.enabled ?? [])].flatMap(({ name, weight }) =>
      weight ? [[name, weight]] : [],
    ),
  )
  const strategy = strategyOf(argsOf('NodeResourcesFit'))
  const addedAffinity = argsOf('NodeAffinity')?.addedAffinity
  const spread = argsOf('PodTopologySpread')
  const interPodAffinity = argsOf('InterPodAffinity')
  const preemption = argsOf('DefaultPreemption')
  return {
    schedulerName,
    disabled: [...namesOf('multiPoint', 'disabled')].filter((name) => !namesOf('multiPoint', 'enabled').includes(name)),
    notFiltering: namesOf('filter', 'disabled'),
    notScoring: namesOf('score', 'disabled').filter((name) => !namesOf('score', 'enabled').includes(name)),
    kept: [...namesOf('multiPoint', 'enabled'), ...namesOf('score', 'enabled')],
    weights,
    preempts: !['DefaultPreemption', '*'].some(
      (name) => namesOf('postFilter', 'disabled').includes(name) || namesOf('multiPoint', 'disabled').includes(name),
    ),
    ...(strategy && { scoringStrategy: strategy }),
    ...(addedAffinity && { addedAffinity }),
    ...(spread?.defaultingType === 'List' && { defaultConstraints: spread.defaultConstraints ?? [] }),
    ...(interPodAffinity && { interPodAffinity }),
    ...(preemption && { preemption }),
    ...(percentageOfNodesToScore && { percentageOfNodesToScore }),
  }
}

function strategyOf(args: PluginArgs | undefined): ScoringStrategy | undefined {
  const given = args?.scoringStrategy
  if (!given) return undefined
  const resources = (given.resources ?? [{ name: 'cpu' }, { name: 'memory' }]).map((it) => ({ name: it.name, weight: (it as Partial<WeightedResource>).weight || 1 })) // prettier-ignore
  return given.type === 'RequestedToCapacityRatio'
    ? { type: given.type, resources, shape: given.requestedToCapacityRatio?.shape ?? [] }
    : { type: given.type === 'MostAllocated' ? 'MostAllocated' : 'LeastAllocated', resources }
}
