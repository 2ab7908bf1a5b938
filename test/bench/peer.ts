// The peer's part of the bench: the same work with @ngrok/webernetes.
import { BaseImage, Cluster, type ProcessContext } from '@ngrok/webernetes'
import { cpuMs, print } from './measure'

class Server extends BaseImage {
  static readonly imageName = 'bench'
  static readonly imageVersion = '1.0'
  readonly defaultCommand = ['server']
  override async exec(context: ProcessContext): Promise<number> {
    context.listenHttp(80, async () => ({ status: 200, body: 'ok' }))
    return await context.waitUntilKilled()
  }
}

const size = Number(process.argv[3])
const cluster = new Cluster({ nodes: 3 })
cluster.registerImage(Server)
await cluster.init()
const startCpu = cpuMs()
let ready = 0
const done = new Promise<void>((resolve) => {
  cluster.informer('deployments', (_type, deployment) => {
    ready = deployment.status?.readyReplicas ?? 0
    if (ready === size) resolve()
  })
})
const labels = { app: 'bench' }
await cluster.apply([
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'bench' },
    spec: {
      replicas: size,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'server', image: 'bench:1.0' }] } },
    },
  },
])
await done
const used = cpuMs() - startCpu
print({ 'CPU ms/pod': used / size, 'CPU s': used / 1000 })
process.exit(0)
