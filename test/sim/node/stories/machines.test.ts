import { describe, expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

/** A cluster with a web Deployment of three, spread over its three workers. */
function withWeb() {
  const cluster = createCluster({ seed: 5 })
  const said = (script: string) => cluster.run(script).stdout.trim()
  cluster.run(`cat <<'EOF' | kubectl apply -f -
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}]
      containers: [{name: web, image: nginx}]
EOF
kubectl rollout status deployment/web; kubectl expose deployment web --port=80`)
  const onNode = (node: string) => `kubectl get pods -l app=web --field-selector spec.nodeName=${node}`
  const podOn = (node: string) => said(`${onNode(node)} -o jsonpath='{.items[0].metadata.name}'`)
  /** Readiness, state and restarts of each Pod of a node. */
  const on = (node: string) =>
    said(`${onNode(node)} --no-headers`)
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(/ +/).slice(1, 4).join(' '))
  const events = (name: string, reasons: string) =>
    said(
      `kubectl get events -A --sort-by=.metadata.creationTimestamp --field-selector involvedObject.name=${name} -o jsonpath='{range .items[*]}{.reason}: {.message}{"\\n"}{end}' | grep -E '^(${reasons}):'`,
    ).split('\n')
  const taints = (node: string) => said(`kubectl get node ${node} -o jsonpath='{range .spec.taints[*]}{.key}:{.effect} {end}'`)
  const condition = (node: string, type: string) =>
    said(`kubectl get node ${node} -o jsonpath='{range .status.conditions[?(@.type=="${type}")]}{.status} {.reason}{end}'`)
  const endpoints = () =>
    said(
      'kubectl get endpointslices -l kubernetes.io/service-name=web -o json | jq "[.items[].endpoints[]|select(.conditions.ready)]|length"',
    )
  return { cluster, said, on, events, taints, condition, podOn, endpoints }
}

describe('given a machine that loses its power', () => {
  test('then its node is Unknown, its Pods get no traffic, five minutes later they are replaced elsewhere, and once it is back they are gone', () => {
    const { cluster, said, on, events, taints, condition, podOn, endpoints } = withWeb()
    const lost = podOn('node02')
    cluster.machines.powerOff('node02')
    cluster.advance('40s')
    expect(condition('node02', 'Ready')).toBe('True KubeletReady')
    cluster.advance('25s')
    expect(condition('node02', 'Ready')).toBe('Unknown NodeStatusUnknown')
    expect(taints('node02')).toBe('node.kubernetes.io/unreachable:NoSchedule node.kubernetes.io/unreachable:NoExecute')
    expect(on('node02')).toEqual(['1/1 Running 0'])
    expect(endpoints()).toBe('2')
    cluster.advance('280s')
    expect(on('node02')).toEqual(['1/1 Running 0'])
    cluster.advance('35s')
    expect(on('node02')).toEqual(['1/1 Terminating 0'])
    expect(said('kubectl get deployment web --no-headers')).toMatch(/^web +3\/3 +3 +3 /)
    expect(events(lost, 'NodeNotReady|TaintManagerEviction')).toEqual([
      'NodeNotReady: Node is not ready',
      `TaintManagerEviction: Marking for deletion Pod default/${lost}`,
    ])
    cluster.machines.powerOn('node02')
    cluster.advance('30s')
    expect(condition('node02', 'Ready')).toBe('True KubeletReady')
    expect(taints('node02')).toBe('')
    expect(on('node02')).toEqual([])
    expect(events('node02', 'NodeNotReady|NodeReady|Rebooted')).toEqual([
      'NodeReady: Node node02 status is now: NodeReady',
      'NodeNotReady: Node node02 status is now: NodeNotReady',
      expect.stringMatching(/^Rebooted: Node node02 has been rebooted, boot id: [0-9a-f-]+$/),
      'NodeReady: Node node02 status is now: NodeReady',
    ])
  })

  test('when it is told to be out of service, then a StatefulSet has its Pod and its data elsewhere', () => {
    const { cluster, said } = withWeb()
    cluster.run(`cat <<'EOF' | kubectl apply -f -
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 10}]
      containers: [{name: db, image: busybox, command: [sleep, inf], volumeMounts: [{name: data, mountPath: /data}]}]
  volumeClaimTemplates:
  - {metadata: {name: data}, spec: {storageClassName: shared-files, accessModes: [ReadWriteMany], resources: {requests: {storage: 1Mi}}}}
EOF
kubectl rollout status statefulset/db; kubectl exec db-0 -- sh -c 'echo kept > /data/word'`)
    const first = said("kubectl get pod db-0 -o jsonpath='{.spec.nodeName}'")
    cluster.machines.powerOff(first)
    cluster.advance('3m')
    expect(said('kubectl get pod db-0 --no-headers')).toMatch(/^db-0 +1\/1 +Terminating/)
    cluster.run(`kubectl taint node ${first} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute`)
    cluster.advance('60s')
    expect(said('kubectl get pod db-0 --no-headers')).toMatch(/^db-0 +1\/1 +Running/)
    expect(said("kubectl get pod db-0 -o jsonpath='{.spec.nodeName}'")).not.toBe(first)
    expect(said('kubectl exec db-0 -- cat /data/word')).toBe('kept')
  })
})

test('given a machine whose network cable is pulled, when it is put back before its Pods are driven away, then they are what they were', () => {
  const { cluster, on, taints, condition, endpoints, podOn } = withWeb()
  const name = podOn('node03')
  cluster.machines.disconnect('node03')
  cluster.advance('100s')
  expect(condition('node03', 'Ready')).toBe('Unknown NodeStatusUnknown')
  expect(endpoints()).toBe('2')
  cluster.machines.reconnect('node03')
  cluster.advance('20s')
  expect(condition('node03', 'Ready')).toBe('True KubeletReady')
  expect(taints('node03')).toBe('')
  expect([podOn('node03'), ...on('node03')]).toEqual([name, '1/1 Running 0'])
  expect(endpoints()).toBe('3')
})

test('given a kubelet that is stopped, then its containers go on serving while the node is NotReady, and it takes them up again', () => {
  const { cluster, said, on, condition, events, podOn } = withWeb()
  const ip = said(`kubectl get pod ${podOn('node01')} -o jsonpath='{.status.podIP}'`)
  cluster.run('ssh node01 systemctl stop kubelet')
  cluster.advance('70s')
  expect(condition('node01', 'Ready')).toBe('Unknown NodeStatusUnknown')
  expect(said(`curl -s ${ip} | grep -o Welcome.*nginx | head -1`)).toBe('Welcome to nginx')
  cluster.run('ssh node01 systemctl start kubelet')
  cluster.advance('20s')
  expect(condition('node01', 'Ready')).toBe('True KubeletReady')
  expect(on('node01')).toEqual(['1/1 Running 0'])
  expect(events('node01', 'NodeNotReady|Starting').slice(-2)).toEqual([
    'NodeNotReady: Node node01 status is now: NodeNotReady',
    'Starting: Starting kubelet.',
  ])
  expect(said("kubectl get events --field-selector involvedObject.name=node01,reason=Starting -o jsonpath='{.items[*].count}'")).toBe('1 1')
})

test('given a disk that fills up, then the node takes no more Pods and evicts those it has, and is well again when there is room', () => {
  const { cluster, said, on, taints, condition } = withWeb()
  cluster.machines.fill('node01', 'disk', 100_000)
  cluster.advance('60s')
  expect(taints('node01')).toBe('node.kubernetes.io/disk-pressure:NoSchedule')
  expect(condition('node01', 'DiskPressure')).toBe('True KubeletHasDiskPressure')
  expect(said('kubectl get deployment web --no-headers')).toMatch(/^web +3\/3 /)
  expect(on('node01').filter((pod) => pod.includes('Running'))).toEqual([])
  cluster.machines.fill('node01', 'disk', 0)
  cluster.advance('6m')
  expect(taints('node01')).toBe('')
  expect(condition('node01', 'DiskPressure')).toBe('False KubeletHasNoDiskPressure')
})

test('given a node that is drained, then it is cordoned, its Pods go elsewhere as their budget allows, and its kubelet tells of it', () => {
  const { cluster, said, on, events, taints } = withWeb()
  cluster.run('kubectl create pdb web --selector=app=web --max-unavailable=1')
  expect(said('kubectl drain node01 --ignore-daemonsets --delete-emptydir-data').split('\n').at(-1)).toBe('node/node01 drained')
  expect(taints('node01')).toBe('node.kubernetes.io/unschedulable:NoSchedule')
  expect(on('node01')).toEqual([])
  cluster.advance('15s')
  cluster.run('kubectl uncordon node01')
  cluster.advance('15s')
  expect(events('node01', 'NodeNotSchedulable|NodeSchedulable')).toEqual([
    'NodeNotSchedulable: Node node01 status is now: NodeNotSchedulable',
    'NodeSchedulable: Node node01 status is now: NodeSchedulable',
  ])
})

test('given time for a shutdown by priority, when a node is shut down, then its least important Pods go first, each group in its time', () => {
  const { cluster, said, condition, events } = withWeb()
  cluster.run(`kubectl create priorityclass important --value=1000
for pod in plain important; do
  kubectl run $pod --image=busybox:1.28 --overrides="{\\"spec\\":{\\"nodeName\\":\\"node01\\",\\"priorityClassName\\":\\"$([ $pod = important ] && echo important)\\"}}" -- sh -c 'trap "" TERM; while true; do sleep 1; done'
done
kubectl wait --for=condition=Ready pod/plain pod/important
ssh node01 'cat >> /var/lib/kubelet/config.yaml' <<EOF
shutdownGracePeriodByPodPriority:
- {priority: 2000000000, shutdownGracePeriodSeconds: 10}
- {priority: 1000, shutdownGracePeriodSeconds: 40}
- {priority: 0, shutdownGracePeriodSeconds: 20}
EOF
(ssh node01 poweroff) &
sleep 15`)
  const state = (pod: string) => said(`kubectl get pod ${pod} -o jsonpath='{.status.phase} {.status.reason}'`)
  expect(condition('node01', 'Ready')).toBe('False KubeletNotReady')
  expect(events('node01', 'Shutdown|NodeNotReady')).toEqual([
    'Shutdown: Shutdown manager detected shutdown event',
    'NodeNotReady: Node node01 status is now: NodeNotReady',
  ])
  expect([state('plain'), state('important')]).toEqual(['Running', 'Running'])
  cluster.advance('10s')
  expect([state('plain'), state('important')]).toEqual(['Failed Terminated', 'Running'])
  cluster.advance('30s')
  expect([state('plain'), state('important')]).toEqual(['Failed Terminated', 'Failed Terminated'])
})

test('given a machine that is cut off, then its kubelet goes on with what it knows: a container that dies is started again, a Pod that is deleted meanwhile goes when it hears of it', () => {
  const { cluster, said } = withWeb()
  cluster.run(`
kubectl run dying --image=busybox:1.28 --overrides='{"spec":{"nodeName":"node01"}}' -- sh -c 'sleep 60; exit 3'
kubectl run deleted --image=nginx --overrides='{"spec":{"nodeName":"node01"}}'; kubectl wait --for=condition=Ready pod/dying pod/deleted`)
  cluster.machines.disconnect('node01')
  cluster.run('kubectl delete pod deleted --wait=false')
  cluster.advance('3m')
  const restarts = () => said("kubectl get pod dying -o jsonpath='{.status.containerStatuses[0].restartCount}'")
  expect(restarts()).toBe('0')
  expect(said('kubectl get pod deleted --no-headers')).toMatch(/ Terminating /)
  cluster.machines.reconnect('node01')
  cluster.advance('15s')
  expect(Number(restarts())).toBeGreaterThan(1)
  expect(cluster.run('kubectl get pod deleted').stderr).toContain('NotFound')
})

test('given a Node that is deleted, then its Pods go elsewhere, and it is back only when its kubelet is started again', () => {
  const { cluster, said, on } = withWeb()
  cluster.run('kubectl delete node node03')
  cluster.advance('2m')
  expect(said('kubectl get nodes -o name').split('\n')).toEqual(['node/controlplane', 'node/node01', 'node/node02'])
  expect(said('kubectl get deployment web --no-headers')).toMatch(/^web +3\/3 /)
  expect(on('node03')).toEqual([])
  cluster.run('ssh node03 systemctl restart kubelet')
  cluster.advance('20s')
  expect(said('kubectl get node node03 --no-headers')).toMatch(/^node03 +Ready /)
})

test.each([
  ['reboot', 'Ready'],
  ['poweroff', 'NotReady'],
])(
  'given somebody who is logged in, when she says %s, then the connection is closed, and a minute later the node is %s',
  (word, status) => {
    const { cluster, said } = withWeb()
    const { stderr, code } = cluster.run(`ssh node02 ${word}`)
    expect([stderr.trim(), code]).toEqual(['Connection to node02 closed by remote host.', 255])
    cluster.advance('65s')
    expect(said('kubectl get node node02 --no-headers')).toMatch(new RegExp(`^node02 +${status} `))
  },
)
