import { isObject, sameJson } from './merge-patch'

/** One operation of a JSON patch (RFC 6902). */
export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test'
  readonly path: string
  readonly from?: string
  readonly value?: unknown
}

/** Says why a patch cannot be applied, in the words of the library that kube-apiserver uses. */
export class JsonPatchError extends Error {}

const MAX_OPERATIONS = 10_000

/** Applies a JSON patch. The document is not changed; what the patch does not touch is shared. Throws `JsonPatchError`. */
export function jsonPatch(document: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw new JsonPatchError('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
  if (operations.length > MAX_OPERATIONS) {
    throw new JsonPatchError(`The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`)
  }
  return (operations as unknown[]).reduce<unknown>((result, operation) => applyOne(result, operation), document)
}

function applyOne(document: unknown, operation: unknown): unknown {
  if (!isObject(operation)) throw new JsonPatchError('json: cannot unmarshal into Go value of type jsonpatch.Operation')
  const { op, path: pathText, from } = operation
  if (typeof pathText !== 'string') throw new JsonPatchError(`${String(op)} operation missing path field: missing value`)
  const path = pointer(pathText)
  switch (op) {
    case 'add':
      return change(document, path, pathText, 'add', () => operation.value ?? null)
    case 'replace':
      return change(document, path, pathText, 'replace', () => operation.value ?? null)
    case 'remove':
      return change(document, path, pathText, 'remove', () => undefined)
    case 'test': {
      const found = look(document, path)
      if (found === MISSING ? operation.value !== null && operation.value !== undefined : !sameJson(found, operation.value ?? null)) {
        throw new JsonPatchError(`testing value ${pathText} failed: test failed`)
      }
      return document
    }
    case 'move':
    case 'copy': {
      if (typeof from !== 'string') throw new JsonPatchError(`${op} operation missing from field: missing value`)
      const source = pointer(from)
      const value = look(document, source)
      if (value === MISSING) throw new JsonPatchError(`${op} operation does not apply: doc is missing from path: ${from}: missing value`)
      const rest = op === 'move' ? change(document, source, from, 'remove', () => undefined) : document
      return change(rest, path, pathText, 'add', () => value)
    }
    default:
      throw new JsonPatchError(`Unexpected kind: ${String(op)}`)
  }
}

const MISSING = Symbol('missing')

function pointer(text: string): readonly string[] {
  if (text === '') return []
  return text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function look(value: unknown, path: readonly string[]): unknown {
  let current = value
  for (const step of path) {
    if (Array.isArray(current))
      current = /^\d+$/.test(step) && Number(step) < current.length ? (current as unknown[])[Number(step)] : MISSING
    else current = isObject(current) && Object.hasOwn(current, step) ? current[step] : MISSING
    if (current === MISSING) return MISSING
  }
  return current
}

type Action = 'add' | 'replace' | 'remove'

/** The document with one place changed; containers on the way are copied. */
function change(value: unknown, path: readonly string[], text: string, action: Action, make: () => unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return make()
  if (Array.isArray(value)) return changeItem(value as unknown[], step, rest, text, action, make)
  if (!isObject(value)) throw missing(action, text)
  if (rest.length > 0) {
    if (!Object.hasOwn(value, step)) throw missing(action, text)
    return { ...value, [step]: change(value[step], rest, text, action, make) }
  }
  if (action !== 'add' && !Object.hasOwn(value, step)) {
    throw action === 'remove'
      ? new JsonPatchError(`remove operation does not apply: doc is missing path: ${text}: missing value`)
      : missingKey(text)
  }
  if (action !== 'remove') return { ...value, [step]: make() }
  const { [step]: _removed, ...others } = value
  return others
}

function changeItem(list: unknown[], step: string, rest: readonly string[], text: string, action: Action, make: () => unknown): unknown {
  if (rest.length === 0 && action === 'add') {
    const index = step === '-' ? list.length : indexOf(step, list.length, text, action)
    if (index > list.length) throw outOfBounds(action, text, index)
    return [...list.slice(0, index), make(), ...list.slice(index)]
  }
  const index = indexOf(step, list.length, text, action)
  if (index >= list.length) throw rest.length > 0 ? missing(action, text) : outOfBounds(action, text, index)
  if (rest.length === 0 && action === 'remove') return list.toSpliced(index, 1)
  return list.with(index, rest.length > 0 ? change(list[index], rest, text, action, make) : make())
}

function indexOf(step: string, length: number, text: string, action: Action): number {
  if (!/^-?\d+$/.test(step))
    throw new JsonPatchError(
      `${action} operation does not apply: doc is missing path: ${text}: strconv.Atoi: parsing ${JSON.stringify(step)}: invalid syntax`,
    )
  const index = Number(step)
  if (index >= 0) return index
  if (index < -length) throw outOfBounds(action, text, index)
  return index + length
}

const outOfBounds = (action: Action, text: string, index: number) =>
  new JsonPatchError(
    action === 'replace'
      ? `replace operation does not apply: doc is missing key: ${text}: Unable to access invalid index: ${index}: invalid index referenced`
      : `error in ${action} for path: '${text}': Unable to access invalid index: ${index}: invalid index referenced`,
  )

const missing = (action: Action, text: string) =>
  new JsonPatchError(`${action} operation does not apply: doc is missing path: "${text}": missing value`)
const missingKey = (text: string) => new JsonPatchError(`replace operation does not apply: doc is missing key: ${text}: missing value`)
