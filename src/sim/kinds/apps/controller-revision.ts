import { defineKind } from '../../api/kind'
import type { ControllerRevision } from '../../api/types/apps-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'apps', version: 'v1' }

export const controllerRevision = defineKind<ControllerRevision>({
  ...stored,
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  namespaced: true,
  otherVersions: [sameShape(stored, 'v1beta2'), sameShape(stored, 'v1beta1')],
  rules: rulesOf('controllerRevision'),
})
