import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { MutatingWebhookConfiguration } from '../../api/types/admissionregistration-v1.gen'
import { changeField, mapSame, withDefaults } from '../defaulting'
import { sameShape } from '../versions'
import { webhooksErrors } from '../core/late-validation'
import { webhookDefaults } from './webhooks'

const stored = { group: 'admissionregistration.k8s.io', version: 'v1' }

export const mutatingWebhookConfiguration = defineKind<MutatingWebhookConfiguration>({
  ...stored,
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  categories: ['api-extensions'],
  namespaced: false,
  generation: true,
  otherVersions: [sameShape(stored, 'v1beta1')],
  defaults: (object) =>
    changeField(object, 'webhooks', (webhooks) =>
      mapSame(webhooks, (webhook) => withDefaults(webhookDefaults(webhook), { reinvocationPolicy: 'Never' }))!,
    ),
  validate: ({ webhooks }, at) => webhooksErrors(webhooks, at),
  columns: [
    [
      'Webhooks',
      ({ webhooks }) => (webhooks ?? []).length,
      { type: 'integer', description: 'Webhooks indicates the number of webhooks registered in this configuration' },
    ],
    age,
  ],
})
