import type { ResourceType } from './mapper'

const irregularPlurals: Readonly<Record<string, string>> = {
  Ingress: 'ingresses',
  NetworkPolicy: 'networkpolicies',
  PriorityClass: 'priorityclasses',
  Endpoints: 'endpoints',
  StorageClass: 'storageclasses',
}
const clusterScoped = [
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'PriorityClass',
  'Node',
  'PersistentVolume',
  'CertificateSigningRequest',
]

/** Where a built-in kind lives, without asking the server, as typed clients know it. */
export function builtInResource({ apiVersion = '', kind }: { readonly apiVersion?: string; readonly kind: string }): ResourceType {
  const slash = apiVersion.indexOf('/')
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    plural: irregularPlurals[kind] ?? `${kind.toLowerCase()}s`,
    singular: kind.toLowerCase(),
    kind,
    namespaced: !clusterScoped.includes(kind),
    shortNames: [],
    categories: [],
    verbs: [],
    subresources: [],
  }
}
