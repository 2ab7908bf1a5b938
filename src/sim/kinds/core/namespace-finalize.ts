import type { PartSubresource } from '../../api/hooks'
import type { AnyObject } from '../../api/object'
import type { Namespace } from '../../api/types/core-v1.gen'

/** PUT …/namespaces/{name}/finalize: the namespace controller says that a namespace is empty by taking its finalizer away. */
export const namespaceFinalize: PartSubresource = {
  of: { group: '', plural: 'namespaces' },
  subresource: 'finalize',
  merge: (storedObject, submittedObject) => {
    const { spec } = submittedObject as unknown as Namespace // the handler is asked for namespaces only
    return { ...storedObject, spec: { finalizers: spec?.finalizers ?? [] } } as unknown as AnyObject // still the stored namespace
  },
}
