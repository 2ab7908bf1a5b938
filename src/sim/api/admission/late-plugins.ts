import { lateCode } from '../../engine/late-code'
import type { AdmissionPlugin } from '../hooks'

/**
 * Plugins that have nothing to say before somebody has made a policy, a webhook's configuration, a limit, a quota, a claim, an Ingress or a certificate
 * request, labelled a namespace, or handed out rights: what the cluster itself does of that before, it does as one that may do all.
 */
export const latePlugins = lateCode<readonly AdmissionPlugin[]>('admission plugins')

/** Such a plugin by its name and what it has anything to say about: it admits everything until its code has come. */
export function latePlugin(name: string, about?: readonly string[]): AdmissionPlugin {
  let known: AdmissionPlugin | undefined
  const code = () => (known ??= latePlugins.code.find((plugin) => plugin.name === name)!)
  return {
    name,
    ...(about && { about }),
    mutate: (request) => (latePlugins.arrived && code().mutate?.(request)) || request.object!, // mutations have an object
    validate: (request) => latePlugins.arrived && code().validate?.(request),
  }
}
