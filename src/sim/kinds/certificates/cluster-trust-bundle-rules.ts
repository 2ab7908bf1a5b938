import type { KindRules } from '../../api/kind'
import type { ClusterTrustBundle } from '../../api/types/certificates-v1beta1.gen'
import { immutable } from '../field-checks'

/** What may be written of a ClusterTrustBundle, and what `kubectl get` shows of it. */
export const clusterTrustBundleRules: KindRules<ClusterTrustBundle> = {
  validate: ({ spec }, at) =>
    spec?.trustBundle?.includes('-----BEGIN CERTIFICATE-----')
      ? []
      : [at('spec', 'trustBundle').invalid('<value omitted>', 'at least one trust anchor must be provided')],
  validateUpdate: (object, old, at) => immutable(object.spec?.signerName, old.spec?.signerName, at('spec', 'signerName')),
  columns: [['SignerName', ({ spec }) => spec?.signerName || '<none>']],
}
