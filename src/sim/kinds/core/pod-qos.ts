import type { Container, Pod, PodQOSClass, PodSpec } from '../../api/types/core-v1.gen'
import { compareQuantities } from '../../formats/quantity'

const COMPUTE = ['cpu', 'memory'] as const

/**
 * The quality of service that a Pod's requests and limits amount to: Guaranteed when every container's cpu and memory limits are told and
 * equal its requests, BestEffort when nobody asks for anything, else Burstable.
 */
export function qosClassOf({ spec }: Pick<Pod, 'spec'>): PodQOSClass {
  const parts: readonly Pick<Container, 'resources'>[] = hasPodLevel(spec)
    ? [{ resources: spec.resources }]
    : [...(spec.initContainers ?? []), ...(spec.containers ?? [])]
  const asked = parts.some(({ resources }) =>
    COMPUTE.some((name) => positive(resources?.requests?.[name]) || positive(resources?.limits?.[name])),
  )
  if (!asked) return 'BestEffort'
  return parts.every(isGuaranteed) ? 'Guaranteed' : 'Burstable'
}

const hasPodLevel = (spec: PodSpec) => COMPUTE.some((name) => spec.resources?.requests?.[name] ?? spec.resources?.limits?.[name])

const positive = (quantity: string | undefined) => quantity !== undefined && compareQuantities(quantity, '0') > 0

function isGuaranteed({ resources }: Pick<Container, 'resources'>): boolean {
  return COMPUTE.every((name) => {
    const limit = resources?.limits?.[name]
    const request = resources?.requests?.[name] ?? limit
    return positive(limit) && compareQuantities(limit!, request!) === 0
  })
}
