import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import { parseApiVersion } from '../../api/object'
import type { ControllerRevision } from '../../api/types/apps-v1.gen'
import type { ObjectMeta } from '../../api/types/meta-v1.gen'
import { immutable, nonNegative } from '../field-checks'

/** What may be written of a ControllerRevision, and what `kubectl get` shows of it. */
export const controllerRevisionRules: KindRules<ControllerRevision> = {
  validate: ({ data, revision }, at) => [
    ...nonNegative(revision, at('revision')),
    ...(data ? [] : [at('data').required('data is mandatory')]),
  ],
  validateUpdate: (object, old, at) => immutable(object.data, old.data, at('data')),
  columns: [['Controller', ({ metadata }) => controllerText(metadata)], ['Revision', ({ revision }) => String(revision ?? 0)], age],
}

/** The controlling owner as `statefulset.apps/web`. */
function controllerText({ ownerReferences }: ObjectMeta): string {
  const owner = ownerReferences?.find((reference) => reference.controller)
  if (!owner) return '<none>'
  const { group } = parseApiVersion(owner.apiVersion)
  return `${owner.kind.toLowerCase()}${group && `.${group}`}/${owner.name}`
}
