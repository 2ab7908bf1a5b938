import { describeRole, describeRoleBinding, describeServiceAccount } from './access'
import { describeHorizontalPodAutoscaler, describeHorizontalPodAutoscalerV1 } from './autoscaler'
import { describeCertificateSigningRequest } from './certificate-signing-request'
import { describeConfigMap, describeSecret } from './configuration'
import type { Describer } from './describer'
import { describeIngress, describeIngressClass, describeIngressV1beta1 } from './ingress'
import { describeCronJob, describeJob } from './jobs'
import { describeNetworkPolicy } from './network-policy'
import { describeNode } from './node'
import { describePod } from './pod'
import { describePodDisruptionBudget, describePriorityClass } from './policy'
import { describeLimitRange, describeNamespace, describeResourceQuota } from './quotas'
import { describeEndpoints, describeEndpointSlice, describeIPAddress, describeService, describeServiceCIDR } from './services'
import {
  describeCSINode,
  describePersistentVolume,
  describePersistentVolumeClaim,
  describeStorageClass,
  describeVolumeAttributesClass,
} from './storage'
import { describeDaemonSet, describeDeployment, describeReplicaSet, describeReplicationController, describeStatefulSet } from './workloads'

/** One version of a kind, and who describes it. */
export interface DescribedVersion {
  readonly apiVersion: string
  readonly describe: Describer
}

/** Kinds that have a description of their own, by the version of them that it reads. */
const current: Readonly<Record<string, Describer>> = {
  'v1/Pod': describePod,
  'v1/ReplicationController': describeReplicationController,
  'v1/Secret': describeSecret,
  'v1/Service': describeService,
  'v1/ServiceAccount': describeServiceAccount,
  'v1/Node': describeNode,
  'v1/LimitRange': describeLimitRange,
  'v1/ResourceQuota': describeResourceQuota,
  'v1/PersistentVolume': describePersistentVolume,
  'v1/PersistentVolumeClaim': describePersistentVolumeClaim,
  'v1/Namespace': describeNamespace,
  'v1/Endpoints': describeEndpoints,
  'v1/ConfigMap': describeConfigMap,
  'apps/v1/Deployment': describeDeployment,
  'apps/v1/ReplicaSet': describeReplicaSet,
  'apps/v1/StatefulSet': describeStatefulSet,
  'apps/v1/DaemonSet': describeDaemonSet,
  'batch/v1/Job': describeJob,
  'batch/v1/CronJob': describeCronJob,
  'discovery.k8s.io/v1/EndpointSlice': describeEndpointSlice,
  'autoscaling/v2/HorizontalPodAutoscaler': describeHorizontalPodAutoscaler,
  'networking.k8s.io/v1/Ingress': describeIngress,
  'networking.k8s.io/v1/IngressClass': describeIngressClass,
  'networking.k8s.io/v1/NetworkPolicy': describeNetworkPolicy,
  'networking.k8s.io/v1/ServiceCIDR': describeServiceCIDR,
  'networking.k8s.io/v1/IPAddress': describeIPAddress,
  'certificates.k8s.io/v1/CertificateSigningRequest': describeCertificateSigningRequest,
  'storage.k8s.io/v1/StorageClass': describeStorageClass,
  'storage.k8s.io/v1/CSINode': describeCSINode,
  'storage.k8s.io/v1/VolumeAttributesClass': describeVolumeAttributesClass,
  'policy/v1/PodDisruptionBudget': describePodDisruptionBudget,
  'rbac.authorization.k8s.io/v1/Role': describeRole,
  'rbac.authorization.k8s.io/v1/ClusterRole': describeRole,
  'rbac.authorization.k8s.io/v1/RoleBinding': describeRoleBinding,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': describeRoleBinding,
  'scheduling.k8s.io/v1/PriorityClass': describePriorityClass,
}

/** What is read instead on a server that does not have those versions yet. */
const earlier: Readonly<Record<string, Describer>> = {
  'autoscaling/v1/HorizontalPodAutoscaler': describeHorizontalPodAutoscalerV1,
  'batch/v1beta1/CronJob': describeCronJob,
  'certificates.k8s.io/v1beta1/CertificateSigningRequest': describeCertificateSigningRequest,
  'discovery.k8s.io/v1beta1/EndpointSlice': describeEndpointSlice,
  'networking.k8s.io/v1beta1/Ingress': describeIngressV1beta1,
  'networking.k8s.io/v1beta1/IngressClass': describeIngressClass,
  'networking.k8s.io/v1beta1/ServiceCIDR': describeServiceCIDR,
  'networking.k8s.io/v1beta1/IPAddress': describeIPAddress,
  'policy/v1beta1/PodDisruptionBudget': describePodDisruptionBudget,
  'storage.k8s.io/v1beta1/VolumeAttributesClass': describeVolumeAttributesClass,
}

/** The versions in which a kind can be described, the preferred one first; none for a kind that is described field by field. */
export function versionsDescribed({ group, kind }: { readonly group: string; readonly kind: string }): readonly DescribedVersion[] {
  // Ingresses began in a group that no longer describes them.
  const home = group === 'extensions' && kind === 'Ingress' ? 'networking.k8s.io' : group
  const isMeant = (apiVersion: string) => (home === '' ? !apiVersion.includes('/') : apiVersion.startsWith(`${home}/`))
  return [...Object.entries(current), ...Object.entries(earlier)].flatMap(([key, describe]) => {
    const end = key.lastIndexOf('/')
    const apiVersion = key.slice(0, end)
    return key.slice(end + 1) === kind && isMeant(apiVersion) ? [{ apiVersion, describe }] : []
  })
}
