import type { MutatingWebhook, RuleWithOperations, ValidatingWebhook } from '../../api/types/admissionregistration-v1.gen'
import { changeField, mapSame, withDefaults, withEmpty } from '../defaulting'

type Webhook = MutatingWebhook | ValidatingWebhook

/** Defaults of one webhook of either sort. */
export function webhookDefaults<W extends Webhook>(webhook: W): W {
  const filled = withDefaults<Webhook>(withEmpty<Webhook>(webhook, 'namespaceSelector', 'objectSelector'), {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    timeoutSeconds: 10,
  })
  const ruled = changeField(filled, 'rules', (rules) => mapSame(rules, ruleDefaults)!)
  return changeField(ruled, 'clientConfig', (client) =>
    changeField(client, 'service', (service) => withDefaults(service, { port: 443 })),
  ) as W // of the same sort
}

/** A rule covers both scopes unless told. */
export const ruleDefaults = <R extends RuleWithOperations>(rule: R): R => withDefaults<RuleWithOperations>(rule, { scope: '*' }) as R // of the same sort
