import type { AdmissionPlugin, AdmissionRequest } from '../hooks'
import { forbidden, notFound, failure } from '../status'
import type { Namespace } from '../types/core-v1.gen'
import { find, resource } from './lookup'

const namespaces = resource<Namespace>('', 'v1', 'namespaces')
const IMMORTAL = ['default', 'kube-system', 'kube-public']

/** Nothing is created in a namespace that is not there or on its way out, and three namespaces are never deleted. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  mutate(request) {
    check(request)
    return request.object!
  },
  validate(request) {
    if (request.operation === 'DELETE') check(request)
  },
}

function check({ operation, kind, namespace, name, server, object }: AdmissionRequest) {
  if (operation === 'DELETE') {
    if (kind.group === '' && kind.plural === 'namespaces' && IMMORTAL.includes(name))
      throw forbidden(kind, name, 'this namespace may not be deleted')
    return
  }
  if (namespace === undefined || !kind.namespaced) return
  if (kind.plural === 'localsubjectaccessreviews') return
  const home = find(server, namespaces, undefined, namespace)
  if (!home) throw notFound({ group: '', plural: 'namespaces' }, namespace)
  if (operation !== 'CREATE' || (home.status?.phase !== 'Terminating' && home.metadata.deletionTimestamp === undefined)) return
  const called = object?.metadata.name ?? name
  const refusal = forbidden(kind, called, `unable to create new content in namespace ${namespace} because it is being terminated`)
  throw failure(403, 'Forbidden', refusal.message, {
    ...refusal.status.details,
    causes: [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }],
  })
}
