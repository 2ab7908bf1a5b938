import { defineKind } from '../../api/kind'
import type { PodCertificateRequest } from '../../api/types/certificates-v1beta1.gen'
import { rulesOf } from '../late-rules'

export const podCertificateRequest = defineKind<PodCertificateRequest>({
  group: 'certificates.k8s.io',
  version: 'v1beta1',
  kind: 'PodCertificateRequest',
  plural: 'podcertificaterequests',
  namespaced: true,
  subresources: ['status'],
  rules: rulesOf('podCertificateRequest'),
})
