import type { AddonManifest } from './addon'
import { gatewayFabricVersions, ingressNginxVersions } from '../node/images/ingress'
import { gatewayApiManifest } from './gateway/crds'
import { gatewayFabricDefinitions, gatewayFabricManifest } from './gateway/manifest'
import { gatewayApiVersions } from './gateway/versions'
import { ingressNginxManifest } from './ingress-nginx/manifest'

const account = (name: string, namespace: string) => `apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
  namespace: ${namespace}
---
`

const customResource = (kind: string, plural: string) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ${plural}.metallb.io
spec:
  group: metallb.io
  scope: Namespaced
  names:
    kind: ${kind}
    listKind: ${kind}List
    plural: ${plural}
    singular: ${kind.toLowerCase()}
  versions:
  - name: v1beta1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            x-kubernetes-preserve-unknown-fields: true
---
`

/** Manifests that switch add-ons on: `kubectl apply -f /etc/kubernetes/addons/…`. */
export const addonManifests: Readonly<Record<AddonManifest, string>> = {
  'cluster-autoscaler.yaml': `${account('cluster-autoscaler', 'kube-system')}apiVersion: apps/v1
kind: Deployment
metadata:
  name: cluster-autoscaler
  namespace: kube-system
  labels:
    app: cluster-autoscaler
spec:
  replicas: 1
  selector:
    matchLabels:
      app: cluster-autoscaler
  template:
    metadata:
      labels:
        app: cluster-autoscaler
    spec:
      priorityClassName: system-cluster-critical
      serviceAccountName: cluster-autoscaler
      nodeSelector:
        node-role.kubernetes.io/control-plane: ""
      tolerations:
      - key: node-role.kubernetes.io/control-plane
        effect: NoSchedule
      containers:
      - name: cluster-autoscaler
        image: registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0
        command:
        - ./cluster-autoscaler
        - --nodes=3:6:workers
        - --scale-down-unneeded-time=10m
        - --scale-down-delay-after-add=10m
        resources:
          requests:
            cpu: 100m
            memory: 100Mi
`,
  'metallb.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: metallb-system
  labels:
    pod-security.kubernetes.io/enforce: privileged
---
${customResource('IPAddressPool', 'ipaddresspools')}${customResource('L2Advertisement', 'l2advertisements')}${account('controller', 'metallb-system')}apiVersion: apps/v1
kind: Deployment
metadata:
  name: controller
  namespace: metallb-system
  labels:
    app: metallb
    component: controller
spec:
  selector:
    matchLabels:
      app: metallb
      component: controller
  template:
    metadata:
      labels:
        app: metallb
        component: controller
    spec:
      serviceAccountName: controller
      containers:
      - name: controller
        image: quay.io/metallb/controller:v0.15.2
        args:
        - --port=7472
`,
  'dra-example-driver.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: dra-tutorial
---
apiVersion: resource.k8s.io/v1
kind: DeviceClass
metadata:
  name: gpu.example.com
spec:
  selectors:
  - cel:
      expression: device.driver == 'gpu.example.com'
---
${account('dra-example-driver-service-account', 'dra-tutorial')}apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: dra-example-driver-role
rules:
- apiGroups: [resource.k8s.io]
  resources: [resourceclaims]
  verbs: [get]
- apiGroups: [""]
  resources: [nodes]
  verbs: [get]
- apiGroups: [resource.k8s.io]
  resources: [resourceslices]
  verbs: [get, list, watch, create, update, patch, delete]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: dra-example-driver-role-binding
subjects:
- kind: ServiceAccount
  name: dra-example-driver-service-account
  namespace: dra-tutorial
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: dra-example-driver-role
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata:
  name: dra-driver-high-priority
value: 1000000
globalDefault: false
description: For the pods of device drivers, which others need.
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: dra-example-driver-kubeletplugin
  namespace: dra-tutorial
  labels:
    app.kubernetes.io/name: dra-example-driver
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: dra-example-driver
  template:
    metadata:
      labels:
        app.kubernetes.io/name: dra-example-driver
    spec:
      priorityClassName: dra-driver-high-priority
      serviceAccountName: dra-example-driver-service-account
      containers:
      - name: plugin
        image: registry.k8s.io/dra-example-driver/dra-example-driver:v0.2.0
        command: [dra-example-kubeletplugin]
        securityContext:
          privileged: true
        env:
        - name: NODE_NAME
          valueFrom:
            fieldRef:
              fieldPath: spec.nodeName
        - name: NUM_DEVICES
          value: "9"
        volumeMounts:
        - name: plugins-registry
          mountPath: /var/lib/kubelet/plugins_registry
        - name: plugins
          mountPath: /var/lib/kubelet/plugins
        - name: cdi
          mountPath: /var/run/cdi
      volumes:
      - name: plugins-registry
        hostPath:
          path: /var/lib/kubelet/plugins_registry
      - name: plugins
        hostPath:
          path: /var/lib/kubelet/plugins
      - name: cdi
        hostPath:
          path: /var/run/cdi
`,
  'ingress-nginx.yaml': ingressNginxManifest('baremetal', ingressNginxVersions[0]),
  get 'gateway-api.yaml'() {
    return gatewayApiManifest(gatewayApiVersions[0])
  },
  get 'nginx-gateway-fabric-crds.yaml'() {
    return gatewayFabricDefinitions()
  },
  get 'nginx-gateway-fabric.yaml'() {
    return gatewayFabricManifest(gatewayFabricVersions[0], 'NodePort')
  },
  'metallb-pool.yaml': `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: first-pool
  namespace: metallb-system
spec:
  addresses:
  - 172.30.255.200-172.30.255.250
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata:
  name: first
  namespace: metallb-system
`,
  'metrics-adapter.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: custom-metrics
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: external-metrics
  namespace: custom-metrics
data: {}
---
${account('metrics-adapter', 'custom-metrics')}apiVersion: apps/v1
kind: Deployment
metadata:
  name: metrics-adapter
  namespace: custom-metrics
  labels:
    app: metrics-adapter
spec:
  selector:
    matchLabels:
      app: metrics-adapter
  template:
    metadata:
      labels:
        app: metrics-adapter
    spec:
      serviceAccountName: metrics-adapter
      containers:
      - name: metrics-adapter
        image: tabernetes/metrics-adapter:v1
---
apiVersion: v1
kind: Service
metadata:
  name: metrics-adapter
  namespace: custom-metrics
spec:
  selector:
    app: metrics-adapter
  ports:
  - name: https
    port: 443
    targetPort: 6443
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1beta2.custom.metrics.k8s.io
spec:
  group: custom.metrics.k8s.io
  version: v1beta2
  groupPriorityMinimum: 100
  versionPriority: 200
  insecureSkipTLSVerify: true
  service:
    name: metrics-adapter
    namespace: custom-metrics
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1beta1.custom.metrics.k8s.io
spec:
  group: custom.metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  insecureSkipTLSVerify: true
  service:
    name: metrics-adapter
    namespace: custom-metrics
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1beta1.external.metrics.k8s.io
spec:
  group: external.metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  insecureSkipTLSVerify: true
  service:
    name: metrics-adapter
    namespace: custom-metrics
`,
  // As artifacts/example of k8s.io/sample-apiserver has it.
  'sample-apiserver.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: wardle
---
${account('apiserver', 'wardle')}apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: wardle:system:auth-delegator
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: system:auth-delegator
subjects:
- kind: ServiceAccount
  name: apiserver
  namespace: wardle
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: wardle-auth-reader
  namespace: kube-system
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: extension-apiserver-authentication-reader
subjects:
- kind: ServiceAccount
  name: apiserver
  namespace: wardle
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: wardle-server
  namespace: wardle
  labels:
    apiserver: "true"
spec:
  replicas: 1
  selector:
    matchLabels:
      apiserver: "true"
  template:
    metadata:
      labels:
        apiserver: "true"
    spec:
      serviceAccountName: apiserver
      containers:
      - name: wardle-server
        image: registry.k8s.io/e2e-test-images/sample-apiserver:1.29.2
        args:
        - --etcd-servers=http://localhost:2379
        readinessProbe:
          httpGet:
            scheme: HTTPS
            port: 443
            path: /readyz
          initialDelaySeconds: 5
          periodSeconds: 5
      - name: etcd
        image: gcr.io/etcd-development/etcd:v3.5.9
---
apiVersion: v1
kind: Service
metadata:
  name: api
  namespace: wardle
spec:
  selector:
    apiserver: "true"
  ports:
  - port: 443
    protocol: TCP
    targetPort: 443
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1alpha1.wardle.example.com
spec:
  insecureSkipTLSVerify: true
  group: wardle.example.com
  groupPriorityMinimum: 1000
  versionPriority: 15
  service:
    name: api
    namespace: wardle
  version: v1alpha1
`,
}
