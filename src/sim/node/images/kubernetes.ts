import { file, programFile } from '../os/file-nodes'
import { tagsOf, type Repository } from './image'
import { same } from './system'

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
    tools: 'alpine',
    adds: ['bash', 'curl', 'dig', 'host', 'jq', 'nslookup', 'openssl'], // bind-tools among them, and their nslookup goes before busybox'
    entrypoint: ['/agnhost'],
    cmd: ['pause'],
    files: (version) => ({
      '/agnhost': programFile(`agnhost/${version}`),
      '/etc/passwd': file(
        'root:x:0:0:root:/root:/bin/sh\nuser-defined-in-image:x:1000:1000:Linux User,,,:/home/user-defined-in-image:/bin/sh\n',
      ),
      '/etc/group': file('root:x:0:root\nuser-defined-in-image:x:1000:\ngroup-defined-in-image:x:50000:user-defined-in-image\n'),
    }),
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
    adds: ['curl', 'dig', 'host', 'nslookup', 'ping', 'ps', 'wget', 'nc'],
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
    adds: ['curl'],
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
    // The project's own: an admission webhook whose rules are a mounted file (programs/webhook.ts).
    names: ['ghcr.io/tabernetes/webhook'],
    tags: { v1: '1', latest: '1' },
    sizeBytes: 6_000_000,
    tools: 'none',
    entrypoint: ['/webhook'],
    files: () => ({ '/webhook': programFile('webhook') }),
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
    names: ['registry.k8s.io/cuda-vector-add', 'k8s.gcr.io/cuda-vector-add', 'nvcr.io/nvidia/k8s/cuda-sample'],
    tags: same(['v0.1', 'vectoradd-cuda11.7.1-ubuntu20.04', 'vectoradd-cuda12.5.0']),
    sizeBytes: 560_000_000,
    tools: 'debian',
    cmd: ['/bin/vectorAdd'],
    files: () => ({ '/bin/vectorAdd': programFile('cuda-vector-add') }),
  },
  {
    names: ['registry.k8s.io/hpa-example', 'k8s.gcr.io/hpa-example'],
    tags: { latest: '1', '1': '1' },
    sizeBytes: 180_000_000,
    tools: 'debian',
    adds: ['curl', 'openssl'],
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
    names: ['docker.io/vish/stress'],
    tags: { latest: '1' },
    sizeBytes: 1_559_000,
    tools: 'none',
    entrypoint: ['/stress'],
    files: () => ({ '/stress': programFile('memory-stress') }),
  },
  {
    names: ['docker.io/polinux/stress', 'docker.io/progrium/stress', 'docker.io/polinux/stress-ng'],
    tags: { latest: '1.0.4', '1.0.4': '1.0.4', v1: '1.0.4' },
    sizeBytes: 4_000_000,
    tools: 'alpine',
    cmd: ['stress'],
    files: () => ({ '/usr/local/bin/stress': programFile('stress') }),
    variant: () => ({}),
  },
]

/** What people see who look into the bootcamp's container; the program itself is programs/samples.ts. */
const bootcampSource = (version: string) => `const http = require('http')
const host = process.env.HOSTNAME
http.createServer((request, response) => {
  response.setHeader('Content-Type', 'text/plain')
  response.end(\`Hello Kubernetes bootcamp! | Running on: \${host} | v=${version}\\n\`)
}).listen(8080)
`

const helloServer = (program: string, sizeBytes: number): Omit<Repository, 'names' | 'tags'> => ({
  sizeBytes,
  tools: 'none',
  entrypoint: [`/${program}`],
  files: (version) => ({ [`/${program}`]: programFile(`${program}/${version}`) }),
})

/** Sample applications of tutorials. */
export const samples: readonly Repository[] = [
  {
    // Files to be mounted as a volume of type image.
    names: ['quay.io/crio/artifact'],
    tags: same(['v1', 'v2']),
    sizeBytes: 1_200,
    tools: 'none',
    files: () => ({ '/dir/file': file('1\n'), '/file': file('2\n') }),
  },
  {
    ...helloServer('hello-app', 13_000_000),
    tools: 'alpine', // the documentation opens a shell in it
    names: ['gcr.io/google-samples/hello-app', 'us-docker.pkg.dev/google-samples/containers/gke/hello-app'],
    tags: { '1.0': '1.0.0', '2.0': '2.0.0' },
  },
  {
    names: ['gcr.io/google-samples/kubernetes-bootcamp', 'docker.io/jocatalin/kubernetes-bootcamp'],
    tags: { v1: '1', v2: '2', latest: '1' },
    sizeBytes: 83_800_000,
    tools: 'debian',
    adds: ['curl', 'ps', 'wget', 'openssl'],
    cmd: ['/bin/sh', '-c', 'node server.js'],
    workingDir: '/',
    files: (version) => ({
      '/usr/local/bin/node': programFile(`kubernetes-bootcamp/${version}`),
      '/server.js': file(bootcampSource(version)),
    }),
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
    adds: ['curl', 'openssl'],
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
  ...(
    [
      ['docker.io/nginxdemos/hello', 80],
      ['docker.io/nginxdemos/nginx-hello', 8080],
    ] as const
  ).map(([name, port]): Repository => ({
    ...helloServer('nginx-hello', 22_000_000),
    tools: 'alpine',
    names: [name],
    tags: same(['plain-text', '0.4-plain-text', 'latest', '0.4', '0.3']),
    files: (version) => ({ '/nginx-hello': programFile(`nginx-hello/${port}/${version}`) }),
  })),
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
