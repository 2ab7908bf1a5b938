import type { Proc } from '../../node/os/syscalls'
import { CommandError } from '../errors'
import { goJson } from '../printers/json'
import { configurationError } from './configuration-error'
import { readConfigurations, readCrds } from './configuration'
import { defaultPaths, mergedPaths, type TransformerPaths } from './default-paths'
import { generate } from './generators'
import { readKustomization, type Kustomization, type Variable } from './kustomization'
import { DownloadError, enter, load, type Loader } from './loader'
import { joined } from './origins'
import { readJsonPatch, readPatch, readStrategicMerges, structuredCopy, type Transformation } from './patches'
import { readTransformer, runGenerator } from './plugins'
import { MalformedYamlError, readResources } from './reading'
import { readReplacements, replaceValues } from './replacements'
import { absorb, append, type Resources } from './resources'
import { annotationsOf, type Json, type Origin, type Resource } from './resource'
import { affixNames, labelPaths, setEntries, setImage, setNamespace, setReplicas } from './transformers'
import { mergeVariables } from './variables'

/** What has come together so far: resources, and what is still to be done with them at the end. */
export interface Accumulated {
  readonly resources: Resources
  paths: TransformerPaths
  variables: Variable[]
}

/** One kustomization at work. */
interface Target {
  readonly loader: Loader
  readonly kustomization: Kustomization
  /** The way from the first kustomization to this one: part of every origin. */
  readonly folder: string
}

export const nothing = (): Accumulated => ({ resources: [], paths: defaultPaths, variables: [] })

/** Reads a kustomization with all it names, and applies it. A component works on what its parent has gathered. Throws CommandError. */
export function* accumulate(target: Target, into: Accumulated = nothing()): Proc<Accumulated> {
  const { kustomization, loader } = target
  const said = (what: string) => (error: unknown) => (error instanceof CommandError ? renamed(error, `${what}: `) : error)
  let gathered = into
  try {
    gathered = yield* accumulateResources(target, gathered, kustomization.resources ?? [])
  } catch (error) {
    throw said('accumulating resources')(error)
  }
  gathered.paths = yield* readConfigurations(loader, kustomization.configurations ?? [], gathered.paths)
  gathered.paths = yield* readCrds(loader, kustomization.crds ?? [], gathered.paths)
  yield* runGenerators(target, gathered)
  try {
    gathered = yield* accumulateComponents(target, gathered)
  } catch (error) {
    throw said('accumulating components')(error)
  }
  yield* runTransformers(target, gathered)
  yield* runValidators(target, gathered.resources)
  gathered.variables = mergeVariables(gathered.resources, gathered.variables, kustomization.vars ?? [])
  dropLocal(gathered.resources)
  return gathered
}

/** An error with words before it; one about malformed YAML stays one. */
function renamed(error: CommandError, before: string): CommandError {
  return error instanceof MalformedYamlError ? new MalformedYamlError(before + error.message) : new CommandError(before + error.message)
}

/** Each path is tried as a file first, then as the folder of another kustomization. */
function* accumulateResources(target: Target, into: Accumulated, paths: readonly string[]): Proc<Accumulated> {
  let gathered = into
  for (const path of paths) {
    const problem = yield* accumulateFile(target, gathered, path)
    if (!problem) continue
    if (problem instanceof DownloadError) throw problem
    try {
      gathered = yield* accumulateDirectory(target, gathered, yield* enter(target.loader, path), path)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      if (problem instanceof MalformedYamlError) throw problem
      throw renamed(error, `accumulation err='${problem.message}': `)
    }
  }
  return gathered
}

function* accumulateFile({ loader, folder }: Target, { resources }: Accumulated, path: string): Proc<CommandError | undefined> {
  const found: Resource[] = []
  try {
    for (const resource of readResources(yield* load(loader, path), path)) append(found, resource)
  } catch (error) {
    if (error instanceof DownloadError) return new DownloadError(`accumulating resources from '${path}': ${error.message}`)
    if (error instanceof CommandError) return renamed(error, `accumulating resources from '${path}': `)
    throw error
  }
  const before = resources.length
  try {
    for (const resource of found) {
      resource.origin = { path: joined(folder, path) }
      append(resources, resource)
    }
    return undefined
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    resources.length = before
    return renamed(error, `merging resources from '${path}': `)
  }
}

function* accumulateComponents(target: Target, into: Accumulated): Proc<Accumulated> {
  let gathered = into
  for (const path of target.kustomization.components ?? []) {
    let loader: Loader
    try {
      loader = yield* enter(target.loader, path)
    } catch (error) {
      throw error instanceof CommandError ? new CommandError(`loader.New ${JSON.stringify(error.message)}`) : error
    }
    try {
      gathered = yield* accumulateDirectory(target, gathered, loader, path, true)
    } catch (error) {
      throw error instanceof CommandError ? new CommandError(`accumulateDirectory: ${JSON.stringify(error.message)}`) : error
    }
  }
  return gathered
}

function* accumulateDirectory(target: Target, into: Accumulated, loader: Loader, path: string, asComponent = false): Proc<Accumulated> {
  const { root } = loader
  let kustomization: Kustomization
  try {
    kustomization = yield* readKustomization(loader)
  } catch (error) {
    throw error instanceof CommandError ? renamed(error, `couldn't make target for path '${root}': `) : error
  }
  const isComponent = kustomization.kind === 'Component'
  if (asComponent && !isComponent) throw new CommandError(`expected kind 'Component' for path '${root}' but got '${kustomization.kind}'`)
  if (!asComponent && isComponent) throw new CommandError(`expected kind != 'Component' for path '${root}'`)
  const inner: Target = { loader, kustomization, folder: joined(target.folder, path) }
  let found: Accumulated
  try {
    found = yield* accumulate(inner, asComponent ? into : nothing())
  } catch (error) {
    throw error instanceof CommandError ? renamed(error, `recursed accumulation of path '${root}': `) : error
  }
  if (asComponent) return found
  try {
    for (const resource of found.resources) append(into.resources, resource)
    into.paths = mergedPaths(into.paths, found.paths)
    into.variables = [...into.variables, ...found.variables]
  } catch (error) {
    throw error instanceof CommandError ? renamed(error, `recursed merging from path '${root}': `) : error
  }
  return into
}

const configuredHere = ({ kustomization, folder }: Target, kind: string): Origin => ({
  configuredIn: joined(folder, kustomization.fileName),
  configuredBy: { apiVersion: 'builtin', kind },
})

function* runGenerators(target: Target, { resources }: Accumulated): Proc {
  const { loader, kustomization } = target
  const { configMapGenerator = [], secretGenerator = [], generatorOptions, generators = [], helmCharts = [] } = kustomization
  const made: Resource[] = []
  for (const [kind, all] of [['ConfigMap', configMapGenerator], ['Secret', secretGenerator]] as const) // prettier-ignore
    for (const given of all) made.push({ ...(yield* generate(loader, kind, given, generatorOptions)), origin: configuredHere(target, `${kind}Generator`) }) // prettier-ignore
  for (const chart of helmCharts)
    throw configurationError('HelmChartInflationGenerator', chart as Record<string, unknown>).wrap(new CommandError('must specify --enable-helm')) // prettier-ignore
  for (const config of yield* configResources(target, generators)) made.push(yield* runGenerator(loader, config))
  for (const resource of made) {
    try {
      absorb(resources, resource)
    } catch (error) {
      // The real one prints a pointer here, another one each time.
      throw error instanceof CommandError ? renamed(error, 'merging from generator &{0xc000a30f70 <nil>}: ') : error
    }
  }
}

/** The configurations of plugins: each inline, or in a file or folder. */
function* configResources(target: Target, entries: readonly string[]): Proc<Resource[]> {
  const gathered = nothing()
  const paths: string[] = []
  for (const entry of entries) {
    try {
      for (const resource of readResources(entry)) append(gathered.resources, resource)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      paths.push(entry)
    }
  }
  return (yield* accumulateResources(target, gathered, paths)).resources
}

function* runTransformers(target: Target, { resources, paths }: Accumulated): Proc {
  const { loader, kustomization } = target
  const { patches = [], patchesStrategicMerge = [], patchesJson6902 = [], replacements = [], labels = [] } = kustomization
  const {
    namespace,
    namePrefix,
    nameSuffix,
    commonLabels,
    commonAnnotations,
    replicas = [],
    images = [],
    transformers = [],
  } = kustomization
  const steps: (readonly [kind: string, step: Transformation])[] = []
  const add = (kind: string, step: Transformation) => void steps.push([kind, step])
  // In kustomize's order, whatever the order in the file.
  if (patchesStrategicMerge.length) add('PatchStrategicMergeTransformer', yield* readStrategicMerges(loader, patchesStrategicMerge))
  for (const patch of patches) add('PatchTransformer', yield* readPatch(loader, patch))
  if (namespace) add('NamespaceTransformer', (all) => setNamespace(all, namespace, paths.namespace))
  if (namePrefix) add('PrefixTransformer', (all) => affixNames(all, namePrefix, 'prefix', paths.namePrefix))
  if (nameSuffix) add('SuffixTransformer', (all) => affixNames(all, nameSuffix, 'suffix', paths.nameSuffix))
  for (const label of labels) add('LabelTransformer', (all) => setEntries(all, label.pairs ?? {}, labelPaths(label, paths)))
  if (labels.length || commonLabels) add('LabelTransformer', (all) => setEntries(all, commonLabels ?? {}, paths.commonLabels))
  if (commonAnnotations) add('AnnotationsTransformer', (all) => setEntries(all, commonAnnotations, paths.commonAnnotations))
  for (const patch of patchesJson6902) add('PatchJson6902Transformer', yield* readJsonPatch(loader, patch))
  for (const { name = '', count = 0 } of replicas) add('ReplicaCountTransformer', (all) => setReplicas(all, name, count, paths.replicas))
  for (const image of images) add('ImageTagTransformer', (all) => setImage(all, image, paths.images))
  if (replacements.length) {
    const read = yield* readReplacements(loader, replacements)
    add('ReplacementTransformer', (all) => replaceValues(all, read))
  }
  for (const [kind, step] of steps) run(step, resources, configuredHere(target, kind))
  for (const config of yield* configResources(target, transformers)) {
    const { path } = config.origin ?? {}
    const configuredBy = {
      apiVersion: 'builtin',
      kind: String(config.object.kind as string),
      name: String((config.object.metadata as { name?: string }).name),
    } // read as a resource: it has both
    run(yield* readTransformer(loader, config), resources, {
      configuredIn: path ?? joined(target.folder, kustomization.fileName),
      configuredBy,
    })
  }
}

/** A validator is a transformer that must leave everything as it is. Throws CommandError. */
function* runValidators(target: Target, resources: Resources): Proc {
  for (const config of yield* configResources(target, target.kustomization.validators ?? [])) {
    const copies = resources.map((resource) => ({ ...resource, object: structuredCopy(resource.object) as Json }))
    const validate = yield* readTransformer(target.loader, config)
    validate(copies)
    const changed = resources.findIndex((resource, i) => JSON.stringify(resource.object) !== JSON.stringify(copies[i]?.object))
    if (changed >= 0 || copies.length !== resources.length)
      throw new CommandError(
        `validator shouldn't modify the resource map: nodes unequal: \n -- ${goJson(resources[changed]?.object)},\n -- ${goJson(copies[changed]?.object)}\n`,
      )
  }
}

function run(step: Transformation, resources: Resources, origin: Origin): void {
  step(resources)
  for (const resource of resources) resource.transformedBy = [...resource.transformedBy, origin]
}

/** Configuration that only tools read stays out of the result. */
function dropLocal(resources: Resources): void {
  for (let i = resources.length - 1; i >= 0; i--)
    if (annotationsOf(resources[i]!)['config.kubernetes.io/local-config'] === 'true') resources.splice(i, 1)
}
