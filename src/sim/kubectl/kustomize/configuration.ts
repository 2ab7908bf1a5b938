import { isObject } from '../../formats/merge-patch'
import { parseYaml, YamlError } from '../../formats/yaml'
import type { Proc } from '../../node/os/syscalls'
import { CommandError } from '../errors'
import { mergedPaths, type NameReference, type TransformerPaths } from './default-paths'
import type { FieldPath } from './field-paths'
import { load, type Loader } from './loader'
import { decodeStrictly, type Shape } from './strict-decoding'

const place: Shape = { struct: 'FieldSpec', fields: { 'Gvk.group': 'string', 'Gvk.version': 'string', 'Gvk.kind': 'string', path: 'string', create: 'bool' } } // prettier-ignore
const places: Shape = { list: place }
const shape: Shape = {
  struct: 'TransformerConfig',
  fields: {
    namePrefix: places,
    nameSuffix: places,
    namespace: places,
    commonLabels: places,
    labels: places,
    templateLabels: places,
    commonAnnotations: places,
    nameReference: {
      list: {
        struct: 'NameBackReferences',
        fields: { 'Gvk.group': 'string', 'Gvk.version': 'string', 'Gvk.kind': 'string', fieldSpecs: places },
      },
    },
    varReference: places,
    images: places,
    replicas: places,
  },
}

/** Reads `configurations`: more places where transformers work. Throws CommandError. */
export function* readConfigurations(loader: Loader, paths: readonly string[], base: TransformerPaths): Proc<TransformerPaths> {
  let merged = base
  for (const path of paths) {
    const text = yield* load(loader, path)
    try {
      merged = mergedPaths(merged, (decodeStrictly(parseYaml(text), shape) ?? {}) as Partial<TransformerPaths>) // of this shape, or refused
    } catch (error) {
      if (error instanceof YamlError) throw new CommandError(`error converting YAML to JSON: ${error.message}`)
      if (error instanceof CommandError) throw new CommandError(`error unmarshaling JSON: while decoding JSON: ${error.message}`)
      throw error
    }
  }
  return merged
}

const NAME_REFERENCE = 'x-kubernetes-object-ref-name-key'
const REFERENCE_KIND = 'x-kubernetes-object-ref-kind'
const REFERENCE_VERSION = 'x-kubernetes-object-ref-api-version'

interface Definition {
  readonly Schema?: { readonly properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>> }
}

/** Reads `crds`: OpenAPI definitions whose extensions say which of a custom kind's fields are annotations, labels, or names of other objects. */
export function* readCrds(loader: Loader, paths: readonly string[], base: TransformerPaths): Proc<TransformerPaths> {
  let merged = base
  for (const path of paths) {
    const definitions = parseYaml(yield* loadOf(loader, path, paths))
    if (isObject(definitions)) merged = mergedPaths(merged, placesIn(definitions as Record<string, Definition>)) // anything without a Schema is passed over
  }
  return merged
}

function* loadOf(loader: Loader, path: string, all: readonly string[]): Proc<string> {
  try {
    return yield* load(loader, path)
  } catch (error) {
    throw error instanceof CommandError ? new CommandError(`loading CRDs [${all.join(' ')}]: ${error.message}`) : error
  }
}

function placesIn(definitions: Readonly<Record<string, Definition>>): Partial<TransformerPaths> {
  const nameReference: NameReference[] = []
  const commonAnnotations: FieldPath[] = []
  const commonLabels: FieldPath[] = []
  for (const [name, { Schema }] of Object.entries(definitions)) {
    const properties = Schema?.properties
    if (!properties?.kind || !properties.apiVersion || !properties.metadata) continue
    const kind = name.slice(name.lastIndexOf('.') + 1)
    visit(definitions, name, [], new Set(), (path, property) => {
      const field = { kind, path: path.join('/') }
      if ('x-kubernetes-annotation' in property) commonAnnotations.push(field)
      if ('x-kubernetes-label-selector' in property) commonLabels.push(field)
      if (typeof property[REFERENCE_KIND] !== 'string') return
      const key = property[NAME_REFERENCE]
      nameReference.push({
        kind: property[REFERENCE_KIND],
        ...(typeof property[REFERENCE_VERSION] === 'string' && { version: property[REFERENCE_VERSION] }),
        fieldSpecs: [{ kind, path: [...path, typeof key === 'string' ? key : 'name'].join('/') }],
      })
    })
  }
  return { nameReference, commonAnnotations, commonLabels }
}

function visit(
  definitions: Readonly<Record<string, Definition>>,
  name: string,
  path: readonly string[],
  seen: ReadonlySet<string>,
  found: (path: readonly string[], property: Readonly<Record<string, unknown>>) => void,
): void {
  if (seen.has(name)) return
  for (const [key, property] of Object.entries(definitions[name]?.Schema?.properties ?? {})) {
    found([...path, key], property)
    const items = isObject(property.items) ? property.items : {}
    const reference = property.$ref ?? items.$ref
    if (typeof reference === 'string') visit(definitions, reference, [...path, key], new Set([...seen, name]), found)
  }
}
