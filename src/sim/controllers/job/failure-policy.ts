import type { ContainerStatus, Pod } from '../../api/types/core-v1.gen'
import type { PodFailurePolicy, PodFailurePolicyOnExitCodesRequirement } from '../../api/types/batch-v1.gen'

/** What a Pod's failure means: count it (the usual), ignore it, give its index up, or give the whole Job up. */
export interface FailureVerdict {
  readonly action: 'Count' | 'Ignore' | 'FailIndex' | 'FailJob'
  readonly message?: string
}

/** The first rule of the policy that matches a failed Pod decides; without one the failure is counted. */
export function judgeFailure(policy: PodFailurePolicy | undefined, pod: Pod): FailureVerdict {
  const rules = policy?.rules ?? []
  for (const [index, rule] of rules.entries()) {
    const why = (rule.onExitCodes && exitCodeMatch(pod, rule.onExitCodes)) ?? conditionMatch(pod, rule.onPodConditions ?? [])
    if (why === undefined) continue
    const action = rule.action as FailureVerdict['action'] // one of these four: validation allows no other
    return { action, message: `${why} matching ${action} rule at index ${index}` }
  }
  return { action: 'Count' }
}

const nameOf = ({ metadata }: Pod) => `${metadata.namespace}/${metadata.name}`

function exitCodeMatch(pod: Pod, { containerName, operator, values }: PodFailurePolicyOnExitCodesRequirement): string | undefined {
  const statuses: readonly ContainerStatus[] = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
  for (const { name, state } of statuses) {
    const code = state?.terminated?.exitCode
    if (code === undefined || code === 0 || (containerName && containerName !== name)) continue
    if (values.includes(code) === (operator === 'In')) return `Container ${name} for pod ${nameOf(pod)} failed with exit code ${code}`
  }
  return undefined
}

function conditionMatch(pod: Pod, patterns: readonly { readonly type: string; readonly status?: string }[]): string | undefined {
  const match = patterns.find((pattern) =>
    pod.status?.conditions?.some((condition) => condition.type === pattern.type && condition.status === (pattern.status ?? 'True')),
  )
  return match && `Pod ${nameOf(pod)} has condition ${match.type}`
}
