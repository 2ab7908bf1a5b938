import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from '../types/rbac-v1.gen'

/*
 * The roles that every cluster is born with, and those that kubeadm adds: see "Default roles and role bindings" in the RBAC documentation.
 * A rule is written `verbs groups resources [names]`, comma-separated words each; the core group is written `core`.
 */

const READ = 'get,list,watch'
const WRITE = 'create,delete,deletecollection,patch,update'

function rule(text: string): PolicyRule {
  const [verbs = '', groups = '', resources = '', names] = text.split(' ')
  const list = (words: string) => words.split(',')
  if (groups === 'URL') return { verbs: list(verbs), nonResourceURLs: list(resources) }
  return {
    verbs: list(verbs),
    apiGroups: list(groups).map((group) => (group === 'core' ? '' : group)),
    resources: list(resources),
    ...(names && { resourceNames: list(names) }),
  }
}

const rules = (...texts: readonly string[]) => texts.map(rule)

const AUTHORIZATION = 'authorization.k8s.io'
const EVENTS = 'create,patch,update core,events.k8s.io events'

const WORKLOADS = [
  'apps daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale',
  'autoscaling horizontalpodautoscalers',
  'batch cronjobs,jobs',
  'extensions daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale',
  'policy poddisruptionbudgets',
  'networking.k8s.io ingresses,networkpolicies',
]

const VIEWED = [
  'core configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status',
  'core bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status',
  'core namespaces',
  'discovery.k8s.io endpointslices',
  'apps controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status',
  'autoscaling horizontalpodautoscalers,horizontalpodautoscalers/status',
  'batch cronjobs,cronjobs/status,jobs,jobs/status',
  'extensions daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale',
  'policy poddisruptionbudgets,poddisruptionbudgets/status',
  'networking.k8s.io ingresses,ingresses/status,networkpolicies',
  'resource.k8s.io resourceclaims,resourceclaims/status,resourceclaimtemplates',
]

const toView = rules(...VIEWED.map((what) => `${READ} ${what}`))
const toEdit = rules(
  `${READ} core pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy`,
  'impersonate core serviceaccounts',
  `${WRITE} core pods,pods/attach,pods/exec,pods/portforward,pods/proxy`,
  'create core pods/eviction',
  `${WRITE} core configmaps,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy`,
  'create core serviceaccounts/token',
  ...WORKLOADS.map((what) => `${WRITE} ${what}`),
  `${READ},${WRITE} coordination.k8s.io leases`,
  `${WRITE} resource.k8s.io resourceclaims,resourceclaimtemplates`,
)
const toAdmin = rules(
  `create ${AUTHORIZATION} localsubjectaccessreviews`,
  `create,delete,deletecollection,get,list,patch,update,watch rbac.authorization.k8s.io rolebindings,roles`,
)

/** What a node may do besides reading what its Pods refer to. Bound to nobody: the Node authoriser asks these rules itself. */
export const NODE_RULES: readonly PolicyRule[] = rules(
  'create authentication.k8s.io tokenreviews',
  `create ${AUTHORIZATION} localsubjectaccessreviews,subjectaccessreviews`,
  `${READ} core services`,
  `create,${READ} core nodes`,
  'patch,update core nodes/status',
  'patch,update core nodes',
  EVENTS,
  `${READ} core pods`,
  'create,delete core pods',
  'patch,update core pods/status',
  'create core pods/eviction',
  `${READ} core configmaps,secrets`,
  'get core persistentvolumeclaims,persistentvolumes',
  'get core endpoints',
  'create,get,list,watch certificates.k8s.io certificatesigningrequests',
  'create,delete,get,patch,update coordination.k8s.io leases',
  'get storage.k8s.io volumeattachments',
  'create core serviceaccounts/token',
  'get,patch,update core persistentvolumeclaims/status',
  `${READ} storage.k8s.io csidrivers`,
  'create,delete,get,patch,update storage.k8s.io csinodes',
  `${READ} node.k8s.io runtimeclasses`,
  'get resource.k8s.io resourceclaims',
  `deletecollection,${READ},create,update,patch,delete resource.k8s.io resourceslices`,
)

interface RoleRow {
  readonly name: string
  readonly rules: readonly PolicyRule[]
  readonly labels?: Readonly<Record<string, string>>
  readonly aggregates?: string
}

const toward = (name: string) => ({ [`rbac.authorization.k8s.io/aggregate-to-${name}`]: 'true' })

const CLUSTER_ROLES: readonly RoleRow[] = [
  { name: 'cluster-admin', rules: rules('* * *', '* URL *') },
  {
    name: 'system:discovery',
    rules: rules('get URL /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/'),
  },
  { name: 'system:public-info-viewer', rules: rules('get URL /healthz,/livez,/readyz,/version,/version/') },
  { name: 'system:monitoring', rules: rules('get URL /healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*') },
  {
    name: 'system:basic-user',
    rules: rules(
      `create ${AUTHORIZATION} selfsubjectaccessreviews,selfsubjectrulesreviews`,
      'create authentication.k8s.io selfsubjectreviews',
    ),
  },
  // Aggregated roles: a controller keeps their rules up to date; these are what it arrives at in a fresh cluster.
  { name: 'admin', rules: [...toAdmin, ...toEdit, ...toView], aggregates: 'admin' },
  { name: 'edit', rules: [...toEdit, ...toView], aggregates: 'edit', labels: toward('admin') },
  { name: 'view', rules: toView, aggregates: 'view', labels: toward('edit') },
  { name: 'system:aggregate-to-admin', rules: toAdmin, labels: toward('admin') },
  { name: 'system:aggregate-to-edit', rules: toEdit, labels: toward('edit') },
  { name: 'system:aggregate-to-view', rules: toView, labels: toward('view') },
  { name: 'system:heapster', rules: rules(`${READ} core events,namespaces,nodes,pods`, `${READ} extensions deployments`) },
  { name: 'system:node', rules: NODE_RULES },
  { name: 'system:node-problem-detector', rules: rules('get core nodes', 'patch core nodes/status', EVENTS) },
  {
    name: 'system:kubelet-api-admin',
    rules: rules(`${READ} core nodes`, '* core nodes', '* core nodes/log,nodes/metrics,nodes/proxy,nodes/stats'),
  },
  { name: 'system:node-bootstrapper', rules: rules('create,get,list,watch certificates.k8s.io certificatesigningrequests') },
  {
    name: 'system:auth-delegator',
    rules: rules('create authentication.k8s.io tokenreviews', `create ${AUTHORIZATION} subjectaccessreviews`),
  },
  { name: 'system:kube-aggregator', rules: rules(`${READ} core endpoints,services`) },
  {
    name: 'system:kube-controller-manager',
    rules: rules(
      EVENTS,
      'create,get,update coordination.k8s.io leases',
      'get,update coordination.k8s.io leases kube-controller-manager',
      'create core secrets,serviceaccounts',
      'delete core secrets',
      'get core configmaps,namespaces,secrets,serviceaccounts',
      'update core secrets,serviceaccounts',
      'create authentication.k8s.io tokenreviews',
      `create ${AUTHORIZATION} subjectaccessreviews`,
      'list,watch * *',
      'create core serviceaccounts/token',
    ),
  },
  { name: 'system:kube-dns', rules: rules('list,watch core endpoints,services') },
  { name: 'system:persistent-volume-provisioner', rules: rules(`create,delete,${READ} core persistentvolumes`, `${READ},update core persistentvolumeclaims`, `${READ} storage.k8s.io storageclasses`, `watch core events`, EVENTS) }, // prettier-ignore
  ...[
    'kube-apiserver-client-approver',
    'kube-apiserver-client-kubelet-approver',
    'kubelet-serving-approver',
    'legacy-unknown-approver',
  ].map((name) => ({
    name: `system:certificates.k8s.io:${name}`,
    rules: rules(`approve certificates.k8s.io signers kubernetes.io/${name.replace('-approver', '')}`),
  })),
  ...['nodeclient', 'selfnodeclient'].map((name) => ({
    name: `system:certificates.k8s.io:certificatesigningrequests:${name}`,
    rules: rules(`create certificates.k8s.io certificatesigningrequests/${name}`),
  })),
  { name: 'system:node-proxier', rules: rules('list,watch core endpoints,services', `${READ} core nodes`, EVENTS, 'list,watch discovery.k8s.io endpointslices', 'list,watch networking.k8s.io servicecidrs') }, // prettier-ignore
  {
    name: 'system:kube-scheduler',
    rules: rules(
      EVENTS,
      'create coordination.k8s.io leases',
      'get,update coordination.k8s.io leases kube-scheduler',
      `${READ} core nodes`,
      `delete,${READ} core pods`,
      'create core bindings,pods/binding',
      'patch,update core pods/status',
      `${READ} core replicationcontrollers,services`,
      `${READ} apps,extensions replicasets`,
      `${READ} apps statefulsets`,
      `${READ} policy poddisruptionbudgets`,
      `${READ} core persistentvolumeclaims,persistentvolumes`,
      'create authentication.k8s.io tokenreviews',
      `create ${AUTHORIZATION} subjectaccessreviews`,
      `${READ} storage.k8s.io csinodes`,
      `${READ} core namespaces`,
      `${READ} storage.k8s.io csidrivers`,
      `${READ} storage.k8s.io csistoragecapacities`,
      `${READ} resource.k8s.io deviceclasses,devicetaintrules,resourceclaims,resourceslices`,
      'patch,update resource.k8s.io resourceclaims,resourceclaims/status',
    ),
  },
  { name: 'system:volume-scheduler', rules: rules(`${READ},patch,update core persistentvolumes`, `${READ} storage.k8s.io storageclasses`, `${READ},patch,update core persistentvolumeclaims`) }, // prettier-ignore
  { name: 'system:service-account-issuer-discovery', rules: rules('get URL /.well-known/openid-configuration,/.well-known/openid-configuration/,/openid/v1/jwks,/openid/v1/jwks/') }, // prettier-ignore
  { name: 'kubeadm:get-nodes', rules: rules('get core nodes') },
]

/** Controllers of kube-controller-manager and what each may do, as `system:controller:{name}`. */
const CONTROLLERS: Readonly<Record<string, readonly string[]>> = {
  'attachdetach-controller': ['list,watch core persistentvolumeclaims,persistentvolumes', `${READ} core nodes`, 'patch,update core nodes/status', 'list,watch core pods', `${READ} storage.k8s.io csidrivers,csinodes`, `create,delete,${READ},patch storage.k8s.io volumeattachments`], // prettier-ignore
  'certificate-controller': ['delete,get,list,watch certificates.k8s.io certificatesigningrequests', 'update certificates.k8s.io certificatesigningrequests/approval,certificatesigningrequests/status', 'approve certificates.k8s.io signers kubernetes.io/kube-apiserver-client-kubelet', 'sign certificates.k8s.io signers kubernetes.io/kube-apiserver-client,kubernetes.io/kube-apiserver-client-kubelet,kubernetes.io/kubelet-serving,kubernetes.io/legacy-unknown', `create ${AUTHORIZATION} subjectaccessreviews`], // prettier-ignore
  'clusterrole-aggregation-controller': [`escalate,${READ},patch,update rbac.authorization.k8s.io clusterroles`],
  'cronjob-controller': [`${READ},update batch cronjobs`, `create,delete,${READ},patch,update batch jobs`, 'update batch cronjobs/status', 'update batch cronjobs/finalizers', 'delete,list core pods'], // prettier-ignore
  'daemon-set-controller': [`${READ} apps,extensions daemonsets`, 'update apps,extensions daemonsets/status', 'update apps,extensions daemonsets/finalizers', 'list,watch core nodes', 'create,delete,list,patch,watch core pods', 'create core pods/binding', `create,delete,${READ},patch,update apps controllerrevisions`], // prettier-ignore
  'deployment-controller': [`${READ},update apps,extensions deployments`, 'update apps,extensions deployments/status', 'update apps,extensions deployments/finalizers', `create,delete,${READ},patch,update apps,extensions replicasets`, `${READ},update core pods`], // prettier-ignore
  'device-taint-eviction-controller': ['delete,get,list,watch core pods', 'patch core pods/status', `${READ} resource.k8s.io deviceclasses,devicetaintrules,resourceclaims,resourceslices`, 'patch,update resource.k8s.io devicetaintrules/status'], // prettier-ignore
  'disruption-controller': [`${READ} apps,extensions deployments`, `${READ} apps,extensions replicasets`, `${READ} core replicationcontrollers`, `${READ} policy poddisruptionbudgets`, `${READ} apps statefulsets`, 'update policy poddisruptionbudgets/status', 'patch,update core pods/status', 'get * */scale'], // prettier-ignore
  'endpoint-controller': [`${READ} core pods,services`, `create,delete,${READ},update core endpoints`, 'create core endpoints/restricted'],
  'endpointslice-controller': [`${READ} core nodes,pods,services`, 'update core services/finalizers', `create,delete,${READ},update discovery.k8s.io endpointslices`], // prettier-ignore
  'endpointslicemirroring-controller': [`${READ} core endpoints,services`, 'update core services/finalizers', 'update core endpoints/finalizers', `create,delete,${READ},update discovery.k8s.io endpointslices`], // prettier-ignore
  'ephemeral-volume-controller': [`${READ} core pods`, 'update core pods/finalizers', `create,${READ} core persistentvolumeclaims`],
  'expand-controller': [`${READ},patch,update core persistentvolumes`, 'patch,update core persistentvolumeclaims/status', `${READ} core persistentvolumeclaims`, 'get core endpoints,services'], // prettier-ignore
  'generic-garbage-collector': [`delete,${READ},patch,update * *`],
  'horizontal-pod-autoscaler': [`${READ} autoscaling horizontalpodautoscalers`, 'update autoscaling horizontalpodautoscalers/status', 'get,update * */scale', 'list core pods', 'list metrics.k8s.io pods', 'get,list custom.metrics.k8s.io *', 'get,list external.metrics.k8s.io *'], // prettier-ignore
  'job-controller': [`${READ},patch,update batch jobs`, 'update batch jobs/status', 'update batch jobs/finalizers', 'create,delete,list,patch,watch core pods'], // prettier-ignore
  'legacy-service-account-token-cleaner': ['get core configmaps kube-apiserver-legacy-service-account-token-tracking', 'delete,patch core secrets'], // prettier-ignore
  'namespace-controller': [`delete,${READ} core namespaces`, 'update core namespaces/finalize,namespaces/status', 'delete,deletecollection,get,list * *'], // prettier-ignore
  'node-controller': [`delete,${READ},patch,update core nodes`, 'patch,update core nodes/status', 'patch,update core pods/status', 'delete,list core pods', `${READ} core pods`, `create,${READ},update networking.k8s.io servicecidrs`], // prettier-ignore
  'persistent-volume-binder': [`create,delete,${READ},update core persistentvolumes`, 'update core persistentvolumes/status', `${READ},update core persistentvolumeclaims`, 'update core persistentvolumeclaims/status', `create,delete,${READ} core pods`, `${READ} storage.k8s.io storageclasses`, 'create,delete,get,update core endpoints,services', 'get,list core secrets', `${READ} core nodes`], // prettier-ignore
  'pod-garbage-collector': ['delete,list,watch core pods', 'get,list core nodes', 'patch core pods/status'],
  'pv-protection-controller': [`${READ},update core persistentvolumes`],
  'pvc-protection-controller': [
    `${READ},update core persistentvolumeclaims`,
    `${READ} core pods`,
    'update core persistentvolumeclaims/status',
  ],
  'replicaset-controller': [`${READ},update apps,extensions replicasets`, 'update apps,extensions replicasets/status', 'update apps,extensions replicasets/finalizers', 'create,delete,list,patch,watch core pods'], // prettier-ignore
  'replication-controller': [`${READ},update core replicationcontrollers`, 'update core replicationcontrollers/status', 'update core replicationcontrollers/finalizers', 'create,delete,list,patch,watch core pods'], // prettier-ignore
  'resource-claim-controller': [`${READ} core pods`, 'update core pods/finalizers', `create,delete,${READ} resource.k8s.io resourceclaims`, 'patch,update resource.k8s.io resourceclaims,resourceclaims/status', 'patch,update core pods/status'], // prettier-ignore
  'resourcequota-controller': ['list,watch * *', 'update core resourcequotas/status'],
  'root-ca-cert-publisher': ['create,update core configmaps'],
  'route-controller': ['list,watch core nodes', 'patch core nodes/status'],
  'selinux-warning-controller': [`${READ} core persistentvolumeclaims,persistentvolumes,pods`, `${READ} storage.k8s.io csidrivers`],
  'service-account-controller': ['create core serviceaccounts'],
  'service-cidrs-controller': [`${READ},patch,update networking.k8s.io servicecidrs`, 'patch,update networking.k8s.io servicecidrs/finalizers', 'patch,update networking.k8s.io servicecidrs/status', `${READ} networking.k8s.io ipaddresses`], // prettier-ignore
  'service-controller': [`${READ} core services`, 'patch,update core services/status', 'list,watch core nodes'],
  'statefulset-controller': ['list,watch core pods', `${READ} apps statefulsets`, 'update apps statefulsets/status', 'update apps statefulsets/finalizers', 'update core pods/finalizers', 'create,delete,get,patch,update core pods', `create,delete,${READ},patch,update apps controllerrevisions`, 'create,get core persistentvolumeclaims', 'delete,update core persistentvolumeclaims'], // prettier-ignore
  'taint-eviction-controller': ['delete,get,list,watch core pods', `${READ} core nodes`, 'patch core pods/status'],
  'ttl-after-finished-controller': [`delete,${READ} batch jobs`],
  'ttl-controller': ['list,patch,update,watch core nodes'],
  'validatingadmissionpolicy-status-controller': [`${READ} admissionregistration.k8s.io validatingadmissionpolicies`, 'get,patch,update admissionregistration.k8s.io validatingadmissionpolicies/status'], // prettier-ignore
  'volumeattributesclass-protection-controller': [`${READ},update storage.k8s.io volumeattributesclasses`, `${READ} core persistentvolumeclaims,persistentvolumes`], // prettier-ignore
}

const group = (name: string): Subject => ({ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name })
const user = (name: string): Subject => ({ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name })
const account = (name: string, namespace = 'kube-system'): Subject => ({ kind: 'ServiceAccount', name, namespace })

const CLUSTER_BINDINGS: readonly (readonly [name: string, role: string, ...subjects: Subject[]])[] = [
  ['cluster-admin', 'cluster-admin', group('system:masters')],
  ['system:monitoring', 'system:monitoring', group('system:monitoring')],
  ['system:discovery', 'system:discovery', group('system:authenticated')],
  ['system:basic-user', 'system:basic-user', group('system:authenticated')],
  ['system:public-info-viewer', 'system:public-info-viewer', group('system:authenticated'), group('system:unauthenticated')],
  ['system:node-proxier', 'system:node-proxier', user('system:kube-proxy')],
  ['system:kube-controller-manager', 'system:kube-controller-manager', user('system:kube-controller-manager')],
  ['system:kube-dns', 'system:kube-dns', account('kube-dns')],
  ['system:kube-scheduler', 'system:kube-scheduler', user('system:kube-scheduler')],
  ['system:volume-scheduler', 'system:volume-scheduler', user('system:kube-scheduler')],
  ['system:node', 'system:node'],
  ['system:service-account-issuer-discovery', 'system:service-account-issuer-discovery', group('system:serviceaccounts')],
  ['kubeadm:cluster-admins', 'cluster-admin', group('kubeadm:cluster-admins')],
  ['kubeadm:get-nodes', 'kubeadm:get-nodes', group('system:bootstrappers:kubeadm:default-node-token')],
  ['kubeadm:kubelet-bootstrap', 'system:node-bootstrapper', group('system:bootstrappers:kubeadm:default-node-token')],
  ['kubeadm:node-autoapprove-bootstrap', 'system:certificates.k8s.io:certificatesigningrequests:nodeclient', group('system:bootstrappers:kubeadm:default-node-token')], // prettier-ignore
  ['kubeadm:node-autoapprove-certificate-rotation', 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient', group('system:nodes')], // prettier-ignore
  ['kubeadm:node-proxier', 'system:node-proxier', account('kube-proxy')],
  ...Object.keys(CONTROLLERS).map((name) => [`system:controller:${name}`, `system:controller:${name}`, account(name)] as const),
]

const ROLES: readonly (readonly [namespace: string, name: string, rules: readonly PolicyRule[]])[] = [
  ['kube-system', 'extension-apiserver-authentication-reader', rules(`${READ} core configmaps extension-apiserver-authentication`)],
  ['kube-system', 'system::leader-locking-kube-controller-manager', rules('watch core configmaps', 'get,update core configmaps kube-controller-manager')], // prettier-ignore
  ['kube-system', 'system::leader-locking-kube-scheduler', rules('watch core configmaps', 'get,update core configmaps kube-scheduler')],
  ['kube-system', 'system:controller:bootstrap-signer', rules(`${READ} core secrets`)],
  ['kube-system', 'system:controller:token-cleaner', rules(`delete,${READ} core secrets`, EVENTS)],
  ['kube-system', 'kube-proxy', rules('get core configmaps kube-proxy')],
  ['kube-system', 'kubeadm:kubelet-config', rules('get core configmaps kubelet-config')],
  ['kube-system', 'kubeadm:nodes-kubeadm-config', rules('get core configmaps kubeadm-config')],
  ['kube-public', 'system:controller:bootstrap-signer', rules(`${READ} core configmaps`, 'update core configmaps cluster-info', EVENTS)],
  ['kube-public', 'kubeadm:bootstrap-signer-clusterinfo', rules('get core configmaps cluster-info')],
]

const BINDINGS: readonly (readonly [namespace: string, name: string, role: string, ...subjects: Subject[]])[] = [
  ['kube-system', 'system::extension-apiserver-authentication-reader', 'extension-apiserver-authentication-reader', user('system:kube-controller-manager'), user('system:kube-scheduler')], // prettier-ignore
  ['kube-system', 'system::leader-locking-kube-controller-manager', 'system::leader-locking-kube-controller-manager', user('system:kube-controller-manager'), account('kube-controller-manager')], // prettier-ignore
  ['kube-system', 'system::leader-locking-kube-scheduler', 'system::leader-locking-kube-scheduler', user('system:kube-scheduler'), account('kube-scheduler')], // prettier-ignore
  ['kube-system', 'system:controller:bootstrap-signer', 'system:controller:bootstrap-signer', account('bootstrap-signer')],
  ['kube-system', 'system:controller:token-cleaner', 'system:controller:token-cleaner', account('token-cleaner')],
  ['kube-system', 'kube-proxy', 'kube-proxy', group('system:bootstrappers:kubeadm:default-node-token')],
  ['kube-system', 'kubeadm:kubelet-config', 'kubeadm:kubelet-config', group('system:nodes'), group('system:bootstrappers:kubeadm:default-node-token')], // prettier-ignore
  ['kube-system', 'kubeadm:nodes-kubeadm-config', 'kubeadm:nodes-kubeadm-config', group('system:bootstrappers:kubeadm:default-node-token'), group('system:nodes')], // prettier-ignore
  ['kube-public', 'system:controller:bootstrap-signer', 'system:controller:bootstrap-signer', account('bootstrap-signer')],
  ['kube-public', 'kubeadm:bootstrap-signer-clusterinfo', 'kubeadm:bootstrap-signer-clusterinfo', user('system:anonymous')],
]

const isKubeadms = (name: string) => name.startsWith('kubeadm:') || name === 'kube-proxy'

/** Metadata of an object that the API server itself keeps in shape; kubeadm's are plain objects. */
function metadata(name: string, labels: Readonly<Record<string, string>> = {}) {
  if (isKubeadms(name)) return { name }
  return {
    name,
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
  }
}

const API = { apiVersion: 'rbac.authorization.k8s.io/v1' } as const
const GROUP = 'rbac.authorization.k8s.io'

type Fresh<T> = Omit<T, 'metadata'> & { readonly metadata: ReturnType<typeof metadata> & { readonly namespace?: string } }

export const bootstrapClusterRoles: readonly Fresh<ClusterRole>[] = [
  ...CLUSTER_ROLES,
  ...Object.entries(CONTROLLERS).map(([name, texts]): RoleRow => ({ name: `system:controller:${name}`, rules: rules(...texts, EVENTS) })),
].map(({ name, labels, rules, aggregates }) => ({
  ...API,
  kind: 'ClusterRole',
  metadata: metadata(name, labels),
  ...(aggregates && { aggregationRule: { clusterRoleSelectors: [{ matchLabels: toward(aggregates) }] } }),
  rules,
}))

export const bootstrapClusterRoleBindings: readonly Fresh<ClusterRoleBinding>[] = CLUSTER_BINDINGS.map(([name, role, ...subjects]) => ({
  ...API,
  kind: 'ClusterRoleBinding',
  metadata: metadata(name),
  roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
  ...(subjects.length > 0 && { subjects }),
}))

export const bootstrapRoles: readonly Fresh<Role>[] = ROLES.map(([namespace, name, rules]) => ({
  ...API,
  kind: 'Role',
  metadata: { ...metadata(name), namespace },
  rules,
}))

export const bootstrapRoleBindings: readonly Fresh<RoleBinding>[] = BINDINGS.map(([namespace, name, role, ...subjects]) => ({
  ...API,
  kind: 'RoleBinding',
  metadata: { ...metadata(name), namespace },
  roleRef: { apiGroup: GROUP, kind: 'Role', name: role },
  subjects,
}))

/** All of them, in the order in which they are created. */
export const bootstrapRbac = [...bootstrapClusterRoles, ...bootstrapClusterRoleBindings, ...bootstrapRoles, ...bootstrapRoleBindings]
