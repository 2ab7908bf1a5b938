import { lateCode } from '../engine/late-code'
import type { ProfileOptions } from './profile'
import type { ScoringStrategy, ShapePoint, WeightedResource } from './plugins/node-resources-fit'

/** Reads a KubeSchedulerConfiguration; a cluster that has just booted has none, so the code may come late. */
export const lateConfiguration = lateCode<typeof profilesOf>("the scheduler's configuration")

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
}
interface WrittenProfile {
  readonly schedulerName?: string
  readonly plugins?: Readonly<Record<string, PluginSet>>
  readonly pluginConfig?: readonly { readonly name: string; readonly args?: PluginArgs }[]
}
interface Configuration {
  readonly apiVersion?: string
  readonly kind?: string
  readonly profiles?: readonly WrittenProfile[]
}

const SERVED_VERSION = 'kubescheduler.config.k8s.io/v1'

/** The profiles of a configuration file's content; a sentence when a real kube-scheduler would not start with it. */
export function profilesOf(content: unknown): readonly ProfileOptions[] | string {
  const { apiVersion, kind, profiles } = (content ?? {}) as Configuration // from a file: each field is looked at before it is used
  if (apiVersion !== SERVED_VERSION || kind !== 'KubeSchedulerConfiguration')
    return `no kind "${kind ?? ''}" is registered for version "${apiVersion ?? ''}" in scheme "pkg/scheduler/apis/config/scheme/scheme.go:30"`
  const written = profiles?.length ? profiles : [{}]
  const names = written.map(({ schedulerName }) => schedulerName ?? (written.length === 1 ? 'default-scheduler' : ''))
  const missing = names.indexOf('')
  if (missing >= 0) return `profiles[${missing}].schedulerName: Required value`
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (twice >= 0) return `profiles[${twice}].schedulerName: Duplicate value: "${names[twice]}"`
  return written.map((profile, index) => optionsOf(profile, names[index]!))
}

function optionsOf({ plugins = {}, pluginConfig = [] }: WrittenProfile, schedulerName: string): ProfileOptions {
  const namesOf = (point: string, list: keyof PluginSet) => (plugins[point]?.[list] ?? []).map(({ name }) => name)
  const weights = Object.fromEntries(
    [...(plugins['multiPoint']?.enabled ?? []), ...(plugins['score']?.enabled ?? [])].flatMap(({ name, weight }) =>
      weight ? [[name, weight]] : [],
    ),
  )
  const strategy = strategyOf(pluginConfig.find(({ name }) => name === 'NodeResourcesFit')?.args)
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
