import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

/** A cluster with one Pod on node01 that counts, and another that has failed once and been started again. */
function withPods() {
  const cluster = createCluster({ seed: 1 })
  const on = (node: string) => `--overrides='{"spec":{"nodeName":"${node}"}}'`
  cluster.run(
    `kubectl run counter --image=busybox ${on('node01')} -- sh -c 'for i in 1 2 3; do echo $i; done; sleep 100000'
     kubectl run crash --image=busybox ${on('node01')} -- sh -c 'echo broken >&2; sleep 1; exit 1'
     sleep 12`,
  )
  const onNode = (command: string) => cluster.run(`ssh node01 '${command}'`).stdout
  return { cluster, onNode }
}

test('a node keeps what its containers say in /var/log/pods, with links in /var/log/containers', () => {
  const { cluster, onNode } = withPods()
  const uid = cluster.run("kubectl get pod counter -o jsonpath='{.metadata.uid}'").stdout
  expect(onNode('ls /var/log/pods')).toContain(`default_counter_${uid}\n`)
  const lines = onNode('cat /var/log/containers/counter_default_counter-*.log').split('\n')
  expect(lines[0]).toMatch(/^2026-01-01T00:00:0\d\.\d{9}Z stdout F 1$/)
  expect(lines).toHaveLength(4)
  expect(onNode('cd /var/log/pods/default_crash_*/crash; ls; cat 0.log')).toMatch(/^0\.log\n1\.log\n\S+ stderr F broken\n$/)
  cluster.run('kubectl delete pod counter --now')
  expect(onNode('ls /var/log/pods')).not.toContain('counter')
})

test('collectors of logs read them through a hostPath, and nobody writes there', () => {
  const { cluster } = withPods()
  const inside = (command: string) => cluster.run(`kubectl debug node/node01 -i -q --image=busybox --profile=general -- sh -c '${command}'`)
  expect(inside('cat /host/var/log/pods/default_counter_*/counter/0.log | wc -l').stdout).toBe('3\n')
  expect(inside('touch /host/var/log/pods/mine 2>&1').stdout).toContain('Read-only file system')
})

test('ps on a node shows its services and the processes of its containers; a container killed from there is started again', () => {
  const { cluster, onNode } = withPods()
  const commands = onNode('ps -eo args')
  for (const part of ['/usr/bin/containerd', '/usr/bin/kubelet', '/pause', 'kube-proxy', 'sleep 100000']) expect(commands).toContain(part)
  onNode('pkill -9 -f "sleep 100000"')
  cluster.advance('30s')
  expect(cluster.run("kubectl get pod counter -o jsonpath='{.status.containerStatuses[0].restartCount}'").stdout).toBe('1')
  onNode('systemctl stop kubelet')
  expect(onNode('ps -eo args')).not.toContain('/usr/bin/kubelet')
})

test('a Pod with hostPID sees the processes of its node, and is seen once', () => {
  const { cluster, onNode } = withPods()
  cluster.run(`kubectl run peek --image=busybox --overrides='{"spec":{"nodeName":"node01","hostPID":true}}' -- sleep 4321; sleep 5`)
  const seen = cluster.run('kubectl exec peek -- ps -o args').stdout
  expect(seen).toContain('/usr/bin/kubelet')
  expect(seen).toContain('sleep 100000')
  expect(onNode('ps -eo args').match(/sleep 4321/g)).toHaveLength(1)
})

test('the kubelet shows /var/log at nodes/proxy', () => {
  const { cluster } = withPods()
  const raw = (path: string) => cluster.run(`kubectl get --raw /api/v1/nodes/node01/proxy/logs/${path}`).stdout
  expect(raw('')).toContain('<a href="pods/">pods/</a>\n')
  expect(raw('syslog')).toContain('node01 systemd[1]: Started kubelet.service')
})
