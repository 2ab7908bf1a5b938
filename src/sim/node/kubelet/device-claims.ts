import type { Container } from '../../api/types/core-v1.gen'
import type { ResourceClaim } from '../../api/types/resource-v1.gen'
import { resourceClaim } from '../../kinds/resource/resource-claim'
import type { KubeletContext } from './context'
import type { DevicePlugin, PreparedClaims } from './late-device-claims'
import type { PodState } from './pod-state'

/** Has the drivers of this node prepare the devices of a Pod's claims, before anything of the Pod is made. */
export function prepareClaims({ client, devicePlugins }: KubeletContext, { pod }: PodState): PreparedClaims | string {
  const { namespace, name: podName, uid } = pod.metadata
  const claims = new Map<string, ResourceClaim>()
  for (const { name, resourceClaimName } of pod.spec.resourceClaims ?? []) {
    const made = pod.status?.resourceClaimStatuses?.find((status) => status.name === name)
    const claimName = resourceClaimName ?? made?.resourceClaimName
    if (claimName === undefined) {
      if (made) continue
      return `prepare dynamic resources: pod "${namespace}/${podName}": ResourceClaim not created yet`
    }
    const claim = client.get<ResourceClaim>(resourceClaim, namespace, claimName)
    if (!claim)
      return `prepare dynamic resources: fetch ResourceClaim ${claimName}: resourceclaims.resource.k8s.io "${claimName}" not found`
    if (!claim.status?.reservedFor?.some((consumer) => consumer.uid === uid))
      return `prepare dynamic resources: pod ${podName}(${uid}) is not allowed to use ResourceClaim ${claimName}(${claim.metadata.uid})`
    claims.set(name, claim)
  }
  for (const driver of driversOf(claims.values()))
    if (!devicePlugins.has(driver)) return `prepare dynamic resources: DRA driver ${driver} is not registered`
  for (const [plugin, concerned] of byPlugin(claims, devicePlugins)) plugin.prepare(concerned)
  return claims
}

/** Tells the drivers that a Pod has ended. */
export function unprepareClaims({ devicePlugins }: KubeletContext, claims: PreparedClaims): void {
  for (const [plugin, concerned] of byPlugin(claims, devicePlugins)) plugin.unprepare(concerned)
}

/** What drivers put into the environment of a container that uses some of its Pod's claims, or single requests of them. */
export function deviceVariables({ devicePlugins }: KubeletContext, claims: PreparedClaims, { resources }: Container) {
  const variables: Record<string, string> = {}
  for (const { name, request } of resources?.claims ?? []) {
    const claim = claims.get(name)
    if (!claim) continue
    for (const driver of driversOf([claim])) {
      const devices = resultsOf(claim)
        .filter((result) => result.driver === driver && (request === undefined || result.request.split('/')[0] === request))
        .map(({ device }) => device)
      Object.assign(variables, devicePlugins.get(driver)?.environment(claim, devices))
    }
  }
  return variables
}

const resultsOf = ({ status }: ResourceClaim) => status?.allocation?.devices?.results ?? []
const driversOf = (claims: Iterable<ResourceClaim>) => new Set([...claims].flatMap((claim) => resultsOf(claim).map(({ driver }) => driver)))

function* byPlugin(claims: PreparedClaims, plugins: KubeletContext['devicePlugins']): Iterable<[DevicePlugin, readonly ResourceClaim[]]> {
  for (const driver of driversOf(claims.values())) {
    const plugin = plugins.get(driver)
    if (plugin) yield [plugin, [...claims.values()].filter((claim) => driversOf([claim]).has(driver))]
  }
}
