import type { AdmissionPlugin } from '../hooks'
import { customResourceDefinitionValidation } from '../crd/definition-validation'
import { escalation } from '../auth/escalation'
import { certificateRequester } from './certificate-requester'
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
import { storageObjectInUseProtection } from './storage-object-in-use-protection'
import { validatingAdmissionPolicy } from './validating-admission-policy'
import { webhookPlugins, type CallWebhook } from './webhooks'

/** The admission plugins of a kubeadm cluster, in the order in which kube-apiserver asks them. `call` reaches webhooks. */
export function admissionPluginsWith(call?: CallWebhook): readonly AdmissionPlugin[] {
  const webhooks = webhookPlugins(call)
  return [
    namespaceLifecycle,
    limitRanger,
    serviceAccount,
    nodeRestriction,
    podSecurity,
    priority,
    defaultTolerationSeconds,
    defaultStorageClass,
    storageObjectInUseProtection,
    certificateRequester,
    mutatingAdmissionPolicy,
    webhooks.mutating,
    // Not plugins in a real server: what the storage of roles, bindings and definitions checks itself, at the same place.
    escalation,
    customResourceDefinitionValidation,
    validatingAdmissionPolicy,
    webhooks.validating,
    resourceQuota,
  ]
}

/** The same in a cluster whose network reaches no webhook. */
export const admissionPlugins = admissionPluginsWith()
