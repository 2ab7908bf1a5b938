import type { AdmissionPlugin, AdmissionRequest } from '../hooks'
import { forbidden } from '../status'
import type { Pod } from '../types/core-v1.gen'
import type { RuntimeClass } from '../types/node-v1.gen'
import { same } from '../../formats/same'
import { asObject, find, newPod, resource } from './lookup'

const runtimeClasses = resource<RuntimeClass>('node.k8s.io', 'v1', 'runtimeclasses')

/** Gives a Pod what its RuntimeClass says: the overhead of its sandbox, and the nodes that can run it. */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  mutate(request) {
    const pod = newPod(request)
    return pod?.spec.runtimeClassName ? asObject(asItsClassSays(request, pod)) : request.object!
  },
  validate(request) {
    const pod = newPod(request)
    if (!pod?.spec.overhead) return
    const { runtimeClassName } = pod.spec
    const named = runtimeClassName ? find(request.server, runtimeClasses, undefined, runtimeClassName) : undefined
    if (!named?.overhead) throw refusal(request, pod, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead')
  },
}

const refusal = ({ kind }: AdmissionRequest, { metadata }: Pod, why: string) => forbidden(kind, metadata.name, why)

function asItsClassSays(request: AdmissionRequest, pod: Pod): Pod {
  const { spec } = pod
  const named = find(request.server, runtimeClasses, undefined, spec.runtimeClassName!)
  if (!named) throw refusal(request, pod, `pod rejected: RuntimeClass ${JSON.stringify(spec.runtimeClassName)} not found`)
  const overhead = named.overhead?.podFixed
  if (spec.overhead && overhead && !same(spec.overhead, overhead))
    throw refusal(request, pod, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
  const { nodeSelector, tolerations } = named.scheduling ?? {}
  for (const [label, value] of Object.entries(nodeSelector ?? {})) {
    const own = spec.nodeSelector?.[label]
    if (own !== undefined && own !== value)
      throw refusal(
        request,
        pod,
        `conflict: runtimeClass.scheduling.nodeSelector[${label}] = ${value}; pod.spec.nodeSelector[${label}] = ${own}`,
      )
  }
  const added = (tolerations ?? []).filter((toleration) => !spec.tolerations?.some((own) => same(own, toleration)))
  return {
    ...pod,
    spec: {
      ...spec,
      ...(overhead && { overhead }),
      ...(nodeSelector && { nodeSelector: { ...spec.nodeSelector, ...nodeSelector } }),
      ...(added.length > 0 && { tolerations: [...(spec.tolerations ?? []), ...added] }),
    },
  }
}
