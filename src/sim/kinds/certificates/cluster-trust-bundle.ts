import { defineKind } from '../../api/kind'
import type { ClusterTrustBundle } from '../../api/types/certificates-v1beta1.gen'
import { rulesOf } from '../late-rules'

export const clusterTrustBundle = defineKind<ClusterTrustBundle>({
  group: 'certificates.k8s.io',
  version: 'v1beta1',
  kind: 'ClusterTrustBundle',
  plural: 'clustertrustbundles',
  namespaced: false,
  selectableFields: { 'spec.signerName': ({ spec }) => spec?.signerName ?? '' },
  rules: rulesOf('clusterTrustBundle'),
})
