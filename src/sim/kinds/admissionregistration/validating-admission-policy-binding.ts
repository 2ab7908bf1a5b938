import { defineKind } from '../../api/kind'
import type { ValidatingAdmissionPolicyBinding } from '../../api/types/admissionregistration-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'admissionregistration.k8s.io', version: 'v1' }

export const validatingAdmissionPolicyBinding = defineKind<ValidatingAdmissionPolicyBinding>({
  ...stored,
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  categories: ['api-extensions'],
  namespaced: false,
  otherVersions: [sameShape(stored, 'v1beta1')],
  rules: rulesOf('validatingAdmissionPolicyBinding'),
})
