import { expect, test } from 'vitest'
import type { Node } from '../../../src/sim/api/types/core-v1.gen'
import { lookForShortage } from '../../../src/sim/node/kubelet/eviction'
import { lateEviction } from '../../../src/sim/node/kubelet/late-eviction'
import { createCluster } from '../../../src/sim/cluster'
import { node } from '../../../src/sim/kinds/core/node'
import { event } from '../../../src/sim/kinds/core/event'
import { miniCluster, podOf } from './mini-cluster'

lateEviction.arrive(lookForShortage)

const writer = (name: string, path: string, spec: string, container = '') =>
  podOf(
    name,
    `${spec}containers: [{name: c, image: "busybox:1.28", command: [sh, -c, "dd if=/dev/zero of=${path}/big bs=1M count=3; sleep 1h"]${container}}]`,
  )

test.each([
  ['an emptyDir with a limit', '/cache', 'volumes: [{name: cache, emptyDir: {sizeLimit: 1Mi}}], ', ', volumeMounts: [{name: cache, mountPath: /cache}]', 'Usage of EmptyDir volume "cache" exceeds the limit "1Mi". '],
  ['the layer of a container with a limit', '', '', ', resources: {limits: {ephemeral-storage: 2Mi}}', 'Container c exceeded its local ephemeral storage limit "2Mi". '],
  ['an emptyDir that counts against the limit of the container', '/cache', 'volumes: [{name: cache, emptyDir: {}}], ', ', volumeMounts: [{name: cache, mountPath: /cache}], resources: {limits: {ephemeral-storage: 2Mi}}', 'Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. '],
])('who fills %s beyond it is evicted', (_, path, spec, container, message) => {
  const cluster = miniCluster()
  cluster.apply(writer('filler', path, spec, container))
  cluster.advance('30s')
  expect(cluster.pod('filler')?.status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message })
  expect(cluster.condition('filler', 'DisruptionTarget')).toMatchObject({ status: 'True', reason: 'TerminationByKubelet', message })
  expect(cluster.events('filler')).toContain(`Evicted ${message}`)
}) // prettier-ignore

test('a node that runs short of memory says so, evicts who takes more than was asked for, and is well again five minutes later', () => {
  const cluster = miniCluster()
  const conditionOf = (type: string) =>
    cluster.client.get<Node>(node, undefined, 'node01')?.status?.conditions?.find((it) => it.type === type)
  const hog = (name: string, bytes: string, request: string) =>
    podOf(
      name,
      `containers: [{name: c, image: polinux/stress, command: [stress, --vm, "1", --vm-bytes, ${bytes}], resources: {requests: {memory: ${request}}}}]`,
    )
  cluster.apply(hog('modest', '2G', '3Gi') + '---' + hog('greedy', '6G', '100Mi'))
  cluster.advance('30s')
  expect(conditionOf('MemoryPressure')).toMatchObject({
    status: 'True',
    reason: 'KubeletHasInsufficientMemory',
    message: 'kubelet has insufficient memory available',
  })
  expect(cluster.pod('greedy')?.status).toMatchObject({ phase: 'Failed', reason: 'Evicted' })
  expect(cluster.pod('greedy')?.status?.message).toMatch(
    /^The node was low on resource: memory\. Threshold quantity: 100Mi, available: 0Ki\. Container c was using \d+Ki, request is 100Mi, has larger consumption of memory\. $/,
  )
  expect(cluster.pod('modest')?.status?.phase).toBe('Running')
  const told = cluster.client.list(event).filter(({ involvedObject }) => involvedObject.name === 'node01').map(({ reason }) => reason) // prettier-ignore
  expect(told).toEqual(expect.arrayContaining(['EvictionThresholdMet', 'NodeHasInsufficientMemory']))
  cluster.advance('6m')
  expect(conditionOf('MemoryPressure')).toMatchObject({ status: 'False', reason: 'KubeletHasSufficientMemory' })
})

test('a disk that somebody fills from outside puts the node under disk pressure', () => {
  const cluster = miniCluster()
  cluster.nodes.hosts.get('node01')!.ballast.diskBytes = 33 * 1024 ** 3
  cluster.advance('20s')
  const found = cluster.client.get<Node>(node, undefined, 'node01')?.status?.conditions?.find((it) => it.type === 'DiskPressure')
  expect(found).toMatchObject({ status: 'True', reason: 'KubeletHasDiskPressure', message: 'kubelet has disk pressure' })
})

test('a kubelet that is granted time ends its Pods before the machine goes down, and says why', () => {
  const cluster = createCluster({ seed: 5 })
  const ran = cluster.run(`
kubectl create deployment web --image=nginx --replicas=3 >/dev/null
kubectl rollout status deployment/web >/dev/null
ssh node01 'printf "shutdownGracePeriod: 30s\\nshutdownGracePeriodCriticalPods: 10s\\n" >> /var/lib/kubelet/config.yaml'
ssh node01 'poweroff' &
sleep 3
kubectl get nodes node01 -o jsonpath='{.status.conditions[?(@.type=="Ready")].message}{"\\n"}'
kubectl get pods --field-selector spec.nodeName=node01 -o jsonpath='{range .items[*]}{.status.phase} {.status.reason} {.status.message}{"\\n"}{end}' | sort -u
sleep 20
kubectl get deployment web -o jsonpath='{.status.readyReplicas}'`)
  expect(ran.stdout).toBe('node is shutting down\nFailed Terminated Pod was terminated in response to imminent node shutdown.\n3')
})
