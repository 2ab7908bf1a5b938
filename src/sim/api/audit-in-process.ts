import type { Audit, RequestAttributes, ResourceAttributes, Told, ToldOfWatches, User } from './hooks'
import { isStreamed, type ApiResponse } from './http'
import { refusal } from './in-process-client'
import { nextAuditId } from './audit-id'
import { forbidden, StatusError } from './status'

const METHODS: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT', patch: 'PATCH', delete: 'DELETE' }

/** Tells an audit log of what a client inside the process wrote, as if it had asked over HTTP. */
export const toldInProcess =
  (audit: Audit): Told =>
  ({ core, served, namespace, name, subresource, user, manager }, verb, body, outcome, noted) => {
    const { group, version, kind } = served
    const resource: ResourceAttributes = {
      group,
      version,
      plural: kind.plural,
      ...(subresource !== undefined && { subresource }),
      ...(namespace !== undefined && { namespace }),
      ...(name && { name }),
    }
    const url = pathOf(resource)
    const attributes: RequestAttributes = { verb, path: url, query: new URLSearchParams(), resource }
    const { allowed, reason = '' } = core.may(user, attributes)
    const annotations = { ...noted, 'authorization.k8s.io/decision': allowed ? 'allow' : 'forbid', 'authorization.k8s.io/reason': reason }
    const refused = outcome instanceof StatusError ? outcome.status : undefined
    const request = {
      method: METHODS[verb] ?? 'GET',
      url,
      headers: { 'user-agent': agentOf(manager, user, core.release) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }
    const response = { status: refused?.code ?? (verb === 'create' ? 201 : 200), headers: {}, body: JSON.stringify(refused ?? outcome) }
    audit({ request, attributes, user, annotations, auditId: nextAuditId(core), startMs: core.engine.nowMs, response }, core)
  }

/** A watch of a reflector is asked to end after so many seconds. */
const WATCH_SECONDS = 450

/** Tells an audit log of what a client inside the process watches, as if it had asked over HTTP: a line when a watch begins, one when it ends. */
export const watchesToldInProcess =
  (audit: Audit): ToldOfWatches =>
  ({ core, served, namespace, selector, user, manager, fromTheStart }) => {
    const { group, version, kind } = served
    const resource: ResourceAttributes = { group, version, plural: kind.plural, ...(namespace !== undefined && { namespace }) }
    const auditAs = (verb: string, options: Readonly<Record<string, string>>, response: ApiResponse) => {
      const query = new URLSearchParams({ ...(selector && { labelSelector: selector }), ...options })
      query.sort()
      const url = `${pathOf(resource)}?${query}`
      const attributes: RequestAttributes = { verb, path: pathOf(resource), query, resource }
      const { allowed, reason = '' } = core.may(user, attributes)
      const annotations = { 'authorization.k8s.io/decision': allowed ? 'allow' : 'forbid', 'authorization.k8s.io/reason': reason }
      const refused = allowed ? undefined : forbidden({ group, plural: kind.plural }, '', refusal(user, attributes, reason)).status
      const answered = refused ? { status: 403, headers: {}, body: JSON.stringify(refused) } : response
      const request = { method: 'GET', url, headers: { 'user-agent': agentOf(manager, user, core.release) } }
      return audit(
        { request, attributes, user, annotations, auditId: nextAuditId(core), startMs: core.engine.nowMs, response: answered },
        core,
      )
    }
    const lasting = { allowWatchBookmarks: 'true', timeout: '7m30s', timeoutSeconds: String(WATCH_SECONDS), watch: 'true' }
    const resourceVersion = String(core.storage.revision)
    // From 1.35 on a reflector lists by a watch that begins with all there is.
    const streams = fromTheStart && core.release[1] >= 35
    if (fromTheStart && !streams) auditAs('list', { limit: '500', resourceVersion: '0' }, { status: 200, headers: {}, body: '' })
    const since: Record<string, string> = streams
      ? { resourceVersionMatch: 'NotOlderThan', sendInitialEvents: 'true' }
      : { resourceVersion }
    const watched = auditAs('watch', { ...lasting, ...since }, { status: 200, headers: {}, stream: () => () => undefined })
    return isStreamed(watched) ? watched.stream({ data: () => undefined, end: () => undefined }) : () => undefined
  }

function pathOf({ group, version, plural, subresource, namespace, name }: ResourceAttributes): string {
  const head = group === '' ? ['api'] : ['apis', group]
  const place = namespace === undefined ? [] : ['namespaces', namespace]
  return ['', ...head, version, ...place, plural, name, subresource].filter((step) => step !== undefined).join('/')
}

/** How a component calls itself; its controllers add as whom they act. */
function agentOf(manager: string, { name }: User, release: readonly [number, number]): string {
  const base = `${manager}/v${release.join('.')}.0 (linux/amd64) kubernetes/0000000`
  return name.startsWith('system:serviceaccount:') ? `${base}/${name}` : base
}
