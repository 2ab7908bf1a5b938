import type { KindRules } from '../../api/kind'
import type { IPAddress } from '../../api/types/networking-v1.gen'
import { immutable } from '../field-checks'

/** What may be written of an IPAddress, and what `kubectl get` shows of it. */
export const ipAddressRules: KindRules<IPAddress> = {
  validate: ({ spec }, at) => {
    const here = at('spec', 'parentRef')
    const { resource, name } = spec?.parentRef ?? {}
    return [...(resource ? [] : [here('resource').required()]), ...(name ? [] : [here('name').required()])]
  },
  validateUpdate: (object, old, at) => immutable(object.spec?.parentRef, old.spec?.parentRef, at('spec', 'parentRef')),
  columns: [['ParentRef', ({ spec }) => parentText(spec?.parentRef)]],
}

/** `services/default/kubernetes` */
function parentText(parent: NonNullable<IPAddress['spec']>['parentRef'] | undefined): string {
  if (!parent) return '<none>'
  const { group, resource, namespace, name } = parent
  return [group ? `${resource}.${group}` : resource, namespace, name].filter(Boolean).join('/')
}
