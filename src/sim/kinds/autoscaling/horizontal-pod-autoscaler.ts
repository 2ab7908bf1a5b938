import { defineKind } from '../../api/kind'
import type { HorizontalPodAutoscaler } from '../../api/types/autoscaling-v2.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'
import { fromAutoscalingV1, toAutoscalingV1 } from './horizontal-pod-autoscaler-v1'

export const horizontalPodAutoscaler = defineKind<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  namespaced: true,
  generation: false,
  subresources: ['status'],
  otherVersions: [
    { version: 'v1', toStorage: fromAutoscalingV1, fromStorage: toAutoscalingV1 },
    sameShape({ group: 'autoscaling', version: 'v2' }, 'v2beta2'),
  ],
  rules: rulesOf('horizontalPodAutoscaler'),
})
