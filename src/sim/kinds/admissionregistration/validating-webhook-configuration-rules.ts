import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { ValidatingWebhookConfiguration } from '../../api/types/admissionregistration-v1.gen'
import { webhooksErrors } from './webhooks-validation'
import { changeField, mapSame } from '../defaulting'
import { webhookDefaults } from './webhooks'

/** What may be written of a ValidatingWebhookConfiguration, and what `kubectl get` shows of it. */
export const validatingWebhookConfigurationRules: KindRules<ValidatingWebhookConfiguration> = {
  defaults: (object) => changeField(object, 'webhooks', (webhooks) => mapSame(webhooks, (webhook) => webhookDefaults(webhook))!),
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
