import { sameJson } from '../../formats/merge-patch'
import { clientConfig } from '../kubeconfig'
import { noLocalServerDryRun, ObjectError, setOn } from '../setting'
import type { Command } from '../session'

const rbac = 'rbac.authorization.k8s.io'

export const setSubject: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const [users, groups, accounts] = ['user', 'group', 'serviceaccount'].map((flag) => [...new Set(flags.list(flag))].sort()) as [string[], string[], string[]] // prettier-ignore
    const { namespace: current } = yield* clientConfig(kubectl)
    const added = [
      ...users.map((name) => ({ kind: 'User', apiGroup: rbac, name })),
      ...groups.map((name) => ({ kind: 'Group', apiGroup: rbac, name })),
      ...accounts.map((account) => {
        const [namespace, name] = account.split(':')
        return { kind: 'ServiceAccount', namespace: namespace || current, name }
      }),
    ]
    yield* setOn(kubectl, {
      words: args,
      done: 'subjects updated',
      manager: 'kubectl-set',
      failure: 'failed to patch subjects to rolebinding:',
      check: (found) => {
        if (flags.bool('local') && flags.text('dry-run') === 'server') return [noLocalServerDryRun]
        if (flags.bool('all') && flags.text('selector')) return ['cannot set --all and --selector at the same time']
        if (users.length + groups.length + accounts.length === 0)
          return ['you must specify at least one value of user, group or serviceaccount']
        if (accounts.some((account) => account.split(':').length !== 2 || account.endsWith(':')))
          return ['serviceaccount must be <namespace>:<name>']
        if (accounts.some((account) => account.startsWith(':')) && found.some(({ object }) => object!.kind === 'ClusterRoleBinding'))
          return ['serviceaccount must be <namespace>:<name>, namespace must be specified']
        return []
      },
      change: (object) => {
        if (!['RoleBinding', 'ClusterRoleBinding'].includes(object.kind))
          throw new ObjectError(`setting subjects is only supported for RoleBinding/ClusterRoleBinding`)
        const subjects = (object.subjects ?? []) as readonly object[]
        const missing = added.filter((subject) => !subjects.some((known) => sameJson(known, subject)))
        return missing.length ? { ...object, subjects: [...subjects, ...missing] } : object
      },
    })
  },
}
