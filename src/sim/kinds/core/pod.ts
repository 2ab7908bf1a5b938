import { defineKind, type KindDefinition } from '../../api/kind'
import type { Pod, PodStatus } from '../../api/types/core-v1.gen'
import { timestamp } from '../../engine/time'
import { changeField, withEmpty } from '../defaulting'
import { rulesOf } from '../late-rules'
import { qosClassOf } from './pod-qos'
import { podOnlyDefaults, podSpecDefaults } from './pod-spec-defaults'

const defaulted = new WeakMap<Pod['spec'], Pod['spec']>()

/** The spec with its defaults. A frozen one stands in a stored object: that of a Pod that has been read before, or a template's, for all its Pods. */
function specDefaults(spec: Pod['spec']): Pod['spec'] {
  const known = defaulted.get(spec)
  if (known) return known
  const result = podOnlyDefaults(podSpecDefaults(spec))
  if (Object.isFrozen(spec)) defaulted.set(spec, result)
  return result
}

export const pod: KindDefinition<Pod> = defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  returnsDeleted: true,
  generation: true,
  subresources: ['attach', 'binding', 'ephemeralcontainers', 'eviction', 'exec', 'log', 'portforward', 'proxy', 'resize', 'status'],
  defaults: (object, _, old) => (old && object.spec === old.spec ? object : changeField(withEmpty(object, 'spec'), 'spec', specDefaults)),
  beforeCreate: (object, { nowMs }) => ({ ...object, status: firstStatus(object, nowMs) }),
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec.restartPolicy ?? '',
    'spec.schedulerName': ({ spec }) => spec.schedulerName ?? '',
    'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName ?? '',
    'spec.hostNetwork': ({ spec }) => String(spec.hostNetwork ?? false),
    'status.phase': ({ status }) => status?.phase ?? '',
    'status.podIP': ({ status }) => status?.podIP ?? '',
    'status.podIPs': ({ status }) => status?.podIPs?.[0]?.ip ?? '',
    'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
  },
  // Nobody has to stop what never ran or has ended.
  graceSeconds: ({ spec, status }) =>
    !spec.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed' ? 0 : (spec.terminationGracePeriodSeconds ?? 30),
  rules: rulesOf('pod'),
})

function firstStatus(object: Pod, nowMs: number): PodStatus {
  const gated = (object.spec.schedulingGates ?? []).length > 0
  return {
    phase: 'Pending',
    qosClass: qosClassOf(object),
    ...(gated && {
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'SchedulingGated',
          message: 'Scheduling is blocked due to non-empty scheduling gates',
          lastTransitionTime: timestamp(nowMs),
        },
      ],
    }),
  }
}
