import { age, ageSince } from '../../api/columns'
import type { Column } from '../../api/kind'
import type { Pod } from '../../api/types/core-v1.gen'
import { summarizePod } from './pod-summary'

function restartsText(pod: Pod, nowMs: number): string {
  const { restarts, lastRestart } = summarizePod(pod)
  return restarts > 0 && lastRestart ? `${restarts} (${ageSince(lastRestart, nowMs)} ago)` : String(restarts)
}

function readinessGatesText({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? []
  if (gates.length === 0) return '<none>'
  const open = gates.filter((gate) => status?.conditions?.some((c) => c.type === gate.conditionType && c.status === 'True'))
  return `${open.length}/${gates.length}`
}

/** The columns of `kubectl get pods`. */
export const podColumns: readonly Column<Pod>[] = [
  [
    'Ready',
    (pod) => `${summarizePod(pod).ready}/${summarizePod(pod).total}`,
    { description: 'The aggregate readiness state of this pod for accepting traffic.' },
  ],
  ['Status', (pod) => summarizePod(pod).status, { description: 'The aggregate status of the containers in this pod.' }],
  [
    'Restarts',
    (pod, { nowMs }) => restartsText(pod, nowMs),
    {
      description:
        'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    },
  ],
  age,
  ['IP', (pod) => pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || '<none>', { wide: true }],
  ['Node', (pod) => pod.spec.nodeName || '<none>', { wide: true }],
  ['Nominated Node', (pod) => pod.status?.nominatedNodeName || '<none>', { wide: true }],
  ['Readiness Gates', readinessGatesText, { wide: true }],
]
