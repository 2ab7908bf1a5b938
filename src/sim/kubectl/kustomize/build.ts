import { toYaml } from '../../formats/yaml-emit'
import type { Proc } from '../../node/os/syscalls'
import { log, type Kubectl } from '../session'
import { accumulate } from './accumulate'
import { readKustomization, type SortOptions } from './kustomization'
import { load, loaderAt } from './loader'
import { fixNameReferences } from './name-references'
import { ordered } from './order'
import { annotateOrigins } from './origins'
import { labelsOf, setMetadata, type Resource } from './resource'
import { hashNames } from './transformers'
import { resolveVariables } from './variables'

/** What the flags of `kubectl kustomize` ask for. */
export interface BuildOptions {
  /** Order where the kustomization names none. */
  readonly sort?: SortOptions
  /** Files outside the kustomization's folder may be read. */
  readonly unrestricted?: boolean
  readonly managedByLabel?: boolean
}

/** Builds the kustomization of a folder: its resources, ready to be applied. Throws CommandError. */
export function* build(kubectl: Kubectl, path: string, options: BuildOptions = {}): Proc<Resource[]> {
  const loader = yield* loaderAt(path, kubectl.self.cwd, options.unrestricted !== true)
  const kustomization = yield* readKustomization(loader)
  if (kustomization.openapi?.path) yield* load(loader, kustomization.openapi.path)
  const { resources, paths, variables } = yield* accumulate({ loader, kustomization, folder: '' })
  hashNames(resources)
  fixNameReferences(resources, paths.nameReference)
  const unused = resolveVariables(resources, variables, paths.varReference)
  if (unused.length) yield* log(kubectl, 'I', 'log.go:245', `well-defined vars that were never replaced: ${unused.join(',')}`)
  const wanted = kustomization.buildMetadata ?? []
  const sorted = ordered(resources, kustomization.sortOptions ?? options.sort ?? { order: 'legacy' })
  if (options.managedByLabel || wanted.includes('managedByLabel'))
    for (const resource of sorted)
      setMetadata(resource, 'labels', { ...labelsOf(resource), 'app.kubernetes.io/managed-by': 'kustomize-(devel)' })
  annotateOrigins(sorted, wanted)
  return sorted
}

/** Resources as one stream of YAML documents. */
export const asYaml = (resources: readonly Resource[]) => resources.map(resourceYaml).join('---\n')

/** One resource as YAML: keys sorted; what was left empty is null. */
export const resourceYaml = ({ object }: Resource) => toYaml(filled(object))

function filled(value: unknown): unknown {
  if (value === undefined) return null
  if (Array.isArray(value)) return value.map(filled)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, filled(member)]))
}
