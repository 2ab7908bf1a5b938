import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../api/types/apps-v1.gen'
import type { PersistentVolumeClaim, ReplicationController } from '../../api/types/core-v1.gen'
import { sameJson } from '../../formats/merge-patch'
import { formatSelector } from '../../formats/selector'
import { formatLabels } from '../printers/table'
import { withoutHash } from '../rollout-history'
import { bracketed, closeWithEvents, describing, podPhases, queryOf, writeController, writeReasons } from './describer'
import { writePodTemplate } from './pod-template'
import { claimClass } from './claim'
import { longTime, writeAnnotations, writeEvents, writeLabels, type Description } from './writer'

const templateOf = (template: unknown) => withoutHash(template as Readonly<Record<string, unknown>>) // a pod template, whole

export const describeDeployment = describing<Deployment>(function* (d, { metadata, spec, status = {} }, around) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  write(0, `Namespace:\t${metadata.namespace}`)
  write(0, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  write(0, `Selector:\t${queryOf(spec!.selector)}`)
  write(
    0,
    `Replicas:\t${spec!.replicas ?? 0} desired | ${status.updatedReplicas ?? 0} updated | ${status.replicas ?? 0} total | ${status.availableReplicas ?? 0} available | ${status.unavailableReplicas ?? 0} unavailable`,
  )
  write(0, `StrategyType:\t${spec!.strategy?.type ?? ''}`)
  write(0, `MinReadySeconds:\t${spec!.minReadySeconds ?? 0}`)
  const rolling = spec!.strategy?.rollingUpdate
  if (rolling) write(0, `RollingUpdateStrategy:\t${rolling.maxUnavailable ?? 0} max unavailable, ${rolling.maxSurge ?? 0} max surge`)
  writePodTemplate(d, spec!.template)
  writeReasons(d, status.conditions)
  const events = yield* around.events()
  const listed = yield* around.list<ReplicaSet>('apps/v1', 'ReplicaSet', metadata.namespace ?? '', { label: queryOf(spec!.selector) })
  const sets = listed.filter((set) => set.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid))
  const current = sets.find((set) => sameJson(templateOf(set.spec?.template), templateOf(spec!.template)))
  const setText = (set: ReplicaSet) => `${set.metadata.name} (${set.status?.replicas ?? 0}/${set.spec?.replicas ?? 0} replicas created)`
  if (sets.length) {
    write(0, `OldReplicaSets:\t${sets.filter((set) => set !== current).map(setText).join(', ') || '<none>'}`) // prettier-ignore
    write(0, `NewReplicaSet:\t${current ? setText(current) : '<none>'}`)
  }
  if (events) writeEvents(d, events)
})

export const describeReplicaSet = describing<ReplicaSet>(function* (d, { metadata, spec, status }, around) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  write(0, `Namespace:\t${metadata.namespace}`)
  write(0, `Selector:\t${formatSelector(spec!.selector)}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  writeController(d, metadata)
  write(0, `Replicas:\t${status?.replicas ?? 0} current / ${spec!.replicas ?? 0} desired`)
  write(0, `Pods Status:\t${yield* podPhases(around, metadata, spec!.selector)}`)
  writePodTemplate(d, spec!.template)
  writeReasons(d, status?.conditions)
  yield* closeWithEvents(d, around)
})

export const describeReplicationController = describing<ReplicationController>(function* (d, { metadata, spec, status }, around) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  write(0, `Namespace:\t${metadata.namespace}`)
  write(0, `Selector:\t${formatLabels(spec!.selector)}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  write(0, `Replicas:\t${status?.replicas ?? 0} current / ${spec!.replicas ?? 0} desired`)
  write(0, `Pods Status:\t${yield* podPhases(around, metadata, { matchLabels: spec!.selector })}`)
  writePodTemplate(d, spec!.template)
  writeReasons(d, status?.conditions)
  yield* closeWithEvents(d, around)
})

export const describeStatefulSet = describing<StatefulSet>(function* (d, { metadata, spec, status }, around) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  write(0, `Namespace:\t${metadata.namespace}`)
  write(0, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`)
  write(0, `Selector:\t${queryOf(spec!.selector)}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  write(0, `Replicas:\t${spec!.replicas ?? 0} desired | ${status?.replicas ?? 0} total`)
  write(0, `Update Strategy:\t${spec!.updateStrategy?.type ?? ''}`)
  const rolling = spec!.updateStrategy?.rollingUpdate
  if (rolling?.partition !== undefined) {
    write(1, `Partition:\t${rolling.partition}`)
    if (rolling.maxUnavailable !== undefined) write(1, `MaxUnavailable:\t${rolling.maxUnavailable}`)
  }
  write(0, `Pods Status:\t${yield* podPhases(around, metadata, spec!.selector)}`)
  writePodTemplate(d, spec!.template)
  writeClaimTemplates(d, spec!.volumeClaimTemplates ?? [])
  yield* closeWithEvents(d, around)
})

function writeClaimTemplates(d: Description, templates: readonly PersistentVolumeClaim[]): void {
  const { write } = d
  if (templates.length === 0) return write(0, 'Volume Claims:\t<none>')
  write(0, 'Volume Claims:')
  for (const claim of templates) {
    write(1, `Name:\t${claim.metadata.name ?? ''}`)
    write(1, `StorageClass:\t${claimClass(claim)}`)
    writeLabels(d, 'Labels', claim.metadata.labels, '  ')
    writeLabels(d, 'Annotations', claim.metadata.annotations, '  ')
    write(1, `Capacity:\t${claim.spec?.resources?.requests?.storage ?? '<default>'}`)
    write(1, `Access Modes:\t${bracketed(claim.spec?.accessModes)}`)
  }
}

export const describeDaemonSet = describing<DaemonSet>(function* (d, { metadata, spec, status }, around) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  write(0, `Namespace:\t${metadata.namespace}`)
  write(0, `Selector:\t${queryOf(spec!.selector)}`)
  write(0, `Node-Selector:\t${formatLabels(spec!.template.spec?.nodeSelector)}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  write(0, `Desired Number of Nodes Scheduled: ${status?.desiredNumberScheduled ?? 0}`)
  write(0, `Current Number of Nodes Scheduled: ${status?.currentNumberScheduled ?? 0}`)
  write(0, `Number of Nodes Scheduled with Up-to-date Pods: ${status?.updatedNumberScheduled ?? 0}`)
  write(0, `Number of Nodes Scheduled with Available Pods: ${status?.numberAvailable ?? 0}`)
  write(0, `Number of Nodes Misscheduled: ${status?.numberMisscheduled ?? 0}`)
  write(0, `Pods Status:\t${yield* podPhases(around, metadata, spec!.selector)}`)
  writePodTemplate(d, spec!.template)
  yield* closeWithEvents(d, around)
})
