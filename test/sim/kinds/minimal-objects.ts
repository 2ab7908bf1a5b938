import { writeRequest } from '../../../src/sim/formats/x509-writing'

/** For each kind the least that a server accepts, without apiVersion, kind and metadata. Keys are `plural.group`, or the plural alone. */
const pod = { containers: [{ name: 'c', image: 'nginx' }] }
const template = { metadata: { labels: { app: 'web' } }, spec: pod }
const selector = { matchLabels: { app: 'web' } }
const jobTemplate = { spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } } }
const webhook = {
  name: 'check.example.com',
  clientConfig: { url: 'https://example.com/check' },
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
}
const resourceRules = [{ apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'], operations: ['CREATE'] }]
const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' }
export const PEM_REQUEST = btoa(writeRequest({ subject: [['CN', 'jane']], key: 'ab', alternativeNames: [] }))

export const minimalObjects: Readonly<Record<string, { readonly name?: string; readonly body?: Readonly<Record<string, unknown>> }>> = {
  configmaps: {},
  endpoints: {},
  events: { body: { involvedObject: { namespace: 'default' } } },
  limitranges: {},
  namespaces: {},
  nodes: {},
  persistentvolumeclaims: { body: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } },
  persistentvolumes: { body: { spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/data' } } } },
  pods: { body: { spec: pod } },
  podtemplates: { body: { template } },
  replicationcontrollers: { body: { spec: { template } } },
  resourcequotas: {},
  secrets: {},
  serviceaccounts: {},
  services: { body: { spec: { ports: [{ port: 80 }] } } },
  'mutatingadmissionpolicies.admissionregistration.k8s.io': {
    body: { spec: { matchConstraints: { resourceRules }, mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[]' } }] } },
  },
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': { body: { spec: { policyName: 'p' } } },
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': { body: { webhooks: [webhook] } },
  'validatingadmissionpolicies.admissionregistration.k8s.io': {
    body: { spec: { matchConstraints: { resourceRules }, validations: [{ expression: 'true' }] } },
  },
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': { body: { spec: { policyName: 'p', validationActions: ['Deny'] } } },
  'validatingwebhookconfigurations.admissionregistration.k8s.io': { body: { webhooks: [webhook] } },
  'customresourcedefinitions.apiextensions.k8s.io': {
    name: 'crontabs.stable.example.com',
    body: {
      spec: {
        group: 'stable.example.com',
        scope: 'Namespaced',
        names: { plural: 'crontabs', kind: 'CronTab' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    },
  },
  'apiservices.apiregistration.k8s.io': {
    name: 'v1.apps',
    body: { spec: { group: 'apps', version: 'v1', groupPriorityMinimum: 17800, versionPriority: 15 } },
  },
  'controllerrevisions.apps': { body: { data: {}, revision: 1 } },
  'daemonsets.apps': { body: { spec: { selector, template } } },
  'deployments.apps': { body: { spec: { selector, template } } },
  'replicasets.apps': { body: { spec: { selector, template } } },
  'statefulsets.apps': { body: { spec: { selector, template } } },
  'horizontalpodautoscalers.autoscaling': {
    body: { spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } } },
  },
  'cronjobs.batch': { body: { spec: { schedule: '*/5 * * * *', jobTemplate } } },
  'jobs.batch': { body: jobTemplate },
  'certificatesigningrequests.certificates.k8s.io': {
    body: { spec: { request: PEM_REQUEST, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] } },
  },
  'leases.coordination.k8s.io': {},
  'endpointslices.discovery.k8s.io': { body: { addressType: 'IPv4', endpoints: [{ addresses: ['10.1.2.3'] }] } },
  'events.events.k8s.io': { body: { regarding: { namespace: 'default' } } },
  'flowschemas.flowcontrol.apiserver.k8s.io': { body: { spec: { priorityLevelConfiguration: { name: 'global-default' } } } },
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': {
    body: { spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } } },
  },
  'ingressclasses.networking.k8s.io': { body: { spec: { controller: 'example.com/ingress' } } },
  'ingresses.networking.k8s.io': { body: { spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } } } },
  'ipaddresses.networking.k8s.io': {
    name: '10.96.0.1',
    body: { spec: { parentRef: { resource: 'services', namespace: 'default', name: 'kubernetes' } } },
  },
  'networkpolicies.networking.k8s.io': { body: { spec: { podSelector: {} } } },
  'servicecidrs.networking.k8s.io': { body: { spec: { cidrs: ['10.96.0.0/12'] } } },
  'runtimeclasses.node.k8s.io': { body: { handler: 'runc' } },
  'poddisruptionbudgets.policy': {},
  'clusterrolebindings.rbac.authorization.k8s.io': { body: { roleRef } },
  'clusterroles.rbac.authorization.k8s.io': {},
  'rolebindings.rbac.authorization.k8s.io': { body: { roleRef } },
  'roles.rbac.authorization.k8s.io': {},
  'deviceclasses.resource.k8s.io': { body: { spec: {} } },
  'resourceclaims.resource.k8s.io': { body: { spec: {} } },
  'resourceclaimtemplates.resource.k8s.io': { body: { spec: { spec: {} } } },
  'resourceslices.resource.k8s.io': {
    body: { spec: { driver: 'gpu.example.com', nodeName: 'node01', pool: { name: 'node01', generation: 1, resourceSliceCount: 1 } } },
  },
  'priorityclasses.scheduling.k8s.io': { body: { value: 1000 } },
  'csidrivers.storage.k8s.io': { body: { spec: {} } },
  'csinodes.storage.k8s.io': { body: { spec: { drivers: [] } } },
  'csistoragecapacities.storage.k8s.io': { body: { storageClassName: 'fast' } },
  'storageclasses.storage.k8s.io': { body: { provisioner: 'example.com/disk' } },
  'volumeattachments.storage.k8s.io': {
    body: { spec: { attacher: 'example.com/disk', nodeName: 'node01', source: { persistentVolumeName: 'pv' } } },
  },
  'volumeattributesclasses.storage.k8s.io': { body: { driverName: 'example.com/disk', parameters: { iops: '1000' } } },
}
