/**
 * Releases in which a version stopped being served, where resources.json has nothing to say about it. From the deprecation guide,
 * https://kubernetes.io/docs/reference/using-api/deprecation-guide/. Keys are `group/version/Kind`.
 */
export const REMOVALS: Readonly<Record<string, string>> = {
  'certificates.k8s.io/v1beta1/CertificateSigningRequest': '1.22',
  'coordination.k8s.io/v1beta1/Lease': '1.22',
  'events.k8s.io/v1beta1/Event': '1.25',
  'flowcontrol.apiserver.k8s.io/v1beta1/FlowSchema': '1.26',
  'flowcontrol.apiserver.k8s.io/v1beta1/PriorityLevelConfiguration': '1.26',
  'flowcontrol.apiserver.k8s.io/v1beta2/FlowSchema': '1.29',
  'flowcontrol.apiserver.k8s.io/v1beta2/PriorityLevelConfiguration': '1.29',
  'flowcontrol.apiserver.k8s.io/v1beta3/FlowSchema': '1.32',
  'flowcontrol.apiserver.k8s.io/v1beta3/PriorityLevelConfiguration': '1.32',
  'networking.k8s.io/v1beta1/Ingress': '1.22',
  'networking.k8s.io/v1beta1/IngressClass': '1.22',
  'node.k8s.io/v1beta1/RuntimeClass': '1.25',
  'storage.k8s.io/v1beta1/CSIDriver': '1.22',
  'storage.k8s.io/v1beta1/CSIStorageCapacity': '1.27',
  'storage.k8s.io/v1beta1/StorageClass': '1.22',
  'storage.k8s.io/v1beta1/VolumeAttachment': '1.22',
}

/** Versions that resources.json knows nothing of, because release 1.36 has forgotten their types: each has the shape of a later one. */
export const FORGOTTEN = [
  {
    group: 'autoscaling',
    version: 'v2beta2',
    kind: 'HorizontalPodAutoscaler',
    type: 'autoscaling.v2.HorizontalPodAutoscaler',
    namespaced: true,
    introduced: '1.12',
    deprecated: '1.23',
    removed: '1.26',
    replacement: 'autoscaling,v2,HorizontalPodAutoscaler',
  },
] as const

/** Releases in which a version was first served, where resources.json has the one for which it was written. */
export const INTRODUCTIONS: Readonly<Record<string, string>> = { 'discovery.k8s.io/v1beta1/EndpointSlice': '1.17' }

/** Since when a version was deprecated and what replaces it (`group,version`), where resources.json has nothing to say about it. */
export const DEPRECATIONS: Readonly<Record<string, readonly [since: string, replacement: string]>> = {
  'flowcontrol.apiserver.k8s.io/v1beta1': ['1.23', 'flowcontrol.apiserver.k8s.io/v1beta3'],
  'flowcontrol.apiserver.k8s.io/v1beta2': ['1.26', 'flowcontrol.apiserver.k8s.io/v1beta3'],
  'flowcontrol.apiserver.k8s.io/v1beta3': ['1.29', 'flowcontrol.apiserver.k8s.io/v1'],
}

/** Betas that came after 1.24 and are served unasked all the same: later versions of kinds that had been beta before. */
export const BETAS_SERVED: readonly string[] = ['flowcontrol.apiserver.k8s.io/v1beta3']
