import { age, listText } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import type { Column, KindRules } from '../../api/kind'
import type { ClusterRoleBinding, RoleBinding, Subject } from '../../api/types/rbac-v1.gen'
import { pathSegment } from '../../formats/names'
import { internalForm } from '../core/internal-form'
import { invalidName } from '../field-checks'
import { sameValue } from '../same-value'
import { GROUP, type Binding } from './bindings'

/** Complaints about a binding; `kinds` are the kinds of role it may name. */
function bindingErrors({ roleRef, subjects }: Binding, at: FieldPath, kinds: readonly string[], namespaced: boolean): FieldError[] {
  const here = at('roleRef')
  const errors: FieldError[] = []
  if (roleRef?.apiGroup !== GROUP) errors.push(here('apiGroup').notSupported(roleRef?.apiGroup ?? '', [GROUP]))
  if (!kinds.includes(roleRef?.kind ?? '')) errors.push(here('kind').notSupported(roleRef?.kind ?? '', kinds))
  if (!roleRef?.name) errors.push(here('name').required())
  else errors.push(...invalidName(roleRef.name, here('name'), pathSegment))
  subjects?.forEach((subject, index) => errors.push(...subjectErrors(subject, at('subjects', index), namespaced)))
  return errors
}

function subjectErrors({ kind, name, namespace, apiGroup }: Subject, at: FieldPath, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = name ? [] : [at('name').required()]
  switch (kind) {
    case 'ServiceAccount':
      if (apiGroup) errors.push(at('apiGroup').notSupported(apiGroup, ['']))
      // In a RoleBinding an account without a namespace means nobody, which is allowed.
      if (!namespace && !namespaced) errors.push(at('namespace').required())
      break
    case 'User':
    case 'Group':
      if (apiGroup !== GROUP) errors.push(at('apiGroup').notSupported(apiGroup ?? '', [GROUP]))
      break
    default:
      errors.push(at('kind').notSupported(kind ?? '', ['ServiceAccount', 'User', 'Group']))
  }
  return errors
}

/** What a binding gives cannot be exchanged for something else under the same name. */
const bindingUpdateErrors = (object: Binding, old: Binding, at: FieldPath): FieldError[] =>
  sameValue(object.roleRef, old.roleRef) ? [] : [at('roleRef').invalid(internalForm('RoleRef', object.roleRef), 'cannot change roleRef')]

const names = ({ subjects = [] }: Binding, kind: string) => subjects.filter((subject) => subject.kind === kind)
const joined = (words: readonly string[]) => (words.length === 0 ? '' : listText(words).replaceAll(',', ', '))

/** The columns of both sorts of binding. */
const bindingColumns: readonly Column<Binding>[] = [
  ['Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`],
  age,
  ['Users', (object) => joined(names(object, 'User').map(({ name }) => name)), { wide: true, description: 'Users in the roleBinding' }],
  ['Groups', (object) => joined(names(object, 'Group').map(({ name }) => name)), { wide: true, description: 'Groups in the roleBinding' }],
  [
    'ServiceAccounts',
    (object) => joined(names(object, 'ServiceAccount').map(({ namespace, name }) => (namespace ? `${namespace}/${name}` : name))),
    { wide: true, description: 'ServiceAccounts in the roleBinding' },
  ],
]

/** What may be written of a RoleBinding, and what `kubectl get` shows of it. */
export const roleBindingRules: KindRules<RoleBinding> = {
  validate: (object, at) => bindingErrors(object, at, ['Role', 'ClusterRole'], true),
  validateUpdate: bindingUpdateErrors,
  columns: bindingColumns,
}

/** The same of a ClusterRoleBinding. */
export const clusterRoleBindingRules: KindRules<ClusterRoleBinding> = {
  validate: (object, at) => bindingErrors(object, at, ['ClusterRole'], false),
  validateUpdate: bindingUpdateErrors,
  columns: bindingColumns,
}
