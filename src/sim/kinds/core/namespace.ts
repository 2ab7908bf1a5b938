import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { Namespace } from '../../api/types/core-v1.gen'
import { withEmpty } from '../defaulting'

const NAME_LABEL = 'kubernetes.io/metadata.name'

export const namespace = defineKind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: ['finalize', 'status'],
  nameRule: 'dns-label',
  defaults: (object) => withNameLabel(withEmpty(object, 'spec')),
  // The finalizer holds a namespace until the namespace controller has emptied it.
  beforeCreate: (object) => ({
    ...object,
    spec: { ...object.spec, finalizers: withKubernetes(object.spec?.finalizers) },
    status: { phase: 'Active' },
  }),
  // Only the finalize subresource takes finalizers away.
  beforeUpdate: (object, old) => ({ ...object, spec: { ...object.spec, finalizers: old.spec?.finalizers } }),
  holdsDeletion: ({ spec }) => (spec?.finalizers ?? []).length > 0,
  beforeDelete: (object) => ({ ...object, status: { ...object.status, phase: 'Terminating' } }),
  columns: [['Status', ({ status }) => status?.phase ?? '', { description: 'The status of the namespace' }], age],
  selectableFields: { 'status.phase': ({ status }) => status?.phase ?? '', name: ({ metadata }) => metadata.name },
})

const withKubernetes = (finalizers: readonly string[] = []) =>
  finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes']

/** Every namespace carries its own name as a label, so that selectors can name it. */
function withNameLabel(object: Namespace): Namespace {
  const { metadata } = object
  if (!metadata.name || metadata.labels?.[NAME_LABEL] === metadata.name) return object
  return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, [NAME_LABEL]: metadata.name } } }
}
