import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { APIService } from './api-service'

/** What may be written of an APIService, and what `kubectl get` shows of it. */
export const apiServiceRules: KindRules<APIService> = {
  validate: ({ metadata, spec }, at) => {
    const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0 } = spec
    const name = `${version}.${group}`
    const here = at('spec')
    const errors =
      metadata.name === name
        ? []
        : [at('metadata', 'name').invalid(metadata.name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(name)}`)]
    if (version === '') errors.push(here('version').required())
    if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20_000)
      errors.push(here('groupPriorityMinimum').invalid(groupPriorityMinimum, 'must be positive and less than 20000'))
    if (versionPriority <= 0 || versionPriority > 1000)
      errors.push(here('versionPriority').invalid(versionPriority, 'must be positive and less than 1000'))
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
