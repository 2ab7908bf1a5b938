import { lateInternet } from '../../network/late-internet'
import type { ServerBlock } from '../../network/corefile'
import { hostWork, nowMs, readFile, sleep, spawn, stat, write } from '../os/calls'
import { timestamp } from '../../engine/time'
import { sha256 } from '../../formats/sha256'
import type { Proc, Program } from '../os/syscalls'
import { daemon } from './daemon'
import { klogHead } from './dates'
import { serveHttp, type HttpResponse } from './http-server'

const ok: HttpResponse = { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: 'ok' }
const missing: HttpResponse = { status: 404, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' }

function* health(path: string): Proc<HttpResponse> {
  yield* nowMs()
  return /^\/(healthz|livez|readyz|health|ready)(\/|$)/.test(path) ? ok : missing
}

const plainDaemonLines = (text: string) => [`${text}\n`]

/** A daemon that says one line and listens. */
export const plainDaemon = (says: string, ports: readonly number[]): Program =>
  daemon({ lines: plainDaemonLines(says), ports, stderr: true })

/** kube-apiserver, kube-controller-manager, kube-scheduler: their work is done elsewhere in the simulation, for as long as this process runs. */
export const controlPlaneComponent = (name: string, version: string, port: number): Program =>
  function* (self) {
    const flag = (wanted: string) => self.argv.find((word) => word.startsWith(`--${wanted}=`))?.slice(wanted.length + 3)
    const securePort = Number(flag('secure-port') ?? port)
    const say = function* (source: string, text: string): Proc {
      yield* write(2, `${klogHead(yield* nowMs())}${source}] ${text}\n`)
    }
    yield* say('options.go:263', `"Version" version="${version}"`)
    if (flag('leader-elect') === 'true') {
      yield* say('leaderelection.go:257', `attempting to acquire leader lease kube-system/${name}...`)
      yield* say('leaderelection.go:271', `successfully acquired lease kube-system/${name}`)
    }
    yield* say('secure_serving.go:211', `Serving securely on ${flag('bind-address') ?? '[::]'}:${securePort}`)
    return yield* serveHttp({ self, ports: [securePort], address: flag('bind-address'), handle: ({ path }) => health(path) })
  }

/** etcd: health on its metrics port, silence on the client's; gRPC health for those who ask. */
export const etcd = (version: string): Program =>
  function* (self) {
    const flag = (wanted: string) => {
      const at = self.argv.indexOf(`--${wanted}`)
      return (
        self.argv.find((word) => word.startsWith(`--${wanted}=`))?.slice(wanted.length + 3) ?? (at >= 0 ? self.argv[at + 1] : undefined)
      )
    }
    const stamp = timestamp(yield* nowMs())
    const name = flag('name') ?? 'default'
    const portOf = (urls: string | undefined, fallback: number) =>
      Number(/:(\d+)/.exec((urls ?? '').replace(/^\w+:\/\//, ''))?.[1] ?? fallback)
    const clientPort = portOf(flag('listen-client-urls'), 2379)
    const metricsPort = portOf(flag('listen-metrics-urls'), 2381)
    yield* write(
      2,
      `{"level":"info","ts":"${stamp}","caller":"etcdmain/etcd.go:64","msg":"Running: ","args":${JSON.stringify(self.argv)}}\n`,
    )
    yield* write(
      2,
      `{"level":"info","ts":"${stamp}","caller":"embed/etcd.go:308","msg":"starting an etcd server","etcd-version":"${version}","name":"${name}"}\n`,
    )
    yield* write(
      2,
      `{"level":"info","ts":"${stamp}","caller":"embed/serve.go:187","msg":"serving client traffic insecurely; this is strongly discouraged!","traffic":"grpc+http","address":"[::]:${clientPort}"}\n`,
    )
    return yield* serveHttp({ self, ports: [clientPort, metricsPort], handle: ({ path }) => health(path), grpcHealth: () => 'SERVING' })
  }

/** CoreDNS: the answers come from the network's DNS, by this process' Corefile, for as long as a Pod of it is ready. */
export const coredns = (version: string): Program =>
  function* (self) {
    const path = self.argv[self.argv.indexOf('-conf') + 1] ?? 'Corefile'
    const text = yield* corefile(path)
    // Before that code has come a cluster has only just been born, with the Corefile it is born with.
    const blocks = lateInternet.arrived ? lateInternet.code.parseCorefile(text) : asBorn
    if (typeof blocks === 'string') {
      yield* write(1, `${path}:${blocks}\n`)
      return 1
    }
    for (const { zones, port } of blocks) for (const zone of zones) yield* write(1, `${zone}.:${port}\n`)
    yield* write(1, `${running(text)}CoreDNS-${version.replace(/^v/, '')}\nlinux/amd64, go1.25.2, 1db4568\n`)
    const reloads = (read: typeof blocks) => read.some(({ plugins }) => plugins.some(({ name }) => name === 'reload'))
    if (reloads(blocks)) yield* spawn({ argv: self.argv, env: {}, cwd: '/', fds: { 1: 1 }, run: watchCorefile(path, text) })
    return yield* serveHttp({
      self,
      ports: [8080, 8181, 9153, 53],
      handle: (request) => (request.path === '/metrics' ? dnsMetrics(path, version) : health(request.path)),
      *onStop() {
        yield* write(1, '[INFO] SIGTERM: Shutting down servers then terminating\n')
      },
    })
  }

function* corefile(path: string): Proc<string> {
  return (yield* stat(path))?.type === 'file' ? yield* readFile(path) : '.:53 {\n    whoami\n}\n'
}

/** What the prometheus plugin tells, if the Corefile has it. */
function* dnsMetrics(path: string, version: string): Proc<HttpResponse> {
  yield* hostWork(lateInternet.coming)
  const body = lateInternet.code.corednsMetrics(yield* corefile(path), version.replace(/^v/, ''))
  return body === undefined ? missing : { ...ok, body }
}

const asBorn: readonly ServerBlock[] = [{ zones: [''], port: 53, plugins: [{ name: 'reload', args: [], block: [] }] }]

/** The real one tells a SHA-512 sum; two of the next smaller kind tell Corefiles apart as well. */
const running = (text: string) => `[INFO] plugin/reload: Running configuration SHA512 = ${sha256(text)}${sha256(`${text}\n`)}\n`

/** How often the reload plugin looks at its file. */
const RELOAD_MS = 30_000

const watchCorefile = (path: string, first: string): Program =>
  function* () {
    for (let known = first; ;) {
      yield* sleep(RELOAD_MS)
      const text = (yield* stat(path))?.type === 'file' ? yield* readFile(path) : known
      if (text === known) continue
      known = text
      yield* hostWork(lateInternet.coming)
      const blocks = lateInternet.code.parseCorefile(text)
      yield* write(1, '[INFO] Reloading\n')
      yield* write(
        1,
        typeof blocks === 'string'
          ? `[ERROR] Restart failed: ${path}:${blocks}\n[ERROR] plugin/reload: Corefile changed but reload failed: ${path}:${blocks}\n`
          : `[INFO] plugin/health: Going into lameduck mode for 5s\n${running(text)}[INFO] Reloading complete\n`,
      )
    }
  }

export const kubeProxy = (version: string): Program =>
  function* (self) {
    const say = function* (source: string, text: string): Proc {
      yield* write(2, `${klogHead(yield* nowMs())}${source}] ${text}\n`)
    }
    yield* say('server.go:709', `"Version info" version="${version}"`)
    yield* say('server_linux.go:145', '"Using iptables Proxier"')
    yield* say('config.go:200', '"Starting service config controller"')
    yield* say('shared_informer.go:357', '"Caches are synced" controller="service config"')
    // Metrics, and what mode it is in, are for the node alone.
    yield* spawn({ argv: self.argv, env: {}, cwd: '/', fds: { 0: 0, 1: 1, 2: 2 }, run: proxyMetrics })
    return yield* serveHttp({ self, ports: [10256], handle: ({ path }) => health(path) })
  }

const proxyMetrics: Program = function* (self) {
  return yield* serveHttp({
    self,
    ports: [10249],
    address: '127.0.0.1',
    *handle({ path }) {
      if (path === '/proxyMode') return { ...ok, body: 'iptables' }
      if (path === '/metrics') return { ...ok, body: proxyFigures }
      return yield* health(path)
    },
  })
}

const proxyFigures = `# HELP kubeproxy_sync_proxy_rules_iptables_last [ALPHA] Number of iptables rules written by kube-proxy in last sync
# TYPE kubeproxy_sync_proxy_rules_iptables_last gauge
kubeproxy_sync_proxy_rules_iptables_last{ip_family="IPv4",table="filter"} 10
kubeproxy_sync_proxy_rules_iptables_last{ip_family="IPv4",table="nat"} 42
`

/** metrics-server: what it measures is gathered elsewhere in the simulation, for as long as this process is ready. */
export const metricsServer: Program = function* (self) {
  const say = function* (source: string, text: string): Proc {
    yield* write(2, `${klogHead(yield* nowMs())}${source}] ${text}\n`)
  }
  yield* say('serving.go:380', 'Generated self-signed cert (/tmp/apiserver.crt, /tmp/apiserver.key)')
  const port = Number(self.argv.find((word) => word.startsWith('--secure-port='))?.slice('--secure-port='.length) ?? 10_250)
  yield* say('secure_serving.go:211', `Serving securely on [::]:${port}`)
  return yield* serveHttp({ self, ports: [port], handle: ({ path }) => health(path) })
}
