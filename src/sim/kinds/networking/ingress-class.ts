import { defineKind } from '../../api/kind'
import type { IngressClass } from '../../api/types/networking-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'networking.k8s.io', version: 'v1' }

export const ingressClass = defineKind<IngressClass>({
  ...stored,
  kind: 'IngressClass',
  plural: 'ingressclasses',
  namespaced: false,
  otherVersions: [sameShape(stored, 'v1beta1')],
  rules: rulesOf('ingressClass'),
})
