import { defineKind } from '../../api/kind'
import type { MutatingAdmissionPolicy } from '../../api/types/admissionregistration-v1.gen'
import { rulesOf } from '../late-rules'

export const mutatingAdmissionPolicy = defineKind<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  categories: ['api-extensions'],
  namespaced: false,
  rules: rulesOf('mutatingAdmissionPolicy'),
})
