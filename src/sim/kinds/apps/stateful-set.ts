import { defineKind } from '../../api/kind'
import type { StatefulSet } from '../../api/types/apps-v1.gen'
import { selectorOf, selectorText } from '../../formats/selector'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'apps', version: 'v1' }

export const statefulSet = defineKind<StatefulSet>({
  ...stored,
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  namespaced: true,
  nameRule: 'dns-label',
  subresources: ['status', 'scale'],
  otherVersions: [sameShape(stored, 'v1beta2'), sameShape(stored, 'v1beta1')],
  scale: {
    specReplicas: 'spec.replicas',
    statusReplicas: 'status.replicas',
    selector: ({ spec }) => selectorText(selectorOf(spec.selector)),
  },
  rules: rulesOf('statefulSet'),
})
