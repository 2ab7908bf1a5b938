import type { NewObject } from '../../api/object'
import type { StatefulSet } from '../../api/types/apps-v1.gen'
import type { PersistentVolumeClaim, Pod, PodTemplateSpec, Volume } from '../../api/types/core-v1.gen'
import { statefulSet } from '../../kinds/apps/stateful-set'
import { podFrom } from '../pod-from'
import { REVISION_HASH } from '../revisions'

const POD_NAME = 'statefulset.kubernetes.io/pod-name'
const POD_INDEX = 'apps.kubernetes.io/pod-index'

/** The ordinal in a Pod's name; undefined when the name is not one that this set gives. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const prefix = `${set.metadata.name}-`
  const rest = pod.metadata.name.startsWith(prefix) ? pod.metadata.name.slice(prefix.length) : ''
  return /^(0|[1-9]\d*)$/.test(rest) ? Number(rest) : undefined
}

export const claimName = (templateName: string, podName: string): string => `${templateName}-${podName}`

/** The Pod with an ordinal: its name, host name, labels and volumes are its own and always the same. */
export function statefulPod(set: StatefulSet, ordinal: number, template: PodTemplateSpec, revision: string): NewObject<Pod> {
  const name = `${set.metadata.name}-${ordinal}`
  const { generateName: _generateName, ...metadata } = podFrom(statefulSet, set, template).metadata
  const claims = new Map((set.spec.volumeClaimTemplates ?? []).map((it) => [it.metadata.name, claimName(it.metadata.name, name)]))
  const spec = template.spec!
  const volumes: readonly Volume[] = [
    ...[...claims].map(([volume, claim]) => ({ name: volume, persistentVolumeClaim: { claimName: claim } })),
    ...(spec.volumes ?? []).filter((volume) => !claims.has(volume.name)),
  ]
  return {
    metadata: {
      ...metadata,
      name,
      labels: { ...metadata.labels, [POD_NAME]: name, [POD_INDEX]: String(ordinal), [REVISION_HASH]: revision },
    },
    spec: {
      ...spec,
      hostname: name,
      ...(set.spec.serviceName && { subdomain: set.spec.serviceName }),
      ...(volumes.length > 0 && { volumes }),
    },
  }
}

/** The claims that the Pod with an ordinal needs. */
export function claimsFor(set: StatefulSet, ordinal: number): NewObject<PersistentVolumeClaim>[] {
  const { namespace, name } = set.metadata
  return (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    metadata: {
      name: claimName(template.metadata.name, `${name}-${ordinal}`),
      namespace,
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
      ...(template.metadata.annotations && { annotations: template.metadata.annotations }),
    },
    spec: template.spec,
  }))
}
