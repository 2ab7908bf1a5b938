import { defineKind } from '../../api/kind'
import type { Node } from '../../api/types/core-v1.gen'
import { changeField, withDefaults, withEmpty } from '../defaulting'
import { rulesOf } from '../late-rules'

const ROLE_PREFIX = 'node-role.kubernetes.io/'

export const node = defineKind<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  subresources: ['proxy', 'status'],
  defaults: (object) =>
    changeField(withEmpty(object, 'spec'), 'status', (status) =>
      status.capacity ? withDefaults(status, { allocatable: status.capacity }) : status,
    ),
  selectableFields: { 'spec.unschedulable': ({ spec }) => String(spec?.unschedulable ?? false) },
  rules: rulesOf('node'),
})

/** The roles that a node's labels give it, sorted. */
export function rolesOf({ metadata }: Node): readonly string[] {
  const roles = new Set<string>()
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) roles.add(key.slice(ROLE_PREFIX.length))
    else if (key === 'kubernetes.io/role' && value) roles.add(value)
  }
  return [...roles].sort()
}
