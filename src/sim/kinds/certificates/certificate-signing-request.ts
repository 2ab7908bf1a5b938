import { defineKind } from '../../api/kind'
import type { CertificateSigningRequest } from '../../api/types/certificates-v1.gen'
import { changeField, withDefaults, withEmpty } from '../defaulting'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'certificates.k8s.io', version: 'v1' }

export const certificateSigningRequest = defineKind<CertificateSigningRequest>({
  ...stored,
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  shortNames: ['csr'],
  namespaced: false,
  generation: false,
  nameRule: 'path-segment',
  subresources: ['approval', 'status'],
  otherVersions: [
    {
      ...sameShape(stored, 'v1beta1'),
      // The beta let a request go without a signer and without usages.
      toStorage: (object) => {
        const request = { ...object, apiVersion: 'certificates.k8s.io/v1' } as unknown as CertificateSigningRequest // of one shape
        return changeField(withEmpty(request, 'spec'), 'spec', (spec) =>
          withDefaults(spec, { signerName: 'kubernetes.io/legacy-unknown', usages: ['digital signature', 'key encipherment'] }),
        )
      },
    },
  ],
  selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName ?? '' },
  rules: rulesOf('certificateSigningRequest'),
})
