import { expect, test } from 'vitest'
import { pod } from '../../../../src/sim/kinds/core/pod'
import { miniCluster, podOf } from '../mini-cluster'

test('a Pod bound to a node pulls its image, starts and becomes ready', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('web', 'containers: [{name: web, image: "nginx:1.27"}]'))
  cluster.advance('500ms')
  expect(cluster.pod('web')?.status).toMatchObject({
    phase: 'Pending',
    hostIP: '172.30.2.2',
    containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }],
  })
  cluster.advance('10s')
  expect(cluster.pod('web')?.status).toMatchObject({
    phase: 'Running',
    podIP: '192.168.1.2',
    podIPs: [{ ip: '192.168.1.2' }],
    qosClass: 'BestEffort',
  })
  expect(cluster.container('web')).toMatchObject({
    ready: true,
    started: true,
    restartCount: 0,
    image: 'docker.io/library/nginx:1.27',
    imageID: expect.stringMatching(/^docker\.io\/library\/nginx@sha256:[0-9a-f]{64}$/),
    containerID: expect.stringMatching(/^containerd:\/\/[0-9a-f]{64}$/),
  })
  expect(cluster.pod('web')?.status?.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
    'PodReadyToStartContainers=True',
    'Initialized=True',
    'Ready=True',
    'ContainersReady=True',
    'PodScheduled=True',
  ])
  expect(cluster.events('web')).toEqual([
    'Pulling Pulling image "nginx:1.27"',
    expect.stringMatching(
      /^Pulled Successfully pulled image "nginx:1\.27" in [\d.]+s \([\d.]+s including waiting\)\. Image size: 59795293 bytes\.$/,
    ),
    'Created Container created',
    'Started Container started',
  ])
  expect(cluster.logs('web')).toContain('start worker processes')
})

test('the second Pod with the same image finds it on the node', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('first', 'containers: [{name: c, image: "nginx:1.27"}]'))
  cluster.advance('10s')
  cluster.apply(podOf('second', 'containers: [{name: c, image: "nginx:1.27"}]'))
  cluster.advance('3s')
  expect(cluster.events('second')[0]).toBe('Pulled Container image "nginx:1.27" already present on machine and can be accessed by the pod')
  expect(cluster.pod('second')?.status?.phase).toBe('Running')
})

test('a tag that does not exist leads to ErrImagePull and ImagePullBackOff', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('typo', 'containers: [{name: c, image: "nginx:1.161"}]'))
  cluster.advance('2500ms')
  const message =
    'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.161": failed to resolve reference "docker.io/library/nginx:1.161": docker.io/library/nginx:1.161: not found'
  expect(cluster.container('typo')?.state).toEqual({ waiting: { reason: 'ErrImagePull', message } })
  cluster.advance('8s')
  expect(cluster.container('typo')?.state).toEqual({
    waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "nginx:1.161": ErrImagePull: ${message}` },
  })
  expect(cluster.events('typo').slice(0, 5)).toEqual([
    'Pulling Pulling image "nginx:1.161"',
    `Failed Failed to pull image "nginx:1.161": ${message}`,
    'Failed Error: ErrImagePull',
    'BackOff Back-off pulling image "nginx:1.161"',
    'Failed Error: ImagePullBackOff',
  ])
})

test('a container that fails again and again is restarted after growing pauses', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('crash', 'containers: [{name: c, image: "busybox:1.28", command: [sh, -c, "echo hello; exit 3"]}]'))
  cluster.advance('6s')
  expect(cluster.container('crash')).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 3, reason: 'Error' } } })
  cluster.advance('3s')
  expect(cluster.container('crash')?.state?.waiting).toMatchObject({
    reason: 'CrashLoopBackOff',
    message: expect.stringMatching(/^back-off 10s restarting failed container=c pod=crash_default\([0-9a-f-]+\)$/),
  })
  cluster.advance('15s')
  expect(cluster.container('crash')?.restartCount).toBe(2)
  cluster.advance('10m')
  expect(cluster.container('crash')?.restartCount).toBe(7)
  expect(cluster.logs('crash', 'previous=true')).toBe('hello\n')
  expect(cluster.pod('crash')?.status?.phase).toBe('Running')
})

test('deleting a Pod asks its process to end and removes the object when it has', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('web', 'containers: [{name: c, image: nginx}]'))
  cluster.apply(
    podOf(
      'deaf',
      'terminationGracePeriodSeconds: 5, containers: [{name: c, image: busybox, command: [sh, -c, "while true; do sleep 1; done"]}]',
    ),
  )
  cluster.advance('15s')
  for (const name of ['web', 'deaf'])
    cluster.server.request({ method: 'DELETE', url: `/api/v1/namespaces/default/pods/${name}`, headers: {} })
  cluster.advance('2s')
  expect(cluster.pod('web')).toBeUndefined()
  expect(cluster.events('web').at(-1)).toBe('Killing Stopping container c')
  expect(cluster.pod('deaf')?.metadata.deletionTimestamp).toBeDefined()
  cluster.advance('5s')
  expect(cluster.pod('deaf')).toBeUndefined()
})

test.each([
  ['exit 0', 'Never', 'Succeeded', 'Completed'],
  ['exit 1', 'Never', 'Failed', 'Error'],
  ['exit 0', 'OnFailure', 'Succeeded', 'Completed'],
])('a container that does "%s" with restartPolicy %s leaves the Pod %s', (command, policy, phase, reason) => {
  const cluster = miniCluster()
  cluster.apply(podOf('once', `restartPolicy: ${policy}, containers: [{name: c, image: busybox, command: [sh, -c, "${command}"]}]`))
  cluster.advance('10s')
  expect(cluster.pod('once')?.status?.phase).toBe(phase)
  expect(cluster.container('once')?.state?.terminated?.reason).toBe(reason)
})

test('a command that is not in the image ends in RunContainerError', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('bad', 'containers: [{name: c, image: busybox, command: [no-such-binary]}]'))
  cluster.advance('5s')
  const message =
    'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "no-such-binary": executable file not found in $PATH'
  expect(cluster.container('bad')?.lastState?.terminated).toMatchObject({ reason: 'StartError', exitCode: 128, message })
  expect(['RunContainerError', 'CrashLoopBackOff']).toContain(cluster.container('bad')?.state?.waiting?.reason)
  expect(cluster.events('bad').some((event) => event.startsWith(`Failed Error: ${message}`))).toBe(true)
})

test('a Pod that is deleted before it could start has failed in its last status', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('early', 'containers: [{name: c, image: "registry.example.invalid/none"}]', 'finalizers: [example.com/wait]'))
  cluster.advance('5s')
  expect(cluster.pod('early')?.status?.phase).toBe('Pending')
  cluster.client.delete(pod, 'default', 'early', {})
  cluster.advance('5s')
  expect(cluster.pod('early')?.status?.phase).toBe('Failed')
  expect(cluster.container('early')?.state?.terminated).toEqual({
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    startedAt: null,
    finishedAt: null,
  })
})
