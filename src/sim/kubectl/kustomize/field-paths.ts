import { isObject } from '../../formats/merge-patch'
import { CommandError } from '../errors'
import { kindSelected, type GroupVersionKind } from './ids'
import { currentId, type Json, type Resource } from './resource'

/** Where a field is, and in which kinds: `spec/template/spec/containers[]/image`. Lists on the way are walked through. */
export interface FieldPath extends Partial<GroupVersionKind> {
  readonly path: string
  /** Missing maps on the way, and the field itself, are made. */
  readonly create?: boolean
}

/** Makes a field's new value of its old one (undefined when it is made anew); undefined leaves it alone. */
export type Change = (value: unknown) => unknown

/** Applies a change at every place a path leads to in one resource. `fresh` is what a missing field begins as. Throws CommandError. */
export function changeField(resource: Resource, field: FieldPath, change: Change, fresh?: () => unknown): void {
  if (!kindSelected(field, currentId(resource))) return
  walk(resource.object, splitPath(field.path), field, change, fresh)
}

function walk(value: unknown, path: readonly string[], field: FieldPath, change: Change, fresh?: () => unknown): void {
  if (value === null || value === undefined) return
  if (Array.isArray(value)) {
    for (const item of value) walk(item, path, field, change, fresh)
    return
  }
  if (!isObject(value)) throw new CommandError(`considering field '${field.path}' of object: expected sequence or mapping node`)
  const [step = '', ...rest] = path
  const isList = step.endsWith('[]')
  const name = isList ? step.slice(0, -2) : step
  const creates = field.create === true && !isList && fresh !== undefined
  if (rest.length === 0) {
    changeLeaf(value, name, creates, change, fresh)
    return
  }
  if (creates && (value[name] === undefined || value[name] === null)) value[name] = {}
  walk(value[name], rest, field, change, fresh)
}

function changeLeaf(map: Json, name: string, creates: boolean, change: Change, fresh?: () => unknown): void {
  const had = Object.hasOwn(map, name)
  if (!had && !creates) return
  const old = !had || ((map[name] === null || map[name] === undefined) && creates) ? fresh?.() : map[name]
  const now = change(old)
  if (now !== undefined) map[name] = now
}

/** Splits at slashes that no backslash protects. */
export function splitPath(path: string): string[] {
  const steps: string[] = []
  for (const part of path.split('/')) {
    const last = steps.at(-1)
    if (last?.endsWith('\\')) steps[steps.length - 1] = `${last.slice(0, -1)}/${part}`
    else steps.push(part)
  }
  return steps
}

/** A change that sets one entry of a map, texts only. */
export const setEntry =
  (key: string, value: string): Change =>
  (map) =>
    isObject(map) ? { ...map, [key]: value } : map

/** Splits a replacement's path at dots that no backslash protects. Brackets hold a step with dots together: `[name=a.b]`, or `[a.b]` for a key. */
export function splitDotted(path: string): string[] {
  const parts = path.split(/(?<!\\)\./).map((part) => part.replaceAll('\\.', '.'))
  const steps: string[] = []
  for (let i = 0; i < parts.length; i++) {
    let step = parts[i]!
    if (step.startsWith('[') && !step.endsWith(']')) {
      while (i < parts.length - 1 && !step.endsWith(']')) step += `.${parts[++i]!}`
      if (!step.includes('=')) step = step.replace(/^\[+|\]+$/g, '')
    }
    steps.push(step)
  }
  return steps
}
