import type { AdmissionPlugin } from '../hooks'
import { defaultTolerationSeconds } from './default-toleration-seconds'
import { namespaceLifecycle } from './namespace-lifecycle'
import { priority } from './priority'
import { serviceAccount } from './service-account'

/** The admission plugins of a kubeadm cluster, in the order in which kube-apiserver asks them. */
export const admissionPlugins: readonly AdmissionPlugin[] = [namespaceLifecycle, serviceAccount, priority, defaultTolerationSeconds]
