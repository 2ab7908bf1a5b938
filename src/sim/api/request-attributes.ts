import type { RequestAttributes, ResourceAttributes } from './hooks'
import { isTrue } from './list-options'

const VERBS: Readonly<Record<string, string>> = { GET: 'get', HEAD: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

/** Subresources of a namespace; any other word in their place is a resource inside the namespace. */
const OF_NAMESPACES = ['status', 'finalize']

/** What a request is about: verb and resource, read from method and path as kube-apiserver's RequestInfo does. */
export function requestAttributes(method: string, url: string): RequestAttributes {
  const question = url.indexOf('?')
  const path = question < 0 ? url : url.slice(0, question)
  const query = new URLSearchParams(question < 0 ? '' : url.slice(question + 1))
  const parts = path.split('/').filter((part) => part !== '').map(decoded) // prettier-ignore
  const resource = resourceOf(parts)
  if (!resource) return { verb: method.toLowerCase(), path, query }
  const watched = method === 'GET' ? watchedAt(parts, query) : undefined
  if (watched) return { verb: 'watch', path, ...watched }
  const verb = verbOf(method, resource, query)
  const chosen = COLLECTIONS.includes(verb) ? chosenName(query) : undefined
  return { verb, path, query, resource: chosen === undefined ? resource : { ...resource, name: chosen } }
}

const COLLECTIONS = ['list', 'watch']

/** Who asks a collection for one name alone is held to rules for that name. */
function chosenName(query: URLSearchParams): string | undefined {
  const selector = query.get('fieldSelector')
  return selector ? /(?:^|,)metadata\.name==?([^,=!\\/%]+)(?:,|$)/.exec(selector)?.[1] : undefined
}

function verbOf(method: string, { name, subresource }: ResourceAttributes, query: URLSearchParams): string {
  const verb = VERBS[method] ?? ''
  if (name !== undefined || subresource !== undefined) return verb
  if (verb === 'get') return isTrue(query.get('watch')) ? 'watch' : 'list'
  return verb === 'delete' ? 'deletecollection' : verb
}

/**
 * The old way to watch, deprecated since release 1.11 and still served: `/api/v1/watch/…`, where a name at the end chooses one object as a
 * field selector does.
 */
function watchedAt(parts: readonly string[], query: URLSearchParams) {
  const at = parts[0] === 'api' ? 2 : 3
  if (parts[at] !== 'watch') return undefined
  const found = resourceOf([...parts.slice(0, at), ...parts.slice(at + 1)])
  if (!found) return undefined
  const { name, ...resource } = found
  if (name === undefined) return { query, resource }
  const chosen = new URLSearchParams(query)
  chosen.set('fieldSelector', [`metadata.name=${name}`, ...query.getAll('fieldSelector')].join(','))
  return { query: chosen, resource: { ...resource, name } }
}

function resourceOf(parts: readonly string[]): ResourceAttributes | undefined {
  const [root] = parts
  const [group, version, rest] =
    root === 'api' ? ['', parts[1], parts.slice(2)] : root === 'apis' ? [parts[1], parts[2], parts.slice(3)] : []
  if (group === undefined || version === undefined || rest === undefined || rest.length === 0) return undefined
  const [first, namespace, plural, ...more] = rest
  const insideNamespace =
    first === 'namespaces' && namespace !== undefined && plural !== undefined && !(group === '' && OF_NAMESPACES.includes(plural))
  if (insideNamespace) return { group, version, plural, namespace, ...within(more) }
  const [name, ...below] = rest.slice(1)
  // A namespace is its own namespace, as RequestInfo has it: rules for it may be given inside it.
  const self = group === '' && first === 'namespaces' && name !== undefined ? { namespace: name } : {}
  return { group, version, plural: first!, ...self, ...within([...(name === undefined ? [] : [name]), ...below]) }
}

function within([name, subresource, ...subpath]: string[]) {
  return {
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
    ...(subpath.length > 0 && { subpath: subpath.join('/') }),
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // not an encoding: taken as it is, and found nowhere
  }
}
