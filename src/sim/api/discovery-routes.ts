import { AGGREGATED, apiGroup, apiGroupDiscoveryList, apiGroupList, apiResourceList, apiVersions } from './discovery'
import { servedGroups, type ServedGroup } from './discovery-groups'
import { fingerprint, isUnchanged, json, pageNotFound, plainText, statusAnswer } from './edge-answer'
import type { ApiServer, PathHandler } from './hooks'
import type { ApiRequest, ApiResponse } from './http'
import type { Registry } from './registry'
import { failure } from './status'

const groupsOf = new WeakMap<Registry, { generation: number; groups: readonly ServedGroup[] }>()

/** The groups a server offers right now; worked out anew only when its registry has changed. */
export function currentGroups({ registry }: Pick<ApiServer, 'registry'>): readonly ServedGroup[] {
  const known = groupsOf.get(registry)
  if (known?.generation === registry.generation) return known.groups
  const groups = servedGroups(registry.all(), registry.foreign)
  groupsOf.set(registry, { generation: registry.generation, groups })
  return groups
}

/** Answers `/api`, `/apis` and what lies under them without naming a resource. */
export function discoveryRoutes(serverAddress = '172.30.1.2:6443'): PathHandler {
  return (request, { path }, server) => {
    const [root, ...rest] = path.split('/').filter(Boolean)
    if (root !== 'api' && root !== 'apis') return undefined
    if (request.method !== 'GET' && request.method !== 'HEAD') return statusAnswer(notAllowed)
    const groups = currentGroups(server).filter(({ group }) => (group === '') === (root === 'api'))
    if (rest.length === 0) {
      const wanted = AGGREGATED.exec(request.headers.accept ?? '')?.[1] as 'v2' | 'v2beta1' | undefined // what the pattern allows
      if (wanted) return aggregated(groups, wanted, request)
      return json(root === 'api' ? apiVersions(serverAddress) : apiGroupList(groups))
    }
    const [name, version, ...more] = root === 'api' ? ['', ...rest] : rest
    const group = groups.find((each) => each.group === name)
    if (!group || more.length > 0) return pageNotFound
    if (version === undefined) return json(apiGroup(group))
    const served = group.versions.find((each) => each.version === version)
    if (served?.foreign?.isStale) return plainText('service unavailable\n', 503)
    return served ? json(apiResourceList(served)) : pageNotFound
  }
}

const notAllowed = failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource').status

function aggregated(groups: readonly ServedGroup[], version: 'v2' | 'v2beta1', { headers }: ApiRequest): ApiResponse {
  const list = apiGroupDiscoveryList(groups, version)
  const etag = `"${fingerprint(JSON.stringify(list.items))}"`
  const head = { etag, 'cache-control': 'public', vary: 'Accept' }
  if (isUnchanged(headers['if-none-match'], etag)) return { status: 304, headers: head, body: '' }
  return json(list, 200, { ...head, 'content-type': `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList` })
}
