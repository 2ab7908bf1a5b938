import type { FieldPath } from './field-paths'
import type { GroupVersionKind } from './ids'

/** A kind whose name may change, and the fields that hold such names. */
export interface NameReference extends Partial<GroupVersionKind> {
  readonly fieldSpecs: readonly FieldPath[]
}

/** Where transformers work: kustomize's own places, to which `configurations` add more. */
export interface TransformerPaths {
  readonly namePrefix: readonly FieldPath[]
  readonly nameSuffix: readonly FieldPath[]
  readonly namespace: readonly FieldPath[]
  readonly commonLabels: readonly FieldPath[]
  readonly templateLabels: readonly FieldPath[]
  readonly commonAnnotations: readonly FieldPath[]
  readonly images: readonly FieldPath[]
  readonly replicas: readonly FieldPath[]
  readonly nameReference: readonly NameReference[]
  readonly varReference: readonly FieldPath[]
}

/** Where each kind keeps the template of its Pods. */
const podTemplates: readonly (readonly [kind: string, path: string])[] = [
  ['Deployment', 'spec/template'],
  ['ReplicaSet', 'spec/template'],
  ['DaemonSet', 'spec/template'],
  ['StatefulSet', 'spec/template'],
  ['Job', 'spec/template'],
  ['CronJob', 'spec/jobTemplate/spec/template'],
]

const groupOf: Readonly<Record<string, Partial<GroupVersionKind>>> = {
  ReplicationController: { version: 'v1' },
  StatefulSet: { group: 'apps' },
  Job: { group: 'batch' },
  CronJob: { group: 'batch' },
}

/** A member of every Pod template's metadata, and of a CronJob's Jobs. */
const inTemplates = (member: string): FieldPath[] => [
  ...[['ReplicationController', 'spec/template'] as const, ...podTemplates].map(([kind, path]) => ({
    kind,
    ...groupOf[kind],
    path: `${path}/metadata/${member}`,
    create: true,
  })),
  { kind: 'CronJob', group: 'batch', path: `spec/jobTemplate/metadata/${member}`, create: true },
]

const templateLabels: readonly FieldPath[] = [
  ...inTemplates('labels'),
  { kind: 'StatefulSet', group: 'apps', path: 'spec/volumeClaimTemplates[]/metadata/labels', create: true },
]

const affinities = ['podAffinity', 'podAntiAffinity'].flatMap((side) => [
  `affinity/${side}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels`,
  `affinity/${side}/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels`,
])

const selectors: readonly FieldPath[] = [
  { kind: 'Service', version: 'v1', path: 'spec/selector', create: true },
  { kind: 'ReplicationController', version: 'v1', path: 'spec/selector', create: true },
  ...['Deployment', 'ReplicaSet', 'DaemonSet'].map((kind) => ({ kind, path: 'spec/selector/matchLabels', create: true })),
  { kind: 'StatefulSet', group: 'apps', path: 'spec/selector/matchLabels', create: true },
  ...['Deployment', 'StatefulSet'].flatMap((kind) =>
    [...affinities, 'topologySpreadConstraints/labelSelector/matchLabels'].map((path) => ({
      kind,
      group: 'apps',
      path: `spec/template/spec/${path}`,
    })),
  ),
  { kind: 'Job', group: 'batch', path: 'spec/selector/matchLabels' },
  { kind: 'CronJob', group: 'batch', path: 'spec/jobTemplate/spec/selector/matchLabels' },
  { kind: 'PodDisruptionBudget', group: 'policy', path: 'spec/selector/matchLabels' },
  ...['spec/podSelector', 'spec/ingress/from/podSelector', 'spec/egress/to/podSelector'].map((path) => ({
    kind: 'NetworkPolicy',
    group: 'networking.k8s.io',
    path: `${path}/matchLabels`,
  })),
]

const everywhere = (path: string): FieldPath => ({ path, create: true })

/** Fields of a Pod's spec that name a ConfigMap or a Secret. */
const namesOf = (kind: 'configMap' | 'secret') => [
  `volumes/${kind}/${kind === 'secret' ? 'secretName' : 'name'}`,
  ...['containers', 'initContainers'].flatMap((list) => [`${list}/env/valueFrom/${kind}KeyRef/name`, `${list}/envFrom/${kind}Ref/name`]),
  ...(kind === 'secret' ? ['imagePullSecrets/name'] : []),
  `volumes/projected/sources/${kind}/name`,
]

const podSpecs: readonly FieldPath[] = [
  { kind: 'Pod', version: 'v1', path: 'spec' },
  { kind: 'PodTemplate', path: 'template/spec' },
  ...podTemplates.map(([kind, path]) => ({ kind, path: `${path}/spec` })),
]
const inPodSpecs = (paths: readonly string[]) =>
  podSpecs.flatMap((spec) => paths.map((path) => ({ ...spec, path: `${spec.path}/${path}` })))

/** Kinds whose Pods' other references (service accounts, claims, priority classes) are kept up; kustomize leaves out ReplicaSets there. */
const others: readonly (readonly [string, string])[] = [
  ['Pod', 'spec'],
  ['StatefulSet', 'spec/template/spec'],
  ['Deployment', 'spec/template/spec'],
  ['ReplicationController', 'spec/template/spec'],
  ['CronJob', 'spec/jobTemplate/spec/template/spec'],
  ['Job', 'spec/template/spec'],
  ['DaemonSet', 'spec/template/spec'],
]
const inOthers = (path: string): FieldPath[] => others.map(([kind, spec]) => ({ kind, path: `${spec}/${path}` }))
const ofKinds = (path: string, ...kinds: string[]): FieldPath[] => kinds.map((kind) => ({ kind, path }))

const rbac = 'rbac.authorization.k8s.io'
const admission = 'admissionregistration.k8s.io'

const nameReference: readonly NameReference[] = [
  ...['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map((kind) => ({
    kind,
    fieldSpecs: ofKinds('spec/scaleTargetRef/name', 'HorizontalPodAutoscaler'),
  })),
  {
    kind: 'ConfigMap',
    version: 'v1',
    fieldSpecs: [
      ...inPodSpecs(namesOf('configMap')),
      ...ofKinds('spec/configSource/configMap', 'Node'),
      ...ofKinds('rules/resourceNames', 'Role', 'ClusterRole'),
      ...ofKinds('metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap', 'Ingress'),
    ],
  },
  {
    kind: 'Secret',
    version: 'v1',
    fieldSpecs: [
      ...inPodSpecs(namesOf('secret')),
      ...ofKinds('spec/tls/secretName', 'Ingress'),
      ...['ingress.kubernetes.io\\/auth-secret', 'nginx.ingress.kubernetes.io\\/auth-secret', 'nginx.ingress.kubernetes.io\\/auth-tls-secret'].flatMap((name) => ofKinds(`metadata/annotations/${name}`, 'Ingress')), // prettier-ignore
      ...ofKinds('imagePullSecrets/name', 'ServiceAccount'),
      ...['secretName', 'adminSecretName', 'userSecretName', 'secretRef'].flatMap((name) => ofKinds(`parameters/${name}`, 'StorageClass')),
      ...ofKinds('rules/resourceNames', 'Role', 'ClusterRole'),
      {
        kind: 'Service',
        group: 'serving.knative.dev',
        version: 'v1',
        path: 'spec/template/spec/containers/env/valueFrom/secretKeyRef/name',
      },
      ...ofKinds('spec/azureFile/secretName', 'PersistentVolume'),
    ],
  },
  {
    kind: 'Service',
    version: 'v1',
    fieldSpecs: [
      { kind: 'StatefulSet', group: 'apps', path: 'spec/serviceName' },
      ...['spec/rules/http/paths/backend/serviceName', 'spec/backend/serviceName', 'spec/rules/http/paths/backend/service/name', 'spec/defaultBackend/service/name'].flatMap((path) => ofKinds(path, 'Ingress')), // prettier-ignore
      { kind: 'APIService', group: 'apiregistration.k8s.io', path: 'spec/service/name' },
      ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind) => ({ kind, group: admission, path: 'webhooks/clientConfig/service' })), // prettier-ignore
    ],
  },
  { kind: 'Role', group: rbac, fieldSpecs: [{ kind: 'RoleBinding', group: rbac, path: 'roleRef/name' }] },
  {
    kind: 'ClusterRole',
    group: rbac,
    fieldSpecs: ['RoleBinding', 'ClusterRoleBinding'].map((kind) => ({ kind, group: rbac, path: 'roleRef/name' })),
  },
  {
    kind: 'ServiceAccount',
    version: 'v1',
    fieldSpecs: [
      ...['RoleBinding', 'ClusterRoleBinding'].map((kind) => ({ kind, group: rbac, path: 'subjects' })),
      ...inOthers('serviceAccountName'),
    ],
  },
  { kind: 'PersistentVolumeClaim', version: 'v1', fieldSpecs: inOthers('volumes/persistentVolumeClaim/claimName') },
  {
    kind: 'PersistentVolume',
    version: 'v1',
    fieldSpecs: [...ofKinds('spec/volumeName', 'PersistentVolumeClaim'), ...ofKinds('rules/resourceNames', 'ClusterRole')],
  },
  {
    kind: 'StorageClass',
    version: 'v1',
    group: 'storage.k8s.io',
    fieldSpecs: [
      ...ofKinds('spec/storageClassName', 'PersistentVolume', 'PersistentVolumeClaim'),
      ...ofKinds('spec/volumeClaimTemplates/spec/storageClassName', 'StatefulSet'),
    ],
  },
  { kind: 'PriorityClass', version: 'v1', group: 'scheduling.k8s.io', fieldSpecs: inOthers('priorityClassName') },
  // Kustomize's table has the version in the group's place, so that this one never matches; kept for what configurations merge into it.
  { kind: 'IngressClass', version: 'v1', group: 'networking.k8s.io/v1', fieldSpecs: ofKinds('spec/ingressClassName', 'Ingress') },
]

const variablesInPods = ['containers', 'initContainers'].flatMap((list) =>
  ['args', 'command', 'env/value', 'volumeMounts/mountPath'].map((field) => `${list}/${field}`),
)

/** Kustomize's own places. */
export const defaultPaths: TransformerPaths = {
  namePrefix: [{ path: 'metadata/name' }],
  nameSuffix: [{ path: 'metadata/name' }],
  namespace: [
    everywhere('metadata/namespace'),
    { kind: 'Namespace', path: 'metadata/name', create: true },
    { kind: 'RoleBinding', path: 'subjects' },
    { kind: 'ClusterRoleBinding', path: 'subjects' },
    { kind: 'APIService', group: 'apiregistration.k8s.io', path: 'spec/service/namespace', create: true },
    { kind: 'CustomResourceDefinition', group: 'apiextensions.k8s.io', path: 'spec/conversion/webhook/clientConfig/service/namespace' },
  ],
  commonLabels: [...selectors, everywhere('metadata/labels'), ...templateLabels],
  templateLabels,
  commonAnnotations: [everywhere('metadata/annotations'), ...inTemplates('annotations')],
  images: ['spec', 'spec/template/spec'].flatMap((spec) =>
    ['containers', 'initContainers'].map((list) => everywhere(`${spec}/${list}[]/image`)),
  ),
  replicas: ['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController'].map((kind) => ({
    kind,
    path: 'spec/replicas',
    create: true,
  })),
  nameReference,
  varReference: [
    ...[['Pod', 'spec'] as const, ...podTemplates.map(([kind, path]) => [kind, `${path}/spec`] as const)].flatMap(([kind, spec]) => [
      ...variablesInPods.map((path) => ({ kind, path: `${spec}/${path}` })),
      { kind, path: `${spec}/volumes/nfs/server` },
    ]),
    ...['spec/rules/host', 'spec/tls/hosts', 'spec/tls/secretName'].flatMap((path) => ofKinds(path, 'Ingress')),
    ...['spec/ports/port', 'spec/ports/targetPort'].flatMap((path) => ofKinds(path, 'Service')),
    ...ofKinds('spec/volumeClaimTemplates/spec/nfs/server', 'StatefulSet'),
    ...ofKinds('spec/nfs/server', 'PersistentVolume'),
    { path: 'metadata/labels' },
    { path: 'metadata/annotations' },
  ],
}

/** Both sets of places: what `configurations` name comes on top. */
export function mergedPaths(a: TransformerPaths, b: Partial<TransformerPaths>): TransformerPaths {
  const result: Record<string, readonly unknown[]> = { ...a }
  for (const key of Object.keys(a) as (keyof TransformerPaths)[]) result[key] = distinct([...a[key], ...(b[key] ?? [])])
  return result as unknown as TransformerPaths // the same members, each with more of its own sort
}

const distinct = (items: readonly unknown[]) => [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
