import { toYaml } from '../../formats/yaml-emit'

const NAME = 'nginx-gateway'

const customResource = (kind: string, version: string, withStatus: boolean) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural(kind)}.gateway.nginx.org` },
  spec: {
    group: 'gateway.nginx.org',
    names: { categories: ['nginx-gateway-fabric'], kind, listKind: `${kind}List`, plural: plural(kind), singular: kind.toLowerCase() },
    scope: 'Namespaced',
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        additionalPrinterColumns: [{ jsonPath: '.metadata.creationTimestamp', name: 'Age', type: 'date' }],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              ...(withStatus && { status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }),
            },
          },
        },
        subresources: withStatus ? { status: {} } : {},
      },
    ],
  },
})
const plural = (kind: string) => `${kind.toLowerCase().replace(/([^aeiou])y$/, '$1ie')}s`

/** `deploy/crds.yaml` of NGINX Gateway Fabric, as far as its own kinds are used here. */
export const gatewayFabricDefinitions = (): string =>
  [customResource('NginxGateway', 'v1alpha1', true), customResource('NginxProxy', 'v1alpha2', false)].map(toYaml).join('---\n')

const rule = (group: string, resources: readonly string[], verbs: readonly string[]) => ({ apiGroups: [group], resources, verbs })
const READ = ['list', 'watch']
const OWN = ['create', 'update', 'delete', 'list', 'get', 'watch']

/** `deploy.yaml` of NGINX Gateway Fabric for a sort of Service, without the Job that makes certificates for its agents. */
export function gatewayFabricManifest(version: string, serviceType: 'LoadBalancer' | 'NodePort'): string {
  const labels = { 'app.kubernetes.io/instance': NAME, 'app.kubernetes.io/name': NAME, 'app.kubernetes.io/version': version }
  const selector = { 'app.kubernetes.io/instance': NAME, 'app.kubernetes.io/name': NAME }
  const metadata = { labels, name: NAME, namespace: NAME }
  const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } })
  const image = `ghcr.io/nginx/nginx-gateway-fabric:${version}`
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAME } },
    { apiVersion: 'v1', automountServiceAccountToken: false, kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { labels, name: NAME },
      rules: [
        rule('', ['namespaces'], ['get', ...READ]),
        rule('', ['nodes'], ['list']),
        rule('authentication.k8s.io', ['tokenreviews'], ['create']),
        rule('apiextensions.k8s.io', ['customresourcedefinitions'], READ),
        rule('', ['secrets', 'configmaps', 'serviceaccounts', 'services'], OWN),
        rule('', ['pods'], ['get', ...READ]),
        { apiGroups: ['events.k8s.io', ''], resources: ['events'], verbs: ['create', 'patch'] },
        rule('apps', ['deployments', 'daemonsets'], OWN),
        rule('apps', ['replicasets'], ['get', 'list']),
        rule('autoscaling', ['horizontalpodautoscalers'], OWN),
        rule('discovery.k8s.io', ['endpointslices'], READ),
        rule(
          'gateway.networking.k8s.io',
          ['gatewayclasses', 'gateways', 'httproutes', 'referencegrants', 'grpcroutes', 'backendtlspolicies'],
          READ,
        ),
        rule(
          'gateway.networking.k8s.io',
          ['httproutes/status', 'gateways/status', 'gatewayclasses/status', 'grpcroutes/status', 'backendtlspolicies/status'],
          ['update'],
        ),
        rule('gateway.nginx.org', ['nginxgateways'], ['get', ...READ]),
        rule('gateway.nginx.org', ['nginxproxies'], READ),
        rule('gateway.nginx.org', ['nginxgateways/status'], ['update']),
        rule('coordination.k8s.io', ['leases'], ['create', 'get', 'update']),
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { labels, name: NAME },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME },
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: NAME }],
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { ports: [{ name: 'agent-grpc', port: 443, protocol: 'TCP', targetPort: 8443 }], selector, type: 'ClusterIP' },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: selector },
        template: {
          metadata: { annotations: { 'prometheus.io/port': '9113', 'prometheus.io/scrape': 'true' }, labels: selector },
          spec: {
            automountServiceAccountToken: true,
            containers: [
              {
                args: [
                  'controller',
                  '--gateway-ctlr-name=gateway.nginx.org/nginx-gateway-controller',
                  '--gatewayclass=nginx',
                  '--config=nginx-gateway-config',
                  '--service=nginx-gateway',
                  '--metrics-port=9113',
                  '--health-port=8081',
                  '--leader-election-lock-name=nginx-gateway-leader-election',
                ],
                env: [
                  field('POD_NAMESPACE', 'metadata.namespace'),
                  field('POD_NAME', 'metadata.name'),
                  field('POD_UID', 'metadata.uid'),
                  field('INSTANCE_NAME', "metadata.labels['app.kubernetes.io/instance']"),
                  { name: 'IMAGE_NAME', value: image },
                ],
                image,
                imagePullPolicy: 'IfNotPresent',
                name: NAME,
                ports: [
                  { containerPort: 8443, name: 'agent-grpc' },
                  { containerPort: 9113, name: 'metrics' },
                  { containerPort: 8081, name: 'health' },
                ],
                readinessProbe: { httpGet: { path: '/readyz', port: 'health' }, initialDelaySeconds: 3, periodSeconds: 1 },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ['ALL'] },
                  readOnlyRootFilesystem: true,
                  runAsGroup: 1001,
                  runAsUser: 101,
                  seccompProfile: { type: 'RuntimeDefault' },
                },
              },
            ],
            securityContext: { fsGroup: 1001, runAsNonRoot: true },
            serviceAccountName: NAME,
            terminationGracePeriodSeconds: 30,
          },
        },
      },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { labels, name: 'nginx' },
      spec: {
        controllerName: 'gateway.nginx.org/nginx-gateway-controller',
        parametersRef: { group: 'gateway.nginx.org', kind: 'NginxProxy', name: 'nginx-gateway-proxy-config', namespace: NAME },
      },
    },
    {
      apiVersion: 'gateway.nginx.org/v1alpha1',
      kind: 'NginxGateway',
      metadata: { ...metadata, name: 'nginx-gateway-config' },
      spec: { logging: { level: 'info' } },
    },
    {
      apiVersion: 'gateway.nginx.org/v1alpha2',
      kind: 'NginxProxy',
      metadata: { ...metadata, name: 'nginx-gateway-proxy-config' },
      spec: {
        kubernetes: {
          deployment: {
            container: { image: { pullPolicy: 'IfNotPresent', repository: 'ghcr.io/nginx/nginx-gateway-fabric/nginx', tag: version } },
            replicas: 1,
          },
          service: { externalTrafficPolicy: serviceType === 'NodePort' ? 'Cluster' : 'Local', type: serviceType },
        },
      },
    },
  ]
    .map(toYaml)
    .join('---\n')
}
