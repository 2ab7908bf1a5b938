import { expect, test } from 'vitest'
import { pod } from '../../../../../src/sim/kinds/core/pod'
import { story, storyOf } from '../../../story'
import { miniCluster, podOf } from '../../mini-cluster'

/** A Pod `web` on node01, and what is told of it; durations and sums, which chance decides, are left out. */
function given(spec: string, more = '') {
  const cluster = miniCluster()
  const heard = storyOf(cluster, [pod])
  cluster.apply((more && `${more}\n---\n`) + podOf('web', spec))
  const told = () =>
    heard
      .told()
      .replaceAll(/ in [\d.]+m?s \([\d.]+m?s including waiting\)/g, ' in TIME (TIME including waiting)')
      .replaceAll(/web_default\([-0-9a-f]+\)/g, 'web_default(UID)')
  return { ...cluster, told }
}

test('given an image that is not on the node, then it is pulled, the container is created and started, and the Pod gets ready', () => {
  const cluster = given('containers: [{name: c, image: "nginx:1.27"}]')
  cluster.advance('30s')
  expect(cluster.told()).toBe(story`
    0s  Pod/web  Pending
    0s  Pod/web  PodReadyToStartContainers=False @1
    0s  Pod/web  Initialized=True @1
    0s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  PodScheduled=True @1
    0s  Pod/web  kubelet: Normal Pulling: Pulling image "nginx:1.27"
    1s  Pod/web  PodReadyToStartContainers=True @1
    2s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "nginx:1.27" in TIME (TIME including waiting). Image size: 59795293 bytes.
    3s  Pod/web  kubelet: Normal Created: Container created
    3s  Pod/web  kubelet: Normal Started: Container started
    3s  Pod/web  Running
    3s  Pod/web  Ready=True @1
    3s  Pod/web  ContainersReady=True @1
  `)
})

test('given an image that is there already, then it is not pulled', () => {
  const cluster = given('containers: [{name: c, image: "nginx:1.27"}]')
  cluster.advance('30s')
  cluster.told()
  cluster.apply(podOf('second', 'containers: [{name: c, image: "nginx:1.27"}]'))
  cluster.advance('10s')
  expect(cluster.told()).toBe(story`
    30s  Pod/second  Pending
    30s  Pod/second  PodReadyToStartContainers=False @1
    30s  Pod/second  Initialized=True @1
    30s  Pod/second  Ready=False ContainersNotReady: containers with unready status: [c] @1
    30s  Pod/second  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    30s  Pod/second  PodScheduled=True @1
    30s  Pod/second  kubelet: Normal Pulled: Container image "nginx:1.27" already present on machine and can be accessed by the pod
    30s  Pod/second  kubelet: Normal Created: Container created
    30s  Pod/second  kubelet: Normal Started: Container started
    31s  Pod/second  Running
    31s  Pod/second  PodReadyToStartContainers=True @1
    31s  Pod/second  Ready=True @1
    31s  Pod/second  ContainersReady=True @1
  `)
})

test('given a tag that does not exist, then pulling fails, and backs off longer each time', () => {
  const cluster = given('containers: [{name: c, image: "nginx:1.161"}]')
  cluster.advance('60s')
  expect(cluster.told()).toBe(story`
    0s  Pod/web  Pending
    0s  Pod/web  PodReadyToStartContainers=False @1
    0s  Pod/web  Initialized=True @1
    0s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  PodScheduled=True @1
    0s  Pod/web  kubelet: Normal Pulling: Pulling image "nginx:1.161"
    1s  Pod/web  PodReadyToStartContainers=True @1
    1s  Pod/web  kubelet: Warning Failed: Failed to pull image "nginx:1.161": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.161": failed to resolve reference "docker.io/library/nginx:1.161": docker.io/library/nginx:1.161: not found
    1s  Pod/web  kubelet: Warning Failed: Error: ErrImagePull
    3s  Pod/web  kubelet: Normal BackOff: Back-off pulling image "nginx:1.161"
    3s  Pod/web  kubelet: Warning Failed: Error: ImagePullBackOff
    11s  Pod/web  kubelet: Normal Pulling: Pulling image "nginx:1.161" (x2)
    12s  Pod/web  kubelet: Warning Failed: Failed to pull image "nginx:1.161": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.161": failed to resolve reference "docker.io/library/nginx:1.161": docker.io/library/nginx:1.161: not found (x2)
    12s  Pod/web  kubelet: Warning Failed: Error: ErrImagePull (x2)
    14s  Pod/web  kubelet: Normal BackOff: Back-off pulling image "nginx:1.161" (x2)
    14s  Pod/web  kubelet: Warning Failed: Error: ImagePullBackOff (x2)
    28s  Pod/web  kubelet: Normal BackOff: Back-off pulling image "nginx:1.161" (x3)
    28s  Pod/web  kubelet: Warning Failed: Error: ImagePullBackOff (x3)
    32s  Pod/web  kubelet: Normal Pulling: Pulling image "nginx:1.161" (x3)
    33s  Pod/web  kubelet: Warning Failed: Failed to pull image "nginx:1.161": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.161": failed to resolve reference "docker.io/library/nginx:1.161": docker.io/library/nginx:1.161: not found (x3)
    33s  Pod/web  kubelet: Warning Failed: Error: ErrImagePull (x3)
    35s  Pod/web  kubelet: Normal BackOff: Back-off pulling image "nginx:1.161" (x4)
    35s  Pod/web  kubelet: Warning Failed: Error: ImagePullBackOff (x4)
    47s  Pod/web  kubelet: Normal BackOff: Back-off pulling image "nginx:1.161" (x5)
    47s  Pod/web  kubelet: Warning Failed: Error: ImagePullBackOff (x5)
  `)
})

test('given imagePullPolicy Never and an image that is not there, then it will never be', () => {
  const cluster = given('containers: [{name: c, image: "nginx:1.27", imagePullPolicy: Never}]')
  cluster.advance('30s')
  expect(cluster.told()).toBe(story`
    0s  Pod/web  Pending
    0s  Pod/web  PodReadyToStartContainers=False @1
    0s  Pod/web  Initialized=True @1
    0s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  PodScheduled=True @1
    0s  Pod/web  kubelet: Warning ErrImageNeverPull: Container image "nginx:1.27" is not present with pull policy of Never
    0s  Pod/web  kubelet: Warning Failed: Error: ErrImageNeverPull
    0s  Pod/web  PodReadyToStartContainers=True @1
    12s  Pod/web  kubelet: Warning ErrImageNeverPull: Container image "nginx:1.27" is not present with pull policy of Never (x2)
    12s  Pod/web  kubelet: Warning Failed: Error: ErrImageNeverPull (x2)
    27s  Pod/web  kubelet: Warning ErrImageNeverPull: Container image "nginx:1.27" is not present with pull policy of Never (x3)
    27s  Pod/web  kubelet: Warning Failed: Error: ErrImageNeverPull (x3)
  `)
})

test('given an image name that is none, then the container cannot be inspected', () => {
  const cluster = given('containers: [{name: c, image: "Nginx:1.27"}]')
  cluster.advance('10s')
  expect(cluster.told()).toBe(story`
    0s  Pod/web  Pending
    0s  Pod/web  PodReadyToStartContainers=False @1
    0s  Pod/web  Initialized=True @1
    0s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  PodScheduled=True @1
    0s  Pod/web  kubelet: Warning InspectFailed: Failed to apply default image tag "Nginx:1.27": couldn't parse image name "Nginx:1.27": invalid reference format: repository name (library/Nginx) must be lowercase
    0s  Pod/web  kubelet: Warning Failed: Error: InvalidImageName
    0s  Pod/web  PodReadyToStartContainers=True @1
  `)
})

test('given init containers, then they run one after the other before the Pod is initialized', () => {
  const cluster = given(
    'initContainers: [{name: one, image: busybox, command: ["true"]}, {name: two, image: busybox, command: ["true"]}], containers: [{name: c, image: nginx}]',
  )
  cluster.advance('30s')
  expect(cluster.told()).toBe(story`
    0s  Pod/web  Pending
    0s  Pod/web  PodReadyToStartContainers=False @1
    0s  Pod/web  Initialized=False ContainersNotInitialized: containers with incomplete status: [one two] @1
    0s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  PodScheduled=True @1
    0s  Pod/web  kubelet: Normal Pulling: Pulling image "busybox"
    1s  Pod/web  PodReadyToStartContainers=True @1
    1s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "busybox" in TIME (TIME including waiting). Image size: 2223685 bytes.
    1s  Pod/web  kubelet: Normal Created: Container created
    1s  Pod/web  kubelet: Normal Started: Container started
    2s  Pod/web  Initialized=False ContainersNotInitialized: containers with incomplete status: [two] @1
    2s  Pod/web  kubelet: Normal Pulling: Pulling image "busybox"
    2s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "busybox" in TIME (TIME including waiting). Image size: 2223685 bytes.
    2s  Pod/web  kubelet: Normal Created: Container created
    2s  Pod/web  kubelet: Normal Started: Container started
    3s  Pod/web  Initialized=True @1
    3s  Pod/web  kubelet: Normal Pulling: Pulling image "nginx"
    6s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "nginx" in TIME (TIME including waiting). Image size: 59795293 bytes.
    6s  Pod/web  kubelet: Normal Created: Container created
    6s  Pod/web  kubelet: Normal Started: Container started
    6s  Pod/web  Running
    6s  Pod/web  Ready=True @1
    6s  Pod/web  ContainersReady=True @1
  `)
})

test('given a ConfigMap that does not exist, when it is named in the environment, then the container cannot be configured; in a volume, it cannot be mounted', () => {
  const inEnvironment = given('containers: [{name: c, image: busybox, command: [sleep, 1h], envFrom: [{configMapRef: {name: lost}}]}]')
  inEnvironment.advance('30s')
  expect(inEnvironment.told()).toBe(story`
    0s  Pod/web  Pending
    0s  Pod/web  PodReadyToStartContainers=False @1
    0s  Pod/web  Initialized=True @1
    0s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  PodScheduled=True @1
    0s  Pod/web  kubelet: Normal Pulling: Pulling image "busybox"
    1s  Pod/web  PodReadyToStartContainers=True @1
    1s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "busybox" in TIME (TIME including waiting). Image size: 2223685 bytes.
    1s  Pod/web  kubelet: Warning Failed: Error: configmap "lost" not found
    16s  Pod/web  kubelet: Warning Failed: Error: configmap "lost" not found (x2)
  `)
  const inVolume = given('containers: [{name: c, image: busybox, command: [sleep, 1h]}], volumes: [{name: v, configMap: {name: lost}}]')
  inVolume.advance('10s')
  expect(inVolume.told()).toBe(story`
    0s  Pod/web  Pending
    0s  Pod/web  PodReadyToStartContainers=False @1
    0s  Pod/web  Initialized=True @1
    0s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  PodScheduled=True @1
    0s  Pod/web  kubelet: Warning FailedMount: MountVolume.SetUp failed for volume "v" : configmap "lost" not found
    0s  Pod/web  kubelet: Warning FailedMount: MountVolume.SetUp failed for volume "v" : configmap "lost" not found (x2)
    1s  Pod/web  kubelet: Warning FailedMount: MountVolume.SetUp failed for volume "v" : configmap "lost" not found (x3)
    3s  Pod/web  kubelet: Warning FailedMount: MountVolume.SetUp failed for volume "v" : configmap "lost" not found (x4)
    7s  Pod/web  kubelet: Warning FailedMount: MountVolume.SetUp failed for volume "v" : configmap "lost" not found (x5)
  `)
})

test('given a Secret whose key is missing, then the container cannot be configured', () => {
  const secret = '{apiVersion: v1, kind: Secret, metadata: {name: s}}'
  const cluster = given(
    'containers: [{name: c, image: busybox, command: [sleep, 1h], env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]}]',
    secret,
  )
  cluster.advance('10s')
  expect(cluster.told()).toBe(story`
    0s  Pod/web  Pending
    0s  Pod/web  PodReadyToStartContainers=False @1
    0s  Pod/web  Initialized=True @1
    0s  Pod/web  Ready=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  ContainersReady=False ContainersNotReady: containers with unready status: [c] @1
    0s  Pod/web  PodScheduled=True @1
    0s  Pod/web  kubelet: Normal Pulling: Pulling image "busybox"
    1s  Pod/web  PodReadyToStartContainers=True @1
    1s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "busybox" in TIME (TIME including waiting). Image size: 2223685 bytes.
    1s  Pod/web  kubelet: Warning Failed: Error: couldn't find key k in Secret default/s
  `)
})

test('given a command that is not in the image, then the container cannot be run', () => {
  const cluster = given('containers: [{name: c, image: busybox, command: [no-such-binary]}]')
  cluster.advance('30s')
  expect(cluster.told()).toBe(story`
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
    1s  Pod/web  kubelet: Warning Failed: Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "no-such-binary": executable file not found in $PATH
    1s  Pod/web  Running
    3s  Pod/web  kubelet: Normal Pulling: Pulling image "busybox" (x2)
    3s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "busybox" in TIME (TIME including waiting). Image size: 2223685 bytes.
    3s  Pod/web  kubelet: Normal Created: Container created (x2)
    3s  Pod/web  kubelet: Warning Failed: Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "no-such-binary": executable file not found in $PATH (x2)
    5s  Pod/web  kubelet: Warning BackOff: Back-off restarting failed container c in pod web_default(UID)
    13s  Pod/web  kubelet: Normal Pulling: Pulling image "busybox" (x3)
    14s  Pod/web  kubelet: Normal Pulled: Successfully pulled image "busybox" in TIME (TIME including waiting). Image size: 2223685 bytes.
    14s  Pod/web  kubelet: Normal Created: Container created (x3)
    14s  Pod/web  kubelet: Warning Failed: Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "no-such-binary": executable file not found in $PATH (x3)
    15s  Pod/web  kubelet: Warning BackOff: Back-off restarting failed container c in pod web_default(UID) (x2)
    29s  Pod/web  kubelet: Warning BackOff: Back-off restarting failed container c in pod web_default(UID) (x3)
  `)
})
