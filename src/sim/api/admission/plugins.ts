import type { AdmissionPlugin } from '../hooks'
import { escalation } from '../auth/escalation'
import { certificateRequester } from './certificate-requester'
import { claimResize } from './claim-resize'
import { defaultStorageClass } from './default-storage-class'
import { defaultTolerationSeconds } from './default-toleration-seconds'
import { latePluginsWith } from './late-plugins'
import { namespaceLifecycle } from './namespace-lifecycle'
import { nodeRestriction } from './node-restriction'
import { priority } from './priority'
import { serviceAccount } from './service-account'
import { storageObjectInUseProtection } from './storage-object-in-use-protection'
import type { CallWebhook } from './webhooks'

/** The admission plugins of a kubeadm cluster, in the order in which kube-apiserver asks them. `call` reaches webhooks. */
export function admissionPluginsWith(call?: CallWebhook): readonly AdmissionPlugin[] {
  const late = latePluginsWith(call)
  return [
    namespaceLifecycle,
    late('LimitRanger'),
    serviceAccount,
    nodeRestriction,
    late('PodSecurity'),
    priority,
    defaultTolerationSeconds,
    defaultStorageClass,
    storageObjectInUseProtection,
    claimResize,
    certificateRequester,
    late('MutatingAdmissionPolicy'),
    late('MutatingAdmissionWebhook'),
    // Not plugins in a real server: what the storage of roles, bindings and definitions checks itself, at the same place.
    escalation,
    late('CustomResourceDefinitionValidation'),
    late('ValidatingAdmissionPolicy'),
    late('ValidatingAdmissionWebhook'),
    late('ResourceQuota'),
  ]
}

/** The same in a cluster whose network reaches no webhook. */
export const admissionPlugins = admissionPluginsWith()
