import type { AnyObject } from '../api/object'
import { discover, findWithRetry, resourceType } from './discovery'
import { ApiError, asReported, asTyped, BadRequest, CommandError, ConnectionError, ErrorList, isNotFound, throwAll } from './errors'
import { findSources, noTypeInfo, readManifests, type Entries, type FileOptions, type Manifest } from './manifests'
import { builtInResource } from './built-in-resource'
import { clientConfig, type ClientConfig } from './kubeconfig'
import { showValidation } from './openapi'
import { findResource, noMatch, pathOf, qualifiedName, typeOfObject, type ResourceType } from './mapper'
import { matches, parseSelector } from '../formats/selector'
import { request, requestJson } from './rest'
import type { Kubectl } from './session'
import { fieldValidation } from './writing'
import { isRegistered, notRegistered } from './typed'
import type { Proc } from '../node/os/syscalls'

/** One thing a command works on: where it lives on the server and, once known, the object. */
export interface Resource {
  readonly type: ResourceType
  readonly namespace: string
  readonly name: string
  readonly object?: AnyObject
  /** File it came from. */
  readonly source?: string
}

export interface ResourceQuery {
  readonly words: readonly string[]
  readonly files?: FileOptions
  readonly selector?: string
  readonly fieldSelector?: string
  /** `--all`: without it a bare type selects nothing where `bareTypes` is off. */
  readonly all?: boolean
  /** The words are the command's own: no category is looked for among them. */
  readonly ownWords?: boolean
  /** A type without names and selectors means all of them (`get pods`). */
  readonly bareTypes?: boolean
  readonly allNamespaces?: boolean
  /** Fetch what was named, in a way of the command's own where that is given; otherwise only where it lives is found out. Selected objects are always fetched. */
  readonly fetch?: boolean | ((resource: Resource) => Proc<Resource>)
  readonly subresource?: string
  /** Words without a type are names of this one (`logs web` is a pod). */
  readonly defaultType?: string
  /** Adds to list requests. */
  readonly listQuery?: Readonly<Record<string, string | number | undefined>>
  /** `--validate` asks for the server's schemas before anything else. */
  readonly validate?: boolean
  /** `--local`: nobody is asked, files are all there is. */
  readonly local?: boolean
}

/** Which objects are meant, and what went wrong with the others. */
export interface Found {
  readonly resources: readonly Resource[]
  readonly errors: readonly Error[]
  /** One thing was named, by its name or as one file: a single object is then printed as itself and not as a list. */
  readonly single: boolean
}

const nothingGiven = (): CommandError =>
  new CommandError(
    `You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'`,
  )

/** What a command line speaks of: how words, selectors or files select, before anybody is asked for objects. */
export type Target =
  | { readonly by: 'name'; readonly type: ResourceType; readonly names: readonly string[] }
  | { readonly by: 'list'; readonly type: ResourceType }

/** Reads `pods`, `pods a b`, `pods,services`, `pod/a service/b`, categories: types and names, without asking for objects. Throws CommandError. */
export function* parseTargets(kubectl: Kubectl, query: ResourceQuery): Proc<Target[]> {
  const words = readWords(query)
  const expanded: string[] = []
  for (const word of words.types) expanded.push(...(query.ownWords ? [word] : yield* expand(kubectl, word)))
  const types = [...new Set(expanded)]
  const selecting = query.selector?.trim() || query.fieldSelector || query.all
  if (query.all && (query.selector?.trim() || query.fieldSelector))
    throw new CommandError("setting 'all' parameter but found a non empty selector. ")
  if (selecting || (query.bareTypes && types.length > 0 && words.names.length === 0)) {
    if (words.names.length) throw new CommandError('name cannot be provided when a selector is specified')
    if (words.pairs.length) throw new CommandError('selectors and the all flag cannot be used when passing resource/name arguments')
    if (types.length === 0) throw new CommandError('at least one resource must be specified to use a selector')
    if (query.subresource) throw new CommandError('subresource cannot be used when bulk resources are specified')
    const listed = new Set<ResourceType>()
    for (const word of types) listed.add(yield* resourceType(kubectl, word))
    return [...listed].map((type) => ({ by: 'list', type }))
  }
  if (words.pairs.length) {
    const targets: Target[] = []
    for (const [word, name] of words.pairs) targets.push({ by: 'name', type: yield* resourceType(kubectl, word), names: [name] })
    return targets
  }
  if (words.names.length) {
    if (types.length > 1) throw new CommandError('you must specify only one resource')
    return [{ by: 'name', type: yield* resourceType(kubectl, types[0]!), names: words.names }]
  }
  if (types.length === 0) throw nothingGiven()
  for (const word of types) yield* resourceType(kubectl, word)
  throw new CommandError('resource(s) were provided, but no name was specified')
}

/** The words of a command line by what they are; `a,b c` is the same as `a/c b/c`. */
interface Words {
  readonly pairs: readonly (readonly [type: string, name: string])[]
  readonly types: readonly string[]
  readonly names: readonly string[]
}

/** Tells types, names and TYPE/NAME apart. Throws CommandError for what cannot stand together. */
function readWords({ words: given, defaultType }: ResourceQuery): Words {
  if (defaultType !== undefined) return { pairs: given.map((word) => pairOf(word) ?? [defaultType, word]), types: [], names: [] }
  const [first = '', ...rest] = given
  const several = [...new Set(first.split(','))]
  const words = several.length > 1 && rest.length ? several.flatMap((type) => rest.map((name) => `${type}/${name}`)) : given
  const slashed = words.filter((word) => word.includes('/')).length
  if (slashed > 0 && slashed < words.length)
    throw new CommandError(
      `there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'`,
    )
  if (slashed > 0) return { pairs: words.map((word) => pairOf(word)!), types: [], names: [] }
  return { pairs: [], types: words.length ? several : [], names: rest }
}

/** `pod/web`; undefined without a slash. Throws CommandError when it is written wrongly. */
function pairOf(word: string): readonly [type: string, name: string] | undefined {
  if (!word.includes('/')) return undefined
  const [type = '', name = '', ...more] = word.split('/')
  if (more.length) throw new CommandError('arguments in resource/name form may not have more than one slash')
  if (type === '' || name === '' || new Set(type.split(',')).size > 1)
    throw new CommandError('arguments in resource/name form must have a single resource and name')
  return [type, name]
}

/** A word that names a category (`all`) stands for its types. A server that does not answer is asked again for the type, and told of then. */
function* expand(kubectl: Kubectl, word: string): Proc<string[]> {
  let mapper
  try {
    mapper = yield* discover(kubectl, 1)
  } catch (error) {
    if (error instanceof ConnectionError) return [word]
    throw error
  }
  const members = mapper.types.filter((type) => type.categories.includes(word) && type.verbs.includes('list'))
  const preferred = members.filter((type) => members.find((other) => other.group === type.group && other.plural === type.plural) === type)
  return preferred.length ? preferred.map(qualifiedName) : [word]
}

/** What a command does with each object as it is found. */
export type Visit = (resource: Resource) => Proc

/**
 * Finds what the command works on. Errors with single objects are collected; what makes the whole command line wrong is thrown.
 * A command that works its way through passes `visit`: it sees each object before the next one is looked for, and its failures stand
 * in `errors` between those of looking.
 */
export function* findResources(kubectl: Kubectl, query: ResourceQuery, visit: Visit = passOver): Proc<Found> {
  const hasFiles = query.files && (query.files.names.length > 0 || query.files.kustomize)
  if (hasFiles) return yield* fromFiles(kubectl, query, query.files, visit)
  const targets = yield* parseTargets(kubectl, query)
  const { namespace } = yield* clientConfig(kubectl)
  const scope = (type: ResourceType) => (type.namespaced ? namespace : '')
  const { resources, errors, add } = gathering(visit)
  for (const target of targets) {
    if (target.by === 'list') {
      try {
        for (const resource of yield* listResources(kubectl, target.type, query.allNamespaces ? '' : scope(target.type), query))
          yield* add(resource)
      } catch (error) {
        errors.push(asReported(error))
      }
      continue
    }
    if (query.allNamespaces && target.type.namespaced)
      throw new CommandError('a resource cannot be retrieved by name across all namespaces')
    for (const name of target.names) {
      const resource: Resource = { type: target.type, namespace: scope(target.type), name }
      try {
        yield* add(query.fetch === false ? resource : yield* fetched(kubectl, resource, query))
      } catch (error) {
        errors.push(asReported(error))
      }
    }
  }
  const single = targets.length === 1 && targets[0]!.by === 'name' && targets[0]!.names.length === 1
  return { resources, errors, single }
}

function* passOver(): Proc {}

/** Notes what is found, and what becomes of it when it is visited. */
function gathering(visit: Visit) {
  const resources: Resource[] = []
  const errors: Error[] = []
  function* add(resource: Resource): Proc {
    resources.push(resource)
    try {
      yield* visit(resource)
    } catch (error) {
      errors.push(asReported(error))
    }
  }
  return { resources, errors, add }
}

/** The same where any failure ends the command. */
export function* needResources(kubectl: Kubectl, query: ResourceQuery): Proc<readonly Resource[]> {
  const { resources, errors } = yield* findResources(kubectl, query)
  if (errors[0]) throw errors[0]
  return resources
}

const fetched = (kubectl: Kubectl, resource: Resource, { fetch, subresource }: ResourceQuery): Proc<Resource> =>
  typeof fetch === 'function' ? fetch(resource) : fetchResource(kubectl, resource, subresource)

/** Gets the object anew. Where its whole namespace is missing, that is what the refusal says. */
export function* fetchResource(kubectl: Kubectl, resource: Resource, subresource?: string): Proc<Resource> {
  const { type, namespace, name } = resource
  try {
    const object = yield* requestJson<AnyObject>(kubectl, { path: pathOf(type, namespace, name, subresource) })
    const unknown = noStruct(kubectl, object)
    if (unknown) throw new BadRequest(unknown)
    return { ...resource, object }
  } catch (error) {
    yield* blameNamespace(kubectl, error, namespace)
    throw holdsStructs.test(kubectl.path) ? asTyped(error) : error
  }
}

/** Commands that hold what the server sends as structs of the types they were built with. */
const holdsStructs = /^(attach|debug|exec|expose|logs|port-forward|rollout|set)\b/

/** What a command says that has no struct for a kind; undefined where it has one, or needs none. */
function noStruct({ path }: Kubectl, object: { readonly apiVersion: string; readonly kind: string }): string | undefined {
  if (!holdsStructs.test(path) || isRegistered({ ...object, kind: object.kind.replace(/List$/, '') })) return undefined
  return notRegistered(object, path === 'port-forward' ? 'k8s.io/client-go/kubernetes/scheme/register.go:84' : undefined)
}

/** After a NotFound: throws that of the object's namespace when that is missing too; whoever may not look is not told. */
export function* blameNamespace(kubectl: Kubectl, error: unknown, namespace: string): Proc {
  if (!isNotFound(error) || namespace === '' || namespace === 'default') return
  try {
    yield* request(kubectl, { path: `/api/v1/namespaces/${namespace}`, place: 'visitor.go:104' })
  } catch (error) {
    if (isNotFound(error)) throw error
  }
}

/** All objects of a type that the selectors let through, page by page. */
export function* listResources(
  kubectl: Kubectl,
  type: ResourceType,
  namespace: string,
  query: Pick<ResourceQuery, 'selector' | 'fieldSelector' | 'listQuery'>,
): Proc<Resource[]> {
  const resources: Resource[] = []
  let next: string | undefined
  do {
    const list = yield* requestList<ObjectList>(kubectl, type, namespace, query, { continue: next })
    const kind = list.kind.replace(/List$/, '')
    const unknown = noStruct(kubectl, list)
    if (unknown) throw new CommandError(unknown)
    for (const item of list.items ?? []) {
      const object = item.kind ? item : { ...item, apiVersion: list.apiVersion, kind }
      resources.push({ type, namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '', object })
    }
    next = list.metadata?.continue || undefined
  } while (next)
  return resources
}

export interface ObjectList {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata?: { readonly continue?: string; readonly resourceVersion?: string }
  readonly items?: readonly AnyObject[]
}

/** A list in one answer, as the typed clients ask for it. */
export const whole = { limit: undefined } as const

/** One page of a list; its refusal says what could not be listed. */
export function* requestList<T>(
  kubectl: Kubectl,
  type: ResourceType,
  namespace: string,
  query: Pick<ResourceQuery, 'selector' | 'fieldSelector' | 'listQuery'>,
  more: Readonly<Record<string, string | undefined>> = {},
  accept?: string,
): Proc<T> {
  try {
    return yield* requestJson<T>(kubectl, {
      path: pathOf(type, namespace),
      query: {
        limit: 500,
        ...query.listQuery,
        labelSelector: query.selector || undefined,
        fieldSelector: query.fieldSelector || undefined,
        ...more,
      },
      accept,
    })
  } catch (error) {
    if (error instanceof BadRequest) throw new CommandError(error.message)
    throw error instanceof ApiError ? listError(error, type, query) : error
  }
}

/** A selector that matched wrongly, or a list that may not be read, is told with the resource's full name. */
function listError(
  error: ApiError,
  { group, version, plural }: ResourceType,
  { selector, fieldSelector }: Pick<ResourceQuery, 'selector' | 'fieldSelector'>,
): ApiError {
  const { status } = error
  const resource = `"${group}/${version}, Resource=${plural}"`
  if (status.reason !== 'BadRequest' && status.reason !== 'NotFound') return error
  if (selector || fieldSelector) {
    return new ApiError({
      ...status,
      message: `Unable to find ${resource} that match label selector ${JSON.stringify(selector ?? '')}, field selector ${JSON.stringify(fieldSelector ?? '')}: ${status.message}`,
    })
  }
  return new ApiError({ ...status, message: `Unable to list ${resource}: ${status.message}` })
}

/** Commands that hold objects as structs of the types they were built with. */
const typed = /^(set|rollout|expose)\b/

function* fromFiles(kubectl: Kubectl, query: ResourceQuery, files: FileOptions, visit: Visit): Proc<Found> {
  const sources = yield* findSources(files)
  const words = readWords(query)
  if (words.types.length)
    throw new CommandError('when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well')
  if (words.pairs.length) throw new CommandError('resource/name arguments cannot be provided when a path is specified')
  // What is read without a server is not selected from.
  const selects = query.selector && !query.local ? labelFilter(query.selector) : () => true
  const entries = yield* readManifests(kubectl, sources, {
    validate: query.validate,
    strict: query.validate && !query.local && fieldValidation(kubectl) === 'Strict',
    typed: typed.test(kubectl.path),
  })
  const config = yield* configOrProblem(kubectl)
  // A configuration that names nobody is found out with the first object of a file.
  if (config instanceof CommandError)
    return { resources: [], errors: [entries.find((entry) => entry instanceof Error) ?? config], single: sources.length === 1 }
  const { namespace, explicitNamespace } = config
  const { resources, errors: failures, add } = gathering(visit)
  // What could not be read is told after what went wrong with what could.
  const errors: Error[] = []
  const unreached = new Set<number>()
  for (const entry of entries) {
    if (entry instanceof Error) {
      errors.push(entry)
      continue
    }
    if (unreached.has(entry.file)) continue
    try {
      const resource = query.local ? locally(entry) : yield* recognise(kubectl, entry, namespace, explicitNamespace, query.validate)
      if (query.validate && !query.local) yield* showValidation(kubectl, resource.type)
      if (!selects(resource.object!.metadata?.labels)) continue
      // What has no name yet cannot be fetched: it is taken as it stands in the file.
      const fetches = query.fetch && !query.local && resource.name !== ''
      // A file is asked for as it is: it has no subresource.
      yield* add(fetches ? yield* fetched(kubectl, resource, { ...query, subresource: undefined }) : resource)
    } catch (error) {
      if (error instanceof Unreachable && (query.validate || entry.ofList)) unreached.add(entry.file)
      errors.push(asReported(error))
    }
  }
  // Beside failures of another sort the real one tells them in one line.
  const nested = failures.length && errors.length ? [new CommandError(new ErrorList(errors).message)] : errors
  return { resources, errors: [...failures, ...nested], single: sources.length === 1 && sources[0]!.at !== 'stdin' }
}

function* configOrProblem(kubectl: Kubectl): Proc<ClientConfig | CommandError> {
  try {
    return yield* clientConfig(kubectl)
  } catch (error) {
    if (error instanceof CommandError) return error
    throw error
  }
}

/** Nobody could be asked: of a list, and of a file that is to be validated, the rest is not looked at. */
class Unreachable extends CommandError {}

/** Whether labels are those that a selector asks for; an empty one asks for none. Throws CommandError. */
export function labelFilter(selector: string): (labels?: Readonly<Record<string, string>>) => boolean {
  let parsed: ReturnType<typeof parseSelector>
  try {
    parsed = parseSelector(selector)
  } catch (error) {
    throw new CommandError(`the provided selector ${JSON.stringify(selector)} is not valid: ${(error as Error).message}`) // parseSelector throws nothing else
  }
  return (labels = {}) => matches(parsed, labels)
}

/** Recognises objects read from an edited text, in whatever namespace they say they are. Throws the first problem. */
export function* recogniseAll(kubectl: Kubectl, entries: Entries): Proc<Resource[]> {
  const { namespace } = yield* clientConfig(kubectl)
  const resources: Resource[] = []
  const errors: Error[] = []
  for (const entry of entries) {
    try {
      if (entry instanceof Error) throw entry
      resources.push(yield* recognise(kubectl, entry, namespace, false))
    } catch (error) {
      errors.push(asReported(error))
    }
  }
  throwAll(errors)
  return resources
}

const locally = ({ object, source }: Manifest): Resource => ({
  type: builtInResource(object),
  namespace: object.metadata?.namespace ?? '',
  name: object.metadata?.name ?? '',
  object,
  source,
})

/** The same as `locate`, a server that does not answer told in the words of whoever asked first: validation where that is wanted. */
function* recognise(kubectl: Kubectl, manifest: Manifest, namespace: string, explicit: boolean, validate?: boolean): Proc<Resource> {
  try {
    return yield* locate(kubectl, manifest, namespace, explicit, validate ? 0 : 1)
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
    const source = JSON.stringify(manifest.source)
    const openApi = error.message.replace('/api?', '/openapi/v2?')
    if (validate)
      throw new Unreachable(
        `error validating ${source}: error validating data: ${manifest.ofList ? '' : 'failed to download openapi: '}${openApi}; if you choose to ignore these errors, turn validation off with --validate=false`,
      )
    throw new Unreachable(`unable to recognize ${source}: ${error.message}`)
  }
}

/** Where a manifest's object lives: its resource type and namespace. Throws when the server does not know its kind. */
function* locate(
  kubectl: Kubectl,
  { object, source, ofList }: Manifest,
  namespace: string,
  explicit: boolean,
  attempts: number,
): Proc<Resource> {
  const type = yield* findWithRetry(kubectl, (mapper) => typeOfObject(mapper, object.apiVersion, object.kind), attempts)
  if (ofList && !object.apiVersion) throw new ErrorList([noTypeInfo('apiVersion')])
  const { name = '', namespace: own = '' } = object.metadata ?? {}
  if (!type) {
    // Only the list has a file to its name.
    if (ofList)
      throw new ErrorList([
        new CommandError(
          `unable to recognize no matches for kind ${JSON.stringify(object.kind)} in version ${JSON.stringify(object.apiVersion ?? '')}`,
        ),
      ])
    throw new CommandError(
      `resource mapping not found for name: ${JSON.stringify(name)} namespace: ${JSON.stringify(own)} from ${JSON.stringify(source)}: no matches for kind ${JSON.stringify(object.kind)} in version ${JSON.stringify(object.apiVersion ?? '')}\nensure CRDs are installed first`,
    )
  }
  if (!type.namespaced) return { type, namespace: '', name, object: own ? withoutNamespace(object) : object, source }
  if (own && explicit && own !== namespace) {
    throw new CommandError(
      `the namespace from the provided object "${own}" does not match the namespace "${namespace}". You must pass '--namespace=${own}' to perform this operation.`,
    )
  }
  const located: AnyObject = own ? object : { ...object, metadata: { ...object.metadata, namespace } }
  return { type, namespace: own || namespace, name, object: located, source }
}

function withoutNamespace(object: AnyObject): AnyObject {
  const { namespace: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** Finds the type of one word without objects; for commands that take `TYPE/NAME` in their own way. */
export function* typeNamed(kubectl: Kubectl, word: string): Proc<ResourceType> {
  const found = yield* findWithRetry(kubectl, (mapper) => findResource(mapper, word))
  if (!found) throw noMatch(word)
  return found
}
