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

const [, , name = '', argument = ''] = process.argv
const size = Number(argument)
const cluster = new Cluster({ nodes: 3 })
cluster.registerImage(Server)
await cluster.init()
await (name === 'api' ? api() : rollout())
process.exit(0)

/** Pods that no scheduler takes: what a request costs in a live cluster. */
async function api() {
  const { corev1 } = cluster.api
  const names = Array.from({ length: size }, (_, i) => `p${i}`)
  const timed = async (work: () => Promise<unknown>) => {
    const start = cpuMs()
    await work()
    return cpuMs() - start
  }
  const createMs = await timed(async () => {
    for (const pod of names) {
      const spec = { schedulerName: 'nobody', containers: [{ name: 'c', image: 'bench:1.0' }] }
      await corev1.createNamespacedPod({ namespace: 'default', body: { metadata: { name: pod, labels: { app: 'bench' } }, spec } })
    }
  })
  const getMs = await timed(async () => {
    for (const pod of names) await corev1.readNamespacedPod({ namespace: 'default', name: pod })
  })
  const listMs = await timed(() => corev1.listNamespacedPod({ namespace: 'default' }))
  print({ 'creates/s': (size / createMs) * 1000, 'gets/s': (size / getMs) * 1000, 'list ms': listMs })
}

async function rollout() {
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
}
