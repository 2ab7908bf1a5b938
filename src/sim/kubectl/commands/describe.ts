import type { AnyObject } from '../../api/object'
import { describeGeneric } from '../describe/generic'
import type { Describer, Selection, Surroundings } from '../describe/describer'
import { versionsDescribed } from '../describe/describers'
import { openDescription, writeEvents, type EventLine } from '../describe/writer'
import { ApiError, asReported, asTyped, BadRequest, CommandError, isNotFound, listAll } from '../errors'
import { fileOptions } from '../manifests'
import { builtInResource } from '../built-in-resource'
import { findResources, listResources, parseTargets, whole, type Resource } from '../resources'
import { clientConfig } from '../kubeconfig'
import { pathOf, type ResourceType } from '../mapper'
import { requestJson } from '../rest'
import { nowMs } from '../../node/os/calls'
import { out, err, type Command, type Kubectl } from '../session'
import type { Proc } from '../../node/os/syscalls'

export const describe: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const files = fileOptions(kubectl)
    if (args.length === 0 && files.names.length === 0 && !files.kustomize)
      throw new CommandError(
        'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
      )
    const found = yield* findResources(kubectl, {
      words: args,
      files,
      selector: flags.text('selector'),
      bareTypes: true,
      allNamespaces: flags.bool('all-namespaces'),
      // A describer gets its object itself; a file is enough to know where it lives.
      fetch: files.names.length === 0 && !files.kustomize,
      listQuery: { limit: flags.int('chunk-size') || undefined },
    })
    const errors = [...found.errors]
    if (args.length === 2 && errors.length === 1 && isNotFound(errors[0]))
      return yield* describeByPrefix(kubectl, args[0]!, args[1]!, errors[0])
    let first = true
    for (const resource of found.resources) {
      try {
        if (resource.name === '') throw new BadRequest('resource name may not be empty')
        const text = yield* describeOne(kubectl, resource)
        yield* out(first ? text : `\n\n${text}`)
        first = false
      } catch (error) {
        errors.push(asReported(error))
      }
    }
    if (first && errors.length === 0)
      yield* err(
        flags.bool('all-namespaces')
          ? 'No resources found\n'
          : `No resources found in ${(yield* clientConfig(kubectl)).namespace} namespace.\n`,
      )
    listAll(errors)
  },
}

/** `describe pod web` finds `web-7c9…` when nothing is called just `web`. Throws CommandError, and `otherwise` when no name begins so either. */
function* describeByPrefix(kubectl: Kubectl, typeWords: string, prefix: string, otherwise: Error): Proc {
  const query = { words: [typeWords], bareTypes: true, allNamespaces: kubectl.flags.bool('all-namespaces'), fetch: true }
  if (new Set((yield* parseTargets(kubectl, query)).map(({ type }) => type)).size > 1)
    throw new CommandError('you may only specify a single resource type')
  const { resources, errors } = yield* findResources(kubectl, query)
  listAll(errors)
  const matching = resources.filter(({ name }) => name.startsWith(prefix))
  if (matching.length === 0) throw otherwise
  for (const resource of matching) yield* out(`${yield* describeOne(kubectl, resource)}\n`)
}

function* describeOne(kubectl: Kubectl, resource: Resource): Proc<string> {
  const description = openDescription(yield* nowMs())
  let found: readonly [Describer, AnyObject]
  try {
    found = yield* describerOf(kubectl, resource)
  } catch (error) {
    if (!isPod(resource.type) || !kubectl.flags.bool('show-events')) throw error
    const { name, namespace } = resource
    const events = yield* eventsWith(kubectl, namespace, [['involvedObject.name', name], ['involvedObject.namespace', namespace]]) // prettier-ignore
    if (events.length === 0) throw error
    description.write(0, `Pod '${name}': error '${asReported(error).message}', but found events.`)
    writeEvents(description, events)
    return description.text()
  }
  const [describe, subject] = found
  const around: Surroundings = {
    *events() {
      return kubectl.flags.bool('show-events') ? yield* eventsAbout(kubectl, subject) : undefined
    },
    *list<T>(apiVersion: string, kind: string, namespace: string, selector: Selection = {}) {
      try {
        const found = yield* listResources(kubectl, builtInResource({ apiVersion, kind }), namespace, {
          selector: selector.label || undefined,
          fieldSelector: selector.field,
          listQuery: selector.whole ? whole : undefined,
        })
        return found.map((one) => one.object as unknown as T) // the caller names the kind it asks for
      } catch (error) {
        // A server without that kind, or one that keeps it to itself, is described without it.
        if (error instanceof ApiError && ['NotFound', 'Forbidden'].includes(error.status.reason ?? '')) return []
        throw error
      }
    },
    *get<T>(apiVersion: string, kind: string, namespace: string, name: string) {
      try {
        const type = builtInResource({ apiVersion, kind })
        return yield* requestJson<T>(kubectl, { path: pathOf(type, namespace, name) })
      } catch (error) {
        if (error instanceof ApiError) return new Error(error.status.message)
        throw error
      }
    },
  }
  yield* describe(description, subject, around)
  return description.text()
}

const isPod = ({ group, plural }: ResourceType) => group === '' && plural === 'pods'

/** Who describes an object, and the object in the version that he reads: the first of them that the server has. Throws the server's last refusal. */
function* describerOf(kubectl: Kubectl, { type, namespace, name }: Resource): Proc<readonly [Describer, AnyObject]> {
  let refusal: unknown
  for (const { apiVersion, describe } of versionsDescribed(type)) {
    try {
      const slash = apiVersion.indexOf('/')
      const read = { ...type, group: apiVersion.slice(0, Math.max(0, slash)), version: apiVersion.slice(slash + 1) }
      return [describe, yield* requestJson<AnyObject>(kubectl, { path: pathOf(read, namespace, name) })]
    } catch (error) {
      refusal = asTyped(error)
    }
  }
  if (refusal) throw refusal
  return [describeGeneric, yield* requestJson<AnyObject>(kubectl, { path: pathOf(type, namespace, name) })]
}

const mirrored = 'kubernetes.io/config.mirror'

/** Events that speak of the object. A kubelet names its node by name where controllers give the uid, and a static pod by its hash. */
function* eventsAbout(kubectl: Kubectl, { kind, metadata }: AnyObject): Proc<EventLine[]> {
  const uids = kind === 'Node' ? [metadata.uid, metadata.name] : [(kind === 'Pod' && metadata.annotations?.[mirrored]) || metadata.uid]
  const events: EventLine[] = []
  for (const uid of uids)
    events.push(
      ...(yield* eventsWith(kubectl, metadata.namespace, [
        ['involvedObject.name', metadata.name],
        ['involvedObject.namespace', metadata.namespace ?? ''],
        ...(kind === 'Pod' ? [] : [['involvedObject.kind', kind] as const]),
        ['involvedObject.uid', uid],
      ])),
    )
  return events
}

/** Events with these fields; none where the server keeps them to itself. */
function* eventsWith(
  kubectl: Kubectl,
  namespace = '',
  fields: readonly (readonly [field: string, value: string | undefined])[],
): Proc<EventLine[]> {
  try {
    const fieldSelector = fields.map(([field, value]) => `${field}=${value}`).join(',')
    const found = yield* listResources(kubectl, builtInResource({ apiVersion: 'v1', kind: 'Event' }), namespace, { fieldSelector })
    return found.map(({ object }) => object as EventLine) // an Event has these fields
  } catch (error) {
    if (error instanceof ApiError) return []
    throw error
  }
}
