import { programFile } from '../os/file-nodes'
import { tagsOf, type Repository, type ToolSet } from './image'

/** Images of servers that people deploy to see a Deployment, not the server; what each says and answers is in `programs/known-servers.ts`. */

interface Row {
  /** Name of the program, `server/NAME`. */
  readonly server: string
  readonly names: readonly string[]
  /** Newest first. */
  readonly versions: readonly string[]
  readonly megabytes: number
  readonly tools?: ToolSet
  /** Variants of its tags. */
  readonly variants?: readonly string[]
  readonly user?: string
}

const official = (name: string) => [`docker.io/library/${name}`, `public.ecr.aws/docker/library/${name}`, `mirror.gcr.io/library/${name}`]

const rows: readonly Row[] = [
  { server: 'adminer', names: official('adminer'), versions: ['5.4.1', '4.17.1', '4.8.1'], megabytes: 49, tools: 'alpine', variants: ['standalone'] },
  { server: 'alertmanager', names: ['docker.io/prom/alertmanager', 'quay.io/prometheus/alertmanager'], versions: ['v0.29.0', 'v0.28.1', 'v0.27.0'], megabytes: 34, tools: 'busybox' },
  { server: 'caddy', names: official('caddy'), versions: ['2.10.2', '2.9.1', '2.8.4'], megabytes: 21, tools: 'alpine', variants: ['alpine'] },
  { server: 'cassandra', names: [...official('cassandra'), 'gcr.io/google-samples/cassandra'], versions: ['5.0.6', '4.1.10', '4.0.19', 'v14', 'v13', 'v12'], megabytes: 133 },
  { server: 'consul', names: ['docker.io/hashicorp/consul', ...official('consul')], versions: ['1.22.1', '1.21.5', '1.15.4'], megabytes: 62, tools: 'alpine' },
  { server: 'couchdb', names: official('couchdb'), versions: ['3.5.0', '3.4.3', '3.3.3'], megabytes: 83 },
  { server: 'dashboard', names: ['docker.io/kubernetesui/dashboard-web', 'docker.io/kubernetesui/dashboard'], versions: ['1.7.0', 'v2.7.0', 'v2.0.0'], megabytes: 61, tools: 'none' },
  { server: 'drupal', names: official('drupal'), versions: ['11.2.8', '10.5.6'], megabytes: 205, variants: ['apache'] },
  { server: 'elasticsearch', names: ['docker.elastic.co/elasticsearch/elasticsearch', ...official('elasticsearch')], versions: ['9.2.1', '8.19.7', '8.8.0', '8.5.1', '7.17.29', '7.17.0'], megabytes: 640 },
  { server: 'envoy', names: ['docker.io/envoyproxy/envoy'], versions: ['v1.36.2', 'v1.35.6', 'v1.30.0', 'v1.28.0'], megabytes: 76 },
  { server: 'fluent-bit', names: ['docker.io/fluent/fluent-bit', 'cr.fluentbit.io/fluent/fluent-bit'], versions: ['4.1.1', '4.0.13', '3.2.10'], megabytes: 37, tools: 'none' },
  { server: 'fluentd', names: ['docker.io/fluent/fluentd', 'quay.io/fluentd_elasticsearch/fluentd', 'docker.io/fluent/fluentd-kubernetes-daemonset', ...official('fluentd')], versions: ['v1.19.1', 'v1.18.0', 'v5.0.1', 'v3.0.2', 'v2.6.0', 'v2.5.2', 'v2.5.1', 'v2.5.0', 'v2.4.0'], megabytes: 46, tools: 'alpine' },
  { server: 'ghost', names: official('ghost'), versions: ['6.8.0', '5.130.5'], megabytes: 205, variants: ['alpine'] },
  { server: 'gitea', names: ['docker.io/gitea/gitea'], versions: ['1.25.1', '1.24.7'], megabytes: 71, tools: 'alpine' },
  { server: 'grafana', names: ['docker.io/grafana/grafana', 'docker.io/grafana/grafana-oss'], versions: ['12.2.1', '11.6.7', '10.4.19', '9.5.21'], megabytes: 205, tools: 'alpine', user: '472' },
  { server: 'httpbin', names: ['docker.io/kennethreitz/httpbin'], versions: ['latest'], megabytes: 175 },
  { server: 'go-httpbin', names: ['docker.io/mccutchen/go-httpbin', 'ghcr.io/mccutchen/go-httpbin'], versions: ['v2.19.0', 'v2.18.3', 'v2.15.0'], megabytes: 4, tools: 'none' },
  { server: 'influxdb', names: official('influxdb'), versions: ['2.7.12', '1.12.2'], megabytes: 130, variants: ['alpine'] },
  { server: 'jenkins', names: ['docker.io/jenkins/jenkins'], versions: ['2.528.2', '2.516.3', 'lts'], megabytes: 260, variants: ['lts', 'jdk21'], user: '1000' },
  { server: 'kafka', names: ['docker.io/apache/kafka', 'docker.io/confluentinc/cp-kafka'], versions: ['4.1.1', '3.9.1', '7.6.0'], megabytes: 230, tools: 'alpine' },
  { server: 'kibana', names: ['docker.elastic.co/kibana/kibana', ...official('kibana')], versions: ['9.2.1', '8.19.7', '8.8.0', '7.17.29'], megabytes: 420 },
  { server: 'kube-state-metrics', names: ['registry.k8s.io/kube-state-metrics/kube-state-metrics'], versions: ['v2.17.0', 'v2.16.0', 'v2.13.0', 'v2.10.1'], megabytes: 14, tools: 'none', user: '65534' },
  { server: 'loki', names: ['docker.io/grafana/loki'], versions: ['3.5.8', '3.4.6', '2.9.17'], megabytes: 38, tools: 'none' },
  { server: 'mailhog', names: ['docker.io/mailhog/mailhog'], versions: ['v1.0.1'], megabytes: 11, tools: 'alpine' },
  { server: 'minio', names: ['docker.io/minio/minio', 'quay.io/minio/minio'], versions: ['RELEASE.2025-09-07T16-13-09Z'], megabytes: 60, tools: 'redhat' },
  { server: 'mosquitto', names: official('eclipse-mosquitto'), versions: ['2.0.22', '1.6.15'], megabytes: 7, tools: 'alpine' },
  { server: 'nats', names: official('nats'), versions: ['2.12.1', '2.11.10', '2.10.29'], megabytes: 8, tools: 'none', variants: ['alpine'] },
  { server: 'nextcloud', names: official('nextcloud'), versions: ['32.0.1', '31.0.10'], megabytes: 410, variants: ['apache'] },
  { server: 'node-exporter', names: ['docker.io/prom/node-exporter', 'quay.io/prometheus/node-exporter'], versions: ['v1.10.2', 'v1.9.1', 'v1.8.2'], megabytes: 13, tools: 'busybox' },
  { server: 'phpmyadmin', names: official('phpmyadmin'), versions: ['5.2.3', '5.2.2'], megabytes: 205 },
  { server: 'portainer', names: ['docker.io/portainer/portainer-ce'], versions: ['2.33.3', '2.27.9'], megabytes: 62, tools: 'none' },
  { server: 'prometheus', names: ['docker.io/prom/prometheus', 'quay.io/prometheus/prometheus'], versions: ['v3.7.3', 'v3.5.0', 'v2.55.1', 'v2.45.6'], megabytes: 125, tools: 'busybox', user: '65534' },
  { server: 'registry', names: official('registry'), versions: ['3.0.0', '2.8.3'], megabytes: 19, tools: 'alpine' },
  { server: 'sonarqube', names: official('sonarqube'), versions: ['25.11.0', '10.7.0'], megabytes: 540, variants: ['community'] },
  { server: 'tomcat', names: official('tomcat'), versions: ['11.0.13', '10.1.48', '9.0.111', '8.5.100'], megabytes: 195, variants: ['jdk21', 'jre17'] },
  { server: 'traefik', names: official('traefik'), versions: ['v3.6.0', 'v3.5.4', 'v2.11.30', '3.6.0', '2.11.30'], megabytes: 55, tools: 'alpine' },
  { server: 'vault', names: ['docker.io/hashicorp/vault', ...official('vault')], versions: ['1.21.0', '1.20.4', '1.13.3'], megabytes: 170, tools: 'alpine' },
  { server: 'zookeeper', names: [...official('zookeeper'), 'docker.io/confluentinc/cp-zookeeper'], versions: ['3.9.4', '3.8.5', '3.7.2', '7.6.0'], megabytes: 150 },
] // prettier-ignore

/** Tools beside their commands that images only hand on: `docker run IMAGE ARGUMENTS`. */
const commands: readonly Repository[] = [
  {
    names: ['registry.k8s.io/kubectl', 'docker.io/bitnami/kubectl', 'docker.io/rancher/kubectl', 'docker.io/alpine/k8s', 'docker.io/bitnamilegacy/kubectl'],
    tags: tagsOf(['1.36.0', '1.35.0', '1.34.2', '1.33.6', '1.32.10', 'v1.36.0', 'v1.35.0', 'v1.34.2', 'v1.33.6', 'v1.32.10']),
    sizeBytes: 52_000_000,
    tools: 'debian',
    adds: ['curl', 'jq'],
    entrypoint: ['kubectl'],
    files: () => ({ '/usr/local/bin/kubectl': programFile('kubectl') }),
  },
] // prettier-ignore

export const knownServerImages: readonly Repository[] = [
  ...rows.map(({ server, names, versions, megabytes, tools = 'debian', variants, user }): Repository => ({
    names,
    tags: { ...tagsOf(versions, variants), ...Object.fromEntries(versions.map((version) => [version, version])), latest: versions[0]! },
    sizeBytes: megabytes * 1_000_000,
    tools,
    user,
    entrypoint: [`/usr/local/bin/${server}`],
    files: () => ({ [`/usr/local/bin/${server}`]: programFile(`server/${server}`) }),
  })),
  ...commands,
]
