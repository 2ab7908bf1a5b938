import { dns1035Label, dnsSubdomain } from '../../formats/names'
import { age } from '../../api/columns'
import { schemaErrors } from '../../api/crd/schema-validation'
import type { KindRules } from '../../api/kind'
import { apiServiceSchema, type APIService } from './api-service'

/** What is sent as a status is not looked at. */
const SPEC_ALONE = { type: 'object', properties: { spec: apiServiceSchema.properties.spec } }

/** What may be written of an APIService, and what `kubectl get` shows of it. */
export const apiServiceRules: KindRules<APIService> = {
  validate: (object, at) => {
    const { metadata, spec } = object
    const malformed = schemaErrors({ spec }, SPEC_ALONE, at())
    if (malformed.length > 0) return malformed
    const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0, service, caBundle = '', insecureSkipTLSVerify } = spec
    const name = `${version}.${group}`
    const here = at('spec')
    const errors =
      metadata.name === name
        ? []
        : [at('metadata', 'name').invalid(metadata.name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(name)}`)]
    if (group === '' && version !== 'v1')
      errors.push(here('group').required('only v1 may have an empty group and it better be legacy kube'))
    if (group !== '') errors.push(...dnsSubdomain(group).map((why) => here('group').invalid(group, why)))
    errors.push(...dns1035Label(version).map((why) => here('version').invalid(version, why)))
    if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20_000)
      errors.push(here('groupPriorityMinimum').invalid(groupPriorityMinimum, 'must be positive and less than 20000'))
    if (versionPriority <= 0 || versionPriority > 1000)
      errors.push(here('versionPriority').invalid(versionPriority, 'must be positive and less than 1000'))
    const bundled = `${Math.floor((caBundle.replaceAll('=', '').length * 3) / 4)} bytes`
    if (!service) {
      if (caBundle !== '') errors.push(here('caBundle').invalid(bundled, 'local APIServices may not have a caBundle'))
      if (insecureSkipTLSVerify)
        errors.push(here('insecureSkipTLSVerify').invalid(true, 'local APIServices may not have insecureSkipTLSVerify'))
      return errors
    }
    if (!service.namespace) errors.push(here('service', 'namespace').required())
    if (!service.name) errors.push(here('service', 'name').required())
    const { port = 443 } = service
    if (port < 1 || port > 65_535)
      errors.push(here('service', 'port').invalid(port, 'port is not valid: must be between 1 and 65535, inclusive'))
    if (insecureSkipTLSVerify && caBundle !== '')
      errors.push(here('insecureSkipTLSVerify').invalid(true, 'may not be true if caBundle is present'))
    return errors
  },
  columns: [
    ['Service', ({ spec }) => (spec.service ? `${spec.service.namespace}/${spec.service.name}` : 'Local')],
    ['Available', availableText],
    age,
  ],
}

function availableText({ status }: APIService): string {
  const available = status?.conditions?.find(({ type }) => type === 'Available')
  if (!available) return 'Unknown'
  return available.status === 'True' || !available.reason ? available.status : `${available.status} (${available.reason})`
}
