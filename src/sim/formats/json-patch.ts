import { isObject, sameJson } from './merge-patch'

/** One operation of a JSON patch (RFC 6902). */
export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test'
  readonly path: string
  readonly from?: string
  readonly value?: unknown
}

/** Says why a patch cannot be applied, in the words of the library that kube-apiserver, kubectl and kustomize use. */
export class JsonPatchError extends Error {}

const MAX_OPERATIONS = 10_000

/**
 * Applies a JSON patch. The document is not changed; what the patch does not touch is shared. As in the real library, `replace` and `copy` take a
 * missing member of a map for null where RFC 6902 would refuse. Throws `JsonPatchError`.
 */
export function jsonPatch(document: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw new JsonPatchError(`json: cannot unmarshal ${jsonType(operations)} into Go value of type jsonpatch.Patch`) // prettier-ignore
  if (operations.length > MAX_OPERATIONS) {
    throw new JsonPatchError(`The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`)
  }
  return (operations as unknown[]).reduce<unknown>((result, operation) => applyOne(result, operation), document)
}

const jsonType = (value: unknown) => (Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value)

const MISSING = 'missing value'
const TEST_FAILED = 'test failed'
const INVALID_INDEX = 'invalid index referenced'
const refuse = (...words: readonly string[]) => new JsonPatchError(words.join(': '))

function applyOne(document: unknown, operation: unknown): unknown {
  if (!isObject(operation))
    throw new JsonPatchError(`json: cannot unmarshal ${jsonType(operation)} into Go value of type jsonpatch.Operation`)
  const { op, path, from } = operation
  const value = operation.value ?? null
  if (op !== 'add' && op !== 'remove' && op !== 'replace' && op !== 'move' && op !== 'copy' && op !== 'test')
    throw refuse(`Unexpected kind: ${typeof op === 'string' ? op : 'unknown'}`)
  if (op === 'move' || op === 'copy') {
    if (typeof from !== 'string') throw refuse(`${op} operation failed to decode from`, 'operation, missing from field', MISSING)
    if (typeof path !== 'string') throw refuse(`${op} operation failed to decode path`, MISSING)
    return op === 'move' ? move(document, from, path) : copy(document, from, path)
  }
  if (typeof path !== 'string') throw refuse(`${op} operation failed to decode path`, MISSING)
  switch (op) {
    case 'add':
      return add(document, path, value, {
        missing: `add operation does not apply: doc is missing path: "${path}"`,
        failed: `error in add for path: '${path}'`,
      })
    case 'remove':
      return remove(
        document,
        path,
        `remove operation does not apply: doc is missing path: "${path}"`,
        `error in remove for path: '${path}'`,
      )
    case 'replace':
      return replace(document, path, value)
    case 'test':
      return test(document, path, value)
  }
}

/** The container of a path's last step, and that step. */
interface Place {
  readonly container: unknown[] | Record<string, unknown>
  readonly key: string
}

const decode = (step: string) => step.replaceAll('~1', '/').replaceAll('~0', '~')

function find(document: unknown, path: string): Place | undefined {
  const steps = path.split('/').slice(1).map(decode)
  const key = steps.pop()
  if (key === undefined) return undefined
  let container = document
  for (const step of steps) {
    container = Array.isArray(container) ? (container as unknown[])[indexIn(container.length, step) ?? -1] : isObject(container) && Object.hasOwn(container, step) ? container[step] : undefined // prettier-ignore
    if (container === undefined) return undefined
  }
  return Array.isArray(container) || isObject(container) ? { container: container as Place['container'], key } : undefined
}

/** The place in a list that a step means, negative ones counted from the end; undefined outside it. */
function indexIn(length: number, step: string): number | undefined {
  if (!/^[-+]?\d+$/.test(step)) return undefined
  const index = Number(step)
  const place = index < 0 ? index + length : index
  return place >= 0 && place < length ? place : undefined
}

/** Why a step means no place. */
const badIndex = (step: string) =>
  /^[-+]?\d+$/.test(step)
    ? `Unable to access invalid index: ${Number(step)}: ${INVALID_INDEX}`
    : `strconv.Atoi: parsing ${JSON.stringify(step)}: invalid syntax`

/** The value at a place; a map's missing member is null. Throws with the context given. */
function get({ container, key }: Place, context: string): unknown {
  if (!Array.isArray(container)) return Object.hasOwn(container, key) ? container[key] : null
  const index = indexIn(container.length, key)
  if (index === undefined) throw refuse(context, badIndex(key))
  return container[index]
}

/** The document with another container at a path's end; what leads there is copied. */
function withContainer(document: unknown, path: string, changed: unknown): unknown {
  const steps = path.split('/').slice(1, -1).map(decode)
  const rebuild = (value: unknown, at: number): unknown => {
    const step = steps[at]
    if (step === undefined) return changed
    if (Array.isArray(value)) return (value as unknown[]).with(indexIn(value.length, step)!, rebuild((value as unknown[])[indexIn(value.length, step)!], at + 1)) // prettier-ignore
    const map = value as Record<string, unknown> // `find` went through it
    return { ...map, [step]: rebuild(map[step], at + 1) }
  }
  return rebuild(document, 0)
}

function add(document: unknown, path: string, value: unknown, words: { missing: string; failed: string }): unknown {
  const place = find(document, path)
  if (!place) throw refuse(words.missing, MISSING)
  const { container, key } = place
  if (!Array.isArray(container)) return withContainer(document, path, { ...container, [key]: value })
  if (key === '-') return withContainer(document, path, [...container, value])
  if (!/^[-+]?\d+$/.test(key)) throw refuse(words.failed, `value was not a proper array index: '${key}'`, badIndex(key))
  const index = indexIn(container.length + 1, key)
  if (index === undefined) throw refuse(words.failed, badIndex(key))
  return withContainer(document, path, container.toSpliced(index, 0, value))
}

function remove(document: unknown, path: string, missing: string, failed: string): unknown {
  const place = find(document, path)
  if (!place) throw refuse(missing, MISSING)
  const { container, key } = place
  if (Array.isArray(container)) {
    const index = indexIn(container.length, key)
    if (index === undefined) throw refuse(failed, badIndex(key))
    return withContainer(document, path, container.toSpliced(index, 1))
  }
  if (!Object.hasOwn(container, key)) throw refuse(failed, `Unable to remove nonexistent key: ${key}`, MISSING)
  const { [key]: _removed, ...others } = container
  return withContainer(document, path, others)
}

function replace(document: unknown, path: string, value: unknown): unknown {
  if (path === '') return value
  const place = find(document, path)
  if (!place) throw refuse(`replace operation does not apply: doc is missing path: ${path}`, MISSING)
  const { container, key } = place
  if (!Array.isArray(container)) return withContainer(document, path, { ...container, [key]: value })
  const index = indexIn(container.length, key)
  if (index === undefined) throw refuse(`replace operation does not apply: doc is missing key: ${path}`, MISSING)
  return withContainer(document, path, container.with(index, value))
}

function move(document: unknown, from: string, path: string): unknown {
  const place = find(document, from)
  if (!place) throw refuse(`move operation does not apply: doc is missing from path: ${from}`, MISSING)
  const failed = `error in move for path: '${place.key}'`
  const value = get(place, failed)
  const rest = remove(document, from, '', failed)
  return add(rest, path, value, {
    missing: `move operation does not apply: doc is missing destination path: ${path}`,
    failed: `error in move for path: '${path}'`,
  })
}

function copy(document: unknown, from: string, path: string): unknown {
  const place = find(document, from)
  if (!place) throw refuse(`copy operation does not apply: doc is missing from path: ${from}`, MISSING)
  const value = get(place, `error in copy for from: '${from}'`)
  return add(document, path, value, {
    missing: `copy operation does not apply: doc is missing destination path: ${path}`,
    failed: 'error while adding value during copy',
  })
}

function test(document: unknown, path: string, value: unknown): unknown {
  const place = find(document, path)
  if (!place && path !== '') throw refuse(`test operation does not apply: is missing path: ${path}`, MISSING)
  const found = place ? get(place, `error in test for path: '${path}'`) : document
  if (!sameJson(found, value)) throw refuse(`testing value ${path} failed`, TEST_FAILED)
  return document
}
