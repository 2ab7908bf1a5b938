/** For which sort of cluster a manifest is: a load balancer before it, ports of the nodes, or ports of the hosts that it runs on. */
export type Provider = 'cloud' | 'baremetal' | 'kind'

const APP = 'ingress-nginx'

const indented = (text: string, by: number) => text.replace(/^(?=.)/gm, ' '.repeat(by))

const labels = (version: string, component?: string) =>
  `labels:
  ${component ? `app.kubernetes.io/component: ${component}\n  ` : ''}app.kubernetes.io/instance: ${APP}
  app.kubernetes.io/name: ${APP}
  app.kubernetes.io/part-of: ${APP}
  app.kubernetes.io/version: ${version}`

const metadata = (name: string, version: string, component?: string, namespaced = true) =>
  `metadata:
${indented(labels(version, component), 2)}
  name: ${name}${namespaced ? `\n  namespace: ${APP}` : ''}`

const rule = (group: string, resources: string, verbs: string) => `- apiGroups: [${group || '""'}]
  resources: [${resources}]
  verbs: [${verbs}]
`
const NETWORKING = 'networking.k8s.io'
const COORDINATION = 'coordination.k8s.io'
const READ = 'get, list, watch'

const own = (version: string) => `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
${metadata(APP, version, 'controller')}
rules:
${rule('', 'namespaces', 'get')}${rule('', 'configmaps, pods, secrets, endpoints', READ)}${rule('', 'services', READ)}${rule(NETWORKING, 'ingresses', READ)}${rule(NETWORKING, 'ingresses/status', 'update')}${rule(NETWORKING, 'ingressclasses', READ)}- apiGroups: [${COORDINATION}]
  resourceNames: [ingress-nginx-leader]
  resources: [leases]
  verbs: [get, update]
${rule(COORDINATION, 'leases', 'create')}${rule('', 'events', 'create, patch')}${rule('discovery.k8s.io', 'endpointslices', 'list, watch, get')}---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
${metadata(APP, version, undefined, false)}
rules:
${rule('', 'configmaps, endpoints, nodes, pods, secrets, namespaces', 'list, watch')}${rule(COORDINATION, 'leases', 'list, watch')}${rule('', 'nodes', 'get')}${rule('', 'services', READ)}${rule(NETWORKING, 'ingresses', READ)}${rule('', 'events', 'create, patch')}${rule(NETWORKING, 'ingresses/status', 'update')}${rule(NETWORKING, 'ingressclasses', READ)}${rule('discovery.k8s.io', 'endpointslices', 'list, watch, get')}`

const binding = (kind: 'Role' | 'ClusterRole', version: string) => `apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}Binding
${metadata(APP, version, kind === 'Role' ? 'controller' : undefined, kind === 'Role')}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ${kind}
  name: ${APP}
subjects:
- kind: ServiceAccount
  name: ${APP}
  namespace: ${APP}
`

const selector = `app.kubernetes.io/component: controller
app.kubernetes.io/instance: ${APP}
app.kubernetes.io/name: ${APP}`

const service = (provider: Provider, version: string) => `apiVersion: v1
kind: Service
${metadata('ingress-nginx-controller', version, 'controller')}
spec:
${provider === 'cloud' ? '  externalTrafficPolicy: Local\n' : ''}  ipFamilies:
  - IPv4
  ipFamilyPolicy: SingleStack
  ports:
  - appProtocol: http
    name: http
    port: 80
    protocol: TCP
    targetPort: http
  - appProtocol: https
    name: https
    port: 443
    protocol: TCP
    targetPort: https
  selector:
${indented(selector, 4)}
  type: ${provider === 'cloud' ? 'LoadBalancer' : 'NodePort'}
`

const probe = (name: string, failures: number) => `${name}:
  failureThreshold: ${failures}
  httpGet:
    path: /healthz
    port: 10254
    scheme: HTTP
  initialDelaySeconds: 10
  periodSeconds: 10
  successThreshold: 1
  timeoutSeconds: 1
`

const flags: Readonly<Record<Provider, readonly string[]>> = {
  cloud: ['--publish-service=$(POD_NAMESPACE)/ingress-nginx-controller'],
  baremetal: [],
  kind: ['--watch-ingress-without-class=true', '--publish-status-address=localhost'],
}

const port = (number: number, name: string, provider: Provider) =>
  `- containerPort: ${number}\n${provider === 'kind' ? `  hostPort: ${number}\n` : ''}  name: ${name}\n  protocol: TCP\n`

const container = (provider: Provider, version: string) => `- args:
  - /nginx-ingress-controller
  - --election-id=ingress-nginx-leader
  - --controller-class=k8s.io/ingress-nginx
  - --ingress-class=nginx
  - --configmap=$(POD_NAMESPACE)/ingress-nginx-controller
${flags[provider].map((flag) => `  - ${flag}\n`).join('')}  env:
  - name: POD_NAME
    valueFrom:
      fieldRef:
        fieldPath: metadata.name
  - name: POD_NAMESPACE
    valueFrom:
      fieldRef:
        fieldPath: metadata.namespace
  - name: LD_PRELOAD
    value: /usr/local/lib/libmimalloc.so
  image: registry.k8s.io/ingress-nginx/controller:v${version}
  imagePullPolicy: IfNotPresent
  lifecycle:
    preStop:
      exec:
        command:
        - /wait-shutdown
${indented(probe('livenessProbe', 5), 2)}  name: controller
  ports:
${indented(port(80, 'http', provider) + port(443, 'https', provider), 2)}${indented(probe('readinessProbe', 3), 2)}  resources:
    requests:
      cpu: 100m
      memory: 90Mi
  securityContext:
    allowPrivilegeEscalation: false
    capabilities:
      add:
      - NET_BIND_SERVICE
      drop:
      - ALL
    readOnlyRootFilesystem: false
    runAsGroup: 82
    runAsNonRoot: true
    runAsUser: 101
    seccompProfile:
      type: RuntimeDefault
`

const deployment = (provider: Provider, version: string) => `apiVersion: apps/v1
kind: Deployment
${metadata('ingress-nginx-controller', version, 'controller')}
spec:
  minReadySeconds: 0
  revisionHistoryLimit: 10
  selector:
    matchLabels:
${indented(selector, 6)}
${provider === 'cloud' ? '' : '  strategy:\n    rollingUpdate:\n      maxUnavailable: 1\n    type: RollingUpdate\n'}  template:
    metadata:
${indented(labels(version, 'controller'), 6)}
    spec:
      automountServiceAccountToken: true
      containers:
${indented(container(provider, version), 6)}      dnsPolicy: ClusterFirst
      nodeSelector:
        kubernetes.io/os: linux
      serviceAccountName: ${APP}
      terminationGracePeriodSeconds: ${provider === 'kind' ? 0 : 300}
${provider === 'kind' ? '      tolerations:\n      - effect: NoSchedule\n        key: node-role.kubernetes.io/master\n        operator: Equal\n      - effect: NoSchedule\n        key: node-role.kubernetes.io/control-plane\n        operator: Equal\n' : ''}`

/** What `deploy.yaml` of a version installs for a sort of cluster, without the admission webhook and its Jobs. */
export const ingressNginxManifest = (provider: Provider, version: string): string =>
  [
    `apiVersion: v1
kind: Namespace
metadata:
  labels:
    app.kubernetes.io/instance: ${APP}
    app.kubernetes.io/name: ${APP}
  name: ${APP}
`,
    `apiVersion: v1
automountServiceAccountToken: true
kind: ServiceAccount
${metadata(APP, version, 'controller')}
`,
    own(version),
    binding('Role', version),
    binding('ClusterRole', version),
    `apiVersion: v1
data: null
kind: ConfigMap
${metadata('ingress-nginx-controller', version, 'controller')}
`,
    service(provider, version),
    deployment(provider, version),
    `apiVersion: ${NETWORKING}/v1
kind: IngressClass
${metadata('nginx', version, 'controller', false)}
spec:
  controller: k8s.io/ingress-nginx
`,
  ].join('---\n')
