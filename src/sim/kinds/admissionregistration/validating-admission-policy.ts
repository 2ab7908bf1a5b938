import { defineKind } from '../../api/kind'
import type { ValidatingAdmissionPolicy } from '../../api/types/admissionregistration-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'admissionregistration.k8s.io', version: 'v1' }

export const validatingAdmissionPolicy = defineKind<ValidatingAdmissionPolicy>({
  ...stored,
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  categories: ['api-extensions'],
  namespaced: false,
  subresources: ['status'],
  otherVersions: [sameShape(stored, 'v1beta1')],
  rules: rulesOf('validatingAdmissionPolicy'),
})
