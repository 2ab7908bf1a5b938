import type { FieldError, FieldPath } from '../../api/field-path'
import type { IngressClassParametersReference } from '../../api/types/networking-v1.gen'
import { pathSegment } from '../../formats/names'
import { invalidName } from '../field-checks'

/** Complaints about what an ingress class refers to for its controller's parameters. */
export function classParametersErrors(parameters: IngressClassParametersReference, at: FieldPath): readonly FieldError[] {
  const { kind, name, scope = 'Cluster', namespace } = parameters
  const errors = [kind ? invalidName(kind, at('kind'), pathSegment) : [at('kind').required()], name ? invalidName(name, at('name'), pathSegment) : [at('name').required()]].flat() // prettier-ignore
  if (scope !== 'Cluster' && scope !== 'Namespace') return [...errors, at('scope').notSupported(scope, ['Cluster', 'Namespace'])]
  if (scope === 'Namespace' && namespace === undefined)
    return [...errors, at('namespace').required("`parameters.scope` is set to 'Namespace'")]
  return scope === 'Cluster' && namespace !== undefined
    ? [...errors, at('namespace').forbidden("`parameters.scope` is set to 'Cluster'")]
    : errors
}
