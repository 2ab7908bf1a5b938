import { describe, expect, test } from 'vitest'
import { createApi, pathOf } from './api'
import { minimalObjects } from './minimal-objects'

/*
 * What may change once an object is there, kind by kind: an object (the least valid one of its kind and what is said here), a merge patch on it,
 * and every complaint of a real server. No complaints: it is taken.
 */

type Json = Readonly<Record<string, unknown>>
type Row = readonly [resource: string, object: Json, change: Json, ...complaints: string[]]

const s = (spec: Json): Json => ({ spec })
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function merged(value: unknown, change: unknown): unknown {
  if (!isObject(change)) return change
  const result: Record<string, unknown> = isObject(value) ? { ...value } : {}
  for (const [key, part] of Object.entries(change)) result[key] = merged(result[key], part)
  return result
}

const template = (change: Json) => ({ template: { spec: { containers: [{ name: 'c', image: 'nginx' }], ...change } } })
const term = (...values: string[]) => ({ matchExpressions: [{ key: 'zone', operator: 'In', values }] })
const zones = (...terms: readonly Json[]) => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
})
const indexed = { completionMode: 'Indexed', completions: 2, parallelism: 2 }
const rule = { apiGroups: [''], resources: ['pods'], verbs: ['get'] }

// prettier-ignore
const rows: readonly Row[] = [
 // core
 ['configmaps', { data: { a: '1' }, immutable: true }, { data: { a: '2' }, immutable: null }, 'immutable: Forbidden: field is immutable when `immutable` is set', 'data: Forbidden: field is immutable when `immutable` is set'],
 ['configmaps', { data: { a: '1' }, immutable: true }, { binaryData: { b: 'eA==' } }, 'binaryData: Forbidden: field is immutable when `immutable` is set'],
 ['configmaps', { data: { a: '1' } }, { immutable: true }],
 ['secrets', { data: { a: 'eA==' } }, { type: 'example.com/other' }, 'type: Invalid value: "example.com/other": field is immutable'],
 ['secrets', { data: { a: 'eA==' }, immutable: true }, { data: { a: 'eQ==' } }, 'data: Forbidden: field is immutable when `immutable` is set'],
 ['secrets', { data: { a: 'eA==' }, immutable: true }, { metadata: { labels: { a: 'b' } } }],
 ['services', {}, s({ clusterIP: '10.96.5.5', clusterIPs: ['10.96.5.5'] }), 'spec.clusterIPs[0]: Invalid value: ["10.96.5.5"]: may not change once set'],
 ['services', s({ clusterIP: 'None', selector: { a: 'b' } }), s({ clusterIP: '10.96.5.5', clusterIPs: ['10.96.5.5'] }), 'spec.clusterIPs[0]: Invalid value: ["10.96.5.5"]: may not change once set'],
 ['services', s({ type: 'LoadBalancer', loadBalancerClass: 'a/b' }), s({ loadBalancerClass: 'a/c' }), 'spec.loadBalancerClass: Invalid value: "a/c": may not change once set'],
 ['services', {}, s({ type: 'NodePort', ports: [{ port: 81 }], selector: { a: 'b' } })],
 ['services', {}, s({ type: 'ExternalName', externalName: 'example.com', clusterIP: '', clusterIPs: null })],
 ['resourcequotas', s({ hard: { pods: '1' } }), s({ scopes: ['BestEffort'] }), 'spec.scopes: Invalid value: ["BestEffort"]: field is immutable'],
 ['resourcequotas', s({ hard: { pods: '1' } }), s({ hard: { pods: '2', 'requests.cpu': '1' } })],
 ['nodes', s({ podCIDR: '10.1.0.0/24', podCIDRs: ['10.1.0.0/24'] }), s({ podCIDR: '10.2.0.0/24', podCIDRs: ['10.2.0.0/24'] }), 'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid'],
 ['nodes', s({ providerID: 'a' }), s({ providerID: 'b' }), 'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid'],
 ['nodes', {}, s({ unschedulable: true, taints: [{ key: 'a', effect: 'NoSchedule' }] })],
 ['persistentvolumeclaims', {}, s({ storageClassName: 'fast' })],
 ['persistentvolumeclaims', s({ storageClassName: 'slow' }), s({ storageClassName: 'fast' }), expect.stringMatching(/^spec: Forbidden: spec is immutable after creation except resources\.requests and volumeAttributesClassName for bound claims\n@@ [^]*-  "StorageClassName": "slow",\n\+  "StorageClassName": "fast",\n/) as string],
 ['persistentvolumeclaims', {}, s({ resources: { requests: { storage: '2Gi' } } }), expect.stringMatching(/-      "storage": "1Gi"\n\+      "storage": "2Gi"\n/) as string],
 ['persistentvolumeclaims', {}, s({ volumeName: 'pv1' })],
 ['persistentvolumeclaims', s({ volumeName: 'pv1' }), s({ volumeName: 'pv2' }), expect.stringContaining('-  "VolumeName": "pv1",\n+  "VolumeName": "pv2",\n') as string],
 ['persistentvolumes', {}, s({ hostPath: { path: '/other' } }), expect.stringMatching(/^spec\.persistentvolumesource: Forbidden: spec\.persistentvolumesource is immutable after creation\n@@ [^]*-    "Path": "\/data",\n\+    "Path": "\/other",\n/) as string],
 ['persistentvolumes', {}, s({ volumeMode: 'Block' }), 'spec.volumeMode: Invalid value: "Block": field is immutable'],
 ['persistentvolumes', {}, s({ persistentVolumeReclaimPolicy: 'Delete', capacity: { storage: '2Gi' }, accessModes: ['ReadWriteMany'] })],
 ['serviceaccounts', {}, { automountServiceAccountToken: false, imagePullSecrets: [{ name: 'x' }] }],
 ['limitranges', {}, s({ limits: [{ type: 'Container', max: { cpu: '1' } }] })],
 ['namespaces', {}, { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } }],
 ['replicationcontrollers', {}, s({ selector: { app: 'other' }, ...{ template: { metadata: { labels: { app: 'other' } } } } })],
 // pods
 ['pods', {}, s({ containers: [{ name: 'c', image: 'nginx' }, { name: 'd', image: 'x' }] }), 'spec.containers: Forbidden: pod updates may not add or remove containers'],
 ['pods', s({ activeDeadlineSeconds: 5 }), s({ activeDeadlineSeconds: 9 }), 'spec.activeDeadlineSeconds: Invalid value: 9: must be less than or equal to previous value'],
 ['pods', s({ activeDeadlineSeconds: 5 }), s({ activeDeadlineSeconds: null }), 'spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value'],
 ['pods', s({ tolerations: [{ key: 'a', operator: 'Exists' }] }), s({ tolerations: [] }), 'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
 ['pods', {}, s({ schedulingGates: [{ name: 'g' }] }), "spec.schedulingGates: Forbidden: only deletion is allowed, but found new scheduling gate 'g'"],
 ['pods', s({ schedulingGates: [{ name: 'g' }], nodeSelector: { a: 'b' } }), s({ nodeSelector: { a: 'c' } }), 'spec.nodeSelector: Invalid value: {"a":"c"}: only additions are allowed to spec.nodeSelector (no mutations or deletions)'],
 ['pods', s({ schedulingGates: [{ name: 'g' }], nodeSelector: { a: 'b' } }), s({ nodeSelector: { z: 'z' } })],
 ['pods', s({ schedulingGates: [{ name: 'g' }], ...zones(term('a')) }), s(zones(term('a'), term('b'))), expect.stringContaining('nodeSelectorTerms: Invalid value: ') as string],
 ['pods', s({ schedulingGates: [{ name: 'g' }], ...zones(term('a')) }), s(zones(term('b'))), expect.stringContaining('nodeSelectorTerms[0]: Invalid value: {"matchExpressions":[{"key":"zone","operator":"In","values":["b"]}]}: only additions are allowed (no mutations or deletions)') as string],
 ['pods', s({ schedulingGates: [{ name: 'g' }] }), s(zones(term('a')))],
 ['pods', s({ schedulingGates: [{ name: 'g' }] }), s({ schedulingGates: [] })],
 ['pods', {}, { metadata: { labels: { a: 'b' } } }],
 // workloads
 ['deployments.apps', {}, s({ selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } } } }), 'spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: field is immutable'],
 ['replicasets.apps', {}, s({ selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } } } }), 'spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: field is immutable'],
 ['daemonsets.apps', {}, s({ selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } } } }), 'spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: field is immutable'],
 ['statefulsets.apps', {}, s({ serviceName: 'other' }), "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"],
 ['statefulsets.apps', {}, s({ replicas: 3, minReadySeconds: 3, updateStrategy: { type: 'OnDelete', rollingUpdate: null }, revisionHistoryLimit: 2 })],
 ['controllerrevisions.apps', {}, { data: { a: 1 } }, 'data: Invalid value: {"a":1}: field is immutable'],
 ['jobs.batch', {}, s(template({ restartPolicy: 'OnFailure' })), expect.stringMatching(/^spec\.template: Invalid value: \{"labels":\{[^]*"Spec":\{"Volumes":null,"InitContainers":null,"Containers":\[\{"Name":"c","Image":"nginx","Command":null[^]*"RestartPolicy":"OnFailure"[^]*: field is immutable$/) as string],
 ['jobs.batch', {}, s({ completions: 5 }), 'spec.completions: Invalid value: 5: field is immutable'],
 ['jobs.batch', s(indexed), s({ completions: 3 }), 'spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism'],
 ['jobs.batch', s(indexed), s({ completions: 3, parallelism: 3 })],
 ['jobs.batch', {}, s({ parallelism: 5, suspend: true, ttlSecondsAfterFinished: 5, backoffLimit: 1, activeDeadlineSeconds: 100 })],
 ['jobs.batch', s({ suspend: true }), s({ template: { spec: { nodeSelector: { a: 'b' } } } })],
 ['cronjobs.batch', {}, s({ schedule: '0 0 * * *', suspend: true, concurrencyPolicy: 'Forbid', jobTemplate: { spec: { backoffLimit: 1 } } })],
 ['poddisruptionbudgets.policy', s({ minAvailable: 1, selector: { matchLabels: { a: 'b' } } }), s({ minAvailable: 2, selector: { matchLabels: { a: 'c' } } })],
 ['horizontalpodautoscalers.autoscaling', {}, s({ maxReplicas: 1, minReplicas: 3 }), 'spec.maxReplicas: Invalid value: 1: must be greater than or equal to `minReplicas`'],
 ['horizontalpodautoscalers.autoscaling', {}, s({ maxReplicas: 9, scaleTargetRef: { name: 'other' } })],
 // network
 ['ingresses.networking.k8s.io', {}, s({ ingressClassName: 'other', tls: [{ hosts: ['a.example.com'] }] })],
 ['ingressclasses.networking.k8s.io', {}, s({ controller: 'example.com/other' }), 'spec.controller: Invalid value: "example.com/other": field is immutable'],
 ['networkpolicies.networking.k8s.io', {}, s({ podSelector: { matchLabels: { a: 'b' } }, policyTypes: ['Egress'] })],
 ['endpointslices.discovery.k8s.io', {}, { addressType: 'FQDN', endpoints: [{ addresses: ['a.example.com'] }] }, 'addressType: Invalid value: "FQDN": field is immutable'],
 // access
 ['rolebindings.rbac.authorization.k8s.io', {}, { roleRef: { name: 'edit' } }, 'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"edit"}: cannot change roleRef'],
 ['clusterrolebindings.rbac.authorization.k8s.io', {}, { roleRef: { name: 'edit' } }, 'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"edit"}: cannot change roleRef'],
 ['rolebindings.rbac.authorization.k8s.io', {}, { subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }] }],
 ['roles.rbac.authorization.k8s.io', {}, { rules: [rule] }],
 // storage and scheduling
 ['storageclasses.storage.k8s.io', { parameters: { a: '1' } }, { parameters: { a: '2' } }, 'parameters: Forbidden: updates to parameters are forbidden.'],
 ['storageclasses.storage.k8s.io', {}, { provisioner: 'other' }, 'provisioner: Forbidden: updates to provisioner are forbidden.'],
 ['storageclasses.storage.k8s.io', {}, { reclaimPolicy: 'Retain' }, 'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.'],
 ['storageclasses.storage.k8s.io', {}, { volumeBindingMode: 'WaitForFirstConsumer' }, 'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable'],
 ['storageclasses.storage.k8s.io', {}, { allowVolumeExpansion: true, mountOptions: ['ro'] }],
 ['csidrivers.storage.k8s.io', {}, s({ attachRequired: false }), 'spec.attachedRequired: Invalid value: false: field is immutable'],
 ['csidrivers.storage.k8s.io', {}, s({ volumeLifecycleModes: ['Ephemeral'] }), 'spec.volumeLifecycleModes: Invalid value: ["Ephemeral"]: field is immutable'],
 ['csidrivers.storage.k8s.io', {}, s({ podInfoOnMount: true, storageCapacity: true })],
 ['priorityclasses.scheduling.k8s.io', {}, { value: 7 }, 'value: Forbidden: may not be changed in an update.'],
 ['priorityclasses.scheduling.k8s.io', {}, { preemptionPolicy: 'Never' }, 'preemptionPolicy: Invalid value: "Never": field is immutable'],
 ['priorityclasses.scheduling.k8s.io', {}, { description: 'x' }],
 ['runtimeclasses.node.k8s.io', {}, { handler: 'kata' }, 'handler: Invalid value: "kata": field is immutable'],
 // the API itself
 ['customresourcedefinitions.apiextensions.k8s.io', {}, s({ group: 'other.example.com' }), 'metadata.name: Invalid value: "crontabs.stable.example.com": must be spec.names.plural+"."+spec.group', 'spec.group: Invalid value: "other.example.com": field is immutable'],
 ['customresourcedefinitions.apiextensions.k8s.io', {}, s({ preserveUnknownFields: true }), 'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'],
 ['customresourcedefinitions.apiextensions.k8s.io', {}, s({ versions: [{ name: 'v2', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }] }), expect.stringMatching(/^status\.storedVersions\[0\]: Invalid value: "v1": missing from spec\.versions; v1 was previously a storage version/) as string],
 ['certificatesigningrequests.certificates.k8s.io', {}, s({ signerName: 'kubernetes.io/kubelet-serving' })],
 ['validatingwebhookconfigurations.admissionregistration.k8s.io', {}, { webhooks: [{ name: 'check.example.com', clientConfig: { url: 'https://example.com/check' }, admissionReviewVersions: ['v1'], sideEffects: 'Some' }] }, 'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"'],
 ['mutatingwebhookconfigurations.admissionregistration.k8s.io', {}, { webhooks: [] }],
 ['validatingadmissionpolicies.admissionregistration.k8s.io', {}, s({ failurePolicy: 'Ignore', validations: [{ expression: '1' }] }), 'spec.validations[0].expression: Invalid value: "1": must evaluate to bool'],
]

const METADATA: readonly Row[] = [
  ['configmaps', {}, { metadata: { uid: 'other' } }, expect.stringContaining('Precondition failed: UID in precondition: other') as string],
  [
    'configmaps',
    {},
    { metadata: { labels: { 'a b': 'c' } } },
    expect.stringContaining('metadata.labels: Invalid value: "a b": ') as string,
  ],
  ['configmaps', {}, { metadata: { name: 'other' } }, 'the name of the object (other) does not match the name on the URL (x)'],
]

function changed([resource, body, change]: Row) {
  const { ask, server } = createApi()
  const served = server.registry
    .all()
    .find((each) => (each.group === '' ? each.kind.plural : `${each.kind.plural}.${each.group}`) === resource)!
  const { name = 'x', body: least = {} } = minimalObjects[resource]!
  const object = merged({ apiVersion: served.apiVersion, kind: served.kind.kind, metadata: { name }, ...least }, body)
  const created = ask('POST', pathOf(served), object)
  expect(created.body.message).toBeUndefined()
  return ask('PATCH', `${pathOf(served)}/${name}`, change, { 'content-type': 'application/merge-patch+json' })
}

describe('what may change of an object, and what a server says of the rest', () => {
  test.each(rows)('%s %j %j', (...row) => {
    const [, , , ...complaints] = row
    // test.each hands over the columns of a row.
    const { body, status } = changed(row as unknown as Row)
    const causes = (body.details?.causes ?? []) as readonly { field: string; message: string }[]
    expect(causes.map(({ field, message }) => `${field}: ${message}`)).toEqual(complaints)
    expect(status).toBe(complaints.length > 0 ? 422 : 200)
  })

  test.each(METADATA)('%s %j %j', (...row) => {
    const [, , , complaint] = row
    expect(changed(row as unknown as Row).body.message).toEqual(complaint)
  })
})
