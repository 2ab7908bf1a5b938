import type { Service } from '../../api/types/core-v1.gen'
import { ask } from '../../node/programs/in-cluster'
import type { Proc, Self } from '../../node/os/syscalls'
import type { Gateway, NginxProxy } from './types'

/** Where the nginx of a Gateway finds the control plane, and which images there are. */
export interface Provisioner {
  readonly instance: string
  readonly namespace: string
  readonly service: string
  readonly image: string
}

/** What the objects that stand for a Gateway are called. */
export const provisionedName = ({ metadata }: Gateway) => `${metadata.name}-nginx`
export const ownerName = ({ metadata }: Gateway) => `${metadata.namespace}_${metadata.name}-nginx`

const labelsOf = (gateway: Gateway, { instance }: Provisioner) => ({
  'app.kubernetes.io/instance': instance,
  'app.kubernetes.io/managed-by': `${instance}-nginx`,
  'app.kubernetes.io/name': provisionedName(gateway),
  'gateway.networking.k8s.io/gateway-name': gateway.metadata.name,
})

interface Wanted {
  readonly path: string
  readonly object: { readonly metadata: { readonly name: string }; readonly [field: string]: unknown }
}

/** ServiceAccount, ConfigMap, Service and Deployment of a Gateway's nginx. */
function objectsFor(
  gateway: Gateway,
  provisioner: Provisioner,
  ports: readonly number[],
  proxy: NginxProxy | undefined,
): readonly Wanted[] {
  const { namespace } = gateway.metadata
  const name = provisionedName(gateway)
  const labels = labelsOf(gateway, provisioner)
  const metadata = { name, namespace, labels }
  const { deployment, service } = proxy?.spec?.kubernetes ?? {}
  const type = service?.type ?? 'LoadBalancer'
  const config = `${name}-agent-config`
  const agent = `command:\n  server:\n    host: ${provisioner.service}.${provisioner.namespace}.svc\n    port: 443\nlabels:\n  owner-name: ${ownerName(gateway)}\n  owner-type: Deployment\n`
  const core = `/api/v1/namespaces/${namespace}`
  const container = {
    name: 'nginx',
    image: provisioner.image,
    imagePullPolicy: 'IfNotPresent',
    ports: ports.map((port) => ({ containerPort: port, name: `port-${port}`, protocol: 'TCP' })),
    readinessProbe: { httpGet: { path: '/readyz', port: 8081 }, initialDelaySeconds: 3, periodSeconds: 1 },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsGroup: 1001,
      runAsUser: 101,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [{ name: 'nginx-agent', mountPath: '/etc/nginx-agent' }],
  }
  return [
    {
      path: `${core}/serviceaccounts`,
      object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    },
    {
      path: `${core}/configmaps`,
      object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, name: config }, data: { 'nginx-agent.conf': agent } },
    },
    {
      path: `${core}/services`,
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: {
          type,
          selector: labels,
          ...(type !== 'ClusterIP' && { externalTrafficPolicy: service?.externalTrafficPolicy ?? 'Local' }),
          ports: ports.map((port) => {
            const nodePort = service?.nodePorts?.find(({ listenerPort }) => listenerPort === port)?.port
            return { name: `port-${port}`, port, protocol: 'TCP', targetPort: port, ...(nodePort !== undefined && { nodePort }) }
          }),
        },
      },
    },
    {
      path: `/apis/apps/v1/namespaces/${namespace}/deployments`,
      object: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata,
        spec: {
          replicas: deployment?.replicas ?? 1,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              containers: [container],
              securityContext: {
                fsGroup: 1001,
                runAsNonRoot: true,
                sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
              },
              serviceAccountName: name,
              terminationGracePeriodSeconds: 30,
              volumes: [{ name: 'nginx-agent', configMap: { name: config } }],
            },
          },
        },
      },
    },
  ]
}

/** Makes what is missing of a Gateway's objects, and brings Service and Deployment in line where their ports have changed. */
export function* provision(
  self: Self,
  gateway: Gateway,
  provisioner: Provisioner,
  ports: readonly number[],
  proxy: NginxProxy | undefined,
): Proc {
  for (const { path, object } of objectsFor(gateway, provisioner, ports, proxy)) {
    const present = yield* ask<{ readonly spec?: { readonly type?: string } }>(self, 'GET', `${path}/${object.metadata.name}`)
    if (!present) yield* ask(self, 'POST', path, object)
    else if (object.kind === 'Service')
      yield* updatePorts(self, `${path}/${object.metadata.name}`, present as Service, object.spec as Service['spec'])
  }
}

/** Ports that are there keep their node ports. */
function* updatePorts(self: Self, path: string, present: Service, wanted: Service['spec']): Proc {
  const numbers = (spec: Service['spec']) => [spec.type, ...(spec.ports ?? []).map(({ port }) => port)].join()
  if (numbers(present.spec) === numbers(wanted)) return
  const ports = (wanted.ports ?? []).map((port) => ({ ...present.spec.ports?.find((each) => each.port === port.port), ...port }))
  yield* ask(self, 'PUT', path, { ...present, apiVersion: 'v1', kind: 'Service', spec: { ...present.spec, type: wanted.type, ports } })
}

/** Takes the objects away again of a Gateway that is no more. */
export function* withdraw(self: Self, gateway: Gateway): Proc {
  const { namespace } = gateway.metadata
  const name = provisionedName(gateway)
  for (const path of [
    `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
    `/api/v1/namespaces/${namespace}/services/${name}`,
    `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`,
    `/api/v1/namespaces/${namespace}/configmaps/${name}-agent-config`,
  ])
    yield* ask(self, 'DELETE', path, { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' })
}
