import { parseYaml, splitYamlDocuments, YamlError } from '../../formats/yaml'
import { err } from '../session'
import { CommandError } from '../errors'
import type { Proc } from '../../node/os/syscalls'
import { load, type Loader } from './loader'
import type { FieldPath } from './field-paths'
import { decodeStrictly, type Shape } from './strict-decoding'
import type { Target } from './resources'

/** How a generated object is labelled, and whether its name gets a hash. */
export interface GeneratorOptions {
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly disableNameSuffixHash?: boolean
  readonly immutable?: boolean
}

export interface GeneratorArguments {
  readonly name?: string
  readonly namespace?: string
  readonly behavior?: string
  readonly literals?: readonly string[]
  readonly files?: readonly string[]
  readonly envs?: readonly string[]
  readonly env?: string
  readonly options?: GeneratorOptions
  /** Secrets only. */
  readonly type?: string
}

export interface Patch {
  readonly path?: string
  readonly patch?: string
  readonly target?: Target
  readonly options?: Readonly<Record<string, boolean>>
}

export interface Image {
  readonly name?: string
  readonly newName?: string
  readonly newTag?: string
  readonly tagSuffix?: string
  readonly digest?: string
}

export interface FieldOptions {
  readonly delimiter?: string
  readonly index?: number
  readonly create?: boolean
}

export interface Replacement {
  readonly path?: string
  readonly source?: Target & { readonly fieldPath?: string; readonly options?: FieldOptions }
  readonly targets?: readonly ReplacementTarget[]
}

export interface ReplacementTarget {
  readonly select?: Target
  readonly reject?: readonly Target[]
  readonly fieldPaths?: readonly string[]
  readonly options?: FieldOptions
}

export interface Variable {
  readonly name?: string
  readonly objref?: Target & { readonly apiVersion?: string }
  readonly fieldref?: { readonly fieldpath?: string }
}

export interface Label {
  readonly pairs?: Readonly<Record<string, string>>
  readonly includeSelectors?: boolean
  readonly includeTemplates?: boolean
  readonly fields?: readonly FieldPath[]
}

export interface SortOptions {
  readonly order?: string
  readonly legacySortOptions?: { readonly orderFirst?: readonly string[]; readonly orderLast?: readonly string[] }
}

/** A kustomization.yaml, its older spellings turned into the present ones. */
export interface Kustomization {
  readonly apiVersion: string
  readonly kind: string
  readonly resources?: readonly string[]
  readonly components?: readonly string[]
  readonly crds?: readonly string[]
  /** A schema of the build's own: it must be there, but only the built-in one is used. */
  readonly openapi?: { readonly path?: string }
  readonly configurations?: readonly string[]
  readonly generators?: readonly string[]
  readonly transformers?: readonly string[]
  readonly validators?: readonly string[]
  readonly namePrefix?: string
  readonly nameSuffix?: string
  readonly namespace?: string
  readonly commonLabels?: Readonly<Record<string, string>>
  readonly commonAnnotations?: Readonly<Record<string, string>>
  readonly labels?: readonly Label[]
  readonly patches?: readonly Patch[]
  readonly patchesStrategicMerge?: readonly string[]
  readonly patchesJson6902?: readonly Patch[]
  readonly images?: readonly Image[]
  readonly replicas?: readonly { readonly name?: string; readonly count?: number }[]
  readonly replacements?: readonly Replacement[]
  readonly vars?: readonly Variable[]
  readonly configMapGenerator?: readonly GeneratorArguments[]
  readonly secretGenerator?: readonly GeneratorArguments[]
  readonly generatorOptions?: GeneratorOptions
  readonly sortOptions?: SortOptions
  readonly buildMetadata?: readonly string[]
  readonly helmCharts?: readonly unknown[]
  /** The name of the file it came from. */
  readonly fileName: string
}

const strings: Shape = { list: 'string' }
const stringMap: Shape = { map: 'string' }
const kindFields = { 'Gvk.group': 'string', 'Gvk.version': 'string', 'Gvk.kind': 'string' } as const
const idFields = { 'ResId.Gvk.group': 'string', 'ResId.Gvk.version': 'string', 'ResId.Gvk.kind': 'string', 'ResId.name': 'string', 'ResId.namespace': 'string' } as const // prettier-ignore
const selector: Shape = { struct: 'Selector', fields: { ...idFields, annotationSelector: 'string', labelSelector: 'string' } }
const fieldSpecs: Shape = { list: { struct: 'FieldSpec', fields: { ...kindFields, path: 'string', create: 'bool' } } }
const fieldOptions: Shape = { struct: 'FieldOptions', fields: { delimiter: 'string', index: 'int', encoding: 'string', create: 'bool' } }
const patch: Shape = { struct: 'Patch', fields: { path: 'string', patch: 'string', target: selector, options: { map: 'bool' } } }
const image: Shape = { struct: 'Image', fields: { name: 'string', newName: 'string', tagSuffix: 'string', newTag: 'string', digest: 'string' } } // prettier-ignore
const generatorOptions: Shape = { struct: 'GeneratorOptions', fields: { labels: stringMap, annotations: stringMap, disableNameSuffixHash: 'bool', immutable: 'bool' } } // prettier-ignore
const generator = (struct: string, more: Readonly<Record<string, Shape>> = {}): Shape => ({
  list: {
    struct,
    fields: {
      'GeneratorArgs.namespace': 'string',
      'GeneratorArgs.name': 'string',
      'GeneratorArgs.behavior': 'string',
      'GeneratorArgs.KvPairSources.literals': strings,
      'GeneratorArgs.KvPairSources.files': strings,
      'GeneratorArgs.KvPairSources.envs': strings,
      'GeneratorArgs.KvPairSources.env': 'string',
      'GeneratorArgs.options': generatorOptions,
      ...more,
    },
  },
})
const replacementFields: Readonly<Record<string, Shape>> = {
  source: { struct: 'SourceSelector', fields: { ...idFields, fieldPath: 'string', options: fieldOptions } },
  targets: {
    list: {
      struct: 'TargetSelector',
      fields: { select: selector, reject: { list: selector }, fieldPaths: strings, options: fieldOptions },
    },
  },
}
/** A replacement as a file of its own holds it. */
export const replacementShape: Shape = { struct: 'Replacement', fields: replacementFields }
const helmChart: Shape = { struct: 'HelmChart', fields: { name: 'string', version: 'string', repo: 'string', releaseName: 'string', namespace: 'string', valuesFile: 'string', includeCRDs: 'bool', additionalValuesFiles: strings, valuesMerge: 'string', skipHooks: 'bool', skipTests: 'bool', nameTemplate: 'string', apiVersions: strings, kubeVersion: 'string', debug: 'bool' } } // prettier-ignore

const shape: Shape = {
  struct: 'Kustomization',
  fields: {
    'TypeMeta.kind': 'string',
    'TypeMeta.apiVersion': 'string',
    metadata: { struct: 'ObjectMeta', fields: { name: 'string', namespace: 'string', labels: stringMap, annotations: stringMap } },
    openapi: stringMap,
    namePrefix: 'string',
    nameSuffix: 'string',
    namespace: 'string',
    commonLabels: stringMap,
    labels: {
      list: { struct: 'Label', fields: { pairs: stringMap, includeSelectors: 'bool', includeTemplates: 'bool', fields: fieldSpecs } },
    },
    commonAnnotations: stringMap,
    patchesStrategicMerge: strings,
    patchesJson6902: { list: patch },
    patches: { list: patch },
    images: { list: image },
    imageTags: { list: image },
    replacements: { list: { struct: 'ReplacementField', fields: { ...replacementFields, path: 'string' } } },
    replicas: { list: { struct: 'Replica', fields: { name: 'string', count: 'int64' } } },
    vars: {
      list: {
        struct: 'Var',
        fields: {
          name: 'string',
          objref: { struct: 'Target', fields: { ...kindFields, apiVersion: 'string', name: 'string', namespace: 'string' } },
          fieldref: { struct: 'FieldSelector', fields: { fieldpath: 'string' } },
        },
      },
    },
    sortOptions: {
      struct: 'SortOptions',
      fields: { order: 'string', legacySortOptions: { struct: 'LegacySortOptions', fields: { orderFirst: strings, orderLast: strings } } },
    },
    resources: strings,
    components: strings,
    crds: strings,
    bases: strings,
    configMapGenerator: generator('ConfigMapArgs'),
    secretGenerator: generator('SecretArgs', { type: 'string' }),
    helmGlobals: { struct: 'HelmGlobals', fields: { chartHome: 'string', configHome: 'string' } },
    helmCharts: { list: helmChart },
    helmChartInflationGenerator: { list: helmChart },
    generatorOptions,
    configurations: strings,
    generators: strings,
    transformers: strings,
    validators: strings,
    buildMetadata: strings,
  },
}

type Raw = Omit<Kustomization, 'fileName'> & {
  readonly bases?: readonly string[]
  readonly imageTags?: readonly Image[]
  readonly metadata?: unknown
}

const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** Reads the kustomization of a folder. Says on stderr which of its fields are deprecated. Throws CommandError. */
export function* readKustomization(loader: Loader): Proc<Kustomization> {
  const found: { name: string; text: string }[] = []
  for (const name of fileNames) {
    try {
      found.push({ name, text: yield* load(loader, name) })
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
    }
  }
  const [file] = found
  if (!file) throw new CommandError(`unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${loader.root}'`) // prettier-ignore
  if (found.length > 1) throw new CommandError(`Found multiple kustomization files under: ${loader.root}\n`)
  const raw = decode(file.text)
  for (const warning of deprecations(raw)) yield* err(`${warning}\n`)
  const kind = raw.kind || 'Kustomization'
  const expected = kind === 'Component' ? 'kustomize.config.k8s.io/v1alpha1' : 'kustomize.config.k8s.io/v1beta1'
  const apiVersion = raw.apiVersion || expected
  const wrong = [
    ...(kind === 'Kustomization' || kind === 'Component' ? [] : ['kind should be Kustomization or Component']),
    ...(apiVersion === expected ? [] : [`apiVersion for ${kind} should be ${expected}`]),
  ]
  if (wrong.length) throw new CommandError(`Failed to read kustomization file under ${loader.root}:\n${wrong.join('\n')}`)
  const { bases, imageTags, ...rest } = raw
  return {
    ...rest,
    kind,
    apiVersion,
    fileName: file.name,
    resources: [...(rest.resources ?? []), ...(bases ?? [])],
    images: [...(imageTags ?? []), ...(rest.images ?? [])],
  }
}

function decode(text: string): Raw {
  let decoded: Raw | undefined
  try {
    decoded = decodeStrictly(parseYaml(splitYamlDocuments(text)[0]?.text ?? ''), shape) as Raw | undefined // of this shape, or refused
  } catch (error) {
    if (error instanceof CommandError || error instanceof YamlError) throw new CommandError(`invalid Kustomization: ${error.message}`)
    throw error
  }
  const { apiVersion: _version, kind: _kind, ...content } = decoded ?? {}
  if (!decoded || Object.values(content).every(isZero)) throw new CommandError('kustomization.yaml is empty')
  return decoded
}

const isZero = (value: unknown) => value === undefined || value === ''

const deprecated: readonly (readonly [keyof Raw, string, string?])[] = [
  ['bases', 'resources'],
  ['commonLabels', 'labels'],
  ['imageTags', 'images'],
  ['patchesJson6902', 'patches'],
  ['patchesStrategicMerge', 'patches'],
  ['vars', 'replacements', ' [EXPERIMENTAL]'],
]

function deprecations(raw: Raw): string[] {
  return deprecated
    .filter(([old]) => raw[old] !== undefined)
    .map(
      ([old, now, more = '']) =>
        `# Warning: '${old}' is deprecated. Please use '${now}' instead.${more} Run 'kustomize edit fix' to update your Kustomization automatically.`,
    )
}
