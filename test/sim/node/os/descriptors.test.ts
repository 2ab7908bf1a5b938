import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

test("what a hook or another process writes to /proc/1/fd/1 is in the container's log", () => {
  const cluster = createCluster({ workers: 1 })
  const { stdout, stderr } = cluster.run(`
kubectl apply -f - >/dev/null <<EOF
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: c
    image: busybox
    command: [sh, -c, 'echo main; sleep 1d']
    lifecycle: {postStart: {exec: {command: [sh, -c, 'sleep 2; echo hook > /proc/1/fd/1']}}}
EOF
kubectl wait pod/p --for=condition=Ready --timeout=60s >/dev/null
kubectl exec p -- sh -c 'echo own > /proc/self/fd/1; echo log > /proc/1/fd/1; echo error >> /proc/1/fd/2; cat /proc/1/comm'
kubectl exec p -- sh -c 'echo x > /proc/1/fd/9'
kubectl exec p -- sh -c 'echo x > /proc/777/fd/1'
kubectl logs p`)
  expect(stdout).toBe('own\nsleep\nmain\nhook\nlog\nerror\n')
  expect(stderr).toContain("sh: can't create /proc/777/fd/1: nonexistent directory\n")
})
