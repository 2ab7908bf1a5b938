import type { ApiServer, Authorise, Decision, RequestAttributes, User } from '../hooks'
import { nodeDecision } from './node-authoriser'
import { latestOfRoles, rbacDecision } from './rbac'

/** May do everything, whatever roles say: how a cluster is repaired whose roles are broken. */
const SUPERUSERS = 'system:masters'

const ALLOWED: Decision = { allowed: true }

/** Node, then RBAC: the modes of a kubeadm cluster. */
export const authorise: Authorise = (user, attributes, server) => {
  if (user.groups.includes(SUPERUSERS)) return ALLOWED
  // Who asks the same over and over again: clients inside the process, whose requests have no path, and kubelets that ask whether the server lives.
  return attributes.path === '' || !attributes.resource ? remembered(user, attributes, server) : decided(user, attributes, server)
}

function decided(user: User, attributes: RequestAttributes, server: ApiServer): Decision {
  const byNode = nodeDecision(server, user, attributes)
  if (byNode?.allowed) return byNode
  const byRole = rbacDecision(server, user, attributes)
  return byRole.allowed || byNode?.reason === undefined ? byRole : { allowed: false, reason: byNode.reason }
}

/** What a user may do whatever the object is called, and which paths outside resources it may ask for, as of one state of roles and bindings. */
interface Allowed {
  readonly asOf: number
  readonly what: Map<string, Decision>
}

const known = new WeakMap<User, Allowed>()
/** Paths can be anything: beyond this many nothing more is remembered. */
const MOST_ALLOWED = 1000

function remembered(user: User, attributes: RequestAttributes, server: ApiServer): Decision {
  const { verb, path, resource } = attributes
  const asOf = latestOfRoles(server)
  let allowed = known.get(user)
  if (allowed?.asOf !== asOf) known.set(user, (allowed = { asOf, what: new Map() }))
  if (!resource) {
    const key = `${verb} ${path}`
    const before = allowed.what.get(key)
    if (before) return before
    const decision = decided(user, attributes, server)
    if (decision.allowed && allowed.what.size < MOST_ALLOWED) allowed.what.set(key, decision)
    return decision
  }
  const { group, version, plural, subresource, namespace } = resource
  const key = `${verb} ${group}/${plural}/${subresource ?? ''} ${namespace ?? ''}`
  const before = allowed.what.get(key)
  if (before) return before
  const nameless = {
    group,
    version,
    plural,
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== undefined && { namespace }),
  }
  if (!decided(user, { ...attributes, resource: nameless }, server).allowed) return decided(user, attributes, server)
  allowed.what.set(key, ALLOWED)
  return ALLOWED
}
