import { lateCode } from '../../engine/late-code'
import type { Pod } from '../../api/types/core-v1.gen'
import type { ResourceClaim } from '../../api/types/resource-v1.gen'
import { pod as podKind } from '../../kinds/core/pod'
import { resourceClaim } from '../../kinds/resource/resource-claim'
import { resourceClaimTemplate } from '../../kinds/resource/resource-claim-template'
import type { Component, Environment } from '../component'

/** What is done about one Pod with claims, and about one claim. There is neither before the first prompt: the page loads it after that. */
export const lateClaimRounds = lateCode<{
  readonly provide: (pod: Pod, environment: Environment) => void
  readonly release: (claim: ResourceClaim, environment: Environment) => void
}>('the controller of resource claims')

/** Makes the claims of Pods that name templates, and takes devices back from Pods that are done. */
export const resourceClaimController: Component = {
  name: 'resource-claim-controller',
  source: 'resource_claim',
  start(environment) {
    const { client } = environment
    const isConcerned = ({ spec }: Pod) => (spec?.resourceClaims ?? []).length > 0
    function look(pod: Pod, isGone: boolean) {
      if (!isConcerned(pod)) return
      if (!isGone) lateClaimRounds.code.provide(pod, environment)
      const { resourceClaimStatuses = [] } = pod.status ?? {}
      const names = [...(pod.spec.resourceClaims ?? []), ...resourceClaimStatuses].flatMap(({ resourceClaimName }) => resourceClaimName ?? [])
      for (const name of new Set(names)) {
        const claim = client.get(resourceClaim, pod.metadata.namespace, name)
        if (claim) lateClaimRounds.code.release(claim, environment)
      }
    } // prettier-ignore
    const lookAgain = (namespace?: string) => {
      for (const pod of client.list(podKind, namespace === undefined ? {} : { namespace })) look(pod, false)
    }
    const stops = [
      client.watch(podKind, (events) => {
        for (const { type, object } of events) look(object, type === 'DELETED')
      }),
      client.watch(resourceClaim, (events) => {
        for (const { type, object } of events) if (type !== 'DELETED') lateClaimRounds.code.release(object, environment)
      }),
      client.watch(resourceClaimTemplate, (events) => {
        for (const { type, object } of events) if (type === 'ADDED') lookAgain(object.metadata.namespace)
      }),
    ]
    lookAgain()
    for (const claim of client.list(resourceClaim)) lateClaimRounds.code.release(claim, environment)
    return () => stops.forEach((stop) => stop())
  },
}
