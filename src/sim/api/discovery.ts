import { subresourcesOf, type Subresource } from './discovery-subresources'
import type { ServedGroup, ServedVersion } from './discovery-groups'
import type { KindDefinition } from './kind'

const groupVersion = ({ apiVersion, version }: ServedVersion) => ({ groupVersion: apiVersion, version })

/** `GET /api`: the versions of the core group. */
export function apiVersions(serverAddress: string) {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }] }
}

/** `GET /apis`: every group but the core one. */
export function apiGroupList(groups: readonly ServedGroup[]) {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.filter(({ group }) => group !== '').map(groupEntry) }
}

/** `GET /apis/{group}`. */
export function apiGroup(group: ServedGroup) {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) }
}

function groupEntry({ group, versions }: ServedGroup) {
  return { name: group, versions: versions.map(groupVersion), preferredVersion: groupVersion(versions[0]!) } // a group without versions is not served
}

/** `GET /api/v1`, `GET /apis/{group}/{version}`: the resources of one group version, subresources among them. */
export function apiResourceList(served: ServedVersion) {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: served.apiVersion,
    resources: served.kinds.flatMap((kind) => resourceEntries(kind, served)),
  }
}

function resourceEntries(kind: KindDefinition, served: ServedVersion) {
  const { plural, singular, namespaced, verbs, shortNames, categories } = kind
  const own = {
    name: plural,
    singularName: singular,
    namespaced,
    kind: kind.kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  }
  return [own, ...subresourcesOf(kind, served).map((subresource) => subresourceEntry(kind, served, subresource))]
}

function subresourceEntry({ plural, namespaced }: KindDefinition, { group, version }: ServedVersion, subresource: Subresource) {
  const foreign = subresource.group !== group || subresource.version !== version
  return {
    name: `${plural}/${subresource.name}`,
    singularName: '',
    namespaced,
    ...(foreign && { group: subresource.group, version: subresource.version }),
    kind: subresource.kind,
    verbs: subresource.verbs,
  }
}

/** What a client's `Accept` says when it wants everything at once (kubectl from 1.26 on), by version of the answer. */
export const AGGREGATED = /application\/json;(?=[^,]*g=apidiscovery\.k8s\.io)(?=[^,]*as=APIGroupDiscoveryList)[^,]*v=(v2beta1|v2)\b/

/** `GET /api` and `GET /apis` for such clients: all groups given, with their versions, resources and subresources. */
export function apiGroupDiscoveryList(groups: readonly ServedGroup[], version: 'v2' | 'v2beta1') {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: { ...(group && { name: group }), creationTimestamp: null },
      versions: versions.map((served) => ({
        version: served.version,
        ...resourcesOf(served),
      })),
    })),
  }
}

/** Of a version that somebody else answers who cannot be asked, clients are shown what was known last, and told so. */
function resourcesOf(served: ServedVersion) {
  const { foreign, kinds } = served
  const resources = foreign?.resources ?? kinds.map((kind) => resourceDiscovery(kind, served))
  return { ...(resources.length > 0 && { resources }), freshness: foreign?.isStale ? 'Stale' : 'Current' }
}

function resourceDiscovery(kind: KindDefinition, served: ServedVersion) {
  const { group, version } = served
  const { plural, singular, namespaced, verbs, shortNames, categories } = kind
  const subresources = subresourcesOf(kind, served).map((subresource) => ({
    subresource: subresource.name,
    responseKind: { group: subresource.group, version: subresource.version, kind: subresource.kind },
    verbs: subresource.verbs,
  }))
  return {
    resource: plural,
    responseKind: { group, version, kind: kind.kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && { subresources }),
  }
}
