import type { Client } from '../api/client'
import type { KindDefinition } from '../api/kind'
import { parseApiVersion, type KubeObject, type NewObject } from '../api/object'
import type { Registry } from '../api/registry'
import { SERVICE_CIDR_FINALIZER, serviceCIDRReady } from '../kinds/networking/service-ranges'
import { API_SERVER_PORT, KUBERNETES_SERVICE_ADDRESS, SERVICE_CIDR } from './addresses'
import { clusterDns } from './cluster-dns'
import { clusterInformation } from './cluster-information'
import { flowControl } from './flow-control'
import { kubeProxy } from './kube-proxy'
import { metricsServer } from './metrics-server'
import { namespaces, priorityClasses } from './namespaces'
import { csiDriverObjects, storageClasses } from './storage-classes'

export interface InstallOptions {
  readonly registry: Registry
  readonly client: Client
  /** Address of the API server, for the Service `kubernetes`. */
  readonly address: string
  /** `v1.36.0` */
  readonly version: string
  /** RBAC roles and bindings that every cluster is born with. */
  readonly roles: readonly object[]
  readonly nowMs: number
}

/** Creates what `kubeadm init` leaves behind. Kinds that the simulated release does not serve are left out. */
export function install({ registry, client, address, version, roles, nowMs }: InstallOptions) {
  const objects: readonly object[] = [
    ...namespaces,
    ...priorityClasses,
    ...roles,
    ...flowControl,
    ...storageClasses,
    ...csiDriverObjects,
    defaultServiceCIDR(nowMs),
    ...kubernetesService(address),
    ...clusterDns,
    ...kubeProxy(version),
    ...metricsServer,
    ...clusterInformation({ address, version, nowMs }),
  ]
  for (const object of objects) {
    const { apiVersion, kind } = object as KubeObject // data of this folder, each with apiVersion and kind
    const { group } = parseApiVersion(apiVersion)
    // Whichever version the release serves it in: what is stored is the newest.
    const served = registry.all().find((each) => each.group === group && each.kind.kind === kind)
    if (!served) continue
    const definition = served.kind as KindDefinition<KubeObject>
    const created = client.create(definition, object as NewObject<KubeObject>)
    if ('status' in object) client.updateStatus(definition, { ...created, status: object.status } as KubeObject)
  }
}

/** The range that kube-apiserver was started with. */
const defaultServiceCIDR = (nowMs: number) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name: 'kubernetes', finalizers: [SERVICE_CIDR_FINALIZER] },
  spec: { cidrs: [SERVICE_CIDR] },
  status: { conditions: [serviceCIDRReady(nowMs)] },
})

/** The Service under which Pods reach the API server; its endpoints are the API server's own work, not a controller's. */
const kubernetesService = (address: string) => {
  const ports = [{ name: 'https', port: API_SERVER_PORT, protocol: 'TCP' }]
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: {
        clusterIP: KUBERNETES_SERVICE_ADDRESS,
        type: 'ClusterIP',
        ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: API_SERVER_PORT }],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'kubernetes', namespace: 'default', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: [{ addresses: [{ ip: address }], ports }],
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports,
    },
  ]
}
