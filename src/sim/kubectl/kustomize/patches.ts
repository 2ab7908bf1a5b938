import { isObject } from '../../formats/merge-patch'
import { jsonPatch, JsonPatchError } from '../../formats/json-patch'
import { parseYaml, YamlError } from '../../formats/yaml'
import type { Proc } from '../../node/os/syscalls'
import { CommandError } from '../errors'
import { configurationError } from './configuration-error'
import { idText } from './ids'
import type { Patch } from './kustomization'
import { load, type Loader } from './loader'
import { mergePatch } from './merge'
import { readResources } from './reading'
import { byId, rememberId, selectTargets, type Resources, type Target } from './resources'
import { kindOf, nameOf, namespaceOf, originalId, setMetadata, type Json, type Resource } from './resource'

/** A patch that has been read: what it does to the resources. */
export type Transformation = (resources: Resources) => void

/** Reads one item of `patches`: a strategic merge patch or a JSON patch, inline or in a file. Throws CommandError. */
export function* readPatch(loader: Loader, patch: Patch): Proc<Transformation> {
  const { patch: inline, path, ...rest } = patch
  const configured = configurationError('PatchTransformer', { ...rest, ...(inline && { patch: inline }), ...(path && { path }) })
  try {
    return yield* patchOf(loader, patch, configured.text)
  } catch (error) {
    throw configured.wrap(error)
  }
}

function* patchOf(loader: Loader, { path, patch = '', target, options }: Patch, config: string): Proc<Transformation> {
  if (!patch.trim() && !path) throw new CommandError(`must specify one of patch and path in\n${config}`)
  if (patch.trim() && path) throw new CommandError(`patch and path can't be set at the same time\n${config}`)
  const text = path ? yield* patchFile(loader, path) : patch.trim()
  const source = path ? `[path: ${JSON.stringify(path)}]` : `[patch: ${JSON.stringify(text)}]`
  const [merges, operations] = [resourcesIn(text), operationsIn(text)]
  // An empty list is both: no resources, and no operations.
  if (operations && (merges || operations.length === 0))
    throw new CommandError(`illegally qualifies as both an SM and JSON patch: ${source}`)
  if (operations) return (resources) => applyJsonPatch(resources, operations, target, `must specify a target for JSON patch ${source}`)
  if (!merges) throw new CommandError(`unable to parse SM or JSON patch from ${source}`)
  for (const merge of merges) {
    merge.mayRename = options?.allowNameChange
    merge.mayChangeKind = options?.allowKindChange
  }
  if (!target) return (resources) => merges.forEach((merge) => mergeById(resources, merge, `no resource matches strategic merge patch ${JSON.stringify(idText(originalId(merge)))}: `)) // prettier-ignore
  return (resources) => {
    if (merges.length > 1)
      throw new CommandError(
        `Multiple Strategic-Merge Patches in one \`patches\` entry is not allowed to set \`patches.target\` field: ${source}`,
      )
    for (const selected of selectTargets(resources, target)) mergeInto(selected, merges[0]!)
    dropEmpty(resources)
  }
}

function* patchFile(loader: Loader, path: string): Proc<string> {
  try {
    return yield* load(loader, path)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new CommandError(`failed to get the patch file from path(${path}): ${error.message}`)
  }
}

function resourcesIn(text: string): Resource[] | undefined {
  try {
    const found = readResources(text)
    return found.length ? found : undefined
  } catch (error) {
    if (error instanceof CommandError) return undefined
    throw error
  }
}

function operationsIn(text: string): unknown[] | undefined {
  try {
    const value = parseYaml(text)
    return Array.isArray(value) && value.every(isObject) ? value : undefined
  } catch (error) {
    if (error instanceof YamlError) return undefined
    throw error
  }
}

/** Reads `patchesStrategicMerge`: each item is a file, or a patch itself. Throws CommandError. */
export function* readStrategicMerges(loader: Loader, paths: readonly string[]): Proc<Transformation> {
  const configured = configurationError('PatchStrategicMergeTransformer', { paths })
  const patches: Resource[] = []
  for (const path of paths) {
    try {
      patches.push(...(resourcesIn(path) ?? readResources(yield* load(loader, path), path)))
    } catch (error) {
      throw configured.wrap(error)
    }
  }
  return (resources) => patches.forEach((patch) => mergeById(resources, patch, ''))
}

/** Reads one item of `patchesJson6902`. Throws CommandError. */
export function* readJsonPatch(loader: Loader, { path, patch, target }: Patch): Proc<Transformation> {
  const configured = configurationError('PatchJson6902Transformer', { target, path, jsonOp: patch })
  try {
    if (!target?.name && !target?.kind) throw new CommandError('must specify the target name')
    if (!path && !patch) throw new CommandError('empty file path and empty jsonOp')
    if (path && patch) throw new CommandError('must specify a file path or jsonOp, not both')
    const text = path ? yield* load(loader, path) : patch!
    const operations = operationsIn(text)
    if (!operations) throw new CommandError(`decoding ${JSON.stringify(patch ?? text)}: json: cannot unmarshal ${typeof yamlValue(text)} into Go value of type jsonpatch.Patch`) // prettier-ignore
    if (operations.length === 0) throw new CommandError(`patch appears to be empty; file=${path ?? ''}, JsonOp=${patch ?? ''}`)
    return (resources) => applyJsonPatch(resources, operations, target, '')
  } catch (error) {
    throw configured.wrap(error)
  }
}

function yamlValue(text: string): unknown {
  try {
    return parseYaml(text)
  } catch {
    return text
  }
}

function applyJsonPatch(resources: Resources, operations: readonly unknown[], target: Target | undefined, without: string): void {
  if (!target) throw new CommandError(without)
  for (const resource of selectTargets(resources, target)) {
    rememberId(resource)
    try {
      resource.object = structuredCopy(jsonPatch(resource.object, operations)) as Json // a patched map stays a map, or is refused
    } catch (error) {
      if (error instanceof JsonPatchError) throw new CommandError(error.message)
      throw error
    }
  }
}

function mergeById(resources: Resources, patch: Resource, context: string): void {
  let target
  try {
    target = byId(resources, originalId(patch))
  } catch (error) {
    if (error instanceof CommandError) throw new CommandError(context + error.message)
    throw error
  }
  mergeInto(target, patch)
  dropEmpty(resources)
}

/** Merges a patch into one resource, which keeps its name, kind and namespace unless the patch may change them. */
function mergeInto(target: Resource, patch: Resource): void {
  const [name, kind, namespace] = [nameOf(target), kindOf(target), namespaceOf(target)]
  if (patch.mayRename || patch.mayChangeKind) rememberId(target)
  const change = { ...(structuredCopy(patch.object) as Json) } // a resource's object
  change.apiVersion = target.object.apiVersion
  target.object = mergePatch(target.object, change) ?? {}
  if (Object.keys(target.object).length === 0) return
  if (!patch.mayChangeKind) target.object.kind = kind
  if (!patch.mayRename) setMetadata(target, 'name', name)
  setMetadata(target, 'namespace', namespace)
}

/** What a patch has deleted goes. */
function dropEmpty(resources: Resources): void {
  for (let i = resources.length - 1; i >= 0; i--) if (Object.keys(resources[i]!.object).length === 0) resources.splice(i, 1)
}

/** A copy that may be edited. */
export function structuredCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCopy)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, structuredCopy(member)]))
}
