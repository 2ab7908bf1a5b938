import type { KindRules } from '../../api/kind'
import type { Pod } from '../../api/types/core-v1.gen'
import { podSpecErrors } from './pod-spec-validation'
import { podUpdateErrors } from './pod-update-validation'
import { podWarnings } from './pod-warnings'
import { pod } from './pod'
import { podColumns } from './pod-columns'

/** What may be written of a Pod, and what `kubectl get` shows of it. */
export const podRules: KindRules<Pod> = {
  validate: (object, at, { read }) => {
    const { spec, metadata } = object
    const errors = podSpecErrors(spec, at('spec'))
    const gatedYetBound = spec.nodeName && spec.schedulingGates?.length
    const isNew = (gatedYetBound || spec.ephemeralContainers?.length) && !read.get(pod, metadata.namespace, metadata.name)
    if (isNew && gatedYetBound) errors.push(at('spec', 'nodeName').forbidden('cannot be set until all schedulingGates have been cleared'))
    if (isNew && spec.ephemeralContainers?.length) errors.push(at('spec', 'ephemeralContainers').forbidden('cannot be set on create'))
    return errors
  },
  validateUpdate: podUpdateErrors,
  warnings: (object, old) => (old ? [] : podWarnings(object)),
  columns: podColumns,
}
