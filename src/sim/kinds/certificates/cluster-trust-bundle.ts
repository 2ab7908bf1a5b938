import { defineKind } from '../../api/kind'
import type { ClusterTrustBundle } from '../../api/types/certificates-v1beta1.gen'
import { immutable } from '../field-checks'

export const clusterTrustBundle = defineKind<ClusterTrustBundle>({
  group: 'certificates.k8s.io',
  version: 'v1beta1',
  kind: 'ClusterTrustBundle',
  plural: 'clustertrustbundles',
  namespaced: false,
  validate: ({ spec }, at) =>
    spec?.trustBundle?.includes('-----BEGIN CERTIFICATE-----')
      ? []
      : [at('spec', 'trustBundle').invalid('<value omitted>', 'at least one trust anchor must be provided')],
  validateUpdate: (object, old, at) => immutable(object.spec?.signerName, old.spec?.signerName, at('spec', 'signerName')),
  columns: [['SignerName', ({ spec }) => spec?.signerName || '<none>']],
  selectableFields: { 'spec.signerName': ({ spec }) => spec?.signerName ?? '' },
})
