import { directory, programFile } from '../os/file-nodes'
import type { Repository } from './image'

/** Components of a kubeadm cluster follow the simulated release: all minors from 1.16 on, a few patches each. */
const releases = Array.from({ length: 21 }, (_, i) => 36 - i).flatMap((minor) =>
  [0, 1, 2, 3, 4, 5, 6, 7, 8].map((patch) => `v1.${minor}.${patch}`),
)
/** Tags that are their own versions. */
export const same = (tags: readonly string[]) => Object.fromEntries(tags.map((tag) => [tag, tag]))

const component = (name: string, sizeBytes: number): Repository => ({
  names: [`registry.k8s.io/${name}`, `k8s.gcr.io/${name}`],
  tags: same(releases),
  sizeBytes,
  tools: 'none',
  cmd: [name],
  files: (version) => ({ [`/usr/local/bin/${name}`]: programFile(`${name}/${version}`), '/go-runner': programFile('exec-arguments') }),
})

/** What a kubeadm cluster itself is made of. */
export const systemImages: readonly Repository[] = [
  component('kube-apiserver', 27_063_372),
  component('kube-controller-manager', 22_819_474),
  component('kube-scheduler', 17_382_272),
  component('kube-proxy', 25_963_701),
  {
    names: ['registry.k8s.io/etcd', 'k8s.gcr.io/etcd', 'quay.io/coreos/etcd', 'gcr.io/etcd-development/etcd'],
    tags: { ...same(['3.6.6-0', '3.6.5-0', '3.6.4-0', '3.5.21-0', '3.5.16-0', '3.5.15-0', '3.5.12-0', '3.5.9-0', '3.5.6-0', '3.5.4-0', '3.5.3-0', '3.5.1-0', '3.5.0-0', '3.4.13-0', '3.4.3-0', '3.3.15-0', '3.3.10']), 'v3.6.6': '3.6.6-0', 'v3.5.21': '3.5.21-0', 'v3.5.9': '3.5.9-0', 'v3.5.0': '3.5.0-0', 'v3.4.13': '3.4.13-0' },
    sizeBytes: 23_641_797,
    tools: 'none',
    cmd: ['etcd'],
    files: (version) => ({ '/usr/local/bin/etcd': programFile(`etcd/${version.split('-')[0]}`), '/usr/local/bin/etcdctl': programFile(`etcdctl/${version.split('-')[0]}`), '/usr/local/bin/etcdutl': programFile(`etcdutl/${version.split('-')[0]}`), '/var/lib/etcd': directory({}, 0o700) }),
  }, // prettier-ignore
  {
    names: ['registry.k8s.io/coredns/coredns', 'k8s.gcr.io/coredns/coredns', 'docker.io/coredns/coredns', 'k8s.gcr.io/coredns'],
    tags: { ...same(['v1.13.1', 'v1.12.4', 'v1.12.3', 'v1.12.1', 'v1.12.0', 'v1.11.3', 'v1.11.1', 'v1.10.1', 'v1.9.3', 'v1.8.6', 'v1.8.4', 'v1.8.0']), '1.13.1': 'v1.13.1', '1.12.0': 'v1.12.0', '1.7.0': 'v1.7.0', '1.6.7': 'v1.6.7', '1.6.5': 'v1.6.5', '1.6.2': 'v1.6.2', latest: 'v1.13.1' },
    sizeBytes: 23_553_139,
    tools: 'none',
    entrypoint: ['/coredns'],
    user: 'nonroot:nonroot',
    files: (version) => ({ '/coredns': programFile(`coredns/${version}`) }),
  }, // prettier-ignore
  {
    names: ['registry.k8s.io/pause', 'k8s.gcr.io/pause', 'gcr.io/google_containers/pause', 'registry.k8s.io/pause-amd64', 'k8s.gcr.io/e2e-test-images/pause'],
    tags: { ...same(['3.10.1', '3.10', '3.9', '3.8', '3.7', '3.6', '3.5', '3.4.1', '3.3', '3.2', '3.1', '3.0', '2.0', '1.0']), latest: '3.10.1', go: '1.0' },
    sizeBytes: 320_448,
    tools: 'none',
    entrypoint: ['/pause'],
    user: '65535:65535',
    files: () => ({ '/pause': programFile('pause') }),
  }, // prettier-ignore
  {
    names: ['docker.io/rancher/local-path-provisioner'],
    tags: same(['v0.0.34', 'v0.0.33', 'v0.0.32', 'v0.0.31', 'v0.0.30', 'v0.0.24']),
    sizeBytes: 16_000_000,
    tools: 'none',
    cmd: ['local-path-provisioner'],
    files: (version) => ({ '/usr/bin/local-path-provisioner': programFile(`local-path-provisioner/${version}`) }),
  },
  {
    names: ['registry.k8s.io/metrics-server/metrics-server', 'k8s.gcr.io/metrics-server/metrics-server'],
    tags: same(['v0.8.0', 'v0.7.2', 'v0.7.1', 'v0.7.0', 'v0.6.4', 'v0.6.3', 'v0.5.2']),
    sizeBytes: 22_000_000,
    tools: 'none',
    entrypoint: ['/metrics-server'],
    user: '65534',
    files: (version) => ({ '/metrics-server': programFile(`metrics-server/${version}`) }),
  },
]
