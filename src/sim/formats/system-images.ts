/** What a cluster set up by kubeadm runs besides Kubernetes' own components; the same in every simulated release. */
export const ETCD_VERSION = '3.6.6'
export const ETCD_IMAGE = `registry.k8s.io/etcd:${ETCD_VERSION}-0`
export const COREDNS_IMAGE = 'registry.k8s.io/coredns/coredns:v1.13.1'
export const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10.1'
