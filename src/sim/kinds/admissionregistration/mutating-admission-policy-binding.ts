import { defineKind } from '../../api/kind'
import type { MutatingAdmissionPolicyBinding } from '../../api/types/admissionregistration-v1.gen'
import { rulesOf } from '../late-rules'

export const mutatingAdmissionPolicyBinding = defineKind<MutatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  categories: ['api-extensions'],
  namespaced: false,
  rules: rulesOf('mutatingAdmissionPolicyBinding'),
})
