import { resource, findAll, find } from '../admission/lookup'
import type { ApiServer, Decision, RequestAttributes, User } from '../hooks'
import type { PersistentVolumeClaim, Pod, Volume } from '../types/core-v1.gen'
import { NODE_RULES } from './bootstrap-roles'
import { allows } from './rbac'

const pods = resource<Pod>('', 'v1', 'pods')
const claims = resource<PersistentVolumeClaim>('', 'v1', 'persistentvolumeclaims')
const USER = 'system:node:'

/** What a node sees only while one of its Pods needs it: the objects of this kind that a Pod refers to. */
const RELATED: Readonly<Record<string, (pod: Pod, server: ApiServer) => readonly string[]>> = {
  secrets: (pod) => [...(pod.spec.imagePullSecrets ?? []).map(({ name }) => name ?? ''), ...referred(pod, 'secret')],
  configmaps: (pod) => referred(pod, 'configMap'),
  persistentvolumeclaims: (pod) => claimsOf(pod),
  persistentvolumes: (pod, server) =>
    claimsOf(pod).map((name) => find(server, claims, pod.metadata.namespace, name)?.spec.volumeName ?? ''),
  serviceaccounts: (pod) => [pod.spec.serviceAccountName ?? ''],
}

/** Decides for users of the group `system:nodes`; undefined for everybody else. See "Using Node Authorization". */
export function nodeDecision(server: ApiServer, user: User, attributes: RequestAttributes): Decision | undefined {
  if (!user.groups.includes('system:nodes') || !user.name.startsWith(USER)) return undefined
  const node = user.name.slice(USER.length)
  const wanted = attributes.resource
  const related = wanted?.group === '' && wanted.subresource !== 'status' ? RELATED[wanted.plural] : undefined
  if (!wanted || !related) return { allowed: NODE_RULES.some((rule) => allows(rule, attributes)) }
  const { name, namespace } = wanted
  if (!name) return { allowed: false, reason: "No Object name found" } // prettier-ignore
  const isNeeded = [...podsOf(server, node)].some(
    (pod) => (namespace === undefined || pod.metadata.namespace === namespace) && related(pod, server).includes(name),
  )
  return isNeeded ? { allowed: true } : { allowed: false, reason: `no relationship found between node '${node}' and this object` }
}

function* podsOf(server: ApiServer, node: string): Generator<Pod> {
  for (const pod of findAll(server, pods)) if (pod.spec.nodeName === node) yield pod
}

const claimsOf = ({ metadata, spec }: Pod) =>
  (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) =>
    persistentVolumeClaim ? [persistentVolumeClaim.claimName] : ephemeral ? [`${metadata.name}-${name}`] : [],
  )

/** Names of the Secrets or ConfigMaps that environment and volumes of a Pod refer to. */
function referred({ spec }: Pod, what: 'secret' | 'configMap'): readonly string[] {
  const containers = [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])]
  const environment = containers.flatMap(({ env = [], envFrom = [] }) => [
    ...env.map(({ valueFrom }) => valueFrom?.[`${what}KeyRef`]?.name),
    ...envFrom.map((from) => from[`${what}Ref`]?.name),
  ])
  return [...environment, ...(spec.volumes ?? []).flatMap((volume) => volumeNames(volume, what))].filter((name) => name !== undefined)
}

function volumeNames({ secret, configMap, projected }: Volume, what: 'secret' | 'configMap'): readonly (string | undefined)[] {
  const own = what === 'secret' ? secret?.secretName : configMap?.name
  return [own, ...(projected?.sources ?? []).map((source) => source[what]?.name)]
}
