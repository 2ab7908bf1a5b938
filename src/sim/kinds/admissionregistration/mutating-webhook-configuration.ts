import { defineKind } from '../../api/kind'
import type { MutatingWebhookConfiguration } from '../../api/types/admissionregistration-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'admissionregistration.k8s.io', version: 'v1' }

export const mutatingWebhookConfiguration = defineKind<MutatingWebhookConfiguration>({
  ...stored,
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  categories: ['api-extensions'],
  namespaced: false,
  generation: true,
  otherVersions: [sameShape(stored, 'v1beta1')],
  rules: rulesOf('mutatingWebhookConfiguration'),
})
