import { resourceRow } from '../../api/schema/schema'

/** A kind with its group and version; as a selector an empty member means any. */
export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** What tells one resource of a build from the others. */
export interface ResourceId extends GroupVersionKind {
  readonly name: string
  readonly namespace: string
}

/** `Deployment.v1.apps`, as errors name a kind. */
export const kindText = ({ group, version, kind }: GroupVersionKind) =>
  [kind || '[noKind]', version || '[noVer]', group || '[noGrp]'].join('.')

/** `Deployment.v1.apps/web.default`, as errors name a resource. */
export const idText = (id: ResourceId) => `${kindText(id)}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`

/** The same as a Go program prints its struct. */
export const idAsGoSyntax = (id: ResourceId) =>
  `resid.ResId{Gvk:resid.Gvk{Group:${JSON.stringify(id.group)}, Version:${JSON.stringify(id.version)}, Kind:${JSON.stringify(id.kind)}, isClusterScoped:${isClusterScoped(id)}}, Name:${JSON.stringify(id.name)}, Namespace:${JSON.stringify(id.namespace)}}`

/** Splits `apps/v1`. */
export function groupVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

/** Known to be cluster-scoped: kinds nobody has described count as namespaced. */
export const isClusterScoped = ({ group, version, kind }: GroupVersionKind) =>
  resourceRow(group, version, kind)?.namespaced === false || (group === 'apiregistration.k8s.io' && kind === 'APIService')

/** The namespace that counts in comparisons: none is `default`, and cluster-scoped kinds share one of their own. */
export const effectiveNamespace = (id: ResourceId) => (isClusterScoped(id) ? '_non_namespaceable_' : id.namespace || 'default')

export const sameNamespace = (a: ResourceId, b: ResourceId) => effectiveNamespace(a) === effectiveNamespace(b)

export const sameId = (a: ResourceId, b: ResourceId) =>
  a.name === b.name && a.kind === b.kind && a.version === b.version && a.group === b.group && sameNamespace(a, b)

/** Whether a kind is what a selector asks for. */
export const kindSelected = (selector: Partial<GroupVersionKind>, { group, version, kind }: GroupVersionKind) =>
  (!selector.group || selector.group === group) &&
  (!selector.version || selector.version === version) &&
  (!selector.kind || selector.kind === kind)

/** The same for a whole id. */
export const idSelected = (selector: Partial<ResourceId>, id: ResourceId) =>
  (!selector.name || selector.name === id.name) &&
  (!selector.namespace ||
    effectiveNamespace({ group: '', version: '', kind: '', name: '', ...selector, namespace: selector.namespace }) ===
      effectiveNamespace(id)) &&
  kindSelected(selector, id)
