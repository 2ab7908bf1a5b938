import { admit, resourceOf, type Call } from './call'
import type { CallSubresource, SubresourceHandler } from './hooks'
import type { ApiRequest, ApiResponse } from './http'
import type { AnyObject, KubeObject } from './object'
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
  admit(call, handler.verbs.includes('connect') ? 'CONNECT' : 'CREATE', body, stored.object)
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

/** What is proxied may be named with a scheme and a port: `https:web:443`. */
function unadorned(name: string): string {
  const parts = name.split(':')
  return parts.length === 3 ? parts[1]! : parts[0]!
}

export const isCall = (handler: SubresourceHandler): handler is CallSubresource => 'handle' in handler
