import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { PodCertificateRequest } from '../../api/types/certificates-v1beta1.gen'
import { immutable } from '../field-checks'

const REQUIRED = ['signerName', 'podName', 'podUID', 'serviceAccountName', 'serviceAccountUID', 'nodeName', 'nodeUID'] as const

export const podCertificateRequest = defineKind<PodCertificateRequest>({
  group: 'certificates.k8s.io',
  version: 'v1beta1',
  kind: 'PodCertificateRequest',
  plural: 'podcertificaterequests',
  namespaced: true,
  subresources: ['status'],
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
})
