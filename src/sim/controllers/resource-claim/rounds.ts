import type { Pod } from '../../api/types/core-v1.gen'
import type { ResourceClaim } from '../../api/types/resource-v1.gen'
import { apiVersionOf } from '../../api/object'
import { controllerOf } from '../../api/owners'
import { pod as podKind } from '../../kinds/core/pod'
import { resourceClaim } from '../../kinds/resource/resource-claim'
import { resourceClaimTemplate } from '../../kinds/resource/resource-claim-template'
import { attempt, type Environment } from '../component'
import { isFinished } from '../pod-state'

/** Of a claim that was made for a Pod: under which name the Pod knows it. */
const POD_CLAIM_NAME = 'resource.kubernetes.io/pod-claim-name'
const FINALIZER = 'resource.kubernetes.io/delete-protection'

/** A Pod that has no use for its claims any more: it has ended, or will never begin. */
const isDone = (pod: Pod) => isFinished(pod) || (pod.metadata.deletionTimestamp !== undefined && !pod.spec.nodeName)

/** Makes the claims that a Pod wants made of templates, and notes their names in the Pod's status. */
export function provide(pod: Pod, { client, recorder }: Environment): void {
  if (pod.metadata.deletionTimestamp || isFinished(pod)) return
  const { namespace, uid } = pod.metadata
  const known = pod.status?.resourceClaimStatuses ?? []
  const made: { name: string; resourceClaimName: string }[] = []
  for (const { name, resourceClaimTemplateName } of pod.spec.resourceClaims ?? []) {
    if (resourceClaimTemplateName === undefined || known.some((status) => status.name === name)) continue
    const present = client
      .list(resourceClaim, { namespace })
      .find((claim) => controllerOf(claim)?.uid === uid && claim.metadata.annotations?.[POD_CLAIM_NAME] === name)
    const result = present ?? makeClaim(pod, name, resourceClaimTemplateName, client)
    if (typeof result === 'string') recorder.event(pod, 'Warning', 'FailedResourceClaimCreation', `PodResourceClaim ${name}: ${result}`)
    else made.push({ name, resourceClaimName: result.metadata.name })
  }
  if (made.length === 0) return
  const resourceClaimStatuses = [...known, ...made]
  attempt(() => client.patch(podKind, namespace, pod.metadata.name, 'merge', { status: { resourceClaimStatuses } }, { subresource: 'status' }))
} // prettier-ignore

function makeClaim(pod: Pod, name: string, templateName: string, client: Environment['client']): ResourceClaim | string {
  const { namespace, uid } = pod.metadata
  const template = client.get(resourceClaimTemplate, namespace, templateName)
  if (!template)
    return `resource claim template ${JSON.stringify(templateName)}: resourceclaimtemplate.resource.k8s.io ${JSON.stringify(templateName)} not found`
  const { metadata, spec } = template.spec
  const owner = { apiVersion: apiVersionOf(podKind), kind: 'Pod', name: pod.metadata.name, uid, controller: true, blockOwnerDeletion: true }
  let claim: ResourceClaim | undefined
  const refused = attempt(() => {
    claim = client.create(resourceClaim, {
      metadata: {
        generateName: `${pod.metadata.name}-${name}-`,
        namespace,
        ...(metadata?.labels && { labels: metadata.labels }),
        annotations: { ...metadata?.annotations, [POD_CLAIM_NAME]: name },
        ownerReferences: [owner],
      } as unknown as ResourceClaim['metadata'], // the server makes the name
      spec,
    })
  })
  return claim ?? refused!.message
}

/** Takes a claim back from Pods that are done; nobody's devices are given back, and a claim that was made for such a Pod goes. */
export function release(claim: ResourceClaim, { client }: Environment): void {
  const { namespace, name, finalizers = [], deletionTimestamp } = claim.metadata
  const { reservedFor = [], allocation } = claim.status ?? {}
  const podOf = ({ name: podName, uid }: { readonly name: string; readonly uid: string }) => {
    const pod = client.get(podKind, namespace, podName)
    return pod?.metadata.uid === uid ? pod : undefined
  }
  const staying = reservedFor.filter((consumer) => {
    const pod = consumer.resource === 'pods' ? podOf(consumer) : undefined
    return consumer.resource !== 'pods' || (pod !== undefined && !isDone(pod))
  })
  const isFree = staying.length === 0
  if (staying.length < reservedFor.length || (isFree && allocation && deletionTimestamp)) {
    const { allocation: _given, devices: _devices, reservedFor: _gone, ...rest } = claim.status ?? {}
    const status = isFree ? rest : { ...claim.status, reservedFor: staying }
    let current = claim
    attempt(() => {
      current = client.updateStatus(resourceClaim, { ...claim, status })
      if (isFree && finalizers.includes(FINALIZER))
        client.update(resourceClaim, {
          ...current,
          metadata: { ...current.metadata, finalizers: finalizers.filter((each) => each !== FINALIZER) },
        })
    })
  }
  const owner = controllerOf(claim)
  if (!isFree || deletionTimestamp || owner?.kind !== 'Pod') return
  const pod = podOf(owner)
  if (pod && isDone(pod)) attempt(() => client.delete(resourceClaim, namespace, name, { preconditions: { uid: claim.metadata.uid } }))
}
