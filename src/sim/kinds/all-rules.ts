import { mutatingAdmissionPolicyBindingRules } from './admissionregistration/mutating-admission-policy-binding-rules'
import { mutatingAdmissionPolicyRules } from './admissionregistration/mutating-admission-policy-rules'
import { mutatingWebhookConfigurationRules } from './admissionregistration/mutating-webhook-configuration-rules'
import { validatingAdmissionPolicyBindingRules } from './admissionregistration/validating-admission-policy-binding-rules'
import { validatingAdmissionPolicyRules } from './admissionregistration/validating-admission-policy-rules'
import { validatingWebhookConfigurationRules } from './admissionregistration/validating-webhook-configuration-rules'
import { customResourceDefinitionRules } from './apiextensions/custom-resource-definition-rules'
import { apiServiceRules } from './apiregistration/api-service-rules'
import { controllerRevisionRules } from './apps/controller-revision-rules'
import { daemonSetRules } from './apps/daemon-set-rules'
import { deploymentRules } from './apps/deployment-rules'
import { replicaSetRules } from './apps/replica-set-rules'
import { statefulSetRules } from './apps/stateful-set-rules'
import { horizontalPodAutoscalerRules } from './autoscaling/horizontal-pod-autoscaler-rules'
import { cronJobRules } from './batch/cron-job-rules'
import { jobRules } from './batch/job-rules'
import { certificateSigningRequestRules } from './certificates/certificate-signing-request-rules'
import { clusterTrustBundleRules } from './certificates/cluster-trust-bundle-rules'
import { podCertificateRequestRules } from './certificates/pod-certificate-request-rules'
import { leaseCandidateRules } from './coordination/lease-candidate-rules'
import { leaseRules } from './coordination/lease-rules'
import { configMapRules } from './core/config-map-rules'
import { endpointsRules } from './core/endpoints-rules'
import { eventRules } from './core/event-rules'
import { limitRangeRules } from './core/limit-range-rules'
import { nodeRules } from './core/node-rules'
import { persistentVolumeClaimRules } from './core/persistent-volume-claim-rules'
import { persistentVolumeRules } from './core/persistent-volume-rules'
import { podRules } from './core/pod-rules'
import { podTemplateRules } from './core/pod-template-rules'
import { replicationControllerRules } from './core/replication-controller-rules'
import { resourceQuotaRules } from './core/resource-quota-rules'
import { secretRules } from './core/secret-rules'
import { serviceRules } from './core/service-rules'
import { endpointSliceRules } from './discovery/endpoint-slice-rules'
import { flowSchemaRules } from './flowcontrol/flow-schema-rules'
import { priorityLevelConfigurationRules } from './flowcontrol/priority-level-configuration-rules'
import { ingressClassRules } from './networking/ingress-class-rules'
import { ingressRules } from './networking/ingress-rules'
import { ipAddressRules } from './networking/ip-address-rules'
import { networkPolicyRules } from './networking/network-policy-rules'
import { serviceCIDRRules } from './networking/service-cidr-rules'
import { runtimeClassRules } from './node/runtime-class-rules'
import { podDisruptionBudgetRules } from './policy/pod-disruption-budget-rules'
import { roleBindingRules, clusterRoleBindingRules } from './rbac/binding-rules'
import { clusterRoleRules } from './rbac/cluster-role-rules'
import { roleRules } from './rbac/role-rules'
import { deviceTaintRuleRules } from './resource/device-taint-rule-rules'
import { resourceClaimRules } from './resource/resource-claim-rules'
import { resourceClaimTemplateRules } from './resource/resource-claim-template-rules'
import { resourcePoolStatusRequestRules } from './resource/resource-pool-status-request-rules'
import { resourceSliceRules } from './resource/resource-slice-rules'
import { priorityClassRules } from './scheduling/priority-class-rules'
import { csiDriverRules } from './storage/csi-driver-rules'
import { csiNodeRules } from './storage/csi-node-rules'
import { csiStorageCapacityRules } from './storage/csi-storage-capacity-rules'
import { storageClassRules } from './storage/storage-class-rules'
import { volumeAttachmentRules } from './storage/volume-attachment-rules'
import { volumeAttributesClassRules } from './storage/volume-attributes-class-rules'
import { storageVersionMigrationRules } from './storagemigration/storage-version-migration-rules'

/** The rules of kinds that are not in the definitions themselves: they come after the first prompt. */
export const allRules = {
  mutatingAdmissionPolicyBinding: mutatingAdmissionPolicyBindingRules,
  mutatingAdmissionPolicy: mutatingAdmissionPolicyRules,
  mutatingWebhookConfiguration: mutatingWebhookConfigurationRules,
  validatingAdmissionPolicyBinding: validatingAdmissionPolicyBindingRules,
  validatingAdmissionPolicy: validatingAdmissionPolicyRules,
  validatingWebhookConfiguration: validatingWebhookConfigurationRules,
  customResourceDefinition: customResourceDefinitionRules,
  apiService: apiServiceRules,
  controllerRevision: controllerRevisionRules,
  daemonSet: daemonSetRules,
  deployment: deploymentRules,
  replicaSet: replicaSetRules,
  statefulSet: statefulSetRules,
  horizontalPodAutoscaler: horizontalPodAutoscalerRules,
  cronJob: cronJobRules,
  job: jobRules,
  certificateSigningRequest: certificateSigningRequestRules,
  clusterTrustBundle: clusterTrustBundleRules,
  podCertificateRequest: podCertificateRequestRules,
  leaseCandidate: leaseCandidateRules,
  lease: leaseRules,
  configMap: configMapRules,
  endpoints: endpointsRules,
  event: eventRules,
  limitRange: limitRangeRules,
  node: nodeRules,
  persistentVolumeClaim: persistentVolumeClaimRules,
  persistentVolume: persistentVolumeRules,
  pod: podRules,
  podTemplate: podTemplateRules,
  replicationController: replicationControllerRules,
  resourceQuota: resourceQuotaRules,
  secret: secretRules,
  service: serviceRules,
  endpointSlice: endpointSliceRules,
  flowSchema: flowSchemaRules,
  priorityLevelConfiguration: priorityLevelConfigurationRules,
  ingressClass: ingressClassRules,
  ingress: ingressRules,
  ipAddress: ipAddressRules,
  networkPolicy: networkPolicyRules,
  serviceCIDR: serviceCIDRRules,
  runtimeClass: runtimeClassRules,
  podDisruptionBudget: podDisruptionBudgetRules,
  roleBinding: roleBindingRules,
  clusterRoleBinding: clusterRoleBindingRules,
  clusterRole: clusterRoleRules,
  role: roleRules,
  deviceTaintRule: deviceTaintRuleRules,
  resourceClaim: resourceClaimRules,
  resourceClaimTemplate: resourceClaimTemplateRules,
  resourcePoolStatusRequest: resourcePoolStatusRequestRules,
  resourceSlice: resourceSliceRules,
  priorityClass: priorityClassRules,
  csiDriver: csiDriverRules,
  csiNode: csiNodeRules,
  csiStorageCapacity: csiStorageCapacityRules,
  storageClass: storageClassRules,
  volumeAttachment: volumeAttachmentRules,
  volumeAttributesClass: volumeAttributesClassRules,
  storageVersionMigration: storageVersionMigrationRules,
}
