import { isObject } from '../../formats/merge-patch'
import { parseYaml } from '../../formats/yaml'
import type { Proc } from '../../node/os/syscalls'
import { CommandError } from '../errors'
import { configurationError } from './configuration-error'
import { splitDotted } from './field-paths'
import { idSelected, idText, type ResourceId } from './ids'
import { replacementShape, type FieldOptions, type Replacement, type ReplacementTarget } from './kustomization'
import { load, type Loader } from './loader'
import { goRegExp, selectorsMatch, type Resources, type Target } from './resources'
import { allIds, type Json, type Resource } from './resource'
import { decodeStrictly } from './strict-decoding'

/** Reads `replacements`; some may stand in files of their own, one or a list of them each. Throws CommandError. */
export function* readReplacements(loader: Loader, given: readonly Replacement[]): Proc<Replacement[]> {
  const configured = configurationError('ReplacementTransformer', { Replacements: given })
  const all: Replacement[] = []
  try {
    for (const { path, ...inline } of given) {
      if (path && (inline.source || inline.targets)) throw new CommandError('cannot specify both path and inline replacement')
      if (!path) {
        all.push(inline)
        continue
      }
      const value = parseYaml(yield* load(loader, path))
      for (const one of Array.isArray(value) ? value : [value]) all.push(decodeStrictly(one, replacementShape) as Replacement) // of this shape, or refused
    }
  } catch (error) {
    throw configured.wrap(error)
  }
  return all
}

/** Copies values from one resource to others. Throws CommandError. */
export function replaceValues(resources: Resources, replacements: readonly Replacement[]): void {
  for (const { source, targets } of replacements) {
    if (!source || !targets) throw new CommandError('replacements must specify a source and at least one target')
    const value = sourceValue(resources, source)
    for (const target of targets) applyTo(resources, target, value)
  }
}

const idOf = (target: Target): ResourceId => ({ group: '', version: '', kind: '', name: '', namespace: '', ...target })

function sourceValue(resources: Resources, source: NonNullable<Replacement['source']>): unknown {
  const found = resources.filter((resource) => allIds(resource).some((id) => idSelected(source, id)))
  if (found.length > 1) throw new CommandError(`multiple matches for selector ${idText(idOf(source))}`)
  if (found.length === 0)
    throw new CommandError(`nothing selected by ${idText(idOf(source))}${source.fieldPath ? `:${source.fieldPath}` : ''}`)
  const path = source.fieldPath || 'metadata.name'
  const value = look(found[0]!.object, splitDotted(path))
  if (value === undefined || value === null || value === '' || isEmpty(value))
    throw new CommandError(`fieldPath \`${path}\` is missing for replacement source ${idText(idOf(source))}`)
  return refined(value, source.options)
}

const isEmpty = (value: unknown) => (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0)
const isScalar = (value: unknown): value is string | number | boolean => value !== null && value !== undefined && typeof value !== 'object'

function refined(value: unknown, options: FieldOptions | undefined): unknown {
  if (!options?.delimiter) return value
  if (!isScalar(value)) throw new CommandError('delimiter option can only be used with scalar nodes')
  const parts = String(value).split(options.delimiter)
  const index = options.index ?? 0
  if (index < 0 || index >= parts.length) throw new CommandError(`options.index ${index} is out of bounds for value ${String(value)}`)
  return parts[index]
}

/** The value at a path without wildcards. */
function look(value: unknown, path: readonly string[]): unknown {
  let current = value
  for (const step of path) {
    if (/^\d+$/.test(step) && Array.isArray(current)) current = (current as unknown[])[Number(step)]
    else if (isListStep(step)) {
      const { key, value: wanted } = listStep(step)
      current = Array.isArray(current) ? (current as unknown[]).find((item) => elementText(item, key) === wanted) : undefined
    } else current = isObject(current) ? current[step] : undefined
    if (current === undefined) return undefined
  }
  return current
}

function applyTo(resources: Resources, target: ReplacementTarget, value: unknown): void {
  const { select, reject = [], options, fieldPaths = [] } = target
  if (!select) throw new CommandError('target must specify resources to select')
  const refuses = (resource: Resource) =>
    reject.some((each) => (each.labelSelector || each.annotationSelector) && selectorsMatch(resource, each))
  for (const resource of resources) {
    if (!selectorsMatch(resource, select) || refuses(resource)) continue
    const chosen = allIds(resource).find((id) => idSelected(select, id) && !reject.some((each) => hasId(each) && idSelected(each, id)))
    if (!chosen) continue
    for (const path of fieldPaths.length ? fieldPaths : ['metadata.name']) setAt(resource.object, path, value, options)
  }
}

const hasId = ({ group, version, kind, name, namespace }: Target) => Boolean(group || version || kind || name || namespace)

/** One place that a path leads to: it can be read and set. */
interface Place {
  readonly get: () => unknown
  readonly set: (value: unknown) => void
}

function setAt(object: Json, path: string, value: unknown, options: FieldOptions | undefined): void {
  const create = options?.create === true
  const refusal = `unable to find ${create ? 'or create ' : ''}field ${JSON.stringify(path)} in replacement target`
  let places: Place[]
  try {
    places = placesAt({ get: () => object, set: () => {} }, splitDotted(path), create, value)
  } catch (error) {
    if (error instanceof CommandError) throw new CommandError(`${refusal}: ${error.message}`)
    throw error
  }
  if (places.length === 0) throw new CommandError(refusal)
  const isAnnotation = path.startsWith('metadata.annotations.')
  for (const place of places) {
    const [old, now] = [place.get(), replacedValue(place.get(), value, options)]
    place.set(old === undefined && typeof now === 'string' && !isAnnotation ? untyped(now) : now)
  }
}

/** A field made anew has no type of its own: `"8080"` becomes a number there, as for the real one. Annotations are texts in any case. */
const untyped = (text: string): unknown => parseYaml(text, { dialect: 'yaml.v3' }) ?? text

function replacedValue(old: unknown, value: unknown, options: FieldOptions | undefined): unknown {
  let wanted = value
  if (options?.delimiter) {
    if (!isScalar(old) && old !== null && old !== undefined) throw new CommandError('delimiter option can only be used with scalar nodes')
    const parts = String(old ?? '').split(options.delimiter)
    const [index, part] = [options.index ?? 0, String(value as string)]
    if (index < 0) parts.unshift(part)
    else if (index >= parts.length) parts.push(part)
    else parts[index] = part
    wanted = parts.join(options.delimiter)
  }
  return isScalar(old) && isScalar(wanted) ? retyped(wanted, old) : wanted
}

/** A scalar keeps the type it had: a number that replaces a text becomes text, and the other way round. Throws CommandError. */
function retyped(value: string | number | boolean, old: string | number | boolean): unknown {
  const text = String(value)
  if (typeof old === 'string') return text
  const parsed = parseYaml(text, { dialect: 'yaml.v3' })
  if (typeof parsed === typeof old) return parsed
  const tag = (of: unknown) => (typeof of === 'boolean' ? '!!bool' : typeof of === 'number' ? '!!int' : '!!str')
  throw new CommandError(`map[string]interface {}(nil): yaml: cannot decode ${tag(parsed)} \`${text}\` as a ${tag(old)}`)
}

const isListStep = (step: string) => /^\[.*=.*\]$/.test(step)

function listStep(step: string): { key: string; value: string } {
  const inner = step.slice(1, -1)
  const equals = inner.indexOf('=')
  return { key: inner.slice(0, equals), value: inner.slice(equals + 1) }
}

const elementText = (item: unknown, key: string): string | undefined => {
  const value = key === '' ? item : isObject(item) ? item[key] : undefined
  return isScalar(value) ? String(value) : undefined
}

/** What missing parts of a path begin as: a list before an index or a `[key=value]`, else a map. */
const freshFor = (next: string | undefined, leaf: unknown): unknown =>
  next === undefined ? (Array.isArray(leaf) ? [] : isObject(leaf) ? {} : undefined) : isListStep(next) || /^\d+$/.test(next) ? [] : {}

function placesAt(place: Place, path: readonly string[], create: boolean, leaf: unknown): Place[] {
  const [step, ...rest] = path
  if (step === undefined) return [place]
  const value = place.get()
  const onwards = (inner: Place) => placesAt(inner, rest, create, leaf)
  const item = (list: unknown[], i: number): Place => ({ get: () => list[i], set: (now) => void (list[i] = now) })
  if (/^\d+$/.test(step)) {
    const [list, index] = [listAt(value), Number(step)]
    if (create && list.length === index) list.push(freshFor(rest[0], leaf))
    if (index >= list.length) throw new CommandError(`index ${index} specified but only ${list.length} elements found`)
    return onwards(item(list, index))
  }
  if (step === '*') return listAt(value).flatMap((_, i) => onwards(item(value as unknown[], i))) // listAt has seen that it is one
  if (/^\[.*\]$/.test(step)) {
    if (!isListStep(step)) throw new CommandError('list path element must contain fieldName=fieldValue for element to match')
    const { key, value: wanted } = listStep(step)
    const [list, pattern] = [listAt(value), goRegExp(wanted)]
    const matching = () => list.flatMap((each, i) => (pattern.test(elementText(each, key) ?? '\0') ? [i] : []))
    if (create && matching().length === 0) list.push(key === '' ? wanted : { [key]: wanted })
    return matching().flatMap((i) => onwards(item(list, i)))
  }
  if (value === null || value === undefined) return []
  if (!isObject(value)) throw new CommandError('wrong node kind: expected MappingNode but got ' + (Array.isArray(value) ? 'SequenceNode' : 'ScalarNode')) // prettier-ignore
  if (!Object.hasOwn(value, step)) {
    if (!create) return []
    value[step] = freshFor(rest[0], leaf)
  }
  return onwards({ get: () => value[step], set: (now) => void (value[step] = now) })
}

function listAt(value: unknown): unknown[] {
  if (Array.isArray(value)) return value as unknown[]
  throw new CommandError(`wrong node kind: expected SequenceNode but got ${isObject(value) ? 'MappingNode' : 'ScalarNode'}`)
}
