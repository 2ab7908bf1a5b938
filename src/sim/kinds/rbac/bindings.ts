import type { ClusterRoleBinding, RoleBinding, Subject } from '../../api/types/rbac-v1.gen'
import { changeField, mapSame, withDefaults } from '../defaulting'

export type Binding = RoleBinding | ClusterRoleBinding

export const GROUP = 'rbac.authorization.k8s.io'

/** Defaults of a RoleBinding and a ClusterRoleBinding: the API groups that go without saying. */
export function bindingDefaults<B extends Binding>(object: B): B {
  const result: Binding = changeField<Binding, 'roleRef'>(object, 'roleRef', (ref) => withDefaults(ref, { apiGroup: GROUP }))
  return changeField<Binding, 'subjects'>(result, 'subjects', (subjects) => mapSame(subjects, subjectDefaults)!) as B // of the same kind
}

const subjectDefaults = (subject: Subject): Subject =>
  subject.kind === 'User' || subject.kind === 'Group' ? withDefaults(subject, { apiGroup: GROUP }) : subject
