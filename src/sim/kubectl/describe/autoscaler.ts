import type { HorizontalPodAutoscaler, HPAScalingRules, MetricSpec, MetricStatus } from '../../api/types/autoscaling-v2.gen'
import type { HorizontalPodAutoscaler as HorizontalPodAutoscalerV1 } from '../../api/types/autoscaling-v1.gen'
import { closeWithEvents, describing } from './describer'
import { longTime, writeHead, type Description } from './writer'

export const describeHorizontalPodAutoscaler = describing<HorizontalPodAutoscaler>(function* (d, { metadata, spec, status }, around) {
  const { write } = d
  writeHead(d, metadata)
  write(0, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`)
  write(0, `Reference:\t${spec!.scaleTargetRef.kind}/${spec!.scaleTargetRef.name}`)
  write(0, 'Metrics:\t( current / target )')
  ;(spec!.metrics ?? []).forEach((metric, i) => write(1, metricLine(metric, status?.currentMetrics?.[i])))
  write(0, `Min replicas:\t${spec!.minReplicas ?? '<unset>'}`)
  write(0, `Max replicas:\t${spec!.maxReplicas}`)
  if (spec!.behavior) {
    write(0, 'Behavior:')
    writeBehavior(d, 'Scale Up', spec!.behavior.scaleUp)
    writeBehavior(d, 'Scale Down', spec!.behavior.scaleDown)
  }
  write(0, `${spec!.scaleTargetRef.kind} pods:\t${status?.currentReplicas ?? 0} current / ${status?.desiredReplicas ?? 0} desired`)
  if (status?.conditions?.length) {
    write(0, 'Conditions:')
    write(1, 'Type\tStatus\tReason\tMessage')
    write(1, '----\t------\t------\t-------')
    for (const c of status.conditions) write(1, `${c.type}\t${c.status}\t${c.reason ?? ''}\t${c.message ?? ''}`)
  }
  yield* closeWithEvents(d, around)
})

const unknown = '<unknown>'

/** The version of old, which knows nothing but CPU. */
export const describeHorizontalPodAutoscalerV1 = describing<HorizontalPodAutoscalerV1>(function* (d, { metadata, spec, status }, around) {
  const { write } = d
  const { scaleTargetRef, targetCPUUtilizationPercentage: target, minReplicas, maxReplicas } = spec!
  writeHead(d, metadata)
  write(0, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`)
  write(0, `Reference:\t${scaleTargetRef.kind}/${scaleTargetRef.name}`)
  if (target !== undefined) {
    write(0, `Target CPU utilization:\t${target}%`)
    write(0, `Current CPU utilization:\t${status?.currentCPUUtilizationPercentage ?? unknown}%`)
  }
  write(0, `Min replicas:\t${minReplicas ?? '<unset>'}`)
  write(0, `Max replicas:\t${maxReplicas}`)
  write(0, `${scaleTargetRef.kind} pods:\t${status?.currentReplicas ?? 0} current / ${status?.desiredReplicas ?? 0} desired`)
  yield* closeWithEvents(d, around)
})

/** One metric: what is measured, then its current and its wanted value. */
function metricLine({ type, external, pods, object, resource, containerResource }: MetricSpec, current: MetricStatus | undefined): string {
  if (type === 'External' && external) {
    const name = JSON.stringify(external.metric.name)
    const { averageValue, value } = external.target
    return averageValue !== undefined
      ? `${name} (target average value):\t${current?.external?.current.averageValue ?? unknown} / ${averageValue}`
      : `${name} (target value):\t${current?.external?.current.value ?? unknown} / ${value ?? '<nil>'}`
  }
  if (type === 'Pods' && pods)
    return `${JSON.stringify(pods.metric.name)} on pods:\t${current?.pods?.current.averageValue ?? unknown} / ${pods.target.averageValue ?? '<nil>'}`
  if (type === 'Object' && object) {
    const what = `"${object.metric.name}" on ${object.describedObject.kind}/${object.describedObject.name}`
    return object.target.type === 'AverageValue'
      ? `${what} (target average value):\t${current?.object?.current.averageValue ?? unknown} / ${object.target.averageValue ?? '<nil>'}`
      : `${what} (target value):\t${current?.object?.current.value ?? unknown} / ${object.target.value ?? '<nil>'}`
  }
  if (type === 'Resource' && resource) return `resource ${resource.name} on pods${usage(resource.target, current?.resource?.current)}`
  if (type === 'ContainerResource' && containerResource)
    return `resource ${containerResource.name} of container "${containerResource.container}" on pods${usage(containerResource.target, current?.containerResource?.current)}`
  return `<unknown metric type ${JSON.stringify(type)}>`
}

interface Amount {
  readonly averageValue?: string
  readonly averageUtilization?: number
}

function usage(target: Amount, current: Amount | undefined): string {
  if (target.averageValue !== undefined) return `:\t${current?.averageValue ?? unknown} / ${target.averageValue}`
  const now = current?.averageUtilization === undefined ? unknown : `${current.averageUtilization}% (${current.averageValue ?? '<nil>'})`
  // kubectl indents the middle of this line too.
  return `  (as a percentage of request):\t${now} / ${target.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`}`
}

function writeBehavior({ write }: Description, title: string, rules: HPAScalingRules | undefined): void {
  if (!rules) return
  write(1, `${title}:`)
  if (rules.stabilizationWindowSeconds !== undefined) write(2, `Stabilization Window: ${rules.stabilizationWindowSeconds} seconds`)
  if (!rules.policies?.length) return
  write(2, `Select Policy: ${rules.selectPolicy ?? 'Max'}`)
  write(2, 'Policies:')
  for (const { type, value, periodSeconds } of rules.policies)
    write(3, `- Type: ${type}\tValue: ${value}\tPeriod: ${periodSeconds} seconds`)
}
