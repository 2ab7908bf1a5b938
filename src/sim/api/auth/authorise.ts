import type { Authorise } from '../hooks'
import { nodeDecision } from './node-authoriser'
import { rbacDecision } from './rbac'

/** May do everything, whatever roles say: how a cluster is repaired whose roles are broken. */
const SUPERUSERS = 'system:masters'

/**
 * Users that the parts of the control plane act as inside the process, where a request has no path. Their rights are what the bootstrap
 * roles say of them; asking at each of their writes would cost time and could only find a mistake of ours.
 */
const COMPONENTS = /^system:(kube-|apiserver$|serviceaccount:kube-system:)/

/** Node, then RBAC: the modes of a kubeadm cluster. */
export const authorise: Authorise = (user, attributes, server) => {
  if (user.groups.includes(SUPERUSERS)) return { allowed: true }
  if (attributes.path === '' && COMPONENTS.test(user.name)) return { allowed: true }
  const byNode = nodeDecision(server, user, attributes)
  if (byNode?.allowed) return byNode
  const byRole = rbacDecision(server, user, attributes)
  return byRole.allowed || byNode?.reason === undefined ? byRole : { allowed: false, reason: byNode.reason }
}
