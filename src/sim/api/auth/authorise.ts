import type { ApiServer, Authorise, Decision, RequestAttributes, User } from '../hooks'
import { nodeDecision } from './node-authoriser'
import { latestOfRoles, rbacDecision } from './rbac'

/** May do everything, whatever roles say: how a cluster is repaired whose roles are broken. */
const SUPERUSERS = 'system:masters'

const ALLOWED: Decision = { allowed: true }

/** Node, then RBAC: the modes of a kubeadm cluster. */
export const authorise: Authorise = (user, attributes, server) => {
  if (user.groups.includes(SUPERUSERS)) return ALLOWED
  // A request inside the process has no path: its client asks the same over and over again.
  return attributes.path === '' ? remembered(user, attributes, server) : decided(user, attributes, server)
}

function decided(user: User, attributes: RequestAttributes, server: ApiServer): Decision {
  const byNode = nodeDecision(server, user, attributes)
  if (byNode?.allowed) return byNode
  const byRole = rbacDecision(server, user, attributes)
  return byRole.allowed || byNode?.reason === undefined ? byRole : { allowed: false, reason: byNode.reason }
}

/** What a client in the process may do whatever the object is called, as of one state of roles and bindings. */
interface Allowed {
  readonly asOf: number
  readonly what: Set<string>
}

const known = new WeakMap<User, Allowed>()

function remembered(user: User, attributes: RequestAttributes, server: ApiServer): Decision {
  const { verb, resource } = attributes
  if (!resource) return decided(user, attributes, server)
  const asOf = latestOfRoles(server)
  let allowed = known.get(user)
  if (allowed?.asOf !== asOf) known.set(user, (allowed = { asOf, what: new Set() }))
  const { group, version, plural, subresource, namespace } = resource
  const key = `${verb} ${group}/${plural}/${subresource ?? ''} ${namespace ?? ''}`
  if (allowed.what.has(key)) return ALLOWED
  const nameless = {
    group,
    version,
    plural,
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== undefined && { namespace }),
  }
  if (!decided(user, { ...attributes, resource: nameless }, server).allowed) return decided(user, attributes, server)
  allowed.what.add(key)
  return ALLOWED
}
