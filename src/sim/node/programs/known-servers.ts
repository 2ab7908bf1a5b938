import { write } from '../os/calls'
import type { Program } from '../os/syscalls'
import { daemon } from './daemon'
import { serveHttp } from './http-server'

/** Servers that people deploy without looking inside: they say that they are ready, listen where they listen, and answer with their first page. */

interface KnownServer {
  /** Ports; the first is the one the page is on. */
  readonly ports: readonly number[]
  /** The line of the log that tells it is ready. */
  readonly says: string
  /** What `GET /` answers; without it the server speaks no HTTP. */
  readonly page?: { readonly status?: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  /** Paths with an answer of their own, as probes ask for. */
  readonly paths?: Readonly<Record<string, string>>
}

const html = (title: string) => ({
  body: `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`,
  headers: { 'Content-Type': 'text/html; charset=utf-8' },
})
const json = (value: unknown) => ({ body: `${JSON.stringify(value)}\n`, headers: { 'Content-Type': 'application/json' } })
const to = (path: string) => ({
  status: 302,
  body: `<a href="${path}">Found</a>.\n`,
  headers: { Location: path, 'Content-Type': 'text/html; charset=utf-8' },
})

const servers: Readonly<Record<string, KnownServer>> = {
  adminer: { ports: [8080], says: 'PHP 8.4.14 Development Server (http://[::]:8080) started', page: html('Login - Adminer') },
  alertmanager: { ports: [9093, 9094], says: 'level=INFO msg="Listening on" address=[::]:9093', page: to('/'), paths: { '/-/healthy': 'OK', '/-/ready': 'OK' } },
  caddy: { ports: [80, 2019], says: '{"level":"info","msg":"serving initial configuration"}', page: html('Caddy works!') },
  cassandra: { ports: [9042, 7000, 7199], says: 'INFO  [main] Starting listening for CQL clients on /0.0.0.0:9042 (unencrypted)...' },
  consul: { ports: [8500, 8300, 8600], says: '==> Consul agent running!', page: to('/ui/'), paths: { '/v1/status/leader': '"127.0.0.1:8300"' } },
  couchdb: { ports: [5984], says: '[notice] Apache CouchDB has started. Time to relax.', page: json({ couchdb: 'Welcome', version: '3.5.0', vendor: { name: 'The Apache Software Foundation' } }) },
  dashboard: { ports: [8000], says: 'Starting overwatch', page: html('Kubernetes Dashboard') },
  drupal: { ports: [80], says: 'AH00094: Command line: \'apache2 -D FOREGROUND\'', page: to('/core/install.php') },
  elasticsearch: { ports: [9200, 9300], says: '{"log.level":"INFO","message":"started"}', page: json({ cluster_name: 'docker-cluster', version: { number: '8.8.0' }, tagline: 'You Know, for Search' }), paths: { '/_cluster/health': '{"cluster_name":"docker-cluster","status":"green"}' } },
  envoy: { ports: [10000, 9901], says: '[info][main] starting main dispatch loop', page: html('Envoy') },
  'fluent-bit': { ports: [2020], says: '[ info] [http_server] listen iface=0.0.0.0 tcp_port=2020', page: json({ 'fluent-bit': { version: '4.1.1' } }) },
  fluentd: { ports: [24224], says: '[info]: #0 fluentd worker is now running worker=0' },
  ghost: { ports: [2368], says: 'INFO Ghost server started', page: html('Ghost') },
  gitea: { ports: [3000, 22], says: 'Listen: http://0.0.0.0:3000', page: html('Gitea: Git with a cup of tea') },
  grafana: { ports: [3000], says: 'logger=http.server level=info msg="HTTP Server Listen" address=[::]:3000 protocol=http', page: to('/login'), paths: { '/login': '<title>Grafana</title>', '/api/health': '{"database":"ok","version":"12.2.1"}' } },
  httpbin: { ports: [80], says: '[INFO] Listening at: http://0.0.0.0:80 (1)', page: html('httpbin.org'), paths: { '/get': '{"args":{},"url":"http://httpbin/get"}', '/headers': '{"headers":{}}', '/ip': '{"origin":"127.0.0.1"}', '/status/200': '' } },
  'go-httpbin': { ports: [8080], says: 'INFO go-httpbin listening on http://0.0.0.0:8080', page: html('go-httpbin'), paths: { '/get': '{"args":{}}', '/headers': '{"headers":{}}', '/status/200': '' } },
  influxdb: { ports: [8086], says: 'msg=Listening service=tcp-listener transport=http addr=:8086 port=8086', page: html('InfluxDB 2'), paths: { '/health': '{"name":"influxdb","status":"pass"}', '/ping': '' } },
  jenkins: { ports: [8080, 50000], says: 'INFO hudson.lifecycle.Lifecycle#onReady: Jenkins is fully up and running', page: { status: 403, ...html('Sign in [Jenkins]') }, paths: { '/login': '<title>Sign in [Jenkins]</title>' } },
  kafka: { ports: [9092, 9093], says: 'INFO [KafkaRaftServer nodeId=1] Kafka Server started (kafka.server.KafkaRaftServer)' },
  kibana: { ports: [5601], says: '[INFO ][status] Kibana is now available', page: to('/app/home'), paths: { '/api/status': '{"status":{"overall":{"level":"available"}}}' } },
  'kube-state-metrics': { ports: [8080, 8081], says: '"Started kube-state-metrics self metrics server" telemetryAddress="[::]:8081"', page: html('Kube Metrics Server'), paths: { '/healthz': 'OK', '/livez': 'OK', '/readyz': 'OK' } },
  loki: { ports: [3100], says: 'level=info msg="Loki started"', page: { status: 404, body: '404 page not found\n' }, paths: { '/ready': 'ready\n' } },
  mailhog: { ports: [8025, 1025], says: '[HTTP] Binding to address: 0.0.0.0:8025', page: html('MailHog') },
  minio: { ports: [9000, 9001], says: 'API: http://127.0.0.1:9000', page: { status: 403, body: '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>' }, paths: { '/minio/health/live': '', '/minio/health/ready': '' } },
  mosquitto: { ports: [1883], says: 'mosquitto version 2.0.22 running' },
  nats: { ports: [4222, 8222], says: '[INF] Server is ready' },
  nextcloud: { ports: [80], says: 'AH00094: Command line: \'apache2 -D FOREGROUND\'', page: html('Nextcloud') },
  'node-exporter': { ports: [9100], says: 'level=INFO msg="Listening on" address=[::]:9100', page: html('Node Exporter'), paths: { '/metrics': '# HELP node_load1 1m load average.\n# TYPE node_load1 gauge\nnode_load1 0.12\n' } },
  phpmyadmin: { ports: [80], says: 'AH00094: Command line: \'apache2 -D FOREGROUND\'', page: html('phpMyAdmin') },
  portainer: { ports: [9000, 8000, 9443], says: 'INF starting HTTP server | bind_address=:9000', page: html('Portainer') },
  prometheus: { ports: [9090], says: 'level=INFO msg="Server is ready to receive web requests."', page: to('/query'), paths: { '/-/healthy': 'Prometheus Server is Healthy.\n', '/-/ready': 'Prometheus Server is Ready.\n', '/query': '<title>Prometheus Time Series Collection and Processing Server</title>', '/metrics': '# HELP prometheus_ready Whether Prometheus startup was fully completed and the server is ready for normal operation.\n# TYPE prometheus_ready gauge\nprometheus_ready 1\n' } },
  registry: { ports: [5000], says: 'level=info msg="listening on [::]:5000"', page: { body: '' }, paths: { '/v2/': '{}', '/v2/_catalog': '{"repositories":[]}\n' } },
  sonarqube: { ports: [9000], says: 'SonarQube is operational', page: html('SonarQube') },
  tomcat: { ports: [8080], says: 'INFO [main] org.apache.catalina.startup.Catalina.start Server startup in [412] milliseconds', page: { status: 404, ...html('HTTP Status 404 – Not Found') } },
  traefik: { ports: [80, 8080], says: 'INF Traefik version 3.6.0 built on 2025-11-07', page: { status: 404, body: '404 page not found\n', headers: { 'Content-Type': 'text/plain; charset=utf-8' } } },
  vault: { ports: [8200], says: '==> Vault server started! Log data will stream in below:', page: to('/ui/'), paths: { '/v1/sys/health': '{"initialized":true,"sealed":false,"standby":false}' } },
  zookeeper: { ports: [2181, 2888, 3888, 8080], says: 'INFO [main:NIOServerCnxnFactory] - binding to port 0.0.0.0/0.0.0.0:2181' },
} // prettier-ignore

/** The program `server/NAME`. */
export function knownServer(name: string): Program {
  const known = servers[name]
  if (!known) throw new Error(`no server is called ${name}`)
  const { ports, says, page, paths = {} } = known
  if (!page) return daemon({ lines: [`${says}\n`], ports })
  return function* (self) {
    yield* write(1, `${says}\n`)
    return yield* serveHttp({
      self,
      ports,
      *handle({ path }) {
        const own = Object.hasOwn(paths, path) ? paths[path] : undefined
        if (own !== undefined) return { status: 200, headers: { 'Content-Type': own.startsWith('{') ? 'application/json' : 'text/plain' }, body: own } // prettier-ignore
        return path === '/'
          ? { status: page.status ?? 200, headers: page.headers, body: page.body ?? '' }
          : { status: 404, body: 'Not Found\n' }
      },
    })
  }
}
