import { defineKind } from '../../api/kind'
import type { IPAddress } from '../../api/types/networking-v1.gen'
import { immutable } from '../field-checks'

export const ipAddress = defineKind<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  namespaced: false,
  nameRule: 'ip-address',
  validate: ({ spec }, at) => {
    const here = at('spec', 'parentRef')
    const { resource, name } = spec?.parentRef ?? {}
    return [...(resource ? [] : [here('resource').required()]), ...(name ? [] : [here('name').required()])]
  },
  validateUpdate: (object, old, at) => immutable(object.spec?.parentRef, old.spec?.parentRef, at('spec', 'parentRef')),
  columns: [['ParentRef', ({ spec }) => parentText(spec?.parentRef)]],
  selectableFields: {
    'parentRef.group': ({ spec }) => spec?.parentRef?.group ?? '',
    'parentRef.resource': ({ spec }) => spec?.parentRef?.resource ?? '',
    'parentRef.namespace': ({ spec }) => spec?.parentRef?.namespace ?? '',
    'parentRef.name': ({ spec }) => spec?.parentRef?.name ?? '',
  },
})

/** `services/default/kubernetes` */
function parentText(parent: NonNullable<IPAddress['spec']>['parentRef'] | undefined): string {
  if (!parent) return '<none>'
  const { group, resource, namespace, name } = parent
  return [group ? `${resource}.${group}` : resource, namespace, name].filter(Boolean).join('/')
}
