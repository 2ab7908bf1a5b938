import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

/** A script for a shell on node01. */
const onNode = (script: string) => `ssh node01 <<'NODE'\n${script}\nNODE\n`
const bound = `--overrides='{"spec":{"nodeName":"node01"}}'`

test('given a container that cannot stay up and one whose image is not there, then the kubelet says so in its log', () => {
  const { stdout } = createCluster().run(`
kubectl run crashing --image=busybox ${bound} -- sh -c 'exit 1' >/dev/null
kubectl run nowhere --image=registry.k8s.io/no-such-image:v1 ${bound} >/dev/null
sleep 60
${onNode(`journalctl -xeu kubelet --no-pager | grep -o '"Error syncing pod.*CrashLoopBackOff[^=]*restarting failed container=crashing' | head -1
journalctl -u kubelet | grep -c 'with ImagePullBackOff: .*pod="default/nowhere"' | sed 's/[1-9][0-9]*/some/'
journalctl -u kubelet -n 1 | wc -l
journalctl -u kubelet -n1 -o cat | grep -oE '^E[0-9]{4} [0-9:.]+     812 pod_workers.go:1324'  | wc -l`)}`)
  expect(stdout).toBe(
    '"Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"crashing\\" with CrashLoopBackOff: \\"back-off 10s restarting failed container=crashing\nsome\n1\n1\n',
  )
})

test('given a container that takes more memory than it may, then the kernel tells whom it killed', () => {
  const { stdout } = createCluster().run(`
kubectl apply -f - >/dev/null <<'EOF'
apiVersion: v1
kind: Pod
metadata: {name: greedy}
spec:
  nodeName: node01
  restartPolicy: Never
  containers:
  - {name: c, image: polinux/stress, command: [stress], args: [--vm, "1", --vm-bytes, 250M], resources: {requests: {memory: 50Mi}, limits: {memory: 100Mi}}}
EOF
sleep 20
kubectl get pod greedy --no-headers | awk '{print $3}'
${onNode(`dmesg | cut -c16-
dmesg -T | grep -cE '^.[A-Z][a-z]{2} [A-Z][a-z]{2} .{2} .{8} [0-9]{4}. Memory cgroup'
journalctl -k -p err -o cat | grep -c Killed`)}`)
  expect(stdout).toMatch(
    /^OOMKilled\nMemory cgroup out of memory: Killed process \d+ \(stress\) total-vm:\d+kB, anon-rss:102400kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:\d+kB oom_score_adj:9\d\d\n1\n1\n$/,
  )
})

test('given a probe that fails, then the log names probe, container and answer', () => {
  const { stdout } = createCluster().run(`
kubectl apply -f - >/dev/null <<'EOF'
apiVersion: v1
kind: Pod
metadata: {name: unwell}
spec:
  nodeName: node01
  containers: [{name: web, image: "nginx:1.29", readinessProbe: {httpGet: {path: /missing, port: 80}, periodSeconds: 2}}]
EOF
sleep 20
${onNode(`journalctl -u kubelet --since '1 minute ago' -g 'statuscode' -o cat | head -1`)}`)
  expect(stdout).toMatch(
    /^I\d{4} [\d:.]+ +812 prober\.go:107\] "Probe failed" probeType="Readiness" pod="default\/unwell" podUID="[0-9a-f-]{36}" containerName="web" probeResult="failure" output="HTTP probe failed with statuscode: 404"\n$/,
  )
})

test('given services of a machine, then systemctl shows, stops and starts them, and says what it does not know', () => {
  const { stdout, stderr } = createCluster().run(
    onNode(`systemctl status kubelet --no-pager | head -5
systemctl is-active kubelet containerd docker; echo $?
systemctl stop kubelet; systemctl is-active kubelet; systemctl show kubelet -p ActiveState,SubState --value
systemctl list-units --type=service --no-legend
systemctl list-units --all --no-legend | wc -l
systemctl start kubelet && systemctl is-active -q kubelet && echo up
systemctl cat kubelet | head -2
systemctl restart docker; echo $?
systemctl frobnicate kubelet
journalctl -u kubelet -o cat -r -n 1
journalctl --since 'the day before'; journalctl -u docker`),
  )
  expect(stdout).toMatch(
    /^● kubelet\.service - kubelet: The Kubernetes Node Agent\n {5}Loaded: loaded \(\/usr\/lib\/systemd\/system\/kubelet\.service; enabled; preset.*\n {4}Drop-In: \/usr\/lib\/systemd\/system\/kubelet\.service\.d\n {13}└─10-kubeadm\.conf\n {5}Active: active \(running\) since \w{3} \d{4}-\d\d-\d\d .*\n/,
  )
  expect(stdout.split('\n').slice(5)).toEqual([
    'active', 'active', 'inactive', '4', 'inactive', 'inactive', 'dead',
    '  containerd.service loaded active   running containerd container runtime',
    '2', 'up', '# /usr/lib/systemd/system/kubelet.service', '[Unit]', '5',
    'Started kubelet.service - kubelet: The Kubernetes Node Agent.', '-- No entries --', '',
  ]) // prettier-ignore
  expect(stderr).toContain('Failed to restart docker.service: Unit docker.service not found.')
  expect(stderr).toContain("Unknown command verb 'frobnicate'.")
  expect(stderr).toContain('Failed to parse timestamp: the day before')
})
