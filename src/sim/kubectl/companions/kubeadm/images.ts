/** What a control plane of a release is made of, in kubeadm's order. */
export const imagesOf = (release: string): readonly string[] => [
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map((name) => `registry.k8s.io/${name}:v${release}`),
  'registry.k8s.io/coredns/coredns:v1.13.1',
  'registry.k8s.io/pause:3.10.1',
  'registry.k8s.io/etcd:3.6.6-0',
]
