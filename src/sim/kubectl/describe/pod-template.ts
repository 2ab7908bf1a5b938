import type { PodTemplateSpec } from '../../api/types/core-v1.gen'
import { formatSelector } from '../../formats/selector'
import type { Revision } from '../rollout-history'
import { writeContainers, writeTolerations } from './containers'
import { writeVolumes } from './volumes'
import { openDescription, writeAnnotations, writeLabels, type Description } from './writer'

/** The section `Pod Template:`. */
export function writePodTemplate(description: Description, template: PodTemplateSpec | undefined): void {
  const { write } = description
  write(0, 'Pod Template:')
  if (!template) return write(1, '<unset>')
  const { metadata, spec } = template
  writeLabels(description, '  Labels', metadata?.labels)
  if (Object.keys(metadata?.annotations ?? {}).length) writeAnnotations(description, '  Annotations', metadata!.annotations)
  if (spec!.serviceAccountName) write(1, `Service Account:\t${spec!.serviceAccountName}`)
  if (spec!.initContainers?.length) writeContainers(description, 'Init Containers', spec!.initContainers, undefined, '  ')
  writeContainers(description, 'Containers', spec!.containers ?? [], undefined, '  ')
  writeVolumes(description, spec!.volumes, '  ')
  writeSpread(description, spec!.topologySpreadConstraints, '  ')
  if (spec!.priorityClassName) write(1, `Priority Class Name:\t${spec!.priorityClassName}`)
  writeLabels(description, '  Node-Selectors', spec!.nodeSelector)
  writeTolerations(description, '  Tolerations', spec!.tolerations)
}

type Spread = NonNullable<NonNullable<PodTemplateSpec['spec']>['topologySpreadConstraints']>

/** `Topology Spread Constraints:`, left out when there are none. */
export function writeSpread({ write }: Description, constraints: Spread | undefined, space: string): void {
  if (!constraints?.length) return
  const sorted = [...constraints].sort((a, b) => (a.topologyKey < b.topologyKey ? -1 : 1))
  sorted.forEach(({ topologyKey, whenUnsatisfiable, maxSkew, labelSelector }, i) => {
    const selector = labelSelector ? ` for selector ${formatSelector(labelSelector)}` : ''
    const title = i === 0 ? `${space}Topology Spread Constraints:` : ''
    write(0, `${title}\t${topologyKey}:${whenUnsatisfiable} when max skew ${maxSkew} is exceeded${selector}`)
  })
}

/** What `rollout history --revision` shows. */
export function describePodTemplate({ template, changeCause }: Revision): string {
  const description = openDescription(0)
  const { metadata, ...rest } = template as unknown as PodTemplateSpec // a workload's template
  const annotations = changeCause ? { ...metadata?.annotations, 'kubernetes.io/change-cause': changeCause } : metadata?.annotations
  writePodTemplate(description, { ...rest, metadata: { ...metadata, annotations } } as PodTemplateSpec)
  return description.tabbed()
}
