import type { AdmissionPlugin } from '../hooks'
import { customResourceDefinitionValidation } from '../crd/definition-validation'
import { escalation } from '../auth/escalation'
import { defaultStorageClass } from './default-storage-class'
import { defaultTolerationSeconds } from './default-toleration-seconds'
import { limitRanger } from './limit-ranger'
import { mutatingAdmissionPolicy } from './mutating-admission-policy'
import { namespaceLifecycle } from './namespace-lifecycle'
import { nodeRestriction } from './node-restriction'
import { podSecurity } from './pod-security'
import { priority } from './priority'
import { resourceQuota } from './resource-quota'
import { serviceAccount } from './service-account'
import { validatingAdmissionPolicy } from './validating-admission-policy'

/** The admission plugins of a kubeadm cluster, in the order in which kube-apiserver asks them. */
export const admissionPlugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  nodeRestriction,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  mutatingAdmissionPolicy,
  // Not plugins in a real server: what the storage of roles, bindings and definitions checks itself, at the same place.
  escalation,
  customResourceDefinitionValidation,
  validatingAdmissionPolicy,
  resourceQuota,
]
