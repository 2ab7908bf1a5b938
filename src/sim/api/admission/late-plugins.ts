import { lateCode } from '../../engine/late-code'
import type { AdmissionPlugin } from '../hooks'
import type { CallWebhook } from './webhooks'

/** Plugins that have nothing to say before somebody has made a policy, a webhook's configuration, a limit, a quota, or labelled a namespace. */
export const latePlugins = lateCode<(call: CallWebhook | undefined) => readonly AdmissionPlugin[]>('admission plugins')

/** Finds such plugins by name: each admits everything until its code has come. */
export function latePluginsWith(call: CallWebhook | undefined): (name: string) => AdmissionPlugin {
  let known: ReadonlyMap<string, AdmissionPlugin> | undefined
  const code = (name: string) => (known ??= new Map(latePlugins.code(call).map((plugin) => [plugin.name, plugin]))).get(name)!
  return (name) => ({
    name,
    mutate: (request) => (latePlugins.arrived && code(name).mutate?.(request)) || request.object!, // mutations have an object
    validate: (request) => latePlugins.arrived && code(name).validate?.(request),
  })
}
