import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { PodCertificateRequest } from '../../api/types/certificates-v1beta1.gen'
import { immutable } from '../field-checks'

const REQUIRED = ['signerName', 'podName', 'podUID', 'serviceAccountName', 'serviceAccountUID', 'nodeName', 'nodeUID'] as const

/** What may be written of a PodCertificateRequest, and what `kubectl get` shows of it. */
export const podCertificateRequestRules: KindRules<PodCertificateRequest> = {
  validate: ({ spec }, at) => REQUIRED.filter((field) => !spec?.[field]).map((field) => at('spec', field).required()),
  validateUpdate: (object, old, at) => immutable(object.spec, old.spec, at('spec')),
  columns: [
    ['PodName', ({ spec }) => spec.podName],
    ['ServiceAccountName', ({ spec }) => spec.serviceAccountName],
    ['NodeName', ({ spec }) => spec.nodeName],
    ['SignerName', ({ spec }) => spec.signerName],
    ['State', ({ status }) => status?.conditions?.[0]?.type ?? 'Pending'],
    age,
  ],
}
