import { programFile, directory } from '../os/file-system'
import { tagsOf, type Repository } from './image'

/** Components of a kubeadm cluster follow the simulated release: all minors from 1.16 on, a few patches each. */
const releases = Array.from({ length: 21 }, (_, i) => 36 - i).flatMap((minor) =>
  [0, 1, 2, 3, 4, 5, 6, 7, 8].map((patch) => `v1.${minor}.${patch}`),
)
const same = (tags: readonly string[]) => Object.fromEntries(tags.map((tag) => [tag, tag]))

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
    tags: { ...same(['3.6.6-0', '3.6.5-0', '3.6.4-0', '3.5.21-0', '3.5.16-0', '3.5.15-0', '3.5.12-0', '3.5.9-0', '3.5.6-0', '3.5.4-0', '3.5.3-0', '3.5.1-0', '3.5.0-0', '3.4.13-0', '3.4.3-0', '3.3.15-0', '3.3.10']), 'v3.6.6': '3.6.6-0', 'v3.5.21': '3.5.21-0', 'v3.5.0': '3.5.0-0', 'v3.4.13': '3.4.13-0' },
    sizeBytes: 23_641_797,
    tools: 'none',
    cmd: ['etcd'],
    files: (version) => ({ '/usr/local/bin/etcd': programFile(`etcd/${version.split('-')[0]}`), '/usr/local/bin/etcdctl': programFile(`etcdctl/${version.split('-')[0]}`), '/var/lib/etcd': directory({}, 0o700) }),
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
    tags: same(['v0.8.0', 'v0.7.2', 'v0.7.1', 'v0.6.4', 'v0.6.3', 'v0.5.2']),
    sizeBytes: 22_000_000,
    tools: 'none',
    entrypoint: ['/metrics-server'],
    user: '65534',
    files: (version) => ({ '/metrics-server': programFile(`metrics-server/${version}`) }),
  },
]

/** Images that Kubernetes' own documentation and tests use. */
export const testImages: readonly Repository[] = [
  {
    names: [
      'registry.k8s.io/e2e-test-images/agnhost',
      'k8s.gcr.io/e2e-test-images/agnhost',
      'gcr.io/kubernetes-e2e-test-images/agnhost',
      'us.gcr.io/k8s-artifacts-prod/e2e-test-images/agnhost',
    ],
    tags: same([...Array.from({ length: 61 }, (_, i) => `2.${i}`), '1.0']),
    sizeBytes: 52_300_000,
    tools: 'debian',
    entrypoint: ['/agnhost'],
    cmd: ['pause'],
    files: (version) => ({ '/agnhost': programFile(`agnhost/${version}`) }),
  },
  {
    names: [
      'registry.k8s.io/e2e-test-images/jessie-dnsutils',
      'registry.k8s.io/e2e-test-images/dnsutils',
      'gcr.io/kubernetes-e2e-test-images/dnsutils',
      'k8s.gcr.io/e2e-test-images/jessie-dnsutils',
    ],
    tags: same(['1.3', '1.4', '1.5', '1.7']),
    sizeBytes: 45_000_000,
    tools: 'debian',
    cmd: ['/bin/sh'],
  },
  {
    names: [
      'registry.k8s.io/echoserver',
      'k8s.gcr.io/echoserver',
      'gcr.io/google_containers/echoserver',
      'registry.k8s.io/e2e-test-images/echoserver',
    ],
    tags: same(['1.10', '1.9', '1.8', '1.7', '1.6', '1.5', '1.4', '1.3', '2.3', '2.4', '2.5']),
    sizeBytes: 36_000_000,
    tools: 'debian',
    cmd: ['echoserver'],
    files: (version) => ({ '/usr/local/bin/echoserver': programFile(`echoserver/${version}`) }),
  },
  {
    names: [
      'registry.k8s.io/serve_hostname',
      'k8s.gcr.io/serve_hostname',
      'registry.k8s.io/serve-hostname',
      'gcr.io/google_containers/serve_hostname',
      'gcr.io/kubernetes-e2e-test-images/serve-hostname',
      'registry.k8s.io/e2e-test-images/serve-hostname',
    ],
    tags: { ...same(['v1.4', '1.1', '1.4', 'v1.3', 'v1.2', 'v1.1']), latest: 'v1.4' },
    sizeBytes: 4_500_000,
    tools: 'none',
    entrypoint: ['/serve_hostname'],
    files: () => ({ '/serve_hostname': programFile('serve-hostname') }),
  },
  {
    names: ['registry.k8s.io/goproxy', 'k8s.gcr.io/goproxy'],
    tags: { '0.1': '0.1', '1.0': '1.0' },
    sizeBytes: 2_000_000,
    tools: 'none',
    entrypoint: ['/goproxy'],
    files: () => ({ '/goproxy': programFile('goproxy') }),
  },
  {
    names: ['registry.k8s.io/hpa-example', 'k8s.gcr.io/hpa-example'],
    tags: { latest: '1', '1': '1' },
    sizeBytes: 180_000_000,
    tools: 'debian',
    cmd: ['apache2-foreground'],
    files: () => ({ '/usr/local/bin/apache2-foreground': programFile('hpa-example') }),
  },
  {
    names: ['registry.k8s.io/liveness', 'k8s.gcr.io/liveness', 'gcr.io/google_containers/liveness'],
    tags: { latest: '1', '1.0': '1' },
    sizeBytes: 1_800_000,
    tools: 'none',
    entrypoint: ['/server'],
    files: () => ({ '/server': programFile('liveness-server') }),
  },
  {
    names: ['registry.k8s.io/nginx', 'k8s.gcr.io/nginx'],
    tags: { '1.7.9': '1.7.9', latest: '1.7.9' },
    sizeBytes: 39_000_000,
    tools: 'debian',
    cmd: ['nginx', '-g', 'daemon off;'],
    files: () => ({ '/usr/sbin/nginx': programFile('nginx/1.7.9') }),
  },
  {
    names: ['docker.io/polinux/stress', 'docker.io/vish/stress', 'docker.io/progrium/stress', 'docker.io/polinux/stress-ng'],
    tags: { latest: '1.0.4', '1.0.4': '1.0.4', v1: '1.0.4' },
    sizeBytes: 4_000_000,
    tools: 'alpine',
    cmd: ['stress'],
    files: () => ({ '/usr/local/bin/stress': programFile('stress') }),
    variant: () => ({}),
  },
]

const helloServer = (program: string, sizeBytes: number): Omit<Repository, 'names' | 'tags'> => ({
  sizeBytes,
  tools: 'none',
  entrypoint: [`/${program}`],
  files: (version) => ({ [`/${program}`]: programFile(`${program}/${version}`) }),
})

/** Sample applications of tutorials. */
export const samples: readonly Repository[] = [
  {
    ...helloServer('hello-app', 13_000_000),
    names: ['gcr.io/google-samples/hello-app', 'us-docker.pkg.dev/google-samples/containers/gke/hello-app'],
    tags: { '1.0': '1.0.0', '2.0': '2.0.0' },
  },
  {
    names: ['gcr.io/google-samples/kubernetes-bootcamp', 'docker.io/jocatalin/kubernetes-bootcamp'],
    tags: { v1: '1', v2: '2', latest: '1' },
    sizeBytes: 83_800_000,
    tools: 'debian',
    cmd: ['/bin/sh', '-c', 'node server.js'],
    workingDir: '/',
    files: (version) => ({ '/usr/local/bin/node': programFile(`kubernetes-bootcamp/${version}`) }),
  },
  {
    names: [
      'us-docker.pkg.dev/google-samples/containers/gke/gb-frontend',
      'gcr.io/google-samples/gb-frontend',
      'gcr.io/google_samples/gb-frontend',
    ],
    tags: same(['v3', 'v4', 'v5', 'v6']),
    sizeBytes: 160_000_000,
    tools: 'debian',
    cmd: ['apache2-foreground'],
    files: () => ({ '/usr/local/bin/apache2-foreground': programFile('gb-frontend') }),
  },
  {
    ...helloServer('node-hello', 250_000_000),
    names: ['gcr.io/google-samples/node-hello', 'gcr.io/hello-minikube-zero-install/hello-node'],
    tags: { '1.0': '1.0', latest: '1.0' },
  },
  {
    ...helloServer('hello-world', 2_380),
    names: ['docker.io/library/hello-world'],
    tags: { latest: 'linux', linux: 'linux' },
    entrypoint: undefined,
    cmd: ['/hello'],
    files: () => ({ '/hello': programFile('hello-world') }),
  },
  {
    ...helloServer('http-echo', 4_300_000),
    names: ['docker.io/hashicorp/http-echo'],
    tags: { ...tagsOf(['1.0.0', '0.2.3']), '1.0': '1.0.0' },
  },
  {
    ...helloServer('whoami', 2_800_000),
    names: ['docker.io/traefik/whoami', 'docker.io/containous/whoami'],
    tags: { ...tagsOf(['1.11.0', '1.10.4', '1.8.7']), 'v1.11': '1.11.0', 'v1.10': '1.10.4' },
  },
  {
    ...helloServer('echo-server', 8_000_000),
    names: [
      'docker.io/ealen/echo-server',
      'docker.io/mendhak/http-https-echo',
      'docker.io/kicbase/echo-server',
      'docker.io/jmalloc/echo-server',
    ],
    tags: { latest: '1.0', '1.0': '1.0', '0.9.2': '0.9.2' },
  },
  {
    ...helloServer('podinfo', 20_000_000),
    names: ['docker.io/stefanprodan/podinfo', 'ghcr.io/stefanprodan/podinfo'],
    tags: { ...tagsOf(['6.9.2', '6.9.1', '6.8.0', '6.7.1', '6.0.0', '5.0.0']) },
    tools: 'alpine',
    entrypoint: undefined,
    cmd: ['./podinfo'],
    workingDir: '/',
  },
]
