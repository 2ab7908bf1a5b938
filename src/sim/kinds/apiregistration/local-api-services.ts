import type { ApiServer } from '../../api/hooks'
import type { NewObject } from '../../api/object'
import { apiService, type APIService } from './api-service'

/** By whom such an object was made: at the start of the server, or for a custom resource. */
const AUTOMANAGED = 'kube-aggregator.kubernetes.io/automanaged'

/** In which order clients are shown the groups, higher first: the figures of kube-apiserver. Versions of a group follow each other likewise. */
const GROUP_PRIORITY: Readonly<Record<string, number>> = {
  '': 18_000,
  extensions: 17_900,
  apps: 17_800,
  'events.k8s.io': 17_750,
  'authentication.k8s.io': 17_700,
  'authorization.k8s.io': 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  'certificates.k8s.io': 17_300,
  'networking.k8s.io': 17_200,
  policy: 17_100,
  'rbac.authorization.k8s.io': 17_000,
  'storage.k8s.io': 16_800,
  'apiextensions.k8s.io': 16_700,
  'admissionregistration.k8s.io': 16_700,
  'scheduling.k8s.io': 16_600,
  'coordination.k8s.io': 16_500,
  'node.k8s.io': 16_300,
  'discovery.k8s.io': 16_200,
  'flowcontrol.apiserver.k8s.io': 16_100,
  'internal.apiserver.k8s.io': 16_000,
  'resource.k8s.io': 15_900,
  'storagemigration.k8s.io': 15_800,
}
const CUSTOM_PRIORITY = { groupPriorityMinimum: 1000, versionPriority: 100 }
/** A stable version comes before a beta, a beta before an alpha; the second stable version before the first. */
const versionPriority = (version: string) => (version === 'v2' ? 30 : /^v\d+$/.test(version) ? 15 : version.includes('beta') ? 9 : 1)

/** Keeps an APIService for every group and version that this server answers itself, custom resources included. Returns how to stop. */
export function announceApiServices(server: ApiServer): () => void {
  if (!server.registry.findKind('apiregistration.k8s.io', 'v1', 'APIService')) return () => undefined
  const client = server.client({ user: 'system:apiserver', groups: ['system:masters'], manager: 'kube-apiserver' })
  let due = false

  function announce() {
    due = false
    const wanted = new Map(
      server.registry
        .all()
        .filter(isAggregated)
        .map((served) => [`${served.version}.${served.group}`, served]),
    )
    for (const { metadata, spec } of client.list(apiService)) {
      // What somebody else answers is announced by whoever installed it.
      if (wanted.delete(metadata.name) || spec.service || metadata.labels?.[AUTOMANAGED] === undefined) continue
      client.delete(apiService, undefined, metadata.name)
    }
    for (const { group, version } of wanted.values()) client.create(apiService, serviceFor(group, version))
  }

  announce()
  return server.registry.onChange(() => {
    // A definition that changes is taken out and put in again: only what is there afterwards counts.
    if (!due) server.engine.after(0, announce, { background: true })
    due = true
  })
}

/** The aggregator's own group needs nobody to find it. */
const isAggregated = ({ group }: { readonly group: string }) => group !== 'apiregistration.k8s.io'

function serviceFor(group: string, version: string): NewObject<APIService> {
  const groupPriorityMinimum = GROUP_PRIORITY[group]
  const priority =
    groupPriorityMinimum === undefined
      ? CUSTOM_PRIORITY
      : { groupPriorityMinimum, versionPriority: group === '' ? 1 : versionPriority(version) }
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${version}.${group}`, labels: { [AUTOMANAGED]: groupPriorityMinimum === undefined ? 'true' : 'onstart' } },
    spec: { ...(group !== '' && { group }), version, ...priority },
  }
}
