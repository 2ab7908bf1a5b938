import { admit, resourceOf, type Call } from './call'
import type { CallSubresource, GroupVersionKind, SubresourceHandler } from './hooks'
import type { ApiRequest, ApiResponse } from './http'
import { withFields, type AnyObject, type KubeObject } from './object'
import { methodNotAllowed, notFound, unknownPath, type Status } from './status'

/** Asks a kind's own subresource: admission as CONNECT or CREATE, then the handler. */
export function askSubresource(
  call: Call,
  verb: string,
  body: AnyObject | undefined,
  query: URLSearchParams,
  subpath: string,
  http: ApiRequest | undefined,
): KubeObject | Status | ApiResponse {
  const { core, served, namespace, name, subresource = '', user, manager, dryRun } = call
  const handler = core.handlerOf(served.kind, subresource)
  if (!handler || !isCall(handler)) throw unknownPath()
  if (!handler.verbs.includes(verb) && !handler.verbs.includes('connect')) throw methodNotAllowed()
  const stored = core.storage.get(served.kind, namespace, subresource === 'proxy' ? unadorned(name) : name)
  if (!stored) throw notFound(resourceOf(call), name)
  const about: Call = withFields(call, { body: handler.body ?? handler.options })
  const asked = handler.options ? connectOptions(handler.options, query, subpath) : body
  admit(about, handler.verbs.includes('connect') ? 'CONNECT' : 'CREATE', asked, stored.object)
  return handler.handle({
    verb,
    kind: served.kind,
    namespace,
    name,
    object: stored.object,
    body,
    subpath,
    query,
    user,
    manager,
    dryRun,
    server: core,
    http,
    warn: call.warn,
  })
}

/** What CONNECT is asked with, as an object: `PodExecOptions` and the like are sent as a query. */
function connectOptions({ group, version, kind }: GroupVersionKind, query: URLSearchParams, subpath: string): AnyObject {
  const options: Record<string, unknown> = { kind, apiVersion: group ? `${group}/${version}` : version }
  for (const flag of ['stdin', 'stdout', 'stderr', 'tty']) if (isTrue(query.get(flag))) options[flag] = true
  const container = query.get('container')
  if (container) options.container = container
  if (query.has('command')) options.command = query.getAll('command')
  if (query.has('ports')) options.ports = query.getAll('ports').flatMap((text) => text.split(',').map(Number))
  if (kind.endsWith('ProxyOptions')) options.path = `/${subpath}`
  return options as unknown as AnyObject // has no metadata, as in a real server; whoever looks for some is prepared
}

const isTrue = (text: string | null) => text === '1' || text === 'true'

/** What is proxied may be named with a scheme and a port: `https:web:443`. */
function unadorned(name: string): string {
  const parts = name.split(':')
  return parts.length === 3 ? parts[1]! : parts[0]!
}

export const isCall = (handler: SubresourceHandler): handler is CallSubresource => 'handle' in handler
