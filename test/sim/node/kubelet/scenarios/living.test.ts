import { expect, test } from 'vitest'
import { node } from '../../../../../src/sim/kinds/core/node'
import { pod } from '../../../../../src/sim/kinds/core/pod'
import { lookForShortage } from '../../../../../src/sim/node/kubelet/eviction'
import { lateEviction } from '../../../../../src/sim/node/kubelet/late-eviction'
import { story, storyOf } from '../../../story'
import { miniCluster, podOf } from '../../mini-cluster'

lateEviction.arrive(lookForShortage)

/** A Pod `web` on node01, and what is told of it after `silence`, in which it starts; durations, which chance decides, are left out. */
function given(spec: string, { kinds = [pod], silence = '3s' }: { kinds?: readonly unknown[]; silence?: string } = {}) {
  const cluster = miniCluster()
  const heard = storyOf(cluster, kinds)
  cluster.apply(podOf('web', spec))
  if (silence !== '0s') {
    cluster.advance(silence)
    heard.told()
  }
  const told = () =>
    heard
      .told()
      .replaceAll(/ in [\d.]+m?s \([\d.]+m?s including waiting\)/g, ' in TIME (TIME including waiting)')
      .replaceAll(/web_default\([-0-9a-f]+\)/g, 'web_default(UID)')
  const remove = () => cluster.server.request({ method: 'DELETE', url: '/api/v1/namespaces/default/pods/web', headers: {} })
  /** Running, and nothing told of how it came about. */
  const running = () => {
    cluster.advance('10s')
    heard.told()
  }
  return { ...cluster, told, remove, running }
}
const sh = (script: string, more = '') => `containers: [{name: c, image: busybox, command: [sh, -c, "${script}"]${more}}]`

test('given a container that fails again and again, then it is restarted after pauses that double', () => {
  const cluster = given(sh('sleep 3; exit 3'))
  cluster.advance('40s')
  expect(cluster.told()).toBe(story`
    5s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    5s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    5s  Pod/web  kubelet: Normal Pulling: Pulling image "busybox" (x2)
    5s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "busybox" in TIME (TIME including waiting). Image size: 2223685 bytes.
    5s  Pod/web  kubelet: Normal Created: Container created (x2)
    5s  Pod/web  kubelet: Normal Started: Container started (x2)
    6s  Pod/web  Ready=True @1
    6s  Pod/web  ContainersReady=True @1
    9s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    9s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    11s  Pod/web  kubelet: Warning BackOff: Back-off restarting failed container c in pod web_default(UID)
    18s  Pod/web  kubelet: Normal Pulling: Pulling image "busybox" (x3)
    19s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "busybox" in TIME (TIME including waiting). Image size: 2223685 bytes.
    19s  Pod/web  kubelet: Normal Created: Container created (x3)
    19s  Pod/web  kubelet: Normal Started: Container started (x3)
    19s  Pod/web  Ready=True @1
    19s  Pod/web  ContainersReady=True @1
    23s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    23s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    24s  Pod/web  kubelet: Warning BackOff: Back-off restarting failed container c in pod web_default(UID) (x2)
    39s  Pod/web  kubelet: Warning BackOff: Back-off restarting failed container c in pod web_default(UID) (x3)
    42s  Pod/web  kubelet: Normal Pulling: Pulling image "busybox" (x4)
    42s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "busybox" in TIME (TIME including waiting). Image size: 2223685 bytes.
    42s  Pod/web  kubelet: Normal Created: Container created (x4)
    42s  Pod/web  kubelet: Normal Started: Container started (x4)
  `)
})

test('given restartPolicy Never, then a container that ends ends the Pod', () => {
  const cluster = given('restartPolicy: Never, ' + sh('sleep 5; exit 3'))
  cluster.advance('30s')
  expect(cluster.told()).toBe(story`
    7s  Pod/web  Failed
    7s  Pod/web  Ready=False PodFailed @1
    7s  Pod/web  ContainersReady=False PodFailed @1
    7s  Pod/web  PodReadyToStartContainers=False @1
  `)
})

test('given a readiness probe that fails and recovers, then the Pod is ready only meanwhile', () => {
  const cluster = given(
    sh(
      'touch /ok; sleep 20; rm /ok; sleep 20; touch /ok; sleep 1h',
      ', readinessProbe: {exec: {command: [cat, /ok]}, periodSeconds: 5, failureThreshold: 2}',
    ),
  )
  cluster.advance('60s')
  expect(cluster.told()).toBe(story`
    22s  Pod/web  kubelet: Warning Unhealthy: Readiness probe failed: cat: can't open '/ok': No such file or directory
    27s  Pod/web  kubelet: Warning Unhealthy: Readiness probe failed: cat: can't open '/ok': No such file or directory⏎ (x2)
    27s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    27s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    32s  Pod/web  kubelet: Warning Unhealthy: Readiness probe failed: cat: can't open '/ok': No such file or directory⏎ (x3)
    37s  Pod/web  kubelet: Warning Unhealthy: Readiness probe failed: cat: can't open '/ok': No such file or directory⏎ (x4)
    42s  Pod/web  Ready=True @1
    42s  Pod/web  ContainersReady=True @1
  `)
})

test('given a liveness probe that fails, then the container is killed and started again', () => {
  const cluster = given(
    'terminationGracePeriodSeconds: 1, ' +
      sh('touch /ok; sleep 20; rm /ok; sleep 1h', ', livenessProbe: {exec: {command: [cat, /ok]}, periodSeconds: 5, failureThreshold: 2}'),
  )
  cluster.advance('45s')
  expect(cluster.told()).toBe(story`
    22s  Pod/web  kubelet: Warning Unhealthy: Liveness probe failed: cat: can't open '/ok': No such file or directory
    27s  Pod/web  kubelet: Warning Unhealthy: Liveness probe failed: cat: can't open '/ok': No such file or directory⏎ (x2)
    27s  Pod/web  kubelet: Normal Killing: Container c failed liveness probe, will be restarted
    29s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    29s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    29s  Pod/web  kubelet: Normal Pulling: Pulling image "busybox" (x2)
    29s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "busybox" in TIME (TIME including waiting). Image size: 2223685 bytes.
    29s  Pod/web  kubelet: Normal Created: Container created (x2)
    29s  Pod/web  kubelet: Normal Started: Container started (x2)
    30s  Pod/web  Ready=True @1
    30s  Pod/web  ContainersReady=True @1
  `)
})

test('given a startup probe that never succeeds, then the container is killed before anything else is probed', () => {
  const cluster = given(
    'terminationGracePeriodSeconds: 1, containers: [{name: c, image: nginx, startupProbe: {httpGet: {path: /missing, port: 80}, periodSeconds: 5, failureThreshold: 2}}]',
    { silence: '2900ms' },
  )
  cluster.advance('20s')
  expect(cluster.told()).toBe(story`
    2s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "nginx" in TIME (TIME including waiting). Image size: 59795293 bytes.
    3s  Pod/web  kubelet: Normal Created: Container created
    3s  Pod/web  kubelet: Normal Started: Container started
    3s  Pod/web  Running
    3s  Pod/web  kubelet: Warning Unhealthy: Startup probe failed: HTTP probe failed with statuscode: 404
    8s  Pod/web  kubelet: Warning Unhealthy: Startup probe failed: HTTP probe failed with statuscode: 404 (x2)
    8s  Pod/web  kubelet: Normal Killing: Container c failed startup probe, will be restarted
    10s  Pod/web  kubelet: Normal Pulling: Pulling image "nginx" (x2)
    10s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "nginx" in TIME (TIME including waiting). Image size: 59795293 bytes.
    11s  Pod/web  kubelet: Normal Created: Container created (x2)
    11s  Pod/web  kubelet: Normal Started: Container started (x2)
    11s  Pod/web  kubelet: Warning Unhealthy: Startup probe failed: HTTP probe failed with statuscode: 404 (x3)
    16s  Pod/web  kubelet: Warning Unhealthy: Startup probe failed: HTTP probe failed with statuscode: 404 (x4)
    16s  Pod/web  kubelet: Normal Killing: Container c failed startup probe, will be restarted (x2)
    20s  Pod/web  kubelet: Warning BackOff: Back-off restarting failed container c in pod web_default(UID)
  `)
})

test('given a container that takes more memory than its limit, then it is killed for it: no event says so, its last state does', () => {
  const cluster = given(
    'containers: [{name: c, image: polinux/stress, command: [stress, --vm, "1", --vm-bytes, 250M], resources: {limits: {memory: 100Mi}}}]',
    { silence: '2s' },
  )
  cluster.advance('12s')
  expect(cluster.container('web')?.lastState?.terminated).toMatchObject({ reason: 'OOMKilled', exitCode: 137 })
  expect(cluster.told()).toBe(story`
    2s  Pod/web  Running
    2s  Pod/web  Ready=True @1
    2s  Pod/web  ContainersReady=True @1
    3s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    3s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    3s  Pod/web  kubelet: Normal Pulling: Pulling image "polinux/stress" (x2)
    3s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "polinux/stress" in TIME (TIME including waiting). Image size: 4000000 bytes.
    3s  Pod/web  kubelet: Normal Created: Container created (x2)
    3s  Pod/web  kubelet: Normal Started: Container started (x2)
    4s  Pod/web  Ready=True @1
    4s  Pod/web  ContainersReady=True @1
    5s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    5s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    6s  Pod/web  kubelet: Warning BackOff: Back-off restarting failed container c in pod web_default(UID)
  `)
})

test('given a postStart hook that fails, then the container is killed; given a preStop hook that fails, then it is told, and the container ends all the same', () => {
  const first = given(
    sh('sleep 1h', ', lifecycle: {postStart: {exec: {command: [sh, -c, "echo no; exit 1"]}}}').replace(
      'containers',
      'terminationGracePeriodSeconds: 1, containers',
    ),
    { silence: '0s' },
  )
  first.advance('6s')
  expect(first.told()).toBe(story`
    0s  Pod/web  Pending
    0s  Pod/web  PodReadyToStartContainers=False @1
    0s  Pod/web  Initialized=True @1
    0s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  PodScheduled=True @1
    0s  Pod/web  kubelet: Normal Pulling: Pulling image "busybox"
    1s  Pod/web  PodReadyToStartContainers=True @1
    1s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "busybox" in TIME (TIME including waiting). Image size: 2223685 bytes.
    1s  Pod/web  kubelet: Normal Created: Container created
    1s  Pod/web  kubelet: Normal Started: Container started
    1s  Pod/web  kubelet: Warning FailedPostStartHook: PostStartHook failed
    1s  Pod/web  kubelet: Normal Killing: FailedPostStartHook
    1s  Pod/web  Running
    1s  Pod/web  Ready=True @1
    1s  Pod/web  ContainersReady=True @1
    3s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    3s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    3s  Pod/web  kubelet: Normal Pulling: Pulling image "busybox" (x2)
    3s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "busybox" in TIME (TIME including waiting). Image size: 2223685 bytes.
    3s  Pod/web  kubelet: Normal Created: Container created (x2)
    3s  Pod/web  kubelet: Normal Started: Container started (x2)
    3s  Pod/web  kubelet: Warning FailedPostStartHook: PostStartHook failed (x2)
    3s  Pod/web  kubelet: Normal Killing: FailedPostStartHook (x2)
    3s  Pod/web  Ready=True @1
    3s  Pod/web  ContainersReady=True @1
    5s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    5s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
  `)
  const second = given(
    'terminationGracePeriodSeconds: 2, ' + sh('sleep 1h', ', lifecycle: {preStop: {exec: {command: [sh, -c, "echo no; exit 1"]}}}'),
  )
  second.running()
  second.remove()
  second.advance('10s')
  expect(second.told()).toBe(story`
    13s  Pod/web  kubelet: Normal Killing: Stopping container c
    13s  Pod/web  kubelet: Warning FailedPreStopHook: PreStopHook failed
    15s  Pod/web  Failed
    15s  Pod/web  Ready=False PodFailed @2
    15s  Pod/web  ContainersReady=False PodFailed @2
    16s  Pod/web  PodReadyToStartContainers=False @2
    16s  Pod/web  is gone
  `)
})

test('given a Pod that is deleted, then its container is stopped, and the Pod has failed or succeeded before it goes', () => {
  const cluster = given('terminationGracePeriodSeconds: 3, ' + sh('sleep 1h'))
  cluster.running()
  cluster.remove()
  cluster.advance('10s')
  expect(cluster.told()).toBe(story`
    13s  Pod/web  kubelet: Normal Killing: Stopping container c
    16s  Pod/web  Failed
    16s  Pod/web  Ready=False PodFailed @2
    16s  Pod/web  ContainersReady=False PodFailed @2
    17s  Pod/web  PodReadyToStartContainers=False @2
    17s  Pod/web  is gone
  `)
})

test('given activeDeadlineSeconds, when they are over, then the Pod has failed', () => {
  const cluster = given('activeDeadlineSeconds: 20, terminationGracePeriodSeconds: 1, ' + sh('sleep 1h'))
  cluster.running()
  cluster.advance('30s')
  expect(cluster.told()).toBe(story`
    20s  Pod/web  kubelet: Normal DeadlineExceeded: Pod was active on the node longer than the specified deadline
    20s  Pod/web  kubelet: Normal Killing: Stopping container c
    21s  Pod/web  Failed
    21s  Pod/web  Ready=False PodFailed @1
    21s  Pod/web  ContainersReady=False PodFailed @1
    21s  Pod/web  PodReadyToStartContainers=False @1
  `)
})

test('given a Pod that fills its emptyDir beyond the limit, then it is evicted', () => {
  const cluster = given(
    'volumes: [{name: cache, emptyDir: {sizeLimit: 1Mi}}], ' +
      sh('dd if=/dev/zero of=/cache/big bs=1M count=3; sleep 1h', ', volumeMounts: [{name: cache, mountPath: /cache}]'),
  )
  cluster.advance('40s')
  expect(cluster.told()).toBe(story`
    9s  Pod/web  kubelet: Warning Evicted: Usage of EmptyDir volume "cache" exceeds the limit "1Mi".
    9s  Pod/web  kubelet: Normal Killing: Stopping container c
    10s  Pod/web  Failed
    10s  Pod/web  DisruptionTarget=True TerminationByKubelet: Usage of EmptyDir volume "cache" exceeds the limit "1Mi".  @1
    10s  Pod/web  Ready=False PodFailed @1
    10s  Pod/web  ContainersReady=False PodFailed @1
    10s  Pod/web  PodReadyToStartContainers=False @1
  `)
})

test('given a node that runs short of memory, then it says so, evicts the Pod that takes most beyond its request, and is well again after five minutes', () => {
  const cluster = given('containers: [{name: c, image: polinux/stress, command: [stress, --vm, "1", --vm-bytes, 7900M]}]', {
    kinds: [pod, node],
  })
  cluster.advance('7m')
  expect(cluster.told().replaceAll(/\d+Ki\b/g, 'NKi')).toBe(story`
    9s  Node/node01  kubelet: Warning EvictionThresholdMet: Attempting to reclaim memory
    9s  Pod/web  kubelet: Warning Evicted: The node was low on resource: memory. Threshold quantity: 100Mi, available: NKi. Container c was using NKi, request is 0, has larger consumption of memory.
    9s  Pod/web  kubelet: Normal Killing: Stopping container c
    9s  Node/node01  kubelet: Normal NodeHasInsufficientMemory: Node node01 status is now: NodeHasInsufficientMemory
    9s  Node/node01  MemoryPressure=True KubeletHasInsufficientMemory: kubelet has insufficient memory available
    10s  Pod/web  Failed
    10s  Pod/web  DisruptionTarget=True TerminationByKubelet: The node was low on resource: memory. Threshold quantity: 100Mi, available: NKi. Container c was using NKi, request is 0, has larger consumption of memory.  @1
    10s  Pod/web  Ready=False PodFailed @1
    10s  Pod/web  ContainersReady=False PodFailed @1
    10s  Pod/web  PodReadyToStartContainers=False @1
    309s  Node/node01  kubelet: Normal NodeHasSufficientMemory: Node node01 status is now: NodeHasSufficientMemory (x2)
    309s  Node/node01  MemoryPressure=False KubeletHasSufficientMemory: kubelet has sufficient memory available
  `)
})

test.each([
  ['for which a Pod is too large', 'containers: [{name: c, image: nginx, resources: {requests: {cpu: "100"}}}]', 'OutOfcpu', "Node didn't have enough resource: cpu, requested: 100000, used: 0, capacity: 4000"],
  ['whose labels a Pod does not want', 'nodeSelector: {disk: ssd}, containers: [{name: c, image: nginx}]', 'NodeAffinity', "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"],
])('given a node %s that somebody binds to it, then the kubelet refuses the Pod', (_, spec, reason, message) => {
  const cluster = given(spec, { silence: '0s' })
  cluster.advance('5s')
  expect(cluster.told().split('\n')).toEqual(['0s  Pod/web  Pending', `0s  Pod/web  kubelet: Warning ${reason}: ${message}`, '0s  Pod/web  Failed'])
  expect(cluster.pod('web')?.status).toMatchObject({ phase: 'Failed', reason, message: `Pod was rejected: ${message}` })
}) // prettier-ignore
