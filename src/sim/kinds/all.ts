import type { KindDefinition } from '../api/kind'
import { mutatingAdmissionPolicy } from './admissionregistration/mutating-admission-policy'
import { mutatingAdmissionPolicyBinding } from './admissionregistration/mutating-admission-policy-binding'
import { mutatingWebhookConfiguration } from './admissionregistration/mutating-webhook-configuration'
import { validatingAdmissionPolicy } from './admissionregistration/validating-admission-policy'
import { validatingAdmissionPolicyBinding } from './admissionregistration/validating-admission-policy-binding'
import { validatingWebhookConfiguration } from './admissionregistration/validating-webhook-configuration'
import { customResourceDefinition } from './apiextensions/custom-resource-definition'
import { apiService } from './apiregistration/api-service'
import { storageVersion } from './apiserverinternal/storage-version'
import { controllerRevision } from './apps/controller-revision'
import { daemonSet } from './apps/daemon-set'
import { deployment } from './apps/deployment'
import { replicaSet } from './apps/replica-set'
import { statefulSet } from './apps/stateful-set'
import { horizontalPodAutoscaler } from './autoscaling/horizontal-pod-autoscaler'
import { cronJob } from './batch/cron-job'
import { job } from './batch/job'
import { certificateSigningRequest } from './certificates/certificate-signing-request'
import { clusterTrustBundle } from './certificates/cluster-trust-bundle'
import { podCertificateRequest } from './certificates/pod-certificate-request'
import { lease } from './coordination/lease'
import { leaseCandidate } from './coordination/lease-candidate'
import { binding } from './core/binding'
import { componentStatus } from './core/component-status'
import { configMap } from './core/config-map'
import { endpoints } from './core/endpoints'
import { event } from './core/event'
import { limitRange } from './core/limit-range'
import { namespace } from './core/namespace'
import { node } from './core/node'
import { persistentVolume } from './core/persistent-volume'
import { persistentVolumeClaim } from './core/persistent-volume-claim'
import { pod } from './core/pod'
import { podTemplate } from './core/pod-template'
import { replicationController } from './core/replication-controller'
import { resourceQuota } from './core/resource-quota'
import { secret } from './core/secret'
import { service } from './core/service'
import { serviceAccount } from './core/service-account'
import { endpointSlice } from './discovery/endpoint-slice'
import { flowSchema } from './flowcontrol/flow-schema'
import { priorityLevelConfiguration } from './flowcontrol/priority-level-configuration'
import { ingress } from './networking/ingress'
import { ingressClass } from './networking/ingress-class'
import { ipAddress } from './networking/ip-address'
import { networkPolicy } from './networking/network-policy'
import { serviceCIDR } from './networking/service-cidr'
import { runtimeClass } from './node/runtime-class'
import { podDisruptionBudget } from './policy/pod-disruption-budget'
import { clusterRole } from './rbac/cluster-role'
import { clusterRoleBinding } from './rbac/cluster-role-binding'
import { role } from './rbac/role'
import { roleBinding } from './rbac/role-binding'
import { deviceClass } from './resource/device-class'
import { deviceTaintRule } from './resource/device-taint-rule'
import { resourceClaim } from './resource/resource-claim'
import { resourceClaimTemplate } from './resource/resource-claim-template'
import { resourcePoolStatusRequest } from './resource/resource-pool-status-request'
import { resourceSlice } from './resource/resource-slice'
import { podGroup } from './scheduling/pod-group'
import { priorityClass } from './scheduling/priority-class'
import { workload } from './scheduling/workload'
import { csiDriver } from './storage/csi-driver'
import { csiNode } from './storage/csi-node'
import { csiStorageCapacity } from './storage/csi-storage-capacity'
import { storageClass } from './storage/storage-class'
import { volumeAttachment } from './storage/volume-attachment'
import { volumeAttributesClass } from './storage/volume-attributes-class'
import { storageVersionMigration } from './storagemigration/storage-version-migration'

/** Every built-in kind, by group and plural name: the order of `kubectl api-resources`. */
export const allKinds: readonly KindDefinition<never>[] = [
  binding,
  componentStatus,
  configMap,
  endpoints,
  event,
  limitRange,
  namespace,
  node,
  persistentVolumeClaim,
  persistentVolume,
  pod,
  podTemplate,
  replicationController,
  resourceQuota,
  secret,
  serviceAccount,
  service,
  mutatingAdmissionPolicy,
  mutatingAdmissionPolicyBinding,
  mutatingWebhookConfiguration,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
  validatingWebhookConfiguration,
  customResourceDefinition,
  apiService,
  controllerRevision,
  daemonSet,
  deployment,
  replicaSet,
  statefulSet,
  horizontalPodAutoscaler,
  cronJob,
  job,
  certificateSigningRequest,
  clusterTrustBundle,
  podCertificateRequest,
  leaseCandidate,
  lease,
  endpointSlice,
  flowSchema,
  priorityLevelConfiguration,
  storageVersion,
  ingressClass,
  ingress,
  ipAddress,
  networkPolicy,
  serviceCIDR,
  runtimeClass,
  podDisruptionBudget,
  clusterRoleBinding,
  clusterRole,
  roleBinding,
  role,
  deviceClass,
  deviceTaintRule,
  resourceClaim,
  resourceClaimTemplate,
  resourcePoolStatusRequest,
  resourceSlice,
  podGroup,
  priorityClass,
  workload,
  csiDriver,
  csiNode,
  csiStorageCapacity,
  storageClass,
  volumeAttachment,
  volumeAttributesClass,
  storageVersionMigration,
]
