import type { PodDisruptionBudget } from '../../api/types/policy-v1.gen'
import type { PriorityClass } from '../../api/types/scheduling-v1.gen'
import { formatSelector } from '../../formats/selector'
import { formatLabels } from '../printers/table'
import { closeWithEvents, describing } from './describer'

export const describePodDisruptionBudget = describing<PodDisruptionBudget>(function* (d, { metadata, spec, status }, around) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  write(0, `Namespace:\t${metadata.namespace}`)
  if (spec?.minAvailable !== undefined) write(0, `Min available:\t${spec.minAvailable}`)
  else if (spec?.maxUnavailable !== undefined) write(0, `Max unavailable:\t${spec.maxUnavailable}`)
  write(0, `Selector:\t${spec?.selector ? formatSelector(spec.selector) : '<unset>'}`)
  write(0, 'Status:')
  write(2, `Allowed disruptions:\t${status?.disruptionsAllowed ?? 0}`)
  write(2, `Current:\t${status?.currentHealthy ?? 0}`)
  write(2, `Desired:\t${status?.desiredHealthy ?? 0}`)
  write(2, `Total:\t${status?.expectedPods ?? 0}`)
  yield* closeWithEvents(d, around)
})

export const describePriorityClass = describing<PriorityClass>(function* (d, priorityClass, around) {
  const { write } = d
  const { metadata, value, globalDefault = false, preemptionPolicy = '', description = '' } = priorityClass
  write(0, `Name:\t${metadata.name}`)
  write(0, `Value:\t${value}`)
  write(0, `GlobalDefault:\t${globalDefault}`)
  write(0, `PreemptionPolicy:\t${preemptionPolicy}`)
  write(0, `Description:\t${description}`)
  write(0, `Annotations:\t${formatLabels(metadata.annotations)}`)
  yield* closeWithEvents(d, around)
})
