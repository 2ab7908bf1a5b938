import type { KindDefinition } from '../api/kind'
import type { KubeObject, NewObject } from '../api/object'
import type { Pod, PodTemplateSpec } from '../api/types/core-v1.gen'
import { controllerReference } from './owners'

/** The Pod that a workload creates from its template: the template's labels and annotations, a name the server completes, and its owner. */
export function podFrom<T extends KubeObject>(kind: KindDefinition<T>, owner: T, template: PodTemplateSpec): NewObject<Pod> {
  const { labels, annotations, finalizers } = template.metadata ?? {}
  return {
    metadata: {
      generateName: generatedPrefix(owner.metadata.name),
      namespace: owner.metadata.namespace,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
      ownerReferences: [controllerReference(kind, owner)],
    },
    spec: template.spec!, // required by validation of every workload's template
  }
}

/** The beginning of a Pod's name: the owner's and a dash, unless that is too long for a name to begin with. */
export const generatedPrefix = (ownerName: string): string => (ownerName.length + 1 <= 253 ? `${ownerName}-` : ownerName)
