import { expect, test } from 'vitest'
import { pathOf } from './api'
import { createChangedObjects, type Change } from './changed-objects'

/*
 * More of what a real server refuses: of the kinds that people write less often than Pods and Services.
 */

const { api, objectOf } = createChangedObjects()

const s = (spec: Change): Change => ({ spec })
const webhook = (change: Change): Change => ({ webhooks: [{ name: 'check.example.com', clientConfig: { url: 'https://example.com/check' }, admissionReviewVersions: ['v1'], sideEffects: 'None', ...change }] }) // prettier-ignore
const rule = (change: Change) => webhook({ rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'], ...change }] }) // prettier-ignore
const scaling = (change: Change) => s({ behavior: { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 10 }], ...change } } })
const rolling = (change: Change) => s({ strategy: { type: 'RollingUpdate', rollingUpdate: change } })
const HOOKS = 'validatingwebhookconfigurations.admissionregistration.k8s.io'
const BINDINGS = 'validatingadmissionpolicybindings.admissionregistration.k8s.io'
const SLICES = 'endpointslices.discovery.k8s.io'
const NOON = '2026-01-01T12:00:00.000000Z'
const HPA = 'horizontalpodautoscalers.autoscaling'
const CSR = 'certificatesigningrequests.certificates.k8s.io'

// prettier-ignore
const cases: readonly (readonly [resource: string, change: Change, complaint: string])[] = [
 ['replicasets.apps', s({ selector: { matchLabels: null } }), 'spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
 ['replicasets.apps', s({ replicas: -1 }), 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
 ['replicasets.apps', s({ minReadySeconds: -1 }), 'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0'],
 ['replicasets.apps', s({ template: { spec: { restartPolicy: 'Never' } } }), 'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
 ['replicationcontrollers', s({ selector: { app: 'other' } }), 'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`'],
 ['deployments.apps', s({ selector: { matchLabels: null } }), 'spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
 ['deployments.apps', s({ strategy: { type: 'X' } }), 'spec.strategy: Unsupported value: {"Type":"X","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"'],
 ['deployments.apps', s({ strategy: { type: 'Recreate', rollingUpdate: {} } }), "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
 ['deployments.apps', rolling({ maxUnavailable: 0, maxSurge: 0 }), 'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
 ['deployments.apps', rolling({ maxUnavailable: '150%' }), 'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "150%": must not be greater than 100%'],
 ['deployments.apps', rolling({ maxSurge: 'x' }), `spec.strategy.rollingUpdate.maxSurge: Invalid value: "x": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')`],
 ['deployments.apps', s({ revisionHistoryLimit: -1 }), 'spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0'],
 ['deployments.apps', s({ minReadySeconds: 5, progressDeadlineSeconds: 5 }), 'spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds'],
 ['statefulsets.apps', s({ ordinals: { start: -1 } }), 'spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0'],
 ['statefulsets.apps', s({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: -1 } } }), 'spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0'],
 ['statefulsets.apps', s({ updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } }), "only allowed for updateStrategy 'RollingUpdate'"],
 ['statefulsets.apps', s({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'X', whenScaled: 'Retain' } }), 'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "X"'],
 ['daemonsets.apps', s({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } }), 'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero'],
 ['daemonsets.apps', s({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }), 'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0 when maxSurge is 0'],
 ['daemonsets.apps', s({ selector: { matchLabels: null } }), 'spec.selector: Invalid value: {}: empty selector is invalid for daemonset'],
 ['jobs.batch', s({ activeDeadlineSeconds: -1 }), 'spec.activeDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0'],
 ['jobs.batch', s({ ttlSecondsAfterFinished: -1 }), 'spec.ttlSecondsAfterFinished: Invalid value: -1: must be greater than or equal to 0'],
 ['jobs.batch', s({ backoffLimitPerIndex: 1 }), 'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode'],
 ['jobs.batch', s({ completionMode: 'X', completions: 1 }), 'spec.completionMode: Unsupported value: "X": supported values: "NonIndexed", "Indexed"'],
 ['jobs.batch', s({ podReplacementPolicy: 'X' }), 'spec.podReplacementPolicy: Unsupported value: "X"'],
 ['jobs.batch', s({ template: { spec: { restartPolicy: 'Always' } } }), 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
 ['jobs.batch', s({ template: { spec: { restartPolicy: null } } }), 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
 ['cronjobs.batch', s({ schedule: '' }), 'spec.schedule: Required value'],
 ['cronjobs.batch', s({ schedule: 'TZ=UTC 0 0 * * *' }), 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'],
 ['cronjobs.batch', s({ startingDeadlineSeconds: -1 }), 'spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0'],
 ['cronjobs.batch', s({ successfulJobsHistoryLimit: -1 }), 'spec.successfulJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0'],
 ['cronjobs.batch', { metadata: { name: 'n'.repeat(53) } }, 'must be no more than 52 characters'],
 [HPA, s({ scaleTargetRef: { kind: '' } }), 'spec.scaleTargetRef.kind: Required value'],
 [HPA, s({ metrics: [{ type: 'X' }] }), 'spec.metrics[0].type: Unsupported value: "X": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"'],
 [HPA, s({ metrics: [{ type: 'Resource' }] }), 'spec.metrics[0].resource: Required value: must populate information for the given metric source'],
 ['priorityclasses.scheduling.k8s.io', { metadata: { name: 'system-node-critical' }, value: 5 }, 'error: value of system-node-critical PriorityClass must be 2000001000'],
 ['ingresses.networking.k8s.io', s({ defaultBackend: null }), 'spec: Invalid value: null: either `defaultBackend` or `rules` must be specified'],
 ['ingresses.networking.k8s.io', s({ defaultBackend: { service: { name: 'web', port: null } } }), 'spec.defaultBackend: Required value: port name or number is required'],
 ['ingresses.networking.k8s.io', s({ defaultBackend: { service: null } }), 'spec.defaultBackend: Invalid value: "": resource or service backend is required'],
 ['poddisruptionbudgets.policy', s({ minAvailable: 1, maxUnavailable: '50%' }), 'spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":"50%","UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set'],
 ['services', s({ ports: [{ port: 80, name: 'a' }, { port: 80, name: 'b' }] }), 'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}'],
 ['pods', s({ containers: [{ name: 'c', image: 'x', securityContext: { privileged: true, allowPrivilegeEscalation: false } }] }), '"Privileged":true,'],
 ['replicationcontrollers', s({ selector: { a: 'b' }, template: null }), 'spec.template: Required value'],
 [HPA, scaling({ policies: [] }), 'spec.behavior.scaleUp.policies: Required value: must specify at least one Policy'],
 [HPA, scaling({ stabilizationWindowSeconds: -1 }), 'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero'],
 ['events', { eventTime: NOON }, 'reportingComponent: Required value'],
 ['events', { eventTime: NOON, reportingComponent: 'a b', reportingInstance: 'x' }, 'reportingComponent: Invalid value: "a b": name part must consist of'],
 ['events', { eventTime: NOON, reportingComponent: 'me', reportingInstance: 'x', reason: 'Why' }, 'action: Required value'],
 ['events', { eventTime: NOON, reportingComponent: 'me', reportingInstance: 'x', action: 'A', reason: 'r'.repeat(129) }, 'reason: Invalid value: "": can have at most 128 characters'],
 ['events', { involvedObject: { namespace: 'other' } }, 'involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
 [HPA, scaling({ selectPolicy: 'X' }), 'spec.behavior.scaleUp.selectPolicy: Unsupported value: "X": supported values: '],
 [HPA, scaling({ stabilizationWindowSeconds: 4000 }), 'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 4000: must be less than or equal to 3600'],
 [HPA, scaling({ policies: [{ type: 'Pods', value: 1, periodSeconds: 0 }] }), 'spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 0: must be greater than zero'],
 [HPA, scaling({ policies: [{ type: 'X', value: 0, periodSeconds: 1801 }] }), 'spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800'],
 ['poddisruptionbudgets.policy', s({ unhealthyPodEvictionPolicy: 'X' }), 'spec.unhealthyPodEvictionPolicy: Unsupported value: "X": supported values: "AlwaysAllow", "IfHealthyBudget"'],
 ['endpoints', { subsets: [{ addresses: [{ ip: 'x' }], ports: [{ port: 80 }] }] }, 'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address'],
 ['endpoints', { subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ port: 80 }] }] }, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
 ['endpoints', { subsets: [{ ports: [{ port: 80 }] }] }, 'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`'],
 ['endpoints', { subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 0 }] }] }, 'subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive'],
 [SLICES, { addressType: 'X' }, 'addressType: Unsupported value: "X": supported values: "FQDN", "IPv4", "IPv6"'],
 [SLICES, { endpoints: [{ addresses: [] }] }, 'endpoints[0].addresses: Required value: must contain at least 1 address'],
 [SLICES, { endpoints: [{ addresses: ['x'] }] }, 'endpoints[0].addresses[0]: Invalid value: "x": must be a valid'],
 [SLICES, { ports: [{ protocol: 'X' }] }, 'ports[0].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"'],
 [SLICES, { ports: [{ name: 'A_' }] }, 'ports[0].name: Invalid value: "A_"'],
 ['leases.coordination.k8s.io', s({ leaseDurationSeconds: 0 }), 'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0'],
 ['leases.coordination.k8s.io', s({ leaseTransitions: -1 }), 'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0'],
 [HOOKS, webhook({ sideEffects: null }), 'webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun'],
 [HOOKS, webhook({ sideEffects: 'Some' }), 'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"'],
 [HOOKS, webhook({ admissionReviewVersions: [] }), 'webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1'],
 [HOOKS, webhook({ admissionReviewVersions: ['v9'] }), 'webhooks[0].admissionReviewVersions: Invalid value: ["v9"]: must include at least one of v1, v1beta1'],
 [HOOKS, webhook({ name: 'x' }), 'webhooks[0].name: Invalid value: "x": should be a domain with at least three segments separated by dots'],
 [HOOKS, webhook({ timeoutSeconds: 31 }), 'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds'],
 [HOOKS, webhook({ clientConfig: {} }), 'webhooks[0].clientConfig: Required value: exactly one of url or service is required'],
 [HOOKS, webhook({ clientConfig: { url: 'http://example.com' } }), `webhooks[0].clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`],
 [HOOKS, webhook({ failurePolicy: 'X' }), 'webhooks[0].failurePolicy: Unsupported value: "X": supported values: "Fail", "Ignore"'],
 [HOOKS, rule({ operations: ['GET'] }), 'webhooks[0].rules[0].operations[0]: Unsupported value: "GET": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"'],
 [HOOKS, rule({ apiVersions: [] }), 'webhooks[0].rules[0].apiVersions: Required value'],
 [HOOKS, rule({ resources: ['*', 'pods'] }), `webhooks[0].rules[0].resources: Invalid value: ["*","pods"]: if '*' is present, must not specify other resources without subresources`],
 [BINDINGS, s({ validationActions: [] }), 'spec.validationActions: Required value: at least one validation action is required'],
 [BINDINGS, s({ validationActions: ['Deny', 'Deny'] }), 'spec.validationActions[1]: Duplicate value: "Deny"'],
 [BINDINGS, s({ validationActions: ['X'] }), 'spec.validationActions[0]: Unsupported value: "X": supported values: "Audit", "Deny", "Warn"'],
 [BINDINGS, s({ validationActions: ['Deny', 'Warn'] }), 'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn'],
 [BINDINGS, s({ policyName: '' }), 'spec.policyName: Required value'],
 [BINDINGS, s({ paramRef: { name: 'a' } }), 'spec.paramRef.parameterNotFoundAction: Required value'],
 [CSR, s({ usages: [] }), 'spec.usages: Required value'],
 [CSR, s({ usages: ['x'] }), 'spec.usages[0]: Unsupported value: "x"'],
 [CSR, s({ signerName: 'x' }), 'spec.signerName: Invalid value: "x": must be a fully qualified domain and path of the form'],
 [CSR, s({ expirationSeconds: 5 }), 'spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 600 seconds (10 minutes)'],
 ['csidrivers.storage.k8s.io', s({ volumeLifecycleModes: ['X'] }), 'spec.volumeLifecycleModes: Unsupported value: "X": supported values: "Persistent", "Ephemeral"'],
 ['csinodes.storage.k8s.io', s({ drivers: [{ name: '', nodeID: 'a' }] }), 'spec.drivers[0].name: Required value'],
 ['volumeattachments.storage.k8s.io', s({ attacher: '' }), 'spec.attacher: Required value'],
 ['events', { involvedObject: { namespace: 'other' } }, 'involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
 ['ingressclasses.networking.k8s.io', s({ parameters: { kind: '', name: 'x' } }), 'spec.parameters.kind: Required value'],
 ['ingressclasses.networking.k8s.io', s({ parameters: { kind: 'X', name: 'x', scope: 'Namespace' } }), "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'"],
 ['runtimeclasses.node.k8s.io', { overhead: { podFixed: { cpu: '-1' } } }, 'overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
 ['priorityclasses.scheduling.k8s.io', { preemptionPolicy: 'X' }, 'preemptionPolicy: Unsupported value: "X"'],
 ['prioritylevelconfigurations.flowcontrol.apiserver.k8s.io', s({ type: 'Limited', limited: { limitResponse: { type: 'X' } } }), 'spec.limited.limitResponse.type: Unsupported value: "X": supported values: "Queue", "Reject"'],
 ['prioritylevelconfigurations.flowcontrol.apiserver.k8s.io', s({ type: 'Limited', limited: { limitResponse: { type: 'Reject', queuing: { queues: 1 } } } }), 'spec.limited.limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited'],
 ['prioritylevelconfigurations.flowcontrol.apiserver.k8s.io', s({ type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: { queues: 4, handSize: 8, queueLengthLimit: 5 } } } }), 'spec.limited.limitResponse.queuing.handSize: Invalid value: 8: should not be greater than queues (4)'],
 ['flowschemas.flowcontrol.apiserver.k8s.io', s({ rules: [{ subjects: [], resourceRules: [] }] }), 'spec.rules[0].subjects: Required value: subjects must contain at least one value'],
 ['flowschemas.flowcontrol.apiserver.k8s.io', s({ rules: [{ subjects: [{ kind: 'X' }], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }] }] }), 'spec.rules[0].subjects[0].kind: Unsupported value: "X": supported values: "Group", "ServiceAccount", "User"'],
 ['flowschemas.flowcontrol.apiserver.k8s.io', s({ rules: [{ subjects: [{ kind: 'User', user: { name: 'a' } }] }] }), 'spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty'],
 ['nodes', s({ podCIDRs: ['x'], podCIDR: 'x' }), 'Invalid value: "x": must be a valid CIDR value'],
 ['configmaps', { data: { a: 'x' }, binaryData: { a: 'eA==' } }, 'duplicate of key present in data'],
 ['namespaces', { metadata: { name: 'A_b' } }, 'metadata.name: Invalid value: "A_b": a lowercase RFC 1123 label must consist of'],
]

test.each(cases)('%s %j', (resource, change, complaint) => {
  const { served, object } = objectOf(resource, change)
  // Of an autoscaler the version is meant in which it is stored.
  const newest = resource === HPA
  const path = newest ? pathOf(served).replace('/v1/', '/v2/') : pathOf(served)
  const answer = api.ask('POST', `${path}?dryRun=All`, newest ? { ...(object as object), apiVersion: 'autoscaling/v2' } : object)
  expect(answer.body.message ?? 'accepted').toContain(complaint)
  expect(answer.status).toBe(422)
})
