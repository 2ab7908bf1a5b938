import { directory, file, link, programFile } from '../os/file-nodes'
import { tagsOf, type Repository } from './image'
import { same } from './system'

/** In the image's own folder, which its user may empty. */
const zookeeperPrograms = ['zookeeper-ready', 'zkCli.sh', 'zkServer.sh']

const library = (name: string) => [`docker.io/library/${name}`, `mirror.gcr.io/library/${name}`, `public.ecr.aws/docker/library/${name}`]

/** A server that starts, says so, listens, and is not looked at more closely. */
const plainServer = (
  names: readonly string[],
  tags: Readonly<Record<string, string>>,
  ports: readonly number[],
  sizeBytes: number,
  extra: Partial<Repository> = {},
): Repository => {
  const program = names[0]!.slice(names[0]!.lastIndexOf('/') + 1)
  return {
    names,
    tags,
    sizeBytes,
    tools: 'debian',
    cmd: [program],
    files: () => ({ [`/usr/local/bin/${program}`]: programFile(`plain-server/${program}/${ports.join(',')}`) }),
    ...extra,
  }
}

const frontendConfiguration = `# The identifier Backend is internal to nginx, and used to name this specific upstream
upstream Backend {
    # hello is the internal DNS name used by the backend Service inside Kubernetes
    server hello;
}

server {
    listen 80;

    location / {
        # The following statement will proxy traffic to the upstream named Backend
        proxy_pass http://Backend;
    }
}
`

/** Applications of the documentation's tutorials that consist of several parts, and servers that people run for themselves. */
export const applications: readonly Repository[] = [
  {
    names: ['gcr.io/google-samples/hello-go-gke'],
    tags: same(['1.0']),
    sizeBytes: 6_200_000,
    tools: 'none',
    entrypoint: ['/hello-go-gke'],
    files: () => ({ '/hello-go-gke': programFile('hello-go-gke') }),
  },
  {
    names: ['gcr.io/google-samples/hello-frontend'],
    tags: same(['1.0']),
    sizeBytes: 52_000_000,
    tools: 'debian',
    adds: ['curl'],
    cmd: ['nginx', '-g', 'daemon off;'],
    stopSignal: 'SIGQUIT',
    files: () => ({
      '/usr/sbin/nginx': programFile('nginx/1.17.8'),
      '/etc/nginx/nginx.conf': file('events {\n}\n\nhttp {\n    include /etc/nginx/conf.d/*.conf;\n}\n'),
      '/etc/nginx/conf.d/frontend.conf': file(frontendConfiguration),
      '/run/nginx.pid': file(''),
    }),
  },
  {
    names: library('wordpress'),
    tags: tagsOf(['6.8.3', '6.7.2', '6.6.2', '6.2.1', '5.9.3', '4.8.3', '4.8'], ['apache']),
    sizeBytes: 250_000_000,
    tools: 'debian',
    adds: ['curl', 'openssl'],
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['apache2-foreground'],
    workingDir: '/var/www/html',
    stopSignal: 'SIGWINCH',
    files: () => ({
      '/usr/local/bin/docker-entrypoint.sh': programFile('exec-arguments'),
      '/usr/local/bin/apache2-foreground': programFile('wordpress'),
      '/var/www/html': directory({}, 0o1777),
    }),
  },
  {
    names: ['registry.k8s.io/kubernetes-zookeeper', 'k8s.gcr.io/kubernetes-zookeeper', 'gcr.io/google_containers/kubernetes-zookeeper', 'gcr.io/google_samples/k8szk'],
    tags: same(['1.0-3.4.10', 'v3']),
    sizeBytes: 198_000_000,
    tools: 'debian',
    adds: ['ps', 'pkill', 'pgrep', 'nc'],
    user: 'zookeeper',
    files: () => ({
      '/usr/bin/start-zookeeper': programFile('start-zookeeper'),
      '/opt/zookeeper/bin': directory(Object.fromEntries(zookeeperPrograms.map((name) => [name, programFile(name)])), 0o777),
      ...Object.fromEntries(zookeeperPrograms.map((name) => [`/usr/bin/${name}`, link(`/opt/zookeeper/bin/${name}`)])),
      '/usr/etc/zookeeper': link('/opt/zookeeper/conf'),
      '/etc/passwd': file('root:x:0:0:root:/root:/bin/bash\nzookeeper:x:1000:1000::/home/zookeeper:/bin/sh\n'),
      '/etc/group': file('root:x:0:\nzookeeper:x:1000:\n'),
      '/opt/zookeeper/conf': directory({}, 0o777),
      '/var/log/zookeeper': directory({}, 0o777),
      '/var/lib/zookeeper': directory({}, 0o777),
    }),
  },
  {
    names: ['gcr.io/google-samples/cassandra', 'gcr.io/google_samples/cassandra'],
    tags: same(['v11', 'v12', 'v13', 'v14']),
    sizeBytes: 120_000_000,
    tools: 'debian',
    adds: ['ps'],
    cmd: ['/run.sh'],
    files: () => ({
      '/run.sh': programFile('cassandra'),
      '/ready-probe.sh': programFile('cassandra-ready'),
      '/usr/local/bin/nodetool': programFile('nodetool'),
      '/cassandra_data': directory({}, 0o777),
    }),
  },
  {
    names: ['docker.io/tabernetes/metrics-adapter'],
    tags: same(['v1', 'latest']),
    sizeBytes: 31_000_000,
    tools: 'none',
    workingDir: '/',
    entrypoint: ['/metrics-adapter'],
    files: () => ({ '/metrics-adapter': programFile('metrics-adapter') }),
  },
  {
    names: ['registry.k8s.io/autoscaling/cluster-autoscaler', 'k8s.gcr.io/autoscaling/cluster-autoscaler'],
    tags: same(['v1.36.0', 'v1.35.0', 'v1.34.2', 'v1.33.2', 'v1.32.4', 'v1.30.7']),
    sizeBytes: 37_000_000,
    tools: 'none',
    workingDir: '/',
    entrypoint: ['/cluster-autoscaler'],
    files: () => ({ '/cluster-autoscaler': programFile('cluster-autoscaler') }),
  },
  {
    names: ['registry.k8s.io/e2e-test-images/sample-apiserver', 'k8s.gcr.io/e2e-test-images/sample-apiserver'],
    tags: same(['1.29.2', '1.20', '1.17.7', '1.17.4', '1.17.1', '1.10']),
    sizeBytes: 30_000_000,
    tools: 'none',
    entrypoint: ['/sample-apiserver'],
    files: () => ({ '/sample-apiserver': programFile('sample-apiserver') }),
  },
  {
    names: ['registry.k8s.io/dra-example-driver/dra-example-driver'],
    tags: same(['v0.1.0', 'v0.2.0', 'v0.2.1']),
    sizeBytes: 29_000_000,
    tools: 'none',
    cmd: ['dra-example-kubeletplugin'],
    files: () => ({ '/usr/bin/dra-example-kubeletplugin': programFile('dra-example-kubeletplugin') }),
  },
  {
    names: ['registry.k8s.io/cpa/cluster-proportional-autoscaler', 'k8s.gcr.io/cpa/cluster-proportional-autoscaler'],
    tags: { ...same(['v1.9.0', 'v1.8.9', '1.8.4', '1.8.3']), '1.8.9': 'v1.8.9' },
    sizeBytes: 15_000_000,
    tools: 'none',
    user: '65534',
    entrypoint: ['/cluster-proportional-autoscaler'],
    files: () => ({ '/cluster-proportional-autoscaler': programFile('cluster-proportional-autoscaler') }),
  },
  {
    names: ['registry.k8s.io/kubectl'],
    tags: same(['v1.36.0', 'v1.35.0', 'v1.34.0', 'v1.33.0']),
    sizeBytes: 20_000_000,
    tools: 'none',
    entrypoint: ['/bin/kubectl'],
    files: () => ({ '/bin/kubectl': programFile('kubectl') }),
  },
  {
    names: ['quay.io/metallb/controller'],
    tags: same(['v0.15.2', 'v0.14.9', 'v0.13.12']),
    sizeBytes: 27_000_000,
    tools: 'none',
    entrypoint: ['/controller'],
    files: () => ({ '/controller': programFile('metallb-controller') }),
  },
  plainServer(['registry.k8s.io/fluentd-elasticsearch', 'gcr.io/google-containers/fluentd-elasticsearch', 'k8s.gcr.io/fluentd-elasticsearch'], { ...same(['1.20', 'v2.0.1', 'v2.4.0']), latest: 'v2.4.0' }, [24231], 70_000_000),
  plainServer(['registry.k8s.io/fluentd-gcp', 'k8s.gcr.io/fluentd-gcp'], same(['1.30', '2.0.2']), [24231], 110_000_000),
  plainServer(['registry.k8s.io/node-problem-detector/node-problem-detector', 'registry.k8s.io/node-problem-detector'], same(['v0.8.19', 'v0.8.20', 'v0.8.13', 'v0.1']), [20257], 40_000_000),
  plainServer(library('haproxy'), tagsOf(['3.2.7', '3.0.12', '2.8.16'], ['alpine']), [80], 42_000_000),
  plainServer(['registry.k8s.io/volume-nfs', 'k8s.gcr.io/volume-nfs'], same(['0.8']), [2049, 20048, 111], 90_000_000),
] // prettier-ignore
