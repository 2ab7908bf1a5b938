import type { AdmissionPlugin } from '../hooks'
import { defaultStorageClass } from './default-storage-class'
import { defaultTolerationSeconds } from './default-toleration-seconds'
import { latePlugin as late } from './late-plugins'
import { namespaceLifecycle } from './namespace-lifecycle'
import { nodeRestriction } from './node-restriction'
import { priority } from './priority'
import { serviceAccount } from './service-account'
import { storageObjectInUseProtection } from './storage-object-in-use-protection'

const CLAIMS = ['persistentvolumeclaims']
const REQUESTS = ['certificatesigningrequests.certificates.k8s.io']
const RIGHTS = ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'].map((plural) => `${plural}.rbac.authorization.k8s.io`)

/** The admission plugins of a kubeadm cluster, in the order in which kube-apiserver asks them. */
export const admissionPlugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  late('LimitRanger', ['pods', ...CLAIMS]),
  serviceAccount,
  nodeRestriction,
  late('PodSecurity'),
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  late('PersistentVolumeClaimResize', CLAIMS),
  late('RuntimeClass', ['pods']),
  late('CertificateRequester', REQUESTS),
  late('DefaultIngressClass', ['ingresses.networking.k8s.io']),
  late('MutatingAdmissionPolicy'),
  late('MutatingAdmissionWebhook'),
  // Not plugins in a real server: what the storage of roles and bindings checks itself, at the same place.
  late('RBACEscalation', RIGHTS),
  late('CertificateApproval', REQUESTS),
  late('CertificateSigning', REQUESTS),
  late('CertificateSubjectRestriction', REQUESTS),
  late('ValidatingAdmissionPolicy'),
  late('ValidatingAdmissionWebhook'),
  late('ResourceQuota'),
]
