import type { Audit, RequestAttributes, ResourceAttributes, Told, User } from './hooks'
import { nextAuditId } from './audit-id'
import { StatusError } from './status'

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
