import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { MutatingWebhookConfiguration } from '../../api/types/admissionregistration-v1.gen'
import { webhooksErrors } from './webhooks-validation'
import { changeField, mapSame, withDefaults } from '../defaulting'
import { webhookDefaults } from './webhooks'

/** What may be written of a MutatingWebhookConfiguration, and what `kubectl get` shows of it. */
export const mutatingWebhookConfigurationRules: KindRules<MutatingWebhookConfiguration> = {
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
}
