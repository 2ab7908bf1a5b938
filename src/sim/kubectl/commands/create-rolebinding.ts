import { CommandError } from '../errors'
import type { Command, Kubectl } from '../session'
import { createGenerated, generatedNamespace } from '../writing'
import { oneName } from './create-deployment'

const rbac = 'rbac.authorization.k8s.io'

export const createRoleBinding: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    const name = oneName(kubectl)
    const [role, clusterRole] = [flags.text('role'), flags.text('clusterrole')]
    if (Boolean(role) === Boolean(clusterRole)) throw new CommandError('exactly one of clusterrole or role must be specified')
    yield* createGenerated(kubectl, {
      failure: 'failed to create rolebinding',
      object: {
        apiVersion: `${rbac}/v1`,
        kind: 'RoleBinding',
        metadata: { name, ...(yield* generatedNamespace(kubectl)) },
        ...subjectsOf(kubectl),
        roleRef: { apiGroup: rbac, kind: role ? 'Role' : 'ClusterRole', name: role || clusterRole },
      },
    })
  },
}

export const createClusterRoleBinding: Command = {
  required: ['clusterrole'],
  *run(kubectl) {
    const name = oneName(kubectl)
    yield* createGenerated(kubectl, {
      failure: 'failed to create clusterrolebinding',
      object: {
        apiVersion: `${rbac}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name },
        ...subjectsOf(kubectl),
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: kubectl.flags.text('clusterrole') },
      },
    })
  },
}

/** Users, groups and service accounts as subjects, in that order. Throws CommandError. */
function subjectsOf({ flags }: Kubectl) {
  const subjects = [
    ...flags.list('user').map((name) => ({ kind: 'User', apiGroup: rbac, name })),
    ...flags.list('group').map((name) => ({ kind: 'Group', apiGroup: rbac, name })),
    ...flags.list('serviceaccount').map((account) => {
      const parts = account.split(':')
      if (parts.length !== 2 || !parts[0] || !parts[1]) throw new CommandError('serviceaccount must be <namespace>:<name>')
      return { kind: 'ServiceAccount', name: parts[1], namespace: parts[0] }
    }),
  ]
  return subjects.length ? { subjects } : {}
}
