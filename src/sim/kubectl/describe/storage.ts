import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../api/types/core-v1.gen'
import type { CSINode, StorageClass, VolumeAttributesClass } from '../../api/types/storage-v1.gen'
import { formatLabels } from '../printers/table'
import { classAnnotation, lifeText, modesText, writeClaim } from './claim'
import { bracketed, closeWithEvents, describing } from './describer'
import { writeVolumeSource, type Sources } from './volumes'
import { longTime, writeAnnotations, writeLabels, type Description } from './writer'

export const describePersistentVolume = describing<PersistentVolume>(function* (d, { metadata, spec, status }, around) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  write(0, `Finalizers:\t${bracketed(metadata.finalizers)}`)
  write(0, `StorageClass:\t${metadata.annotations?.[classAnnotation] ?? spec!.storageClassName ?? ''}`)
  write(0, `Status:\t${lifeText(metadata, status?.phase, d)}`)
  write(0, `Claim:\t${spec!.claimRef ? `${spec!.claimRef.namespace ?? ''}/${spec!.claimRef.name ?? ''}` : ''}`)
  write(0, `Reclaim Policy:\t${spec!.persistentVolumeReclaimPolicy ?? ''}`)
  write(0, `Access Modes:\t${modesText(spec!.accessModes)}`)
  if (spec!.volumeMode) write(0, `VolumeMode:\t${spec!.volumeMode}`)
  write(0, `Capacity:\t${spec!.capacity?.storage ?? '0'}`)
  const required = spec!.nodeAffinity?.required
  if (!required) write(0, 'Node Affinity:\t<none>')
  else {
    write(0, 'Node Affinity:\t')
    const terms = required.nodeSelectorTerms
    write(1, `Required Terms:\t${terms.length ? '' : '<none>'}`)
    terms.forEach(({ matchExpressions = [] }, i) =>
      writeTerm(
        d,
        2,
        i,
        matchExpressions.map(({ key, operator, values }) => requirement(key, operator.toLowerCase(), values)),
      ),
    )
  }
  write(0, `Message:\t${status?.message ?? ''}`)
  write(0, 'Source:')
  writeVolumeSource(d, spec as unknown as Sources, true) // the sources are fields of the spec
  yield* closeWithEvents(d, around)
})

const requirement = (key: string, operator: string, values: readonly string[] | undefined) =>
  `${key} ${operator}${values?.length ? ` [${values.join(', ')}]` : ''}`

function writeTerm({ write }: Description, level: number, index: number, requirements: readonly string[]): void {
  if (requirements.length === 0) return write(level, `Term ${index}:\t<none>`)
  requirements.forEach((text, i) => write(level, `${i === 0 ? `Term ${index}:` : ''}\t${text}`))
}

export const describePersistentVolumeClaim = describing<PersistentVolumeClaim>(function* (d, claim, around) {
  const { write } = d
  const { metadata, status } = claim
  const pods = yield* around.list<Pod>('v1', 'Pod', metadata.namespace ?? '')
  writeClaim(d, claim, true)
  const names = pods.filter((pod) => uses(pod, claim)).map((pod) => pod.metadata.name).sort() // prettier-ignore
  if (names.length === 0) write(0, 'Used By:\t<none>')
  names.forEach((name, i) => write(0, `${i === 0 ? 'Used By:' : ''}\t${name}`))
  if (status?.conditions?.length) {
    write(0, 'Conditions:\n  Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage')
    write(1, '----\t------\t-----------------\t------------------\t------\t-------')
    for (const c of status.conditions)
      write(
        1,
        `${c.type} \t${c.status} \t${longTime(c.lastProbeTime)} \t${longTime(c.lastTransitionTime)} \t${c.reason ?? ''} \t${c.message ?? ''}`,
      )
  }
  yield* closeWithEvents(d, around)
})

/** A pod uses a claim that it names, and the one made for its ephemeral volume. */
const uses = (pod: Pod, { metadata }: PersistentVolumeClaim) =>
  pod.spec?.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === metadata.name) ||
  metadata.ownerReferences?.some(({ kind, uid }) => kind === 'Pod' && uid === pod.metadata.uid)

export const describeStorageClass = describing<StorageClass>(function* (d, storageClass, around) {
  const { write } = d
  const { metadata, allowVolumeExpansion, mountOptions, reclaimPolicy, volumeBindingMode, allowedTopologies } = storageClass
  const isDefault = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'].some(
    (key) => metadata.annotations?.[key] === 'true',
  )
  write(0, `Name:\t${metadata.name}`)
  write(0, `IsDefaultClass:\t${isDefault ? 'Yes' : 'No'}`)
  write(0, `Annotations:\t${formatLabels(metadata.annotations)}`)
  write(0, `Provisioner:\t${storageClass.provisioner}`)
  write(0, `Parameters:\t${formatLabels(storageClass.parameters)}`)
  write(0, `AllowVolumeExpansion:\t${allowVolumeExpansion === undefined ? '<unset>' : allowVolumeExpansion ? 'True' : 'False'}`)
  write(0, `MountOptions:${mountOptions?.length ? '' : '\t<none>'}`)
  for (const option of mountOptions ?? []) write(1, option)
  if (reclaimPolicy) write(0, `ReclaimPolicy:\t${reclaimPolicy}`)
  if (volumeBindingMode) write(0, `VolumeBindingMode:\t${volumeBindingMode}`)
  if (allowedTopologies) {
    write(0, `AllowedTopologies:\t${allowedTopologies.length ? '' : '<none>'}`)
    allowedTopologies.forEach(({ matchLabelExpressions = [] }, i) =>
      writeTerm(
        d,
        1,
        i,
        matchLabelExpressions.map(({ key, values }) => requirement(key, 'in', values)),
      ),
    )
  }
  yield* closeWithEvents(d, around)
})

export const describeVolumeAttributesClass = describing<VolumeAttributesClass>(function* (d, { metadata, driverName, parameters }, around) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  write(0, `Annotations:\t${formatLabels(metadata.annotations)}`)
  write(0, `DriverName:\t${driverName}`)
  write(0, `Parameters:\t${formatLabels(parameters)}`)
  yield* closeWithEvents(d, around)
})

export const describeCSINode = describing<CSINode>(function* (d, { metadata, spec }, around) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  write(0, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`)
  write(0, 'Spec:')
  if (spec?.drivers) {
    write(1, 'Drivers:')
    for (const { name, nodeID, allocatable, topologyKeys } of spec.drivers) {
      write(2, `${name}:`)
      write(3, `Node ID:\t${nodeID}`)
      if (allocatable?.count !== undefined) {
        write(3, 'Allocatables:')
        write(4, `Count:\t${allocatable.count}`)
      }
      if (topologyKeys) write(3, `Topology Keys:\t${bracketed(topologyKeys)}`)
    }
  }
  yield* closeWithEvents(d, around)
})
