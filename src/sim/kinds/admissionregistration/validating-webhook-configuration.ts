import { defineKind } from '../../api/kind'
import type { ValidatingWebhookConfiguration } from '../../api/types/admissionregistration-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'admissionregistration.k8s.io', version: 'v1' }

export const validatingWebhookConfiguration = defineKind<ValidatingWebhookConfiguration>({
  ...stored,
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  categories: ['api-extensions'],
  namespaced: false,
  generation: true,
  otherVersions: [sameShape(stored, 'v1beta1')],
  rules: rulesOf('validatingWebhookConfiguration'),
})
