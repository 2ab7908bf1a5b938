import { isCIDR } from '../../formats/ip'
import { age, listText } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import type { Node, Taint } from '../../api/types/core-v1.gen'
import { labelValue, qualifiedName } from '../../formats/names'
import { invalidName, requiredName, requiredOneOf } from '../field-checks'
import { rolesOf } from './node'

/** What may be written of a Node, and what `kubectl get` shows of it. */
export const nodeRules: KindRules<Node> = {
  validate: ({ spec }, at) => [
    ...taintErrors(spec?.taints ?? [], at('spec', 'taints')),
    ...(spec?.podCIDRs ?? []).flatMap((cidr, index) =>
      isCIDR(cidr) ? [] : [at('spec', 'podCIDRs', index).invalid(cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')],
    ),
  ],
  validateUpdate: ({ spec }, old, at) => [
    ...(old.spec?.podCIDR && spec?.podCIDR !== old.spec.podCIDR
      ? [at('spec', 'podCIDRs').forbidden('node updates may not change podCIDR except from "" to valid')]
      : []),
    ...(old.spec?.providerID && spec?.providerID !== old.spec.providerID
      ? [at('spec', 'providerID').forbidden('node updates may not change providerID except from "" to valid')]
      : []),
  ],
  columns: [
    ['Status', statusText, { description: 'The status of the node' }],
    ['Roles', (object) => listText(rolesOf(object)), { description: 'The roles of the node' }],
    age,
    ['Version', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''],
    ['Internal-IP', (object) => addressOf(object, 'InternalIP'), { wide: true }],
    ['External-IP', (object) => addressOf(object, 'ExternalIP'), { wide: true }],
    ['OS-Image', ({ status }) => status?.nodeInfo?.osImage || '<unknown>', { wide: true }],
    ['Kernel-Version', ({ status }) => status?.nodeInfo?.kernelVersion || '<unknown>', { wide: true }],
    ['Container-Runtime', ({ status }) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>', { wide: true }],
  ],
}

/** Complaints about taints: two of one key and effect would contradict each other. */
function taintErrors(taints: readonly Taint[], at: FieldPath): FieldError[] {
  const seen = new Set<string>()
  return taints.flatMap((taint, index) => {
    const here = at(index)
    const errors = [
      ...requiredName(taint.key, here('key'), qualifiedName),
      ...(taint.value ? invalidName(taint.value, here('value'), labelValue) : []),
      ...requiredOneOf(taint.effect, ['NoSchedule', 'PreferNoSchedule', 'NoExecute'], here('effect')),
    ]
    const pair = `${taint.key}:${taint.effect}`
    const duplicate = here.duplicate(taint)
    if (seen.has(pair)) errors.push({ ...duplicate, message: `${duplicate.message}: taints must be unique by key and effect pair` })
    seen.add(pair)
    return errors
  })
}

function statusText({ spec, status }: Node): string {
  const ready = status?.conditions?.find((condition) => condition.type === 'Ready')
  const words = [!ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady']
  return (spec?.unschedulable ? [...words, 'SchedulingDisabled'] : words).join(',')
}

const addressOf = ({ status }: Node, type: string) => status?.addresses?.find((address) => address.type === type)?.address ?? '<none>'
