import type { Proc } from '../../node/os/syscalls'
import { CommandError } from '../errors'
import { defaultPaths } from './default-paths'
import type { FieldPath } from './field-paths'
import { generate } from './generators'
import { groupVersion, kindText } from './ids'
import type { GeneratorArguments, Image, Patch, Replacement } from './kustomization'
import type { Loader } from './loader'
import { readJsonPatch, readPatch, readStrategicMerges, type Transformation } from './patches'
import { readReplacements, replaceValues } from './replacements'
import { metadataOf, nameOf, type Json, type Resource } from './resource'
import { affixNames, setEntries, setImage, setNamespace, setReplicas, type NamespaceOptions } from './transformers'

/** What a builtin transformer is told in a file of its own (`transformers`). */
type Config = Json & { readonly fieldSpecs?: readonly FieldPath[] }

/** Builtin transformers that may be configured in files of their own. */
const transformers: Readonly<Record<string, (loader: Loader, config: Config) => Proc<Transformation>>> = {
  *PrefixTransformer(_, { prefix, fieldSpecs = [] }) {
    return (resources) => affixNames(resources, String(prefix), 'prefix', fieldSpecs)
  },
  *SuffixTransformer(_, { suffix, fieldSpecs = [] }) {
    return (resources) => affixNames(resources, String(suffix), 'suffix', fieldSpecs)
  },
  *PrefixSuffixTransformer(_, { prefix, suffix, fieldSpecs = [] }) {
    return (resources) => {
      if (prefix) affixNames(resources, String(prefix), 'prefix', fieldSpecs)
      if (suffix) affixNames(resources, String(suffix), 'suffix', fieldSpecs)
    }
  },
  *NamespaceTransformer(_, config) {
    const namespace = (config.metadata as Json | undefined)?.namespace
    return (resources) => {
      if (namespace) setNamespace(resources, String(namespace), config.fieldSpecs ?? [], config as NamespaceOptions)
    }
  },
  *LabelTransformer(_, { labels, fieldSpecs = [] }) {
    return (resources) => setEntries(resources, (labels ?? {}) as Record<string, string>, fieldSpecs)
  },
  *AnnotationsTransformer(_, { annotations, fieldSpecs = [] }) {
    return (resources) => setEntries(resources, (annotations ?? {}) as Record<string, string>, fieldSpecs)
  },
  *ImageTagTransformer(_, { imageTag, fieldSpecs = [] }) {
    return (resources) => setImage(resources, (imageTag ?? {}) as Image, fieldSpecs)
  },
  *ReplicaCountTransformer(_, { replica, fieldSpecs = defaultPaths.replicas }) {
    const { name = '', count = 0 } = (replica ?? {}) as { name?: string; count?: number }
    return (resources) => setReplicas(resources, name, count, fieldSpecs)
  },
  PatchTransformer: (loader, config) => readPatch(loader, config as Patch),
  PatchStrategicMergeTransformer: (loader, { paths, patches }) =>
    readStrategicMerges(loader, [...((paths ?? []) as string[]), ...(typeof patches === 'string' ? [patches] : [])]),
  PatchJson6902Transformer: (loader, { jsonOp, path, target }) => readJsonPatch(loader, { patch: jsonOp, path, target } as Patch),
  *ReplacementTransformer(loader, { replacements }) {
    const read = yield* readReplacements(loader, (replacements ?? []) as Replacement[])
    return (resources) => replaceValues(resources, read)
  },
}

/** The transformation that a resource of `transformers` describes. Throws CommandError: only builtin ones run. */
export function* readTransformer(loader: Loader, resource: Resource): Proc<Transformation> {
  const kind = builtinKind(resource)
  const transformer = transformers[kind]
  if (!transformer) throw new CommandError(`unable to load builtin ${kindText({ ...groupVersion('builtin'), kind })}`)
  return yield* transformer(loader, resource.object as Config)
}

/** What a resource of `generators` makes. Throws CommandError. */
export function* runGenerator(loader: Loader, resource: Resource): Proc<Resource> {
  const failed = 'loading generator plugins: failed to load generator: '
  let kind
  try {
    kind = builtinKind(resource)
  } catch (error) {
    throw error instanceof CommandError ? new CommandError(failed + error.message) : error
  }
  if (kind !== 'ConfigMapGenerator' && kind !== 'SecretGenerator')
    throw new CommandError(`${failed}unable to load builtin ${kindText({ ...groupVersion('builtin'), kind })}`)
  const { namespace } = metadataOf(resource) as { namespace?: string }
  const given: GeneratorArguments = { namespace, ...resource.object, name: nameOf(resource) }
  return yield* generate(loader, kind === 'SecretGenerator' ? 'Secret' : 'ConfigMap', given, undefined)
}

function builtinKind({ object }: Resource): string {
  const kind = String(object.kind as string)
  if (object.apiVersion !== 'builtin') throw new CommandError(`external plugins disabled; unable to load external plugin '${kind}'`)
  return kind
}
