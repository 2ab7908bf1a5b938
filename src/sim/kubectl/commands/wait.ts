import type { AnyObject } from '../../api/object'
import { parseGoBool } from '../flags'
import { close, nowMs, poll, readLine, sleep } from '../../node/os/calls'
import { asReported, CommandError, isNotFound, throwAll } from '../errors'
import { fileOptions } from '../manifests'
import { pathOf } from '../mapper'
import { goText } from '../printers/go-values'
import { goJson } from '../printers/json'
import { parseJsonPath, relaxedJsonPath, requireValuesAt, type JsonPath } from '../printers/jsonpath'
import { printerFor, unheeding } from '../printers/printer'
import { waitForDeletion } from '../deleting'
import { fetchResource, findResources, parseTargets, type Resource, type ResourceQuery } from '../resources'
import { onlyFiles } from '../setting'
import { requestJson, requestStream, type WatchEvent } from '../rest'
import { out, type Command, type Kubectl } from '../session'
import type { Proc } from '../../node/os/syscalls'

type Condition =
  { readonly is: 'delete' } | { readonly is: 'create' } | { readonly is: 'met'; readonly met: (object: AnyObject) => boolean }

const weekMs = 7 * 24 * 3_600_000

export const wait: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const condition = conditionOf(flags.text('for'))
    const printer = unheeding(yield* printerFor(kubectl, { operation: 'condition met' }))
    const timeoutMs = flags.durationMs('timeout') < 0 ? weekMs : flags.durationMs('timeout')
    const endMs = (yield* nowMs()) + timeoutMs
    const query: ResourceQuery = {
      words: args,
      files: fileOptions(kubectl),
      selector: flags.text('selector'),
      fieldSelector: flags.text('field-selector'),
      bareTypes: flags.bool('all'),
      allNamespaces: flags.bool('all-namespaces'),
      fetch: condition.is === 'met',
      local: flags.bool('local'),
    }
    if (flags.bool('local') && !query.files?.names.length) throw new CommandError(onlyFiles)
    // What a file names has to be there already.
    if (condition.is === 'create' && !query.files?.names.length) yield* waitForCreation(kubectl, query, endMs)
    // One object is waited for before the next is looked for.
    const untilMet = function* (resource: Resource): Proc {
      if (condition.is !== 'met') return
      if (resource.name === '') throw new CommandError('resource name must be provided')
      yield* out(printer(yield* waitUntilMet(kubectl, resource, condition.met, timeoutMs === 0 ? undefined : endMs)))
    }
    const { resources, errors } = yield* findResources(kubectl, condition.is === 'create' ? { ...query, fetch: true } : query, untilMet)
    if (condition.is === 'create' && resources.length) {
      for (const { object } of resources) yield* out(printer(object!))
      return
    }
    if (condition.is === 'delete' && resources.some(({ name }) => name === '')) throw new CommandError('resource name must be provided')
    const failures = condition.is === 'delete' ? errors.filter((error) => !isNotFound(error)) : [...errors]
    for (const resource of resources) {
      try {
        if (condition.is === 'delete') {
          const current = yield* stillThere(kubectl, resource)
          // An object that is not there is as good as deleted; only one that was seen is mentioned.
          if (!current) continue
          if (timeoutMs === 0) throw notMet(resource)
          yield* waitForDeletion(kubectl, [{ ...current, uid: current.object!.metadata.uid }], Math.max(1, endMs - (yield* nowMs())))
          yield* out(printer(current.object!))
        }
      } catch (error) {
        failures.push(asReported(error))
      }
    }
    throwAll(failures)
    if (resources.length === 0 && condition.is !== 'delete') throw new CommandError('no matching resources found')
    if (resources.length === 0 && (flags.text('selector') || flags.bool('all')) && condition.is === 'delete') return
  },
}

function conditionOf(text: string): Condition {
  const lower = text.toLowerCase()
  if (lower === 'delete') return { is: 'delete' }
  if (lower === 'create') return { is: 'create' }
  if (text.startsWith('condition=')) {
    const [, name = '', wanted = 'True'] = /^condition=([^=]*)(?:=(.*))?$/s.exec(text)!
    return { is: 'met', met: (object) => conditionIs(object, name, wanted) }
  }
  if (text.startsWith('jsonpath=')) {
    const { path, wanted } = parseJsonPathCondition(text.slice('jsonpath='.length))
    return { is: 'met', met: (object) => pathIs(object, path, wanted) }
  }
  throw new CommandError(`unrecognized condition: ${JSON.stringify(text)}`)
}

/** A condition counts only if it speaks of the generation the object has now. */
function conditionIs(object: AnyObject, name: string, wanted: string): boolean {
  const { conditions = [], observedGeneration } = (object.status ?? {}) as {
    conditions?: readonly { type: string; status: string; observedGeneration?: number }[]
    observedGeneration?: number
  }
  const condition = conditions.find(({ type }) => type.toLowerCase() === name.toLowerCase())
  if (!condition) return false
  const generation = object.metadata.generation ?? 0
  const observed = condition.observedGeneration ?? observedGeneration
  if (observed !== undefined && observed < generation) return false
  return condition.status.toLowerCase() === wanted.toLowerCase()
}

const JSONPATH_FORMAT = `jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'`

/** `{.status.phase}=Running`: parts are parted by single equals signs; a double one belongs to a filter of the path. */
function parseJsonPathCondition(text: string): { path: JsonPath; wanted?: string } {
  const [expression = '', value, ...others] = text.split(/(?<!=)=(?!=)/)
  if (others.length > 0) throw new CommandError(JSONPATH_FORMAT)
  const wanted = value?.replace(/^['"]+|['"]+$/g, '')
  if (expression === '') throw new CommandError('jsonpath expression cannot be empty')
  if (wanted === '')
    throw new CommandError(`jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3`)
  return { path: parseJsonPath(relaxedJsonPath(expression)), wanted }
}

function pathIs(object: AnyObject, path: JsonPath, wanted: string | undefined): boolean {
  const found = requireValuesAt(path, object, true)
  if ('problem' in found) throw new CommandError(found.problem)
  const { values } = found
  if (values.length === 0) return false
  if (wanted === undefined) return true
  if (values.length > 1) throw new CommandError('given jsonpath expression matches more than one value')
  const [value] = values
  if (typeof value === 'object' && value !== null)
    throw new CommandError('jsonpath leads to a nested object or list which is not supported')
  return (
    goText(value).trim().toLowerCase() === wanted.trim().toLowerCase() ||
    (typeof value === 'boolean' && parseGoBool(wanted) === value) ||
    (value === null && goJson(value) === wanted)
  )
}

const nameIn = ({ type, name }: Resource) => `${type.plural}/${name}`
const notMet = (resource: Resource) => new CommandError(`condition not met for ${nameIn(resource)}`)

/** The object as it is now; undefined when it is gone. */
function* stillThere(kubectl: Kubectl, resource: Resource): Proc<Resource | undefined> {
  try {
    return yield* fetchResource(kubectl, resource)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/**
 * Follows an object until the condition is met; without an end it is looked at once. All objects of a command share one end: what comes to
 * its turn after that is late, whatever its state.
 */
function* waitUntilMet(
  kubectl: Kubectl,
  resource: Resource,
  met: (object: AnyObject) => boolean,
  endMs: number | undefined,
): Proc<AnyObject> {
  if (endMs === undefined) {
    const { object } = yield* fetchResource(kubectl, resource)
    if (!met(object!)) throw notMet(resource)
    return object!
  }
  const { type, namespace, name } = resource
  const late = () => new CommandError(`timed out waiting for the condition on ${nameIn(resource)}`)
  const path = pathOf(type, namespace)
  const fieldSelector = `metadata.name=${name}`
  for (;;) {
    if (endMs <= (yield* nowMs())) throw late()
    const list = yield* requestJson<{ items?: AnyObject[]; apiVersion: string; kind: string; metadata?: { resourceVersion?: string } }>(
      kubectl,
      { path, query: { fieldSelector } },
    )
    const item = list.items?.[0]
    if (item && met(item)) return item.kind ? item : { ...item, apiVersion: list.apiVersion, kind: list.kind.replace(/List$/, '') }
    const fd = yield* requestStream(kubectl, {
      path,
      query: { fieldSelector, resourceVersion: list.metadata?.resourceVersion, watch: true },
    })
    try {
      for (;;) {
        const leftMs = endMs - (yield* nowMs())
        if (leftMs <= 0 || (yield* poll([fd], leftMs)) < 0) throw late()
        const line = yield* readLine(fd)
        if (line === '') break
        const { type: event, object } = JSON.parse(line) as WatchEvent<AnyObject> // the server's own words
        // One that is deleted may come back.
        if ((event === 'ADDED' || event === 'MODIFIED') && met(object)) return object
      }
    } finally {
      yield* close(fd)
    }
  }
}

/** Asks again until what was named is there. */
function* waitForCreation(kubectl: Kubectl, query: ResourceQuery, endMs: number): Proc {
  yield* parseTargets(kubectl, query)
  for (;;) {
    const { resources, errors } = yield* findResources(kubectl, { ...query, fetch: true })
    const serious = errors.filter((error) => !isNotFound(error))
    throwAll(serious)
    if (resources.length > 0 && errors.length === 0) return
    if ((yield* nowMs()) >= endMs) throw new CommandError('timed out waiting for the condition')
    yield* sleep(500)
  }
}
