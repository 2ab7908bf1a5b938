import { sameJson } from '../../formats/merge-patch'
import { CommandError } from '../errors'
import { fileOptions } from '../manifests'
import { mustGiveResources, setOn } from '../setting'
import type { Command } from '../session'

const rbac = 'rbac.authorization.k8s.io'

export const setSubject: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const files = fileOptions(kubectl)
    if (args.length === 0 && files.names.length === 0 && !files.kustomize) throw mustGiveResources(false)
    const [users, groups, accounts] = [flags.list('user'), flags.list('group'), flags.list('serviceaccount')]
    if (users.length + groups.length + accounts.length === 0)
      throw new CommandError('you must specify at least one value of user, group or serviceaccount')
    const added = [
      ...users.map((name) => ({ kind: 'User', apiGroup: rbac, name })),
      ...groups.map((name) => ({ kind: 'Group', apiGroup: rbac, name })),
      ...accounts.map((account) => {
        const [namespace, name, ...rest] = account.split(':')
        if (!name || rest.length) throw new CommandError('serviceaccount must be <namespace>:<name>')
        return { kind: 'ServiceAccount', namespace, name }
      }),
    ]
    yield* setOn(kubectl, {
      words: args,
      done: 'subjects updated',
      manager: 'kubectl-set',
      change: (object) => {
        if (!['RoleBinding', 'ClusterRoleBinding'].includes(object.kind))
          throw new CommandError(`setting subjects is only supported for RoleBinding/ClusterRoleBinding`)
        const subjects = (object.subjects ?? []) as readonly object[]
        const missing = added.filter((subject) => !subjects.some((known) => sameJson(known, subject)))
        return missing.length ? { ...object, subjects: [...subjects, ...missing] } : object
      },
    })
  },
}
