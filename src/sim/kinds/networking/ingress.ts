import { defineKind } from '../../api/kind'
import type { Ingress } from '../../api/types/networking-v1.gen'
import { rulesOf } from '../late-rules'
import { fromIngressV1beta1, toIngressV1beta1 } from './ingress-v1beta1'

export const ingress = defineKind<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  namespaced: true,
  subresources: ['status'],
  otherVersions: ['networking.k8s.io', 'extensions'].map((group) => ({
    ...(group === 'extensions' && { group }),
    version: 'v1beta1',
    toStorage: fromIngressV1beta1,
    fromStorage: (object: Ingress) => toIngressV1beta1(object, group),
  })),
  rules: rulesOf('ingress'),
})
