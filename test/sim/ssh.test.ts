import { expect, test } from 'vitest'
import { createCluster } from '../../src/sim/cluster'

test('ssh runs commands on other hosts, with its own descriptors and their exit codes', () => {
  const { stdout, stderr } = createCluster().run(`ssh node01 hostname
echo text | ssh node02 'cat; exit 3'; echo $?
ssh root@172.30.2.2 'echo wrong >&2'
ssh nowhere true; echo $?
echo hostname | ssh node03
`)
  expect(stdout).toBe('node01\ntext\n3\n255\nnode03\n')
  expect(stderr).toBe('wrong\nssh: Could not resolve hostname nowhere: Name or service not known\n')
})

test('ssh opens a terminal: Ctrl-C ends what runs there, exit comes back', () => {
  const cluster = createCluster()
  const terminal = cluster.openTerminal()
  let screen = ''
  terminal.onOutput((text) => (screen += text))
  for (const line of ['ssh node01\r', 'sleep 1000\r', '\x03', 'echo I am on $(hostname)\r', 'exit\r', 'echo back on $(hostname)\r']) {
    terminal.input(line)
    cluster.advance('2s')
  }
  expect(screen).toMatch(/I am on node01\r\n[\s\S]*Connection to node01 closed\.\r\n[\s\S]*back on controlplane\r\n/)
})

test('a node whose kubelet was stopped is NotReady after its lease has run out, loses its Pods five minutes later, and comes back', () => {
  const cluster = createCluster()
  const nodeStatus = () => cluster.run('kubectl get node node01 --no-headers').stdout.split(/ +/)[1]
  const podStatuses = () =>
    cluster
      .run('kubectl get pods --no-headers')
      .stdout.trim()
      .split('\n')
      .map((row) => row.split(/ +/)[2])
      .sort()
  cluster.run(`kubectl create deployment web --image=nginx --replicas=3
kubectl rollout status deployment/web
ssh node01 systemctl stop kubelet`)
  cluster.advance('60s')
  expect(nodeStatus()).toBe('NotReady')
  cluster.advance('310s')
  expect(podStatuses()).toEqual(['Running', 'Running', 'Running', 'Terminating'])
  cluster.run('ssh node01 systemctl start kubelet')
  cluster.advance('40s')
  expect(nodeStatus()).toBe('Ready')
  expect(podStatuses()).toEqual(['Running', 'Running', 'Running'])
})

test('a Pod that preempted another starts as soon as its victim is gone', () => {
  const pod = (name: string, more: object) =>
    `kubectl run ${name} --image=registry.k8s.io/pause:3.9 --overrides='${JSON.stringify({
      spec: { ...more, containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.9', resources: { requests: { cpu: '3' } } }] },
    })}' >/dev/null`
  const { stdout } = createCluster({ workers: 1 }).run(`kubectl create priorityclass high --value=1000 >/dev/null
${pod('low', {})}
kubectl wait --for=condition=Ready pod/low
${pod('big', { priorityClassName: 'high' })}
kubectl wait --for=condition=Ready pod/big --timeout=60s
kubectl get pods -o name`)
  expect(stdout).toBe('pod/low condition met\npod/big condition met\npod/big\n')
})
