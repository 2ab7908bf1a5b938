import { defineKind } from '../../api/kind'
import type { ServiceCIDR } from '../../api/types/networking-v1.gen'
import { rulesOf } from '../late-rules'

export const serviceCIDR = defineKind<ServiceCIDR>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  namespaced: false,
  subresources: ['status'],
  generation: false,
  rules: rulesOf('serviceCIDR'),
})
