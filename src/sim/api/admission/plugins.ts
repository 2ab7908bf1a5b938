import type { AdmissionPlugin } from '../hooks'
import { escalation } from '../auth/escalation'
import { defaultTolerationSeconds } from './default-toleration-seconds'
import { namespaceLifecycle } from './namespace-lifecycle'
import { priority } from './priority'
import { serviceAccount } from './service-account'

/** The admission plugins of a kubeadm cluster, in the order in which kube-apiserver asks them. */
export const admissionPlugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  serviceAccount,
  priority,
  defaultTolerationSeconds,
  // Not a plugin of admission in a real server, but asked at the same place: by the storage of roles and bindings.
  escalation,
]
