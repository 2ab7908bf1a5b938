import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  Watch,
  type V1Deployment,
  type V1Pod,
} from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveCluster } from './served-cluster'

describe('the official JavaScript client works against the simulated API server', () => {
  let served: Awaited<ReturnType<typeof serveCluster>>
  const config = new KubeConfig()
  const namespace = 'default'

  beforeAll(async () => {
    served = await serveCluster()
    config.loadFromOptions({
      clusters: [{ name: 'sim', server: served.url, skipTLSVerify: true }],
      users: [{ name: 'admin' }],
      contexts: [{ name: 'sim', cluster: 'sim', user: 'admin' }],
      currentContext: 'sim',
    })
  })
  afterAll(() => served?.close())

  const deployment: V1Deployment = {
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'nginx', image: 'nginx:1.29' }] } },
    },
  }

  test('lists nodes', async () => {
    const { items } = await config.makeApiClient(CoreV1Api).listNode()
    expect(items.map((node) => node.metadata?.name)).toEqual(['controlplane', 'node01', 'node02', 'node03'])
  })

  test('creates, watches, patches and deletes', async () => {
    const apps = config.makeApiClient(AppsV1Api)
    const core = config.makeApiClient(CoreV1Api)
    const seen: string[] = []
    const bothReady = new Promise<void>((resolve) => {
      void new Watch(config).watch(
        `/api/v1/namespaces/${namespace}/pods`,
        { labelSelector: 'app=web' },
        (type: string, pod: V1Pod) => {
          const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True'
          seen.push(`${type} ${pod.status?.phase}${ready ? ' ready' : ''}`)
          if (seen.filter((line) => line.endsWith('ready')).length >= 2) resolve()
        },
        () => {},
      )
    })
    const created = await apps.createNamespacedDeployment({ namespace, body: deployment })
    expect(created.spec?.progressDeadlineSeconds).toBe(600)
    await bothReady
    expect(seen[0]).toBe('ADDED Pending')
    expect(seen).toContain('MODIFIED Running ready')

    const patched = await apps.patchNamespacedDeployment(
      { namespace, name: 'web', body: { spec: { replicas: 1 } } },
      setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
    )
    expect(patched.spec?.replicas).toBe(1)
    await expect(core.readNamespacedPod({ namespace, name: 'nope' })).rejects.toMatchObject({ code: 404 })

    await apps.deleteNamespacedDeployment({ namespace, name: 'web' })
    await expect(apps.readNamespacedDeployment({ namespace, name: 'web' })).rejects.toMatchObject({ code: 404 })
  })
})
