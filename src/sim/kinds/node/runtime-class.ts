import { defineKind } from '../../api/kind'
import type { RuntimeClass } from '../../api/types/node-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'node.k8s.io', version: 'v1' }

export const runtimeClass = defineKind<RuntimeClass>({
  ...stored,
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  namespaced: false,
  otherVersions: [sameShape(stored, 'v1beta1')],
  rules: rulesOf('runtimeClass'),
})
