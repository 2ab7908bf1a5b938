import { PassThrough } from 'node:stream'
import {
  AppsV1Api,
  CoordinationV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  V1MicroTime,
  Watch,
  type V1ConfigMap,
  type V1Deployment,
  type V1Pod,
  type V1Status,
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

  test('an informer lists, follows what changes, and starts over where it stopped', async () => {
    const core = config.makeApiClient(CoreV1Api)
    const informer = makeInformer<V1ConfigMap>(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
      core.listNamespacedConfigMap({ namespace }),
    )
    const heard: string[] = []
    const wanted = new Promise<void>((resolve) => {
      const note = (verb: string) => (object: V1ConfigMap) => {
        if (object.metadata?.name !== 'informed') return
        heard.push(`${verb} ${object.data?.a ?? ''}`)
        if (verb === 'delete') resolve()
      }
      for (const verb of ['add', 'update', 'delete'] as const) informer.on(verb, note(verb))
    })
    await informer.start()
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'informed' }, data: { a: '1' } } })
    const body = [{ op: 'replace', path: '/data/a', value: '2' }]
    await core.patchNamespacedConfigMap({ namespace, name: 'informed', body }, setHeaderOptions('Content-Type', PatchStrategy.JsonPatch))
    await core.deleteNamespacedConfigMap({ namespace, name: 'informed' })
    await wanted
    await informer.stop()
    expect(heard).toEqual(['add 1', 'update 2', 'delete 2'])
  })

  test('two candidates for a lease: who writes what another has written meanwhile is refused', async () => {
    const leases = config.makeApiClient(CoordinationV1Api)
    const spec = (holderIdentity: string) => ({
      holderIdentity,
      leaseDurationSeconds: 15,
      renewTime: new V1MicroTime(),
      leaseTransitions: 0,
    })
    const lease = await leases.createNamespacedLease({ namespace, body: { metadata: { name: 'leader' }, spec: spec('one') } })
    await expect(
      leases.createNamespacedLease({ namespace, body: { metadata: { name: 'leader' }, spec: spec('two') } }),
    ).rejects.toMatchObject({ code: 409 })
    const renewed = await leases.replaceNamespacedLease({ namespace, name: 'leader', body: { ...lease, spec: spec('one') } })
    expect(renewed.metadata?.resourceVersion).not.toBe(lease.metadata?.resourceVersion)
    await expect(leases.replaceNamespacedLease({ namespace, name: 'leader', body: { ...lease, spec: spec('two') } })).rejects.toMatchObject(
      { code: 409 },
    )
    expect((await leases.readNamespacedLease({ namespace, name: 'leader' })).spec?.holderIdentity).toBe('one')
  })

  test('server-side apply tells of conflicts, and takes over when it is forced', async () => {
    const objects = KubernetesObjectApi.makeApiClient(config)
    const apply = (manager: string, value: string, force = false) =>
      objects.patch<V1ConfigMap>(
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace }, data: { a: value } },
        undefined,
        undefined,
        manager,
        force,
        PatchStrategy.ServerSideApply,
      )
    expect((await apply('one', '1')).data).toEqual({ a: '1' })
    await expect(apply('two', '2')).rejects.toMatchObject({ code: 409 })
    const taken = await apply('two', '2', true)
    expect(taken.metadata?.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`)).toEqual(['two Apply'])
  })

  test('exec and logs go to the container and back', async () => {
    const core = config.makeApiClient(CoreV1Api)
    await core.createNamespacedPod({
      namespace,
      body: {
        metadata: { name: 'box' },
        spec: { containers: [{ name: 'box', image: 'busybox:1.36', command: ['sh', '-c', 'echo started; sleep 3600'] }] },
      },
    })
    for (;;) {
      const { status } = await core.readNamespacedPod({ namespace, name: 'box' })
      if (status?.containerStatuses?.[0]?.ready) break
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const out = new PassThrough()
    const errors = new PassThrough()
    const text = { out: '', errors: '' }
    out.on('data', (chunk: Buffer) => (text.out += chunk.toString()))
    errors.on('data', (chunk: Buffer) => (text.errors += chunk.toString()))
    const input = new PassThrough()
    const status = await new Promise<V1Status>((resolve, reject) => {
      const command = ['sh', '-c', 'read line; echo "heard $line"; echo oops >&2; exit 3']
      new Exec(config).exec(namespace, 'box', 'box', command, out, errors, input, false, resolve).catch(reject)
      input.write('hello\n')
    })
    expect(status).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    })
    expect(text).toEqual({ out: 'heard hello\n', errors: 'oops\n' })

    const log = new PassThrough()
    let said = ''
    log.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await new Log(config).log(namespace, 'box', 'box', log, { follow: false })
    await new Promise((resolve) => log.once('end', resolve))
    expect(said).toBe('started\n')
  })

  test('a list is read in pieces, and a watch from a revision hears what came after it', async () => {
    const core = config.makeApiClient(CoreV1Api)
    for (const name of ['piece-a', 'piece-b', 'piece-c'])
      await core.createNamespacedConfigMap({ namespace, body: { metadata: { name, labels: { piece: 'yes' } } } })
    const labelSelector = 'piece=yes'
    const first = await core.listNamespacedConfigMap({ namespace, labelSelector, limit: 2 })
    const rest = await core.listNamespacedConfigMap({ namespace, labelSelector, limit: 2, _continue: first.metadata?._continue })
    expect([...first.items, ...rest.items].map(({ metadata }) => metadata?.name)).toEqual(['piece-a', 'piece-b', 'piece-c'])
    expect(rest.metadata?.resourceVersion).toBe(first.metadata?.resourceVersion)
    await core.deleteNamespacedConfigMap({ namespace, name: 'piece-b' })
    const event = await new Promise<string>((resolve, reject) => {
      const options = { labelSelector, resourceVersion: first.metadata?.resourceVersion, allowWatchBookmarks: true }
      void new Watch(config).watch(
        `/api/v1/namespaces/${namespace}/configmaps`,
        options,
        (type: string, object: V1ConfigMap) => resolve(`${type} ${object.metadata?.name}`),
        reject,
      )
    })
    expect(event).toBe('DELETED piece-b')
  })
})
